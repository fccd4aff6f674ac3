// Where the software was deployed before there is still something: a second tree that people and
// scripts may take for the real one, or a link that leads elsewhere. Nothing there, or a link to
// the place of today that its owner or root made, is as it should be. What nobody may look at is
// not known to be gone.
#include "checks/host/hosts.h"

namespace muster::host {
namespace {

struct Leftover {
  /// Empty = nothing wrong.
  std::string what;
  std::string unknown;
};

Leftover leftover_at(const Host& host, const std::string& path, const PathFact& fact,
                     const std::string& canonical) {
  if (fact.kind == PathKind::None) {
    return {};
  }
  if (fact.kind != PathKind::Link) {
    for (const ParentAnswer& parent : parents_of(host, path)) {
      if (parent.fact == nullptr || parent.fact->kind != PathKind::Directory) {
        return {"", "`" + parent.path + "` may be a link to where it is deployed today"};
      }
    }
    return {std::string(to_words(fact.kind)) + " of its own", ""};
  }
  const auto found = host.facts->links.find(path);
  if (found == host.facts->links.end() || host.facts->skips.contains(path) ||
      found->second.state == "deny") {
    return {"", "the facts do not tell where the link `" + path + "` leads"};
  }
  if (found->second.state != "ok") {
    return {"a link that leads nowhere", ""};
  }
  if (found->second.real != canonical) {
    return {"a link to `" + found->second.real + "`", ""};
  }
  const PathAnswer target = look_at(host, canonical);
  if (fact.uid != 0 && target.fact == nullptr) {
    return {"", target.unknown};
  }
  if (fact.uid != 0 && fact.uid != target.fact->uid) {
    return {"a link of another user, " + shown_owner(fact.uid, fact.user), ""};
  }
  return {};
}

void judge_legacy(const Host& host, const IntentHostPath& declared, const std::string& legacy,
                  Outcomes& out) {
  const std::string path = encoded(legacy);
  const std::string canonical = encoded(declared.path);
  const Asset asset = host.asset("host-path", path);
  const PathAnswer answer = look_at(host, path);
  const Leftover left = answer.fact == nullptr ? Leftover{"", answer.unknown}
                                               : leftover_at(host, path, *answer.fact, canonical);
  if (!left.what.empty()) {
    out.fail(asset, answer.where,
             {WitnessKind::Text,
              {{"path", {path}}, {"it is", {left.what}}, {"deployed today", {canonical}}}})
        .arg("path", path)
        .arg("host", host.id)
        .arg("what", left.what)
        .arg("canonical", canonical)
        .environment(host.environment)
        .related(declared.where, "where it is deployed today");
  } else if (!left.unknown.empty()) {
    out.undecided(asset, answer.where, left.unknown).environment(host.environment);
  } else {
    out.pass(asset, answer.where).environment(host.environment);
  }
}

void legacy_path_left(const AuditInput& input, Outcomes& out) {
  each_declared(input, out, &IntentHosts::paths, [&](const Host& host, const IntentHostPath& path) {
    for (const std::string& legacy : path.legacy) {
      judge_legacy(host, path, legacy, out);
    }
  });
}

const Register kLegacyPathLeftCheck{
    "host-legacy-path-left", legacy_path_left, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
