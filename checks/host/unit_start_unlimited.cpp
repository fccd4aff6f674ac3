// A one-shot unit has no limit on how long it may take: for these the limit is off unless it is
// set. A job that hangs stays `activating`, and whoever starts the unit waits with it. Source:
// systemd.service(5) "TimeoutStartSec=": off by default with `Type=oneshot`; 0 and `infinity` are
// no limit.
#include "checks/host/units.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

/// `TimeoutSec=` sets the same, and the later line wins.
std::string limit_of(const Unit& unit) {
  std::string limit;
  for (const UnitLine& line : *unit.lines) {
    if (line.section == "[Service]" &&
        (line.name == "TimeoutStartSec" || line.name == "TimeoutSec")) {
      limit = text::trim(line.value);
    }
  }
  return limit;
}

void judge_limit(const Unit& unit, Outcomes& out) {
  const std::string limit = limit_of(unit);
  const bool none =
      limit.empty() || limit == "infinity" || limit.find_first_of("123456789") == std::string::npos;
  if (unit.last_service("Type") != "oneshot" || !none) {
    out.pass(unit.asset(), unit.where).environment(unit.host->environment);
    return;
  }
  out.fail(unit.asset(), unit.where,
           {WitnessKind::Text,
            {{"unit", {unit.path}},
             {"Type", {"oneshot"}},
             {"TimeoutStartSec", {limit.empty() ? "not set" : limit}}}})
      .arg("unit", unit.name())
      .arg("host", unit.host->id)
      .environment(unit.host->environment);
}

void unit_start_unlimited(const AuditInput& input, Outcomes& out) {
  each_service(input, out, [&](const Unit& unit) { judge_limit(unit, out); });
}

const Register kUnitStartUnlimitedCheck{
    "host-unit-start-unlimited", unit_start_unlimited, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
