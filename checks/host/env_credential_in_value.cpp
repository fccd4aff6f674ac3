// A variable whose name promises no secret holds one: a URL with a user and a password, or, of a
// variable that was asked for as public, what looks like a token. Such values are printed, logged
// and copied without a thought. Source: RFC 3986, 3.2.1: passwords in URLs are deprecated, since
// they are shown wherever the URL is.
#include "checks/host/env_files.h"

namespace muster::host {
namespace {

std::string defect_of(const EnvLine& line) {
  if (line.has("refused")) {
    return "is declared public and looks like a secret";
  }
  const bool promises =
      is_secret_name(line.key) || line.key.ends_with("_URL") || line.key.ends_with("_url");
  return line.shape == "url-with-credential" && !promises ? "is a URL with a credential in it" : "";
}

void judge_values(const EnvSubject& file, Outcomes& out) {
  bool clean = true;
  bool unnamed = false;
  for (const EnvLine& line : file.content->lines) {
    if (line.key == "?") {
      unnamed |= line.shape == "url-with-credential";
      continue;
    }
    const std::string defect = defect_of(line);
    if (defect.empty()) {
      continue;
    }
    clean = false;
    out.fail(file.asset(), line.where,
             {WitnessKind::Text,
              {{"file", {file.path}},
               {"line", {std::to_string(line.number)}},
               {"variable", {line.key}},
               {"its value", {defect}}}})
        .anchor(line.key)
        .arg("key", line.key)
        .arg("path", file.path)
        .arg("host", file.host->id)
        .arg("defect", defect)
        .environment(file.host->environment);
  }
  if (clean && unnamed) {
    out.undecided(file.asset(), file.where,
                  "a variable with a credential in its URL is not named by the facts; name it with "
                  "`--key`")
        .environment(file.host->environment);
  } else if (clean) {
    out.pass(file.asset(), file.where).environment(file.host->environment);
  }
}

void env_credential_in_value(const AuditInput& input, Outcomes& out) {
  each_env_content(input, out, [&](const EnvSubject& file) { judge_values(file, out); });
}

const Register kEnvCredentialInValueCheck{
    "host-env-credential-in-value", env_credential_in_value, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
