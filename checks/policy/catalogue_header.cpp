// Reads the header of a catalogue file. It is all that `muster --version` needs.
#include "checks/policy/catalogue_header.h"

#include <algorithm>
#include <array>

#include "checks/core/digest.h"
#include "checks/text/number.h"

namespace muster::policy {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxEditions = 200;
constexpr std::string_view kFirstLine = "muster-catalogue 1";
constexpr std::string_view kHashWord = "sha256";

/// Lower case of each byte; zero for what a catalogue must not hold.
constexpr std::array<char, 256> lowered_bytes() {
  std::array<char, 256> table{};
  for (unsigned char c = ' '; c <= '~'; ++c) {
    const bool capital = c >= 'A' && c <= 'Z';
    table[c] = static_cast<char>(capital ? c - 'A' + 'a' : c);
  }
  table['\n'] = '\n';
  return table;
}

constexpr std::array<char, 256> kLowered = lowered_bytes();

/// The error at the first byte behind `before` that a catalogue must not hold.
Error unprintable(std::string_view before, const SourceId& source) {
  const auto line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
  const std::size_t begin = before.rfind('\n') + 1;
  const auto column = static_cast<std::uint32_t>(before.size() - begin + 1);
  return {ErrorCode::Syntax, "a catalogue holds printable ASCII characters and line feeds only",
          SourceRef{source, Span{line, column, line, column}}};
}

Status read_edition(LineFields& line, std::vector<Edition>& editions) {
  const Edition edition{line.next(), line.next()};
  constexpr std::size_t kDateLength = 10;
  if (edition.date.size() != kDateLength || edition.version.empty() || !line.done()) {
    return line.error(ErrorCode::Syntax, "expected `edition YYYY-MM-DD VERSION`", line.whole());
  }
  if (!editions.empty() && edition.date < editions.back().date) {
    return line.error(ErrorCode::Syntax, "editions stand oldest first", edition.date);
  }
  if (editions.size() == kMaxEditions) {
    return line.error(ErrorCode::Limit, "too many editions", edition.date);
  }
  editions.push_back(edition);
  return Done{};
}

/// A line between the first one and the hash.
Status read_header_line(CatalogueTables& tables, LineFields line) {
  if (line.whole().starts_with('#')) {
    return Done{};
  }
  const std::string_view word = line.next();
  if (word == "source") {
    tables.source = line.rest();
    return Done{};
  }
  if (word == "edition") {
    return read_edition(line, tables.editions);
  }
  if (word == "dependents") {
    return read_edition_number(line, line.rest(), tables.editions.size(),
                               tables.dependents_edition);
  }
  return line.error(ErrorCode::Syntax, "no line of a catalogue's header begins with this word",
                    word);
}

}  // namespace

std::optional<std::uint32_t> parse_number(std::string_view text) {
  return text::whole_number<std::uint32_t>(text);
}

Status read_edition_number(const LineFields& line, std::string_view text, std::size_t end,
                           std::uint8_t& out) {
  const auto value = parse_number(text);
  if (!value || *value >= end) {
    return line.error(ErrorCode::Invalid, "this is not the number of an earlier edition", text);
  }
  out = static_cast<std::uint8_t>(*value);
  return Done{};
}

Result<CatalogueTables> load_catalogue(std::string_view bytes, const SourceId& source) {
  if (bytes.size() > kMaxBytes) {
    return Error{ErrorCode::Limit, "a catalogue has at most 16 MiB", SourceRef{source, {}}};
  }
  CatalogueTables tables;
  tables.text = std::string(bytes);
  tables.lower.resize(bytes.size());
  std::transform(bytes.begin(), bytes.end(), tables.lower.begin(),
                 [](char c) { return kLowered[static_cast<unsigned char>(c)]; });
  const std::size_t refused = tables.lower.find('\0');
  if (refused != std::string::npos) {
    return unprintable(bytes.substr(0, refused), source);
  }
  return tables;
}

Result<LineFields> read_header(CatalogueTables& tables, LineReader& lines) {
  MUSTER_TRY(const LineFields first, lines.next());
  if (first.whole() != kFirstLine) {
    return first.error(ErrorCode::Invalid,
                       "this is no catalogue: expected `" + std::string(kFirstLine) + "`",
                       first.whole());
  }
  while (true) {
    MUSTER_TRY(const LineFields line, lines.next());
    LineFields words = line;
    if (words.next() != kHashWord) {
      MUSTER_CHECK_OK(read_header_line(tables, line));
    } else if (tables.editions.empty()) {
      return line.error(ErrorCode::Invalid, "the header names no edition", line.whole());
    } else {
      return line;
    }
  }
}

Status require_hash(const LineFields& line, std::string_view records) {
  LineFields fields = line;
  fields.next();
  if (hex(sha256(records)) == fields.rest()) {
    return Done{};
  }
  return line.error(ErrorCode::Invalid,
                    "the records do not match their SHA-256, so the file is cut or was edited",
                    fields.rest());
}

Result<CatalogueTables> read_catalogue_header(std::string_view bytes, const SourceId& source) {
  const std::size_t hash = std::min(bytes.find("\nsha256 "), bytes.size());
  const std::size_t end = std::min(bytes.find('\n', hash + 1), bytes.size());
  MUSTER_TRY(CatalogueTables tables, load_catalogue(bytes.substr(0, end + 1), source));
  LineReader lines(tables.text, source);
  MUSTER_CHECK_OK(read_header(tables, lines));
  return tables;
}

}  // namespace muster::policy
