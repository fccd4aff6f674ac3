// The segment reading of ARN patterns. See docs/policy-semantics.md for the two other readings and
// why this one.
#include "checks/policy/arn.h"

#include <vector>

#include "checks/policy/glob.h"
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

}  // namespace

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
  if (!pattern.starts_with(kPrefix)) {
    return match_whole(pattern, version, request);
  }
  const auto value = split_arn(request.resource);
  return value ? match_fields(expand_fields(pattern, version, request), *value) : MatchResult::No;
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
