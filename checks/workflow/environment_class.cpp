// What a run's environment is for, by what muster.yaml says and by names.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// Lower-case parts of a name, split at separators and where a lower-case letter meets an
/// upper-case one.
std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool hump = i > 0 && is_upper(c) && is_alnum(name[i - 1]) && !is_upper(name[i - 1]);
    if (!is_alnum(c) || hump) {
      parts.emplace_back();
    }
    if (is_alnum(c)) {
      parts.back() += text::lower(c);
    }
  }
  std::erase(parts, "");
  return parts;
}

/// Names that tell what a run touches, most telling first.
std::vector<std::pair<std::string, std::string>> telling_names(
    const JobRun& run, const std::vector<Credential>& held) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const Credential& credential : held) {
    for (const std::string& arn : credential.role_arns.values) {
      names.emplace_back(
          "role " + arn,
          arn.substr(arn.find(":role/") == std::string::npos ? 0 : arn.find(":role/") + 6));
    }
  }
  for (const StepCommand& item : run.script->commands) {
    for (const char* option : {"--cluster", "--service", "--function-name", "--stack-name"}) {
      const std::string value = item.command.option(option);
      if (!value.empty() && !has_expression(value)) {
        names.emplace_back(std::string(option) + " " + value, value);
      }
    }
  }
  for (const Step* step : run.script->steps) {
    for (const char* input : {"cluster", "service"}) {
      const Text* value = step->input(input);
      if (value != nullptr && !has_expression(value->value)) {
        names.emplace_back(std::string(input) + " " + value->value, value->value);
      }
    }
  }
  names.emplace_back("job " + run.job->id.value, run.job->id.value);
  names.emplace_back("workflow " + run.workflow->display_name(), run.workflow->display_name());
  names.emplace_back("file " + run.workflow->source.path(), run.workflow->source.path());
  return names;
}

}  // namespace

EnvironmentClass declared_class(const std::string& arn, const Intent& intent) {
  EnvironmentClass found = EnvironmentClass::Unknown;
  for (const IntentRole& role : intent.roles) {
    for (const IntentEnvironment& environment : intent.environments) {
      const bool of_role = role.arn == arn && text::one_of(environment.name, role.environments);
      if (of_role && found != EnvironmentClass::Production) {
        found = environment.kind;
      }
    }
  }
  return found;
}

EnvironmentClass class_of_name(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kProduction = {"prod", "production", "prd",
                                                                  "live"};
  static constexpr std::array<std::string_view, 6> kStaging = {
      "staging", "stage", "stg", "uat", "preprod", "preproduction"};
  static constexpr std::array<std::string_view, 8> kDevelopment = {
      "dev", "development", "test", "testing", "sandbox", "qa", "review", "nonprod"};
  const std::vector<std::string> parts = parts_of(name);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string before = i > 0 ? parts[i - 1] : "";
    if (text::one_of(parts[i], kProduction)) {
      if (before == "non") {
        return EnvironmentClass::Development;
      }
      return before == "pre" ? EnvironmentClass::Staging : EnvironmentClass::Production;
    }
    if (text::one_of(parts[i], kStaging)) {
      return EnvironmentClass::Staging;
    }
    if (text::one_of(parts[i], kDevelopment)) {
      return EnvironmentClass::Development;
    }
  }
  return EnvironmentClass::Unknown;
}

EnvironmentGuess environment_class(const JobRun& run, const std::vector<Credential>& held,
                                   const Intent& intent) {
  if (run.job->environment) {
    const Values name = resolve(run.job->environment->name.value, run.scope(intent));
    for (const std::string& value : name.values) {
      const EnvironmentClass kind = class_of_environment(value, intent);
      if (kind != EnvironmentClass::Unknown) {
        return {kind, "environment " + value};
      }
    }
  }
  for (const Credential& credential : held) {
    for (const std::string& arn : credential.role_arns.values) {
      const EnvironmentClass kind = declared_class(arn, intent);
      if (kind != EnvironmentClass::Unknown) {
        return {kind, "role " + arn + " in muster.yaml"};
      }
    }
  }
  for (const auto& [from, name] : telling_names(run, held)) {
    const EnvironmentClass kind = class_of_name(name);
    if (kind != EnvironmentClass::Unknown) {
      return {kind, from};
    }
  }
  return {};
}

}  // namespace muster::workflow
