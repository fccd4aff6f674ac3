// A unit pulls its image each time it starts: when the registry is down, the login has run out or
// the tag is gone, what ran a minute ago does not come back. Its own lines are looked at, not the
// scripts that they call. Source: systemd.service(5) "ExecStartPre=": when one of them fails, the
// unit does not start.
#include "checks/host/units.h"

namespace muster::host {
namespace {

/// The line that pulls; null without one.
const UnitLine* pulling_line(const Unit& unit) {
  for (const std::string_view name : {"ExecStartPre", "ExecStart"}) {
    for (const UnitLine* line : unit.service(name)) {
      const std::string_view value = line->value;
      const std::string_view prefix = value.substr(0, value.find_first_not_of("@-:+!"));
      const bool ignored = prefix.find('-') != std::string_view::npos;
      if (!ignored && (line->value + " ").find(" pull ") != std::string::npos) {
        return line;
      }
    }
  }
  return nullptr;
}

void judge_start(const Unit& unit, Outcomes& out) {
  const UnitLine* const line = pulling_line(unit);
  if (line == nullptr) {
    out.pass(unit.asset(), unit.where).environment(unit.host->environment);
    return;
  }
  out.fail(unit.asset(), line->where,
           {WitnessKind::Text, {{"unit", {unit.path}}, {line->name, {line->value}}}})
      .arg("unit", unit.name())
      .arg("host", unit.host->id)
      .arg("line", line->name)
      .environment(unit.host->environment);
}

void unit_pulls_at_start(const AuditInput& input, Outcomes& out) {
  each_service(input, out, [&](const Unit& unit) { judge_start(unit, out); });
}

const Register kUnitPullsAtStartCheck{
    "host-unit-pulls-at-start", unit_pulls_at_start, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
