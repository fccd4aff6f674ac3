// A variable that the service needs has no value: it is not in its environment file, is empty or
// still holds the words of the template; or its line is one that systemd leaves out (`export`).
// Later lines win. Source: systemd.exec(5) "EnvironmentFile=".
#include "checks/host/env_files.h"

namespace muster::host {
namespace {

struct Value {
  /// Empty = it has one.
  std::string defect;
  std::string unknown;
  const EnvLine* line = nullptr;
};

Value value_of(const EnvSubject& file, const std::string& key) {
  std::vector<const EnvLine*> lines = file.lines_of(key);
  if (file.may_hide(key)) {
    return {"", "a line that the facts do not name may set `" + key + "`", nullptr};
  }
  if (lines.empty()) {
    return {"is not there", "", nullptr};
  }
  const bool exported = lines.back()->has("export");
  if (exported && file.is_read_by(EnvReader::Systemd)) {
    return {"is on a line that systemd leaves out: it begins with `export`", "", lines.back()};
  }
  const EnvLine& last = *lines.back();
  if (last.shape == "placeholder" && file.may_replace(last)) {
    return {"", "its value comes from another variable, of which the facts do not tell", &last};
  }
  if (last.shape == "empty" || last.shape == "placeholder") {
    return {last.shape == "empty" ? "is empty" : "is a placeholder", "", &last};
  }
  return {"", "", &last};
}

void judge_required(const EnvSubject& file, const std::string& key, const IntentEnvFile& declared,
                    Outcomes& out) {
  const Value value = value_of(file, key);
  const SourceRef where = value.line == nullptr ? file.where : value.line->where;
  if (!value.unknown.empty()) {
    out.undecided(file.asset(), where, value.unknown)
        .anchor(key)
        .environment(file.host->environment);
  } else if (value.defect.empty()) {
    out.pass(file.asset(), where).anchor(key).environment(file.host->environment);
  } else {
    out.fail(file.asset(), where,
             {WitnessKind::Text,
              {{"file", {file.path}}, {"variable", {key}}, {"it", {value.defect}}}})
        .anchor(key)
        .arg("key", key)
        .arg("path", file.path)
        .arg("host", file.host->id)
        .arg("defect", value.defect)
        .environment(file.host->environment)
        .related(declared.where, "where it is required");
  }
}

void env_key_missing(const AuditInput& input, Outcomes& out) {
  each_env_content(input, out, [&](const EnvSubject& file) {
    for (const IntentEnvFile* declared : file.declared) {
      for (const std::string& key : declared->required) {
        judge_required(file, key, *declared, out);
      }
    }
  });
}

const Register kEnvKeyMissingCheck{
    "host-env-key-missing", env_key_missing, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
