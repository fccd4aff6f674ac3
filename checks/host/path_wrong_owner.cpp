// What is deployed belongs to another user or group than muster.yaml says. Numbers decide; a name
// does where the facts come from the host itself, whose users it names. Source: POSIX.1-2017, "4.7
// File Access Permissions": the owner may change a file's mode and content, whatever it is.
#include "checks/host/hosts.h"

namespace muster::host {
namespace {

void judge_owner(const Host& host, const IntentHostPath& declared, Outcomes& out) {
  const std::string path = encoded(declared.path);
  const Asset asset = host.asset("host-path", path);
  const PathAnswer answer = look_at(host, path);
  if (answer.fact == nullptr || answer.fact->kind != PathKind::Directory) {
    out.undecided(asset, answer.where,
                  answer.fact == nullptr ? answer.unknown
                                         : "`" + path + "` is " + to_words(answer.fact->kind) +
                                               ", and its owner is not that of what is deployed")
        .environment(host.environment);
    return;
  }
  const PathFact& fact = *answer.fact;
  const std::size_t colon = declared.owner.find(':');
  const auto user =
      is_owner(host, std::string_view(declared.owner).substr(0, colon), fact.uid, fact.user);
  const auto group =
      is_owner(host, std::string_view(declared.owner).substr(colon + 1), fact.gid, fact.group);
  if (user.value_or(true) && group.value_or(true)) {
    if (user && group) {
      out.pass(asset, fact.where).environment(host.environment);
    } else {
      out.undecided(asset, fact.where,
                    "these facts are of a copy of the host's files, which knows users by number "
                    "alone; declare `owner` in numbers")
          .environment(host.environment);
    }
    return;
  }
  const std::string actual =
      shown_owner(fact.uid, fact.user) + ":" + shown_owner(fact.gid, fact.group);
  out.fail(asset, fact.where,
           {WitnessKind::Text,
            {{"path", {path}}, {"owner", {actual}}, {"declared", {declared.owner}}}})
      .arg("path", path)
      .arg("host", host.id)
      .arg("owner", actual)
      .arg("declared", declared.owner)
      .environment(host.environment)
      .related(declared.where, "where it is declared");
}

void path_wrong_owner(const AuditInput& input, Outcomes& out) {
  each_declared(input, out, &IntentHosts::paths, [&](const Host& host, const IntentHostPath& path) {
    if (!path.owner.empty()) {
      judge_owner(host, path, out);
    }
  });
}

const Register kPathWrongOwnerCheck{
    "host-path-wrong-owner", path_wrong_owner, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
