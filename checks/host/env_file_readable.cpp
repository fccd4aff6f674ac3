// An environment file that others than its owner may read or write, or whose owner is neither root
// nor the user that muster.yaml names. Bits are tested one by one: 0466 is a smaller number than
// 0600, and everybody reads it. Source: POSIX.1-2017, "4.7 File Access Permissions".
#include "checks/host/env_files.h"

namespace muster::host {
namespace {

/// Whether one of the declared owners has it; nothing when that cannot be said.
std::optional<bool> is_of_declared(const EnvSubject& file, const PathFact& fact) {
  std::optional<bool> answer = fact.uid == 0;
  for (const IntentEnvFile* declared : file.declared) {
    if (answer == std::optional(true) || declared->owner.empty()) {
      continue;
    }
    const auto is = is_owner(*file.host, declared->owner, fact.uid, fact.user);
    answer = is.value_or(false) ? std::optional(true) : is ? answer : std::nullopt;
  }
  return answer;
}

void fail_readable(const EnvSubject& file, const PathFact& fact, const std::string& defect,
                   Outcomes& out) {
  out.fail(file.asset(), fact.where,
           {WitnessKind::Text,
            {{"path", {file.path}},
             {"mode", {octal(fact.bits)}},
             {"owner", {shown_owner(fact.uid, fact.user)}},
             {"group", {shown_owner(fact.gid, fact.group)}}}})
      .arg("path", file.path)
      .arg("host", file.host->id)
      .arg("defect", defect)
      .environment(file.host->environment);
}

void judge_mode(const EnvSubject& file, Outcomes& out) {
  const PathAnswer answer = look_at(*file.host, file.path);
  const auto undecided = [&](const std::string& why) {
    out.undecided(file.asset(), answer.where, why).environment(file.host->environment);
  };
  if (answer.fact == nullptr) {
    undecided(answer.unknown);
    return;
  }
  const PathFact& fact = *answer.fact;
  if (fact.kind != PathKind::File) {
    undecided("`" + file.path + "` is " + to_words(fact.kind) +
              ", and its mode is not that of what is read");
    return;
  }
  if ((fact.bits & ~kOwnerReadsAndWrites) != 0) {
    fail_readable(file, fact, "has the mode " + octal(fact.bits), out);
    return;
  }
  const auto owned = file.declared.empty() ? std::optional(true) : is_of_declared(file, fact);
  if (!owned) {
    undecided(
        "these facts are of a copy of the host's files, which knows users by number alone; "
        "declare `owner` as a number");
  } else if (!*owned) {
    fail_readable(file, fact, "belongs to " + shown_owner(fact.uid, fact.user), out);
  } else {
    out.pass(file.asset(), fact.where).environment(file.host->environment);
  }
}

void env_file_readable(const AuditInput& input, Outcomes& out) {
  each_env_file(input, out, [&](const EnvSubject& file) { judge_mode(file, out); });
}

const Register kEnvFileReadableCheck{
    "host-env-file-readable", env_file_readable, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
