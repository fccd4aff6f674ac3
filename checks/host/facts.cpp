// Every line has a fixed number of fields and every field one spelling: what does not fit was not
// written by the collector, or was changed behind it, and then nothing of the file counts.
#include "checks/host/facts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/core/digest.h"
#include "checks/text/ascii.h"
#include "checks/text/number.h"

namespace muster::host {
namespace {

constexpr std::size_t kMostBytes = 8U << 20U;
constexpr std::size_t kMostLines = 200'000;
/// A state file in base64, or a path whose bytes are all escaped, and as much again.
constexpr std::size_t kMostLineBytes = 64U << 10U;
constexpr std::string_view kHexDigits = "0123456789abcdef";

using Fields = std::vector<std::string_view>;

/// One line that is being read.
struct Row {
  std::string_view name;
  Fields fields;
  SourceRef where;
};

SourceRef line_of(const SourceId& source, std::size_t number, std::size_t size) {
  const auto line = static_cast<std::uint32_t>(number);
  return {source, {line, 1, line, static_cast<std::uint32_t>(size + 1)}};
}

Error invalid(const SourceRef& where, std::string message) {
  return Error{ErrorCode::Invalid, std::move(message), where};
}

Error malformed(const Row& row, const std::string& what) {
  return invalid(row.where, "this line is no fact of a collector: " + what);
}

bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte <= 0x7e && byte != '%';
}

/// Whether the field is as the collector writes it: nothing escaped that need not be, nothing left
/// that must be.
bool is_field(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_plain(static_cast<unsigned char>(text[i]))) {
      continue;
    }
    if (text[i] != '%' || i + 2 >= text.size()) {
      return false;
    }
    const std::size_t high = kHexDigits.find(text[i + 1]);
    const std::size_t low = kHexDigits.find(text[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos ||
        is_plain(static_cast<unsigned char>(high * 16 + low))) {
      return false;
    }
    i += 2;
  }
  return true;
}

Fields split_fields(std::string_view line) {
  Fields fields;
  for (std::size_t at = 0;;) {
    const std::size_t tab = line.find('\t', at);
    fields.push_back(line.substr(at, tab - at));
    if (tab == std::string_view::npos) {
      return fields;
    }
    at = tab + 1;
  }
}

std::vector<std::string> split_flags(std::string_view text) {
  std::vector<std::string> flags;
  for (const std::string_view flag : text::split(text, ",")) {
    flags.emplace_back(flag);
  }
  return flags;
}

std::optional<PathKind> kind_named(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, PathKind>, 9> kKinds = {{
      {"dir", PathKind::Directory},
      {"file", PathKind::File},
      {"link", PathKind::Link},
      {"fifo", PathKind::Fifo},
      {"sock", PathKind::Socket},
      {"dev", PathKind::Device},
      {"none", PathKind::None},
      {"deny", PathKind::Denied},
      {"error", PathKind::Error},
  }};
  const auto* const found =
      std::ranges::find_if(kKinds, [&](const auto& one) { return one.first == word; });
  return found == kKinds.end() ? std::nullopt : std::optional(found->second);
}

/// The kind that the raw mode of `stat` has.
PathKind kind_of_mode(std::uint32_t mode) {
  switch (mode >> 12U) {
    case 4:
      return PathKind::Directory;
    case 8:
      return PathKind::File;
    case 10:
      return PathKind::Link;
    case 1:
      return PathKind::Fifo;
    case 12:
      return PathKind::Socket;
    case 2:
    case 6:
      return PathKind::Device;
    default:
      return PathKind::Error;
  }
}

std::optional<std::uint32_t> raw_mode(std::string_view text) {
  if (text.empty() || text.size() > 4) {
    return std::nullopt;
  }
  std::uint32_t mode = 0;
  for (const char digit : text) {
    const std::size_t value = kHexDigits.find(digit);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    mode = mode * 16 + static_cast<std::uint32_t>(value);
  }
  return mode;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

constexpr std::uint32_t kPermissionBits = 07777;

class Reader {
 public:
  explicit Reader(HostFacts& facts) : facts_(facts) {}

  Status read(const Row& row);
  /// Environment files that were told twice count when both times say the same.
  void finish();

 private:
  using Method = Status (Reader::*)(const Row& row);

  struct Form {
    std::string_view name;
    std::size_t fewest;
    std::size_t most;
    Method read;
  };

  Status path(const Row& row);
  Status link(const Row& row);
  Status parent(const Row& row);
  Status digest(const Row& row);
  Status env_file(const Row& row);
  Status env_line(const Row& row);
  Status unit(const Row& row);
  Status unit_run(const Row& row);
  Status checkout(const Row& row);
  Status remote(const Row& row);
  Status state(const Row& row);
  Status tree(const Row& row);
  Status skip(const Row& row);
  Status unused(const Row& row);

  /// What was read of the thing does not count: it is told in two ways that differ.
  void contradict(std::string_view what, const SourceRef& where) {
    facts_.skips.try_emplace(std::string(what), Skip{"contradicted", where});
  }

  HostFacts& facts_;
  /// In the order of the lines, repeated ones too.
  std::vector<EnvFile> env_files_;
};

Status Reader::read(const Row& row) {
  static constexpr std::array<Form, 15> kForms = {{
      {"path", 2, 11, &Reader::path},
      {"link", 4, 4, &Reader::link},
      {"par", 2, 3, &Reader::parent},
      {"sha", 2, 2, &Reader::digest},
      {"envfile", 3, 3, &Reader::env_file},
      {"env", 9, 9, &Reader::env_line},
      {"unit", 4, 4, &Reader::unit},
      {"unitrun", 3, 3, &Reader::unit_run},
      {"git", 4, 4, &Reader::checkout},
      {"remote", 3, 3, &Reader::remote},
      {"state", 2, 2, &Reader::state},
      {"tree", 1, 1, &Reader::tree},
      {"skip", 2, 2, &Reader::skip},
      {"df", 3, 3, &Reader::unused},
      {"tool", 2, 2, &Reader::unused},
  }};
  const auto* const form =
      std::ranges::find_if(kForms, [&](const Form& one) { return one.name == row.name; });
  if (form == kForms.end()) {
    return malformed(row, "it begins with another word than any of them");
  }
  if (row.fields.size() < form->fewest || row.fields.size() > form->most) {
    return malformed(row, "`" + std::string(row.name) + "` has another number of fields");
  }
  return (this->*form->read)(row);
}

Status Reader::path(const Row& row) {
  const Fields& fields = row.fields;
  const auto kind = kind_named(fields[1]);
  if (!kind || (fields.size() != 2 && fields.size() != 11)) {
    return malformed(row, "its kind is unknown, or its fields are not all there");
  }
  PathFact fact;
  fact.kind = *kind;
  fact.where = row.where;
  if (fact.is_there() != (fields.size() == 11)) {
    return malformed(row, "its kind and its fields do not fit together");
  }
  if (fact.is_there()) {
    const auto mode = raw_mode(fields[2]);
    const auto uid = text::whole_number<std::uint32_t>(fields[3]);
    const auto gid = text::whole_number<std::uint32_t>(fields[4]);
    const auto modified = text::whole_number<std::int64_t>(fields[8]);
    const auto changed = text::whole_number<std::int64_t>(fields[9]);
    const auto links = text::whole_number<std::uint64_t>(fields[10]);
    if (!mode || !uid || !gid || !modified || !changed || !links || kind_of_mode(*mode) != *kind) {
      return malformed(row, "a number in it is none, or its mode is of another kind");
    }
    fact.bits = *mode & kPermissionBits;
    fact.uid = *uid;
    fact.gid = *gid;
    fact.user = fields[5];
    fact.group = fields[6];
    fact.modified = *modified;
    fact.changed = *changed;
    fact.links = *links;
  }
  const auto [at, is_new] = facts_.paths.try_emplace(std::string(fields[0]), fact);
  if (!is_new) {
    const PathFact& before = at->second;
    at->second.contradicted |= before.kind != fact.kind || before.bits != fact.bits ||
                               before.uid != fact.uid || before.gid != fact.gid ||
                               before.links != fact.links;
  }
  return Done{};
}

Status Reader::link(const Row& row) {
  static constexpr std::array<std::string_view, 4> kStates = {"ok", "dangling", "deny", "loop"};
  const LinkFact fact{std::string(row.fields[1]), std::string(row.fields[2]),
                      std::string(row.fields[3]), row.where};
  if (!text::one_of(fact.state, kStates) || fact.real.empty() != (fact.state == "loop")) {
    return malformed(row, "a link is `ok`, `dangling`, `deny` or `loop`");
  }
  const auto [at, is_new] = facts_.links.try_emplace(std::string(row.fields[0]), fact);
  if (!is_new && (at->second.real != fact.real || at->second.state != fact.state)) {
    contradict(row.fields[0], row.where);
  }
  return Done{};
}

Status Reader::parent(const Row& row) {
  ParentFact fact;
  fact.where = row.where;
  if (row.fields.size() == 2) {
    const auto kind = kind_named(row.fields[1]);
    if (!kind || *kind < PathKind::None) {
      return malformed(row, "a folder that is there has a mode and an owner");
    }
    fact.kind = *kind;
  } else {
    const auto mode = raw_mode(row.fields[1]);
    const auto uid = text::whole_number<std::uint32_t>(row.fields[2]);
    if (!mode || !uid || kind_of_mode(*mode) == PathKind::Error) {
      return malformed(row, "its mode or its owner is no number");
    }
    fact.kind = kind_of_mode(*mode);
    fact.bits = *mode & kPermissionBits;
    fact.uid = *uid;
  }
  const auto [at, is_new] = facts_.parents.try_emplace(std::string(row.fields[0]), fact);
  if (!is_new) {
    at->second.contradicted |=
        at->second.kind != fact.kind || at->second.bits != fact.bits || at->second.uid != fact.uid;
  }
  return Done{};
}

Status Reader::digest(const Row& row) {
  if (!is_sha256(row.fields[1])) {
    return malformed(row, "it has no SHA-256");
  }
  const auto [at, is_new] =
      facts_.digests.try_emplace(std::string(row.fields[0]), std::string(row.fields[1]));
  if (!is_new && at->second != row.fields[1]) {
    contradict(row.fields[0], row.where);
  }
  return Done{};
}

Status Reader::env_file(const Row& row) {
  EnvFile file;
  file.path = row.fields[0];
  if (!text::is_digits(row.fields[1])) {
    return malformed(row, "its number of lines is none");
  }
  file.flags = split_flags(row.fields[2]);
  file.where = row.where;
  env_files_.push_back(std::move(file));
  return Done{};
}

Status Reader::env_line(const Row& row) {
  const Fields& fields = row.fields;
  if (env_files_.empty() || env_files_.back().path != fields[0]) {
    return malformed(row, "no `envfile` of its file stands before it");
  }
  const auto number = text::whole_number<std::uint32_t>(fields[1]);
  std::vector<EnvLine>& lines = env_files_.back().lines;
  if (!number || *number == 0 || (!lines.empty() && lines.back().number >= *number)) {
    return malformed(row, "lines of a file are numbered, each later one higher");
  }
  const bool named = !fields[2].empty() && std::ranges::all_of(fields[2], text::is_word_char);
  static constexpr std::array<std::string_view, 10> kShapes = {
      "empty", "placeholder", "bool", "int", "url", "url-with-credential",
      "arn",   "path",        "pem",  "text"};
  static constexpr std::array<std::string_view, 4> kQuotes = {"none", "single", "double",
                                                              "unbalanced"};
  const std::string_view shape = fields[3];
  if ((!named && fields[2] != "?") || !(shape == "none" || text::one_of(shape, kShapes)) ||
      !text::one_of(fields[5], kQuotes) || (!fields[7].empty() && !fields[7].starts_with('=')) ||
      (!named && !fields[7].empty()) || (!fields[8].empty() && !is_sha256(fields[8]))) {
    return malformed(row, "a name, a shape, a quote, a value or a hash in it is none");
  }
  EnvLine line;
  line.number = *number;
  line.key = fields[2];
  line.shape = shape;
  line.length = fields[4];
  line.quote = fields[5];
  line.flags = split_flags(fields[6]);
  if (!fields[7].empty()) {
    line.value = std::string(fields[7].substr(1));
  }
  line.where = row.where;
  lines.push_back(std::move(line));
  return Done{};
}

Status Reader::unit(const Row& row) {
  facts_.units[std::string(row.fields[0])].push_back({std::string(row.fields[1]),
                                                      std::string(row.fields[2]),
                                                      std::string(row.fields[3]), row.where});
  return Done{};
}

Status Reader::unit_run(const Row& row) {
  auto& properties = facts_.unit_runs[std::string(row.fields[0])];
  const auto [at, is_new] =
      properties.try_emplace(std::string(row.fields[1]), std::string(row.fields[2]));
  if (!is_new && at->second != row.fields[2]) {
    contradict("service " + std::string(row.fields[0]), row.where);
  }
  return Done{};
}

Status Reader::checkout(const Row& row) {
  const std::string_view commit = row.fields[1];
  if (!commit.empty() && ((commit.size() != 40 && commit.size() != 64) ||
                          commit.find_first_not_of(kHexDigits) != std::string_view::npos)) {
    return malformed(row, "its commit is no name of one");
  }
  const Checkout fact{std::string(commit), std::string(row.fields[2]), row.where};
  const auto [at, is_new] = facts_.checkouts.try_emplace(std::string(row.fields[0]), fact);
  if (!is_new && (at->second.commit != fact.commit || at->second.ref != fact.ref)) {
    contradict(row.fields[0], row.where);
  }
  return Done{};
}

Status Reader::remote(const Row& row) {
  static constexpr std::array<std::string_view, 3> kAnswers = {"yes", "no", "unknown"};
  if (!text::one_of(row.fields[2], kAnswers)) {
    return malformed(row, "its last field is `yes`, `no` or `unknown`");
  }
  facts_.remotes[std::string(row.fields[0])].push_back(
      {std::string(row.fields[1]), std::string(row.fields[2]), row.where});
  return Done{};
}

Status Reader::state(const Row& row) {
  const auto [at, is_new] =
      facts_.states.try_emplace(std::string(row.fields[0]), std::string(row.fields[1]));
  if (!is_new && at->second != row.fields[1]) {
    contradict(row.fields[0], row.where);
  }
  return Done{};
}

Status Reader::tree(const Row& row) {
  facts_.trees.try_emplace(std::string(row.fields[0]), row.where);
  return Done{};
}

Status Reader::skip(const Row& row) {
  // A file of secrets has no digest on purpose: everything else of it is told.
  if (row.fields[1] != "holds-values") {
    facts_.skips.try_emplace(std::string(row.fields[0]),
                             Skip{std::string(row.fields[1]), row.where});
  }
  return Done{};
}

Status Reader::unused(const Row&) {
  return Done{};
}

bool says_the_same(const EnvFile& a, const EnvFile& b) {
  const auto same_line = [](const EnvLine& x, const EnvLine& y) {
    return x.number == y.number && x.key == y.key && x.shape == y.shape && x.length == y.length &&
           x.quote == y.quote && x.flags == y.flags && x.value == y.value;
  };
  return a.flags == b.flags && std::ranges::equal(a.lines, b.lines, same_line);
}

void Reader::finish() {
  for (EnvFile& file : env_files_) {
    const auto known = facts_.env_files.find(file.path);
    if (known == facts_.env_files.end()) {
      std::string path = file.path;
      facts_.env_files.emplace(std::move(path), std::move(file));
    } else if (!says_the_same(known->second, file)) {
      contradict(file.path, file.where);
    }
  }
}

/// `v1`: host, time, boot id, uptime, environment, uid.
Status read_head(const Row& row, HostFacts& facts) {
  if (row.name != "v1") {
    const bool other = row.name.starts_with('v') && text::is_digits(row.name.substr(1));
    return invalid(row.where, other ? "these facts are of version `" + std::string(row.name) +
                                          "`, which this version of muster does not read"
                                    : "this is no output of host/collect.sh: it does not begin "
                                      "with `v1`");
  }
  const auto time =
      row.fields.size() == 6 ? text::whole_number<std::int64_t>(row.fields[1]) : std::nullopt;
  if (!time || *time < 0 || !text::is_digits(row.fields[5])) {
    return malformed(row, "`v1` has a time, a user and four fields more");
  }
  facts.host = row.fields[0];
  facts.time = *time;
  facts.is_copy = row.fields[2].empty();
  facts.uptime = text::whole_number<std::int64_t>(row.fields[3].substr(0, row.fields[3].find('.')));
  facts.environment = row.fields[4];
  facts.where = row.where;
  return Done{};
}

/// The row at `begin` of the text, which ends at `end`.
Result<Row> row_of(std::string_view line, const SourceRef& where) {
  if (line.size() > kMostLineBytes) {
    return Error{ErrorCode::Limit, "this line is longer than any that a collector writes", where};
  }
  Row row{{}, split_fields(line), where};
  if (!std::ranges::all_of(row.fields, is_field)) {
    return malformed(row, "it has a byte that is written otherwise (was the file converted?)");
  }
  row.name = row.fields.front();
  row.fields.erase(row.fields.begin());
  return row;
}

/// What stands before the trailer, when the trailer is there and fits.
Result<std::string_view> body_of(const Document& document) {
  const std::string_view bytes = document.bytes;
  const auto lines = static_cast<std::size_t>(std::ranges::count(bytes, '\n'));
  const SourceRef end = line_of(document.source, std::max<std::size_t>(lines, 1), 0);
  if (bytes.size() > kMostBytes || lines > kMostLines) {
    return Error{ErrorCode::Limit, "these facts are more than any that a collector writes", end};
  }
  const auto cut = [&] {
    return Error{ErrorCode::Syntax,
                 "these facts were cut short: the trailer (`end`, number of lines, SHA-256) is "
                 "missing or not whole",
                 end};
  };
  if (!bytes.ends_with('\n')) {
    return cut();
  }
  const std::size_t before = bytes.substr(0, bytes.size() - 1).rfind('\n');
  if (before == std::string_view::npos) {
    return cut();
  }
  const std::string_view body = bytes.substr(0, before + 1);
  const std::string_view last = bytes.substr(before + 1, bytes.size() - before - 2);
  const Fields trailer = split_fields(last);
  if (trailer.size() != 3 || trailer[0] != "end" || !is_sha256(trailer[2])) {
    return cut();
  }
  if (trailer[1] != std::to_string(lines - 1) || trailer[2] != hex(sha256(body))) {
    return Error{ErrorCode::Syntax,
                 "these facts are not as they were collected: number of lines or SHA-256 of the "
                 "trailer are others",
                 end};
  }
  return body;
}

}  // namespace

std::string encoded(std::string_view text) {
  std::string field;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(byte)) {
      field += c;
    } else {
      field += {'%', kHexDigits[byte >> 4U], kHexDigits[byte & 15U]};
    }
  }
  return field;
}

bool EnvLine::has(std::string_view flag) const {
  return text::one_of(flag, flags);
}

bool EnvFile::has(std::string_view flag) const {
  return text::one_of(flag, flags);
}

Result<HostFacts> read_host_facts(const Document& document) {
  const std::string_view bytes = document.bytes;
  const std::string_view first = bytes.substr(0, bytes.find('\n'));
  // The version first: a later one may end otherwise.
  MUSTER_TRY(const Row head, row_of(first, line_of(document.source, 1, first.size())));
  HostFacts facts;
  facts.source = document.source;
  if (!first.empty()) {
    MUSTER_CHECK_OK(read_head(head, facts));
  }
  MUSTER_TRY(const std::string_view body, body_of(document));
  Reader reader(facts);
  std::size_t number = 1;
  for (std::size_t at = first.size() + 1; at < body.size();) {
    const std::size_t end = body.find('\n', at);
    const std::string_view line = body.substr(at, end - at);
    MUSTER_TRY(const Row row, row_of(line, line_of(document.source, ++number, line.size())));
    MUSTER_CHECK_OK(reader.read(row));
    at = end + 1;
  }
  reader.finish();
  return facts;
}

std::optional<std::pair<std::string, std::string>> named_host(const Document& document) {
  const std::string_view bytes = document.bytes;
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const auto row = row_of(bytes.substr(0, end), line_of(document.source, 1, end));
  HostFacts facts;
  if (!row || !read_head(row.value(), facts)) {
    return std::nullopt;
  }
  return std::pair(facts.host, facts.environment);
}

}  // namespace muster::host
