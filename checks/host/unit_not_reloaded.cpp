// The file of a unit was changed and systemd was not told: it goes on with what it read before, and
// the next reload, by anybody, brings the change. Source: systemctl(1) "daemon-reload";
// org.freedesktop.systemd1(5) "NeedDaemonReload".
#include "checks/host/hosts.h"

namespace muster::host {
namespace {

void judge_reload(const Host& host, const std::string& unit,
                  const HostFacts::Table<std::string>& properties, Outcomes& out) {
  const Asset asset = host.asset("host-unit", unit);
  const auto said = [&](std::string_view property) {
    const auto found = properties.find(property);
    return found == properties.end() ? std::string() : found->second;
  };
  const std::string answer = said("NeedDaemonReload");
  if (answer == "no" && !said("FragmentPath").empty() &&
      !host.facts->skips.contains("service " + unit)) {
    out.pass(asset, host.facts->where).environment(host.environment);
  } else if (answer != "yes") {
    out.undecided(asset, host.facts->where,
                  "systemd did not say whether it has read the file of `" + unit + "`")
        .environment(host.environment);
  } else {
    out.fail(asset, host.facts->where,
             {WitnessKind::Text, {{"unit", {unit}}, {"NeedDaemonReload", {answer}}}})
        .arg("unit", unit)
        .arg("host", host.id)
        .environment(host.environment);
  }
}

bool has_unit_runs(const Host& host) {
  return host.facts != nullptr && !host.facts->unit_runs.empty();
}

void unit_not_reloaded(const AuditInput& input, Outcomes& out) {
  each_host(input, out, has_unit_runs, [&](const Host& host) {
    for (const auto& [unit, properties] : host.facts->unit_runs) {
      judge_reload(host, unit, properties, out);
    }
  });
}

const Register kUnitNotReloadedCheck{
    "host-unit-not-reloaded", unit_not_reloaded, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
