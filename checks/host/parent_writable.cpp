// A folder above what is deployed may be written by others, or belongs to somebody else than root
// or the owner of what is deployed: whoever may write a folder may put another tree in the place of
// the one in it. A sticky folder of root lets only owners rename what is theirs. Source:
// POSIX.1-2017, "rename()" and "4.3 Directory Protection".
#include <algorithm>
#include <set>

#include "checks/host/hosts.h"

namespace muster::host {
namespace {

constexpr std::uint32_t kSticky = 01000;

/// Folders, environment files, units, state files and links: what muster.yaml declares, and what
/// the facts tell the content of.
std::set<std::string> deployed_on(const Host& host) {
  std::set<std::string> paths;
  for (const IntentHosts* group : host.declared) {
    const auto add = [&](const auto& items) {
      for (const auto& item : items) {
        paths.insert(encoded(item.path));
      }
    };
    add(group->paths);
    add(group->env_files);
    add(group->units);
    add(group->states);
    add(group->links);
  }
  const auto add_told = [&](const auto& table) {
    for (const auto& [path, content] : table) {
      paths.insert(path);
    }
  };
  add_told(host.facts->env_files);
  add_told(host.facts->units);
  add_told(host.facts->states);
  return paths;
}

bool is_deployed_on(const Host& host) {
  return !host.declared.empty() || (host.facts != nullptr && !deployed_on(host).empty());
}

/// Users who may own a folder above: root, and the owners of what is declared to be deployed. Empty
/// where nothing is: then whose folders they should be is not known.
std::set<std::uint32_t> owners_on(const Host& host) {
  if (std::ranges::all_of(host.declared,
                          [](const IntentHosts* group) { return group->paths.empty(); })) {
    return {};
  }
  std::set<std::uint32_t> owners{0};
  for (const IntentHosts* group : host.declared) {
    for (const IntentHostPath& path : group->paths) {
      const PathAnswer answer = look_at(host, encoded(path.path));
      if (answer.fact != nullptr && answer.fact->is_there()) {
        owners.insert(answer.fact->uid);
      }
    }
  }
  return owners;
}

/// What is wrong with a folder above; empty = nothing.
std::string defect_of(const ParentFact& parent, const std::set<std::uint32_t>& owners) {
  const bool sticky = (parent.bits & kSticky) != 0 && parent.uid == 0;
  if ((parent.bits & kWritableByOthers) != 0 && !sticky) {
    return "may be written by others (mode " + octal(parent.bits) + ")";
  }
  return owners.empty() || owners.contains(parent.uid)
             ? ""
             : "belongs to another user (" + std::to_string(parent.uid) + ") than what lies in it";
}

void judge_parents(const Host& host, const std::string& path, std::set<std::uint32_t> owners,
                   Outcomes& out) {
  const Asset asset = host.asset("host-path", path);
  const PathAnswer answer = look_at(host, path);
  if (answer.fact == nullptr || !answer.fact->is_there()) {
    out.undecided(asset, answer.where,
                  answer.fact == nullptr ? answer.unknown : "`" + path + "` is not there")
        .environment(host.environment);
    return;
  }
  if (!owners.empty()) {
    owners.insert(answer.fact->uid);
  }
  std::string unknown;
  for (const ParentAnswer& parent : parents_of(host, path)) {
    if (parent.fact == nullptr || parent.fact->kind != PathKind::Directory) {
      unknown = "the facts do not tell who may write what `" + parent.path + "` really is";
      continue;
    }
    const std::string defect = defect_of(*parent.fact, owners);
    if (!defect.empty()) {
      out.fail(asset, parent.fact->where,
               {WitnessKind::Text,
                {{"path", {path}},
                 {"folder above", {parent.path}},
                 {"mode", {octal(parent.fact->bits)}},
                 {"owner", {std::to_string(parent.fact->uid)}}}})
          .arg("path", path)
          .arg("host", host.id)
          .arg("folder", parent.path)
          .arg("defect", defect)
          .environment(host.environment);
      return;
    }
  }
  if (unknown.empty()) {
    out.pass(asset, answer.where).environment(host.environment);
  } else {
    out.undecided(asset, answer.where, unknown).environment(host.environment);
  }
}

void parent_writable(const AuditInput& input, Outcomes& out) {
  each_host(input, out, is_deployed_on, [&](const Host& host) {
    const std::set<std::uint32_t> owners = owners_on(host);
    for (const std::string& path : deployed_on(host)) {
      judge_parents(host, path, owners, out);
    }
  });
}

const Register kParentWritableCheck{
    "host-parent-writable", parent_writable, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
