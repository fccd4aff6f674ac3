#include "aws/credential_chain.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "aws/metadata.h"
#include "aws/process.h"
#include "aws/sso_cache.h"
#include "aws/sts.h"
#include "aws/time.h"

namespace muster::aws {
namespace {

/// A source may not apply.
using Source = Result<std::optional<FetchCredentials>>;

Error usage(std::string message) {
  return {ErrorCode::Usage, std::move(message), {}};
}

Source not_applicable() {
  return std::optional<FetchCredentials>();
}

Source fixed(Credentials credentials) {
  return std::optional<FetchCredentials>(
      [credentials = std::move(credentials)]() -> Result<Credentials> { return credentials; });
}

bool has(const IniSection* section, std::string_view key) {
  return section != nullptr && section->values.contains(key);
}

bool has_role(const IniSection* section) {
  return has(section, "role_arn") && !has(section, "web_identity_token_file");
}

bool has_keys(const IniSection* section) {
  return has(section, "aws_access_key_id") || has(section, "aws_secret_access_key");
}

/// Walks the chain for one profile.
class Finder {
 public:
  Finder(const Config& config, CallBudget& budget)
      : config_(config), budget_(budget), system_(config.system()) {}

  Result<FetchCredentials> find() {
    const std::string& profile = config_.profile_name();
    if (!config_.profile_chosen()) {
      MUSTER_TRY(auto found, environment());
      if (found) {
        return *std::move(found);
      }
    }
    MUSTER_TRY(auto role, role_of(profile));
    if (role) {
      return *std::move(role);
    }
    MUSTER_TRY(auto found, profile_sources(profile, !config_.profile_chosen()));
    if (found) {
      return *std::move(found);
    }
    for (const auto source : {&Finder::container, &Finder::machine}) {
      MUSTER_TRY(auto last, (this->*source)());
      if (last) {
        return *std::move(last);
      }
    }
    return Error{ErrorCode::NotFound,
                 "no AWS credentials: none in the environment, in profile `" + profile +
                     "`, of a container or of a machine",
                 {}};
  }

 private:
  [[nodiscard]] std::string variable(const std::string& name) const {
    return system_.variable(name).value_or("");
  }

  Source environment() {
    if (variable("AWS_ACCESS_KEY_ID").empty()) {
      return not_applicable();
    }
    if (variable("AWS_SECRET_ACCESS_KEY").empty()) {
      return usage("`AWS_ACCESS_KEY_ID` is set and `AWS_SECRET_ACCESS_KEY` is not");
    }
    const std::string old_name = variable("AWS_SECURITY_TOKEN");
    Credentials credentials{
        variable("AWS_ACCESS_KEY_ID"),
        net::Secret(variable("AWS_SECRET_ACCESS_KEY")),
        net::Secret(old_name.empty() ? variable("AWS_SESSION_TOKEN") : old_name),
        {},
        "environment"};
    const std::string expires = variable("AWS_CREDENTIAL_EXPIRATION");
    credentials.expires = parse_iso_date(expires);
    if (!expires.empty() && !credentials.expires) {
      return usage("`AWS_CREDENTIAL_EXPIRATION` is no date");
    }
    return fixed(std::move(credentials));
  }

  // ---- roles
  // -------------------------------------------------------------------------------------

  /// The region whose STS is asked.
  [[nodiscard]] Result<std::string> sts_region() const {
    MUSTER_TRY(std::string region, config_.region());
    return region.empty() ? std::string("us-east-1") : region;
  }

  Source role_of(const std::string& name) {
    const IniSection* const section = config_.profile(name);
    if (!has_role(section)) {
      return not_applicable();
    }
    if (has(section, "mfa_serial")) {
      return usage("profile `" + name +
                   "` needs a code of an MFA device, which muster does not ask "
                   "for: get a session "
                   "with the AWS CLI and export it");
    }
    visited_.push_back(name);
    MUSTER_TRY(auto base, base_of(name, *section));
    MUSTER_TRY(const std::string region, sts_region());
    RoleRequest role{section->text("role_arn"), section->text("role_session_name"),
                     section->text("external_id")};
    const std::string duration = section->text("duration_seconds");
    long seconds = 0;
    std::from_chars(duration.data(), duration.data() + duration.size(), seconds);
    if (seconds > 0) {
      role.duration = seconds;
    }
    const auto cache = std::make_shared<CredentialCache>(std::move(base), system_.clock());
    return std::optional<FetchCredentials>([this_config = &config_, this_budget = &budget_, cache,
                                            region, role]() -> Result<Credentials> {
      return assume_role(Client(*this_config, *this_budget, cache.get(), region), role);
    });
  }

  /// The credentials that assume the role of a profile.
  Result<FetchCredentials> base_of(const std::string& name, const IniSection& section) {
    const bool by_profile = section.values.contains("source_profile");
    if (by_profile == section.values.contains("credential_source")) {
      return usage("profile `" + name +
                   "` has a `role_arn` and needs one of `source_profile` and "
                   "`credential_source`");
    }
    if (!by_profile) {
      return named_source(name, section.text("credential_source"));
    }
    return source_profile(name, section.text("source_profile"));
  }

  Result<FetchCredentials> named_source(const std::string& name, const std::string& source) {
    auto found = source == "Environment"           ? environment()
                 : source == "EcsContainer"        ? container()
                 : source == "Ec2InstanceMetadata" ? machine()
                                                   : Source(usage("profile `" + name +
                                                                  "`: `credential_source` is none "
                                                                  "that AWS knows"));
    MUSTER_TRY(auto fetch, std::move(found));
    if (!fetch) {
      return usage("profile `" + name + "`: `credential_source` " + source + " has no credentials");
    }
    return *std::move(fetch);
  }

  Result<FetchCredentials> source_profile(const std::string& name, const std::string& source) {
    const IniSection* const section = config_.profile(source);
    if (section == nullptr) {
      return usage("profile `" + name + "`: there is no profile `" + source +
                   "`, which its `source_profile` names");
    }
    const bool seen = std::ranges::find(visited_, source) != visited_.end();
    // A profile may name itself, for keys that stand beside its role.
    if (seen && (source != name || !has_keys(section))) {
      return usage("profile `" + name + "`: its `source_profile` leads back to `" + source + "`");
    }
    Source found =
        has_role(section) && !has_keys(section) ? role_of(source) : profile_sources(source, false);
    MUSTER_TRY(auto fetch, std::move(found));
    if (!fetch) {
      return usage("profile `" + source + "`, a `source_profile`, has no credentials");
    }
    return *std::move(fetch);
  }

  // ---- the other sources of a profile
  // ------------------------------------------------------------

  Source profile_sources(const std::string& name, bool with_variables) {
    MUSTER_TRY(auto found, web_identity(name, with_variables));
    for (const auto source : {&Finder::sso, &Finder::credentials_file, &Finder::login,
                              &Finder::program, &Finder::config_file}) {
      if (!found) {
        MUSTER_TRY(found, (this->*source)(name));
      }
    }
    return found;
  }

  Source web_identity(const std::string& name, bool with_variables) {
    const IniSection* const section = config_.profile(name);
    const auto setting = [&](const char* from_variable, std::string_view key) {
      const auto value = with_variables ? system_.variable(from_variable) : std::nullopt;
      return value ? *value : section == nullptr ? std::string() : section->text(key);
    };
    const std::string file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    if (file.empty()) {
      return not_applicable();
    }
    const RoleRequest role{setting("AWS_ROLE_ARN", "role_arn"),
                           setting("AWS_ROLE_SESSION_NAME", "role_session_name")};
    if (role.role_arn.empty()) {
      return usage(
          "there is a web identity token file and no role: set "
          "`AWS_ROLE_ARN`, or "
          "`role_arn` in profile `" +
          name + "`");
    }
    MUSTER_TRY(const std::string region, sts_region());
    return std::optional<FetchCredentials>([this_config = &config_, this_budget = &budget_, region,
                                            role, file]() -> Result<Credentials> {
      const std::string path = this_config->system().expanded(file);
      MUSTER_TRY(const auto token, this_config->system().read_file(path));
      if (!token) {
        return Error{ErrorCode::Unreadable, "there is no such web identity token file",
                     SourceRef{SourceId(path), {}}};
      }
      return assume_role_with_web_identity(Client(*this_config, *this_budget, nullptr, region),
                                           role, net::Secret(*token));
    });
  }

  Source sso(const std::string& name) {
    const IniSection* const section = config_.profile(name);
    if (!has(section, "sso_account_id") && !has(section, "sso_role_name")) {
      return not_applicable();
    }
    MUSTER_TRY(const SsoSettings settings, sso_settings(config_, name));
    return std::optional<FetchCredentials>(
        [this_config = &config_, this_budget = &budget_, settings]() -> Result<Credentials> {
          MUSTER_TRY(const net::Secret token, cached_sso_token(this_config->system(), settings));
          return sso_role_credentials(
              Client(*this_config, *this_budget, nullptr, settings.region, settings.role.account),
              settings.role, token);
        });
  }

  static Source keys_of(const IniSection* section, const std::string& name,
                        const std::string& file) {
    if (!has(section, "aws_access_key_id")) {
      return not_applicable();
    }
    if (section->text("aws_secret_access_key").empty()) {
      return usage("profile `" + name + "` of the " + file +
                   " has `aws_access_key_id` and no `aws_secret_access_key`");
    }
    const std::string old_name = section->text("aws_security_token");
    return fixed({section->text("aws_access_key_id"),
                  net::Secret(section->text("aws_secret_access_key")),
                  net::Secret(old_name.empty() ? section->text("aws_session_token") : old_name),
                  {},
                  "profile " + name + " (" + file + ")"});
  }

  Source credentials_file(const std::string& name) {
    return keys_of(config_.in_credentials_file(name), name, "credentials file");
  }

  Source config_file(const std::string& name) {
    return keys_of(config_.in_config_file(name), name, "config file");
  }

  Source login(const std::string& name) {
    if (has(config_.profile(name), "login_session")) {
      return usage("profile `" + name +
                   "` uses `aws login`, which muster does not read: export its "
                   "credentials with "
                   "`aws configure export-credentials`");
    }
    return not_applicable();
  }

  Source program(const std::string& name) {
    const IniSection* const section = config_.profile(name);
    if (!has(section, "credential_process")) {
      return not_applicable();
    }
    auto words = split_words(section->text("credential_process"));
    if (!words || words.value().empty()) {
      return usage("profile `" + name + "`: `credential_process` is no command");
    }
    return std::optional<FetchCredentials>([this_system = &system_,
                                            words = std::move(words).value(), name]() {
      return credentials_of_program(*this_system, words, "credential_process of profile " + name);
    });
  }

  /// Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
  static Result<Credentials> credentials_of_program(const System& system,
                                                    const std::vector<std::string>& words,
                                                    const std::string& source) {
    MUSTER_TRY(const Ended ended, system.run(words));
    if (ended.status != 0) {
      const std::string said =
          ended.errors.substr(0, std::min<std::size_t>(ended.errors.find('\n'), 300));
      return Error{ErrorCode::Unreadable,
                   source + " ended with " + std::to_string(ended.status) +
                       (said.empty() ? "" : ": " + said),
                   {}};
    }
    const auto parsed = parse_json(ended.output);
    if (!parsed) {
      return Error{ErrorCode::Unreadable, source + ": " + parsed.error().message, {}};
    }
    if (parsed.value().text_of("Version") != "1") {
      return Error{ErrorCode::Unreadable, source + ": `Version` is not 1", {}};
    }
    return credentials_from(
        parsed.value(), {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}, source);
  }

  // ---- where the program runs
  // --------------------------------------------------------------------

  Source container() {
    MUSTER_TRY(const auto place, container_place(system_));
    if (!place) {
      return not_applicable();
    }
    return std::optional<FetchCredentials>([this_system = &system_, place = *place] {
      return container_credentials(*this_system, place);
    });
  }

  Source machine() {
    MUSTER_TRY(const auto first, machine_credentials(config_));
    if (!first) {
      return not_applicable();
    }
    return std::optional<FetchCredentials>([this_config = &config_]() -> Result<Credentials> {
      MUSTER_TRY(auto credentials, machine_credentials(*this_config));
      if (!credentials) {
        return Error{
            ErrorCode::Unreadable, "the machine's metadata service gives no credentials", {}};
      }
      return *std::move(credentials);
    });
  }

  const Config& config_;
  CallBudget& budget_;
  const System& system_;
  std::vector<std::string> visited_;
};

}  // namespace

Result<FetchCredentials> find_credentials(const Config& config, CallBudget& budget) {
  return Finder(config, budget).find();
}

}  // namespace muster::aws
