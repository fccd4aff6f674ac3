// An entry with a mistake is kept, so that what refers to it can say what is wrong.
#include "checks/workflow/waivers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "checks/core/model.h"
#include "checks/core/rule.h"
#include "checks/core/run.h"
#include "checks/policy/glob.h"
#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"
#include "checks/text/tree.h"

namespace muster {
namespace {

using text::Node;

constexpr std::size_t kShortestReason = 20;
constexpr std::array<std::string_view, 10> kWaiverKeys = {
    "id",    "rule",     "match",   "reason",  "ticket",
    "owner", "approver", "created", "expires", "max_matches"};
constexpr std::array<std::string_view, 3> kMatchKeys = {"environment", "asset", "fingerprint"};

/// The longest that a finding of this severity may be accepted for. Source: the usual periods of
/// exception processes; the graver the shorter.
std::chrono::days horizon_of(Severity severity) {
  switch (severity) {
    case Severity::Critical:
      return std::chrono::days{14};
    case Severity::High:
      return std::chrono::days{30};
    case Severity::Medium:
      return std::chrono::days{90};
    case Severity::Low:
    case Severity::Info:
      break;
  }
  return std::chrono::days{180};
}

/// The keys of the mapping that nobody knows.
std::string unknown_key(const Node& mapping, std::span<const std::string_view> known) {
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    const std::string key(mapping.key_at(i).text());
    if (!text::one_of(key, known)) {
      return "unknown key `" + key + "`" + text::did_you_mean(key, known);
    }
  }
  return "";
}

bool is_waiver_id(std::string_view id) {
  constexpr std::size_t kLongest = 64;
  return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), [](char c) {
    return text::is_word_char(c) || c == '-' || c == '.';
  });
}

std::optional<std::chrono::sys_days> day_under(const Node& node, std::string_view key) {
  const std::string text = node.text_under(key);
  constexpr std::size_t kDay = 10;
  const auto time = text.size() == kDay ? parse_utc(text) : std::nullopt;
  return time ? std::optional(std::chrono::floor<std::chrono::days>(*time)) : std::nullopt;
}

/// What the entry is for; a problem when that is nothing, or everything.
std::string read_match(const Node& node, Waiver& waiver) {
  const auto match = node.find("match");
  if (!match || !match->is(text::Type::Mapping)) {
    return "`match` is missing: name an `asset`, an `environment` or a `fingerprint`";
  }
  const auto environment = match->find("environment");
  waiver.environments = environment && environment->is(text::Type::String)
                            ? std::vector{std::string(environment->text())}
                            : match->texts_under("environment");
  waiver.asset = match->string_under("asset");
  waiver.fingerprint = match->string_under("fingerprint");
  const std::string unknown = unknown_key(*match, kMatchKeys);
  const bool any_asset =
      waiver.fingerprint.empty() &&
      (waiver.asset.empty() || waiver.asset.find_first_not_of('*') == std::string::npos);
  if (!unknown.empty()) {
    return unknown;
  }
  if (waiver.environments.empty() && waiver.asset.empty() && waiver.fingerprint.empty()) {
    return "`match` names neither an `asset` nor an `environment` nor a `fingerprint`";
  }
  return any_asset && policy::has_wildcard(waiver.rule) ? "it is for any rule and any asset" : "";
}

/// The gravest rule that the entry is for; nothing when there is none.
std::optional<Severity> gravest_rule(const Waiver& waiver) {
  std::optional<Severity> gravest;
  for (const Rule& rule : all_rules()) {
    const bool named = policy::glob_match(waiver.rule, rule.id, policy::Wildcards{}) ||
                       text::one_of(waiver.rule, rule.aliases);
    if (named) {
      gravest = std::max(gravest.value_or(rule.severity), rule.severity);
    }
  }
  return gravest;
}

std::string read_people(const Node& node, Waiver& waiver) {
  waiver.reason = node.string_under("reason");
  waiver.ticket = node.text_under("ticket");
  waiver.owner = node.string_under("owner");
  waiver.approver = node.string_under("approver");
  if (waiver.owner.empty() || waiver.approver.empty()) {
    return "it has no `owner` or no `approver`";
  }
  if (text::equals_ignoring_case(waiver.owner, waiver.approver)) {
    return "its owner approved it: another person has to";
  }
  return waiver.reason.size() < kShortestReason
             ? "its `reason` has less than " + std::to_string(kShortestReason) + " characters"
             : "";
}

std::string read_days(const Node& node, Waiver& waiver) {
  const auto created = day_under(node, "created");
  const auto expires = day_under(node, "expires");
  if (!created || !expires) {
    return "`created` and `expires` are days, as 2026-02-22";
  }
  waiver.created = *created;
  waiver.expires = *expires;
  const auto gravest = gravest_rule(waiver);
  if (!gravest) {
    return "there is no rule `" + waiver.rule + "`";
  }
  if (waiver.rule == "workflow-waiver-reference") {
    return "findings about waivers cannot be accepted";
  }
  if (waiver.expires < waiver.created) {
    return "it ends before it begins";
  }
  const std::chrono::days longest = horizon_of(*gravest);
  return waiver.expires - waiver.created > longest
             ? "it holds for more than " + std::to_string(longest.count()) +
                   " days, the most for a finding of severity " + to_string(*gravest)
             : "";
}

Waiver read_waiver(const Node& node) {
  Waiver waiver;
  waiver.where = node.where();
  waiver.id = node.text_under("id");
  waiver.rule = node.string_under("rule");
  const auto most = node.find("max_matches");
  const std::string count = most ? std::string(most->text()) : "";
  const bool counted =
      most && most->is(text::Type::Number) && count.size() < 7 &&
      std::all_of(count.begin(), count.end(), [](char c) { return c >= '0' && c <= '9'; });
  waiver.max_matches = counted ? std::stoul(count) : 0;
  const auto keep = [&](const std::string& problem) {
    waiver.problem = waiver.problem.empty() ? problem : waiver.problem;
  };
  keep(unknown_key(node, kWaiverKeys));
  keep(is_waiver_id(waiver.id) ? "" : "its `id` is no word of letters, digits, `-`, `_` and `.`");
  keep(waiver.rule.empty() ? "it names no `rule`" : "");
  keep(read_match(node, waiver));
  keep(read_people(node, waiver));
  keep(read_days(node, waiver));
  keep(most && waiver.max_matches == 0 ? "`max_matches` is no number above 0" : "");
  return waiver;
}

}  // namespace

Result<std::vector<Waiver>> read_waivers(std::string bytes, SourceId source) {
  MUSTER_TRY(const text::Tree tree, text::parse_yaml(std::move(bytes), source));
  const Node root = tree.root();
  if (!root.is(text::Type::Sequence)) {
    return Error{ErrorCode::Invalid,
                 std::string("expected a list of waivers, found ") + to_string(root.type()),
                 root.where()};
  }
  std::vector<Waiver> waivers;
  for (std::size_t i = 0; i < root.size(); ++i) {
    if (!root.at(i).is(text::Type::Mapping)) {
      return Error{ErrorCode::Invalid,
                   std::string("expected a waiver, found ") + to_string(root.at(i).type()),
                   root.at(i).where()};
    }
    waivers.push_back(read_waiver(root.at(i)));
    const bool again = std::any_of(waivers.begin(), waivers.end() - 1,
                                   [&](const Waiver& one) { return one.id == waivers.back().id; });
    if (again && waivers.back().problem.empty()) {
      waivers.back().problem = "another entry has its id";
    }
  }
  return waivers;
}

Waivers Waivers::build(const AuditInput& input) {
  Waivers waivers;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::Waivers) {
      continue;
    }
    waivers.has_file_ = true;
    auto read = read_waivers(document.bytes, document.source);
    if (read) {
      waivers.waivers_ = std::move(read).value();
    } else {
      waivers.unreadable_.push_back({document.source, read.error()});
    }
  }
  return waivers;
}

const Waiver* Waivers::find(std::string_view id) const {
  const auto found = std::find_if(waivers_.begin(), waivers_.end(),
                                  [&](const Waiver& waiver) { return waiver.id == id; });
  return found == waivers_.end() ? nullptr : &*found;
}

std::vector<Unreadable> unreadable_waivers(const AuditInput& input) {
  return input.model<Waivers>().unreadable();
}

}  // namespace muster

template std::shared_ptr<const void> muster::built<muster::Waivers>(const AuditInput&);
