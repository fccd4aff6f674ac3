// What the user set: environment variables and the profile of `~/.aws/config`
// and
// `~/.aws/credentials`, in the AWS CLI's order of precedence.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/ini.h"
#include "aws/system.h"
#include "checks/core/result.h"

namespace muster::aws {

/// What stands on muster's own command line.
struct Choice {
  /// Empty: `AWS_DEFAULT_PROFILE`, `AWS_PROFILE`, then `default`.
  std::string profile{};
  /// Empty: `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile's.
  std::string region{};
};

/// The settings in force. A profile of the credentials file and one of the same
/// name of the config file are one; where both set a key the credentials file
/// counts. Source: AWS SDKs and Tools Reference Guide, "Using shared config and
/// credentials files".
class Config {
 public:
  /// Reads both files; one that does not exist is empty. Errors: those of
  /// `parse_ini`; `Unreadable`; `Usage` for a named profile that no file has.
  [[nodiscard]] static Result<Config> load(const System& system, const Choice& choice);

  /// The profile in force.
  [[nodiscard]] const std::string& profile_name() const { return profile_; }

  /// Whether the profile stands on the command line: keys of the environment do
  /// not count then.
  [[nodiscard]] bool profile_chosen() const { return chosen_; }

  /// A profile by name; nullptr when no file has it.
  [[nodiscard]] const IniSection* profile(std::string_view name) const;
  /// What one of the files alone says of a profile; nullptr when it has none.
  [[nodiscard]] const IniSection* in_credentials_file(std::string_view name) const;
  [[nodiscard]] const IniSection* in_config_file(std::string_view name) const;
  /// `[sso-session name]`; nullptr when there is none.
  [[nodiscard]] const IniSection* sso_session(std::string_view name) const;

  /// A setting of the profile in force; empty when it has none.
  [[nodiscard]] std::string text(std::string_view key) const;

  /// An environment variable, or else a setting of the profile. An empty one
  /// counts as not set.
  [[nodiscard]] std::string variable_or(const std::string& variable, std::string_view key) const;

  /// The region; empty when nobody names one. Errors (`Usage`): it has other
  /// characters than those of a host name's part, so that a setting cannot lead
  /// to another host.
  [[nodiscard]] Result<std::string> region() const;

  /// The address that the user gave for a service; empty when there is none.
  /// `service`: as in `AWS_ENDPOINT_URL_<SERVICE>`, in lower case, e.g.
  /// `ecr_public`. In order: the variable of the service, `AWS_ENDPOINT_URL`,
  /// the profile's `services` section, the profile's `endpoint_url`. Errors
  /// (`Usage`): a `services` section that does not exist; no web address.
  [[nodiscard]] Result<std::string> endpoint_url(std::string_view service) const;

  /// Whether FIPS hosts, or dual-stack hosts, are asked for.
  [[nodiscard]] bool use_fips() const;
  [[nodiscard]] bool use_dual_stack() const;

  /// A PEM file of authorities instead of the system's; empty for the system's.
  [[nodiscard]] std::string ca_bundle() const;

  /// How often a call is tried: `AWS_MAX_ATTEMPTS`, `max_attempts` of the profile; nothing when
  /// nobody says. Errors (`Usage`): no number from 1 to 20.
  [[nodiscard]] Result<std::optional<int>> max_attempts() const;

  [[nodiscard]] const System& system() const { return *system_; }

 private:
  using Sections = std::map<std::string, IniSection, std::less<>>;

  explicit Config(const System& system) : system_(&system) {}

  [[nodiscard]] Status read_config(const std::string& path);
  [[nodiscard]] Status read_credentials(const std::string& path);
  [[nodiscard]] Result<std::string> configured_endpoint(std::string_view service) const;

  const System* system_;
  std::string profile_;
  bool chosen_ = false;
  std::string region_;
  Sections config_;
  Sections credentials_;
  Sections profiles_;
  Sections sso_sessions_;
  Sections services_;
};

}  // namespace muster::aws
