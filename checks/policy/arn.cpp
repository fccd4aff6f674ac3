// The three readings of ARN patterns: docs/policy-semantics.md.
#include "checks/policy/arn.h"

#include <vector>

#include "checks/policy/glob.h"
#include "checks/policy/symbols.h"
#include "checks/policy/variables.h"

namespace muster::policy {
namespace {

constexpr std::size_t kFields = 6;
constexpr std::string_view kPrefix = "arn:";

/// The pattern's fields with their variables replaced.
struct FieldPatterns {
  Resolution state = Resolution::Resolved;
  std::vector<std::string> fields;
};

/// A malformed part outranks an unresolved one: it leaves more open.
Resolution worse(Resolution a, Resolution b) {
  return a < b ? b : a;
}

FieldPatterns expand_fields(std::string_view pattern, Version version, const Request& request) {
  FieldPatterns result;
  const auto written = split_fields(pattern, version);
  for (std::size_t i = 0; i < written.size(); ++i) {
    Expanded field = expand(written[i], version, request, TextUse::Pattern);
    result.state = worse(result.state, field.state);
    // A colon out of a variable would move the borders of the fields; what IAM does then is not
    // documented.
    if (field.brought_colon && i + 1 < kFields) {
      result.state = Resolution::Malformed;
    }
    result.fields.push_back(std::move(field.text));
  }
  return result;
}

MatchResult failure(Resolution state) {
  return state == Resolution::Malformed ? MatchResult::Unknown : MatchResult::Unresolved;
}

MatchResult match_fields(const FieldPatterns& pattern, const ArnParts& value) {
  if (pattern.state != Resolution::Resolved) {
    return failure(pattern.state);
  }
  const std::array<std::string_view, kFields> parts = {
      "arn", value.partition, value.service, value.region, value.account, value.resource};
  for (std::size_t i = 0; i < pattern.fields.size(); ++i) {
    if (!glob_match(pattern.fields[i], parts.at(i), kMarked)) {
      return MatchResult::No;
    }
  }
  return MatchResult::Yes;
}

MatchResult match_whole(std::string_view pattern, Version version, const Request& request) {
  const Expanded expanded = expand(pattern, version, request, TextUse::Pattern);
  if (expanded.state != Resolution::Resolved) {
    return failure(expanded.state);
  }
  return glob_match(expanded.text, request.resource, kMarked) ? MatchResult::Yes : MatchResult::No;
}

/// Whether the plain text before the first wildcard shows that a pattern without variables cannot
/// match: most patterns of a policy are about other things, and this costs next to nothing.
bool begins_otherwise(std::string_view pattern, std::string_view text) {
  const std::size_t plain = std::min(pattern.find_first_of("*?"), pattern.size());
  const std::size_t common = std::min(plain, text.size());
  return pattern.substr(0, common) != text.substr(0, common) &&
         pattern.find('$') == std::string_view::npos;
}

/// One symbol of a pattern in the mode `trail`.
struct Symbol {
  enum class Kind { Plain, One, FieldOne, Run, FieldRun };
  Kind kind = Kind::Plain;
  Char c = 0;
};

/// The symbols of one field. A `*` at the end of it is the one that runs over colons.
void add_symbols(std::string_view field, bool last, std::vector<Symbol>& out) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= field.size(); ++i) {
    const bool run = i < field.size() && field[i] == kMarked.any_run;
    const bool one = i < field.size() && field[i] == kMarked.any_one;
    if (!run && !one && i < field.size()) {
      continue;
    }
    for (const Char c : decode(field.substr(begin, i - begin))) {
      out.push_back({Symbol::Kind::Plain, c});
    }
    begin = i + 1;
    if (run) {
      const bool free = last || i + 1 == field.size();
      out.push_back({free ? Symbol::Kind::Run : Symbol::Kind::FieldRun});
    } else if (one) {
      out.push_back({last ? Symbol::Kind::One : Symbol::Kind::FieldOne});
    }
  }
}

/// The places of the text behind which a prefix of the symbols can end, symbol by symbol.
bool match_symbols(const std::vector<Symbol>& symbols, const Word& text) {
  std::vector<bool> ends(text.size() + 1, false);
  ends[0] = true;
  for (const Symbol& symbol : symbols) {
    const bool run = symbol.kind == Symbol::Kind::Run || symbol.kind == Symbol::Kind::FieldRun;
    std::vector<bool> next(run ? ends : std::vector<bool>(ends.size(), false));
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool in_field =
          symbol.kind == Symbol::Kind::FieldRun || symbol.kind == Symbol::Kind::FieldOne;
      const bool fits =
          symbol.kind == Symbol::Kind::Plain ? text[i] == symbol.c : !in_field || text[i] != U':';
      next[i + 1] = next[i + 1] || (fits && (run ? next[i] : ends[i]));
    }
    ends = std::move(next);
  }
  return ends.back();
}

/// The fields with their colons; those that are not written are any.
std::string filled_up(const FieldPatterns& pattern) {
  std::string whole;
  for (std::size_t i = 0; i < kFields; ++i) {
    whole += i == 0 ? "" : ":";
    whole += i < pattern.fields.size() ? pattern.fields[i] : std::string(1, kMarked.any_run);
  }
  return whole;
}

/// The mode lies between the two others: what matches field by field matches, and what does not
/// match as one text does not. In between every place of the text is tried.
MatchResult match_trail(const FieldPatterns& pattern, std::string_view text,
                        const ArnParts& value) {
  const MatchResult by_field = match_fields(pattern, value);
  if (by_field != MatchResult::No) {
    return by_field;
  }
  if (!glob_match(filled_up(pattern), text, kMarked)) {
    return MatchResult::No;
  }
  const std::string any(1, kMarked.any_run);
  std::vector<Symbol> symbols;
  for (std::size_t i = 0; i < kFields; ++i) {
    const bool last = i + 1 == kFields;
    add_symbols(i < pattern.fields.size() ? pattern.fields[i] : any, last, symbols);
    if (!last) {
      symbols.push_back({Symbol::Kind::Plain, U':'});
    }
  }
  return match_symbols(symbols, decode(text)) ? MatchResult::Yes : MatchResult::No;
}

constexpr std::array<std::string_view, kArnModes.size()> kModeNames = {"segment", "trail",
                                                                       "string"};

}  // namespace

std::string_view to_string(ArnMode mode) {
  return kModeNames.at(static_cast<std::size_t>(mode));
}

std::optional<ArnMode> parse_arn_mode(std::string_view word) {
  for (const ArnMode mode : kArnModes) {
    if (to_string(mode) == word) {
      return mode;
    }
  }
  return std::nullopt;
}

std::optional<ArnParts> split_arn(std::string_view text) {
  const auto fields = split_fields(text, Version::V2008_10_17);
  if (!text.starts_with(kPrefix) || fields.size() != kFields) {
    return std::nullopt;
  }
  return ArnParts{fields[1], fields[2], fields[3], fields[4], fields[5]};
}

MatchResult match_resource(std::string_view pattern, Version version, const Request& request) {
  if (pattern == "*") {
    return MatchResult::Yes;
  }
  if (begins_otherwise(pattern, request.resource)) {
    return MatchResult::No;
  }
  if (!pattern.starts_with(kPrefix) || request.arn_mode == ArnMode::String) {
    return match_whole(pattern, version, request);
  }
  const auto value = split_arn(request.resource);
  if (!value) {
    return MatchResult::No;
  }
  const FieldPatterns fields = expand_fields(pattern, version, request);
  return request.arn_mode == ArnMode::Trail ? match_trail(fields, request.resource, *value)
                                            : match_fields(fields, *value);
}

MatchResult match_arn(std::string_view pattern, std::string_view value, Version version,
                      const Request& request) {
  if (pattern == "*") {
    return MatchResult::Yes;
  }
  const auto parts = split_arn(value);
  if (!parts) {
    return MatchResult::No;
  }
  const FieldPatterns fields = expand_fields(pattern, version, request);
  if (fields.fields.size() < kFields && fields.state == Resolution::Resolved) {
    return MatchResult::No;
  }
  return match_fields(fields, *parts);
}

}  // namespace muster::policy
