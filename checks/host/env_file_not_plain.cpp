// An environment file that is no plain file with one name: a link leads to whatever its owner
// likes, a second name keeps the old content readable where nobody looks, and a missing file
// starts the service without its settings. Source: POSIX.1-2017, "link()": modes belong to the
// file, not to its names, and a name elsewhere is protected by other folders.
#include "checks/host/env_files.h"

namespace muster::host {
namespace {

std::string defect_of(const PathFact& fact) {
  if (fact.kind != PathKind::File) {
    return std::string("is ") + to_words(fact.kind);
  }
  return fact.links == 1 ? "" : "has " + std::to_string(fact.links) + " names";
}

void judge_plain(const EnvSubject& file, Outcomes& out) {
  const PathAnswer answer = look_at(*file.host, file.path);
  if (answer.fact == nullptr) {
    out.undecided(file.asset(), answer.where, answer.unknown).environment(file.host->environment);
    return;
  }
  const std::string defect = defect_of(*answer.fact);
  if (defect.empty()) {
    out.pass(file.asset(), answer.where).environment(file.host->environment);
    return;
  }
  out.fail(file.asset(), answer.where,
           {WitnessKind::Text, {{"path", {file.path}}, {"it", {defect}}}})
      .arg("path", file.path)
      .arg("host", file.host->id)
      .arg("defect", defect)
      .environment(file.host->environment);
}

void env_file_not_plain(const AuditInput& input, Outcomes& out) {
  each_env_file(input, out, [&](const EnvSubject& file) { judge_plain(file, out); });
}

const Register kEnvFileNotPlainCheck{
    "host-env-file-not-plain", env_file_not_plain, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
