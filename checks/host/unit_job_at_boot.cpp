// A one-shot job is enabled: each start of the host runs it again, at a time that nobody chose. A
// unit that stays active behind its start (`RemainAfterExit=`) sets something up and is no job.
// Sources: systemd.service(5) "Type=oneshot", "RemainAfterExit="; systemctl(1) "enable".
#include <algorithm>
#include <array>

#include "checks/host/units.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

bool is_job(const Unit& unit) {
  static constexpr std::array<std::string_view, 4> kYes = {"yes", "true", "on", "1"};
  return unit.last_service("Type") == "oneshot" &&
         !text::one_of(text::lower(unit.last_service("RemainAfterExit")), kYes);
}

void judge_boot(const Unit& unit, Outcomes& out) {
  const bool meant = std::ranges::any_of(
      unit.declared, [](const IntentUnit* declared) { return declared->at_boot; });
  const auto state = unit.property("UnitFileState");
  if (!is_job(unit) || meant) {
    out.pass(unit.asset(), unit.where).environment(unit.host->environment);
    return;
  }
  if (!state || state->empty() || *state == "bad") {
    out.undecided(unit.asset(), unit.where, "the facts do not tell whether it is enabled")
        .environment(unit.host->environment);
    return;
  }
  if (*state != "enabled" && *state != "enabled-runtime") {
    out.pass(unit.asset(), unit.where).environment(unit.host->environment);
    return;
  }
  out.fail(unit.asset(), unit.where,
           {WitnessKind::Text,
            {{"unit", {unit.path}}, {"Type", {"oneshot"}}, {"UnitFileState", {*state}}}})
      .arg("unit", unit.name())
      .arg("host", unit.host->id)
      .environment(unit.host->environment);
}

void unit_job_at_boot(const AuditInput& input, Outcomes& out) {
  each_service(input, out, [&](const Unit& unit) { judge_boot(unit, out); });
}

const Register kUnitJobAtBootCheck{
    "host-unit-job-at-boot", unit_job_at_boot, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
