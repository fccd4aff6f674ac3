#include "checks/host/units.h"

#include <algorithm>
#include <map>

#include "checks/text/ascii.h"

namespace muster::host {
namespace {

bool has_units(const Host& host) {
  return (host.facts != nullptr && !host.facts->units.empty()) ||
         std::ranges::any_of(host.declared,
                             [](const IntentHosts* group) { return !group->units.empty(); });
}

/// Why the file is not all that systemd has.
std::string beside_the_file(const Unit& unit) {
  const std::string name = unit.name();
  const std::string gap = gap_in(*unit.host->facts, "service " + name);
  if (!gap.empty()) {
    return "systemd was not asked about `" + name + "`: " + gap;
  }
  const auto drop_ins = unit.property("DropInPaths");
  const auto fragment = unit.property("FragmentPath");
  if (!drop_ins || !fragment) {
    return "whether drop-ins change it the facts do not tell; ask for it with `--service " + name +
           "`";
  }
  if (*fragment != unit.path) {
    return fragment->empty() ? "systemd has no such unit"
                             : "systemd reads it from `" + *fragment + "`";
  }
  return drop_ins->empty() ? "" : "drop-ins change it: `" + *drop_ins + "`";
}

Unit unit_of(const Host& host, const std::string& path) {
  Unit unit;
  unit.host = &host;
  unit.path = path;
  const auto found = host.facts->units.find(path);
  const std::string gap = gap_in(*host.facts, path);
  unit.where = host.facts->where;
  if (!gap.empty()) {
    unit.unknown = "what is in `" + path + "` does not count: " + gap;
  } else if (found == host.facts->units.end()) {
    unit.unknown = "the facts do not tell what is in `" + path + "`; ask for it with `--unit`";
  } else {
    unit.lines = &found->second;
    unit.where = found->second.front().where;
    unit.unknown = beside_the_file(unit);
  }
  return unit;
}

}  // namespace

std::string Unit::name() const {
  return path.substr(path.rfind('/') + 1);
}

std::vector<const UnitLine*> Unit::service(std::string_view name) const {
  std::vector<const UnitLine*> found;
  for (const UnitLine& line : *lines) {
    if (line.section != "[Service]" || line.name != name) {
      continue;
    }
    if (line.value.empty()) {
      found.clear();
    } else {
      found.push_back(&line);
    }
  }
  return found;
}

std::string Unit::last_service(std::string_view name) const {
  const auto found = service(name);
  return found.empty() ? "" : found.back()->value;
}

bool Unit::is_service() const {
  return std::ranges::any_of(*lines,
                             [](const UnitLine& line) { return line.section == "[Service]"; });
}

std::optional<std::string> Unit::property(std::string_view name) const {
  const std::string unit = this->name();
  const auto run = host->facts->unit_runs.find(unit);
  if (run == host->facts->unit_runs.end()) {
    return std::nullopt;
  }
  const auto found = run->second.find(name);
  return found == run->second.end() ? std::nullopt : std::optional(found->second);
}

void each_service(const AuditInput& input, Outcomes& out,
                  const std::function<void(const Unit& unit)>& judge) {
  each_host(input, out, has_units, [&](const Host& host) {
    std::map<std::string, Unit> units;
    for (const auto& [path, lines] : host.facts->units) {
      units.emplace(path, unit_of(host, path));
    }
    for (const IntentHosts* group : host.declared) {
      for (const IntentUnit& declared : group->units) {
        const std::string path = encoded(declared.path);
        units.try_emplace(path, unit_of(host, path)).first->second.declared.push_back(&declared);
      }
    }
    for (const auto& [path, unit] : units) {
      if (unit.lines != nullptr && !unit.is_service()) {
        continue;
      }
      if (unit.unknown.empty()) {
        judge(unit);
      } else {
        out.undecided(unit.asset(), unit.where, unit.unknown).environment(host.environment);
      }
    }
  });
}

}  // namespace muster::host
