// A unit runs what was deployed as root: no `User=`, and no `DynamicUser=`. Source:
// systemd.exec(5) "User=, Group=": without it a service of the system manager runs as root.
#include <array>

#include "checks/host/units.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

void judge_user(const Unit& unit, Outcomes& out) {
  static constexpr std::array<std::string_view, 4> kYes = {"yes", "true", "on", "1"};
  const std::string user = unit.last_service("User");
  const bool dynamic = text::one_of(text::lower(unit.last_service("DynamicUser")), kYes);
  const bool root = user == "root" || user == "0" || (user.empty() && !dynamic);
  if (!root) {
    out.pass(unit.asset(), unit.where).environment(unit.host->environment);
    return;
  }
  out.fail(unit.asset(), unit.where,
           {WitnessKind::Text,
            {{"unit", {unit.path}},
             {"User", {user.empty() ? "none" : user}},
             {"NoNewPrivileges", {unit.last_service("NoNewPrivileges")}},
             {"ProtectSystem", {unit.last_service("ProtectSystem")}}}})
      .arg("unit", unit.name())
      .arg("host", unit.host->id)
      .environment(unit.host->environment);
}

void unit_as_root(const AuditInput& input, Outcomes& out) {
  each_service(input, out, [&](const Unit& unit) { judge_user(unit, out); });
}

const Register kUnitAsRootCheck{"host-unit-as-root", unit_as_root, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
