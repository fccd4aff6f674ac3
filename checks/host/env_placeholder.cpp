// A variable that is named like a secret still holds the word of a template, or one that everybody
// tries first. Which variables are required is another rule's; this one needs no declaration.
#include <algorithm>

#include "checks/host/env_files.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

bool is_required(const EnvSubject& file, const std::string& key) {
  return std::ranges::any_of(file.declared, [&](const IntentEnvFile* declared) {
    return text::one_of(key, declared->required);
  });
}

void judge_placeholders(const EnvSubject& file, Outcomes& out) {
  bool clean = true;
  bool unnamed = false;
  bool replaced = false;
  for (const EnvLine& line : file.content->lines) {
    unnamed |= line.shape == "placeholder" && line.key == "?";
    if (line.shape == "placeholder" && is_secret_name(line.key) && file.may_replace(line)) {
      replaced = true;
      continue;
    }
    if (line.shape != "placeholder" || !is_secret_name(line.key) || is_required(file, line.key)) {
      continue;
    }
    clean = false;
    out.fail(file.asset(), line.where,
             {WitnessKind::Text,
              {{"file", {file.path}},
               {"line", {std::to_string(line.number)}},
               {"variable", {line.key}},
               {"value", {"a placeholder"}}}})
        .anchor(line.key)
        .arg("key", line.key)
        .arg("path", file.path)
        .arg("host", file.host->id)
        .environment(file.host->environment);
  }
  if (clean && (unnamed || replaced)) {
    out.undecided(file.asset(), file.where,
                  unnamed ? "a variable with a placeholder is not named by the facts; name it with "
                            "`--key`"
                          : "a secret comes from another variable, of which the facts do not tell")
        .environment(file.host->environment);
  } else if (clean) {
    out.pass(file.asset(), file.where).environment(file.host->environment);
  }
}

void env_placeholder(const AuditInput& input, Outcomes& out) {
  each_env_content(input, out, [&](const EnvSubject& file) { judge_placeholders(file, out); });
}

const Register kEnvPlaceholderCheck{
    "host-env-placeholder", env_placeholder, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
