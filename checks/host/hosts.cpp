#include "checks/host/hosts.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "checks/core/model.h"
#include "checks/text/ascii.h"
#include "checks/text/number.h"

namespace muster::host {
namespace {

using HostName = std::pair<std::string, std::string>;

/// Clocks of hosts are not those of the auditor.
constexpr std::int64_t kSkewSeconds = 3600;
constexpr long kDefaultDays = IntentHosts{}.max_age_days;

std::string id_of(const HostName& name) {
  return name.second.empty() ? name.first : name.second + "/" + name.first;
}

/// What the documents tell of one host.
struct Told {
  const HostFacts* newest = nullptr;
  /// Another one that was collected in the same second.
  const HostFacts* rival = nullptr;
  bool unreadable = false;
};

void add(const HostFacts& facts, Told& told) {
  if (told.newest == nullptr || facts.time > told.newest->time) {
    told.newest = &facts;
    told.rival = nullptr;
  } else if (facts.time == told.newest->time) {
    told.rival = &facts;
  }
}

std::string problem_of(const Told& told, long max_days, TimePoint now) {
  if (told.newest == nullptr) {
    return "";
  }
  if (told.rival != nullptr) {
    return "`" + told.rival->source.path() +
           "` was collected at the same time and may say "
           "otherwise; keep one of them";
  }
  const std::int64_t seconds = now.time_since_epoch().count() - told.newest->time;
  if (seconds < -kSkewSeconds) {
    return "these facts were collected after the time of this audit";
  }
  if (seconds > max_days * kDaySeconds) {
    return "these facts are " + std::to_string(seconds / kDaySeconds) + " days old, and " +
           std::to_string(max_days) + " are allowed";
  }
  return "";
}

long max_days_of(const Host& host) {
  long days = host.declared.empty() ? kDefaultDays : host.declared.front()->max_age_days;
  for (const IntentHosts* group : host.declared) {
    days = std::min(days, group->max_age_days);
  }
  return days;
}

std::map<HostName, Host> declared_hosts(const Intent& intent) {
  std::map<HostName, Host> hosts;
  for (const IntentHosts& group : intent.hosts) {
    for (const std::string& name : group.names) {
      const HostName key{encoded(name), encoded(group.environment)};
      Host& host = hosts[key];
      host.where = group.where;
      if (std::ranges::find(host.declared, &group) == host.declared.end()) {
        host.declared.push_back(&group);
      }
    }
  }
  return hosts;
}

}  // namespace

Hosts Hosts::build(const AuditInput& input) {
  Hosts hosts;
  std::map<HostName, Told> told;
  bool any = false;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::HostFacts) {
      continue;
    }
    any = true;
    auto facts = read_host_facts(document);
    if (facts) {
      hosts.facts_.push_back(std::move(facts).value());
      continue;
    }
    hosts.unreadable_.push_back({document.source, facts.error()});
    if (const auto name = named_host(document)) {
      told[*name].unreadable = true;
    }
  }
  if (!any) {
    return hosts;
  }
  for (const HostFacts& facts : hosts.facts_) {
    const std::string name = facts.host.empty() ? encoded(facts.source.path()) : facts.host;
    add(facts, told[{name, facts.environment}]);
  }
  std::map<HostName, Host> all = declared_hosts(input.intent());
  for (const auto& [name, what] : told) {
    Host& host = all[name];
    host.facts = what.newest;
    if (what.newest != nullptr) {
      host.where = what.newest->where;
    }
  }
  for (auto& [name, host] : all) {
    const Told& what = told[name];
    // The rules say so of the document already.
    if (what.unreadable) {
      continue;
    }
    host.id = id_of(name);
    host.environment = name.second;
    host.problem = host.facts == nullptr
                       ? "no facts of this host are there; its name and its environment are what "
                         "`collect.sh` was given as `--host` and `--environment`"
                       : problem_of(what, max_days_of(host), input.now());
    hosts.hosts_.push_back(std::move(host));
  }
  return hosts;
}

std::vector<Unreadable> unreadable_host_facts(const AuditInput& input) {
  return input.model<Hosts>().unreadable();
}

void each_host(const AuditInput& input, Outcomes& out, bool (*concerns)(const Host& host),
               const std::function<void(const Host& host)>& judge) {
  for (const Host& host : input.model<Hosts>().all()) {
    if (!concerns(host)) {
      continue;
    }
    if (host.problem.empty()) {
      judge(host);
    } else {
      out.undecided(host.asset(), host.where, host.problem).environment(host.environment);
    }
  }
}

PathAnswer look_at(const Host& host, const std::string& path) {
  const auto found = host.facts->paths.find(path);
  if (found == host.facts->paths.end()) {
    const auto skip = host.facts->skips.find(path);
    return {nullptr,
            skip == host.facts->skips.end()
                ? "the facts do not tell of `" + path + "`; ask for it with `--path`"
                : "`" + path + "` was not looked at: " + gap_in(*host.facts, path),
            skip == host.facts->skips.end() ? host.facts->where : skip->second.where};
  }
  const PathFact& fact = found->second;
  if (fact.contradicted) {
    return {nullptr, "`" + path + "` changed while the facts were collected", fact.where};
  }
  if (fact.kind == PathKind::Denied) {
    return {nullptr, "whoever collected the facts may not look at `" + path + "`", fact.where};
  }
  if (fact.kind == PathKind::Error) {
    return {nullptr, "`" + path + "` could not be looked at", fact.where};
  }
  return {&fact, "", fact.where};
}

std::string_view folder_above(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return path.size() < 2 ? "" : slash == 0 ? "/" : path.substr(0, slash);
}

std::vector<ParentAnswer> parents_of(const Host& host, std::string_view path) {
  std::vector<ParentAnswer> parents;
  for (std::string_view at = folder_above(path); !at.empty(); at = folder_above(at)) {
    const auto found = host.facts->parents.find(at);
    const bool known = found != host.facts->parents.end() && !found->second.contradicted &&
                       found->second.kind < PathKind::None;
    parents.push_back({std::string(at), known ? &found->second : nullptr});
  }
  return parents;
}

const char* to_words(PathKind kind) {
  switch (kind) {
    case PathKind::Directory:
      return "a folder";
    case PathKind::File:
      return "a file";
    case PathKind::Link:
      return "a link";
    case PathKind::Fifo:
      return "a named pipe";
    case PathKind::Socket:
      return "a socket";
    case PathKind::Device:
      return "a device";
    case PathKind::None:
      return "not there";
    case PathKind::Denied:
      return "hidden";
    case PathKind::Error:
      return "unknown";
  }
  return "unknown";
}

std::string octal(std::uint32_t bits) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) {
    digits += static_cast<char>('0' + ((bits >> static_cast<unsigned>(shift)) & 7U));
  }
  return digits;
}

std::optional<bool> is_owner(const Host& host, std::string_view declared, std::uint32_t id,
                             std::string_view name) {
  if (text::is_digits(declared)) {
    return text::whole_number<std::uint32_t>(declared) == id;
  }
  // Root is 0 everywhere.
  if (declared == "root") {
    return id == 0;
  }
  return host.facts->is_copy && id != 0 ? std::nullopt
                                        : std::optional(id != 0 && encoded(declared) == name);
}

std::string shown_owner(std::uint32_t id, std::string_view name) {
  return (name.empty() ? "" : std::string(name) + " ") + "(" + std::to_string(id) + ")";
}

std::string gap_in(const HostFacts& facts, std::string_view what) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kReasons = {{
      {"unfinished", "its last line goes on"},
      {"changed", "it changed while it was read"},
      {"contradicted", "it changed between two looks at it"},
      {"too-long", "a line of it is too long, and what comes behind it was not read"},
      {"too-many", "it has more than the collector reads"},
      {"too-large", "it is larger than the collector reads"},
      {"through-link", "it lies behind a link: name it where it really is"},
      {"deny", "whoever collected the facts may not read it"},
      {"none", "it is not there"},
      {"link", "it is a link: name the file that it leads to"},
      {"nul", "it has bytes that no text has"},
      {"timeout", "the collector ran out of time"},
      {"offline", "the facts are of a copy of the host's files"},
      {"no-command", "the host lacks a program that this takes"},
  }};
  const auto found = facts.skips.find(what);
  if (found == facts.skips.end()) {
    return "";
  }
  const auto* const known = std::ranges::find_if(
      kReasons, [&](const auto& one) { return one.first == found->second.reason; });
  return known == kReasons.end() ? "it was not read: " + found->second.reason
                                 : std::string(known->second);
}

}  // namespace muster::host

template std::shared_ptr<const void> muster::built<muster::host::Hosts>(const AuditInput&);
