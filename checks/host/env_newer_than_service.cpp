// An environment file was written after the service that reads it had started: what runs is not
// what the file says, and the next restart, by anybody, brings the change. Judged for units that
// name the file and run. Sources: systemd.exec(5) "EnvironmentFile=": it is read when the service
// starts; org.freedesktop.systemd1(5) "ExecMainStartTimestampMonotonic": microseconds since the
// host started.
#include <algorithm>

#include "checks/host/env_files.h"
#include "checks/text/number.h"

namespace muster::host {
namespace {

/// Clocks of file systems and whole seconds of the facts.
constexpr std::int64_t kToleranceSeconds = 2;

std::string property_of(const HostFacts& facts, const std::string& unit, std::string_view name) {
  const auto run = facts.unit_runs.find(unit);
  if (run == facts.unit_runs.end()) {
    return "";
  }
  const auto found = run->second.find(name);
  return found == run->second.end() ? "" : found->second;
}

/// When the service started, in seconds since 1970; nothing when that is not told.
std::optional<std::int64_t> start_of(const HostFacts& facts, const std::string& unit) {
  constexpr std::int64_t kMicroseconds = 1'000'000;
  const auto since_boot =
      text::whole_number<std::int64_t>(property_of(facts, unit, "ExecMainStartTimestampMonotonic"));
  if (!since_boot || *since_boot <= 0 || !facts.uptime ||
      *since_boot / kMicroseconds > *facts.uptime + kToleranceSeconds) {
    return std::nullopt;
  }
  return facts.time - *facts.uptime + *since_boot / kMicroseconds;
}

void judge_reader(const EnvSubject& file, const std::string& unit, Outcomes& out) {
  const HostFacts& facts = *file.host->facts;
  const auto undecided = [&](const std::string& why) {
    out.undecided(file.asset(), file.where, why).anchor(unit).environment(file.host->environment);
  };
  const std::string state = property_of(facts, unit, "ActiveState");
  if (state.empty() || facts.skips.contains("service " + unit)) {
    undecided("whether `" + unit + "` runs the facts do not tell; ask for it with `--service " +
              unit + "`");
    return;
  }
  if (state == "inactive" || state == "failed") {
    out.pass(file.asset(), file.where).anchor(unit).environment(file.host->environment);
    return;
  }
  const PathAnswer answer = look_at(*file.host, file.path);
  const auto start = start_of(facts, unit);
  if (answer.fact == nullptr || answer.fact->kind != PathKind::File || !start) {
    undecided(answer.fact == nullptr ? answer.unknown
              : start                ? "`" + file.path + "` is " + to_words(answer.fact->kind)
                                     : "when `" + unit + "` started the facts do not tell");
  } else if (answer.fact->modified > *start + kToleranceSeconds) {
    out.fail(file.asset(), answer.where,
             {WitnessKind::Text,
              {{"file", {file.path}},
               {"unit", {unit}},
               {"seconds after its start", {std::to_string(answer.fact->modified - *start)}}}})
        .anchor(unit)
        .arg("path", file.path)
        .arg("host", file.host->id)
        .arg("unit", unit)
        .environment(file.host->environment);
  } else if (answer.fact->changed > *start + kToleranceSeconds) {
    undecided("`" + file.path + "` was moved there, or its owner or mode was changed, after `" +
              unit + "` had started");
  } else {
    out.pass(file.asset(), answer.where).anchor(unit).environment(file.host->environment);
  }
}

void env_newer_than_service(const AuditInput& input, Outcomes& out) {
  each_env_file(input, out, [&](const EnvSubject& file) {
    for (const std::string& unit : units_reading(*file.host->facts, file.path)) {
      judge_reader(file, unit, out);
    }
  });
}

const Register kEnvNewerThanServiceCheck{
    "host-env-newer-than-service", env_newer_than_service, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
