// The file from which a deploy and a rollback learn what runs is not there, cannot be read, says
// nothing, may be changed by others, or is older than deploys lie apart. Source: RFC 8259 (JSON);
// POSIX.1-2017, "4.7 File Access Permissions".
#include "checks/host/deploy_state.h"

namespace muster::host {
namespace {

std::string defect_of(const Host& host, const IntentState& declared, const DeployState& state) {
  if (!state.defect.empty()) {
    return state.defect;
  }
  const PathAnswer answer = look_at(host, encoded(declared.path));
  if (answer.fact == nullptr) {
    return "";
  }
  if ((answer.fact->bits & kWritableByOthers) != 0) {
    return "may be changed by others (mode " + octal(answer.fact->bits) + ")";
  }
  const std::int64_t days = (host.facts->time - answer.fact->modified) / kDaySeconds;
  return declared.max_age_days && days > *declared.max_age_days
             ? "was written " + std::to_string(days) + " days ago"
             : "";
}

void judge_state(const Host& host, const IntentState& declared, Outcomes& out) {
  const std::string path = encoded(declared.path);
  const Asset asset = host.asset("host-state", path);
  const DeployState state = read_state(host, declared);
  const std::string defect = defect_of(host, declared, state);
  if (!defect.empty()) {
    out.fail(asset, state.where, {WitnessKind::Text, {{"file", {path}}, {"it", {defect}}}})
        .arg("path", path)
        .arg("host", host.id)
        .arg("defect", defect)
        .environment(host.environment)
        .related(declared.where, "where it is declared");
  } else if (!state.unknown.empty()) {
    out.undecided(asset, state.where, state.unknown).environment(host.environment);
  } else {
    out.pass(asset, state.where).environment(host.environment);
  }
}

void state_invalid(const AuditInput& input, Outcomes& out) {
  each_declared(input, out, &IntentHosts::states,
                [&](const Host& host, const IntentState& state) { judge_state(host, state, out); });
}

const Register kStateInvalidCheck{"host-state-invalid", state_invalid, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
