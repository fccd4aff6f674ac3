// A variable that is no secret has another value than muster.yaml says for this environment. Values
// are compared byte for byte, as each reader of the file gets them: `dev.api.example.com` contains
// `api.example.com`. Sources of how readers take a line: `env_files.h`.
#include <algorithm>

#include "checks/host/env_files.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

struct Verdict {
  /// Empty = as declared.
  std::string defect;
  std::string unknown;
};

/// Whether some reader may get something else than what stands between the quotes.
std::string doubt_about(const EnvSubject& file, const EnvLine& line) {
  const bool unknown = file.readers.empty() && line.has("dollar") && line.quote != "single";
  if (unknown || file.may_replace(line)) {
    return "it has a `$`, which its readers may replace";
  }
  if (line.has("backslash") && line.quote != "single") {
    return "it has a backslash, which its readers may take away";
  }
  if (file.readers.empty() && (line.quote != "none" || line.has("space-after-equals"))) {
    return "some readers keep quotes and blanks; declare `readers`";
  }
  if (file.is_read_by(EnvReader::Shell) && !is_safe_for_shell(line)) {
    return "it has characters that mean something to a shell";
  }
  return "";
}

/// The value as the readers get it: `value` is without the blanks behind `=`, and, when `value` is
/// what stands between the quotes.
Verdict compare(const EnvSubject& file, const EnvLine& line, const std::string& expected) {
  const bool keeps_all = file.is_read_by(EnvReader::Docker) || file.readers.empty();
  std::string_view value = *line.value;
  if (file.is_read_by(EnvReader::Docker) && line.quote != "none") {
    return {"keeps its quotes for docker", ""};
  }
  if (line.has("space-after-equals") && file.is_read_by(EnvReader::Docker)) {
    return {"begins with a blank for docker", ""};
  }
  if (line.has("space-after-equals") && file.is_read_by(EnvReader::Shell)) {
    return {"is run as a command by a shell", ""};
  }
  if (line.has("cr") && file.is_read_by(EnvReader::Shell)) {
    return {"ends with a carriage return for a shell", ""};
  }
  if (line.quote == "none" && !keeps_all) {
    value = text::trim(value);
  }
  if (value != encoded(expected)) {
    return {"is `" + std::string(value) + "`", ""};
  }
  return {"", doubt_about(file, line)};
}

/// The environment whose declared value this is.
std::string environment_of(const AuditInput& input, const EnvSubject& file, std::string_view key,
                           std::string_view value) {
  for (const IntentHosts& group : input.intent().hosts) {
    if (encoded(group.environment) == file.host->environment) {
      continue;
    }
    for (const IntentEnvFile& other : group.env_files) {
      for (const Variable& one : other.public_values) {
        if (encoded(other.path) == file.path && one.name == key && encoded(one.value) == value) {
          return group.environment;
        }
      }
    }
  }
  return "";
}

Verdict verdict_on(const EnvSubject& file, const Variable& expected,
                   const std::vector<const EnvLine*>& lines) {
  if (file.may_hide(expected.name)) {
    return {"", "a line that the facts do not name may set `" + expected.name + "`"};
  }
  if (lines.empty()) {
    return {"is not there", ""};
  }
  const EnvLine& last = *lines.back();
  if (!last.value) {
    if (last.shape == "empty" && !expected.value.empty()) {
      return {"is empty", ""};
    }
    const bool withheld = last.has("refused") || last.has("withheld");
    return {"", withheld ? "its value stays on the host: it may be a secret, or is not the same "
                           "for all that read the file"
                         : "the facts do not tell its value; ask for it with `--public " +
                               expected.name + "`"};
  }
  if (last.has("export") && file.is_read_by(EnvReader::Systemd)) {
    return {"is on a line that systemd leaves out", ""};
  }
  return compare(file, last, expected.value);
}

void judge_value(const AuditInput& input, const EnvSubject& file, const IntentEnvFile& declared,
                 const Variable& expected, Outcomes& out) {
  const auto lines = file.lines_of(expected.name);
  const Verdict verdict = verdict_on(file, expected, lines);
  const SourceRef where = lines.empty() ? file.where : lines.back()->where;
  if (!verdict.defect.empty()) {
    const std::string other =
        lines.empty() || !lines.back()->value
            ? ""
            : environment_of(input, file, expected.name, *lines.back()->value);
    out.fail(file.asset(), where,
             {WitnessKind::Text,
              {{"file", {file.path}},
               {"variable", {expected.name}},
               {"it", {verdict.defect}},
               {"declared", {expected.value}}}})
        .anchor(expected.name)
        .arg("key", expected.name)
        .arg("path", file.path)
        .arg("host", file.host->id)
        .arg("defect", verdict.defect)
        .arg("expected", expected.value)
        .environment(file.host->environment)
        .because(other.empty() ? "" : "that is the value of the environment `" + other + "`")
        .related(declared.where, "where it is declared");
  } else if (!verdict.unknown.empty()) {
    out.undecided(file.asset(), where, verdict.unknown)
        .anchor(expected.name)
        .environment(file.host->environment);
  } else {
    out.pass(file.asset(), where).anchor(expected.name).environment(file.host->environment);
  }
}

void env_value_wrong(const AuditInput& input, Outcomes& out) {
  each_env_content(input, out, [&](const EnvSubject& file) {
    for (const IntentEnvFile* declared : file.declared) {
      for (const Variable& expected : declared->public_values) {
        judge_value(input, file, *declared, expected, out);
      }
    }
  });
}

const Register kEnvValueWrongCheck{
    "host-env-value-wrong", env_value_wrong, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
