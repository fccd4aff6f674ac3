#include "aws/config.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "aws/process.h"
#include "aws/service.h"
#include "net/ascii.h"
#include "net/url.h"

namespace muster::aws {
namespace {

Result<std::vector<IniSection>> read_ini(const System& system, const std::string& path) {
  MUSTER_TRY(const auto bytes, system.read_file(path));
  return parse_ini(bytes.value_or(""), SourceId(path));
}

const IniSection* section_named(const std::map<std::string, IniSection, std::less<>>& sections,
                                std::string_view name) {
  const auto found = sections.find(name);
  return found == sections.end() ? nullptr : &found->second;
}

bool is_true(const std::string& text) {
  return net::lower(text) == "true";
}

}  // namespace

Result<Config> Config::load(const System& system, const Choice& choice) {
  Config config(system);
  const auto path_of = [&](const char* variable, const char* usual) {
    return system.expanded(system.variable(variable).value_or(usual));
  };
  MUSTER_CHECK_OK(config.read_config(path_of("AWS_CONFIG_FILE", "~/.aws/config")));
  MUSTER_CHECK_OK(
      config.read_credentials(path_of("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")));
  config.region_ = choice.region;
  config.chosen_ = !choice.profile.empty();
  config.profile_ = choice.profile;
  for (const char* variable : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"}) {
    if (config.profile_.empty()) {
      config.profile_ = system.variable(variable).value_or("");
    }
  }
  if (config.profile_.empty()) {
    config.profile_ = "default";
  } else if (config.profile(config.profile_) == nullptr) {
    return Error{ErrorCode::Usage, "no profile `" + config.profile_ + "` in the AWS files", {}};
  }
  return config;
}

Status Config::read_config(const std::string& path) {
  MUSTER_TRY(auto sections, read_ini(*system_, path));
  for (IniSection& section : sections) {
    if (section.name == "default") {
      config_.insert_or_assign("default", std::move(section));
      continue;
    }
    const auto words = split_words(section.name);
    if (!words || words.value().size() != 2) {
      continue;
    }
    const std::string& kind = words.value()[0];
    Sections* const kept = kind == "profile"       ? &config_
                           : kind == "sso-session" ? &sso_sessions_
                           : kind == "services"    ? &services_
                                                   : nullptr;
    if (kept != nullptr) {
      kept->insert_or_assign(words.value()[1], std::move(section));
    }
  }
  profiles_ = config_;
  return Done{};
}

Status Config::read_credentials(const std::string& path) {
  MUSTER_TRY(auto sections, read_ini(*system_, path));
  for (IniSection& section : sections) {
    IniSection& joined = profiles_.try_emplace(section.name, section).first->second;
    for (const auto& [key, value] : section.values) {
      joined.values.insert_or_assign(key, value);
    }
    const std::string name = section.name;
    credentials_.insert_or_assign(name, std::move(section));
  }
  return Done{};
}

const IniSection* Config::profile(std::string_view name) const {
  return section_named(profiles_, name);
}

const IniSection* Config::in_credentials_file(std::string_view name) const {
  return section_named(credentials_, name);
}

const IniSection* Config::in_config_file(std::string_view name) const {
  return section_named(config_, name);
}

const IniSection* Config::sso_session(std::string_view name) const {
  return section_named(sso_sessions_, name);
}

std::string Config::text(std::string_view key) const {
  const IniSection* const section = profile(profile_);
  return section == nullptr ? std::string() : section->text(key);
}

std::string Config::variable_or(const std::string& variable, std::string_view key) const {
  const auto value = system_->variable(variable);
  return value && !value->empty() ? *value : text(key);
}

Result<std::string> Config::region() const {
  std::string region = region_;
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (region.empty()) {
      region = system_->variable(variable).value_or("");
    }
  }
  if (region.empty()) {
    region = text("region");
  }
  if (!region.empty() && !is_region_name(region)) {
    return Error{ErrorCode::Usage, "a region has small letters, digits and `-` alone", {}};
  }
  return region;
}

Result<std::string> Config::configured_endpoint(std::string_view service) const {
  const System& system = *system_;
  if (is_true(
          variable_or("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"))) {
    return std::string();
  }
  for (const std::string& variable :
       {"AWS_ENDPOINT_URL_" + net::upper(std::string(service)), std::string("AWS_ENDPOINT_URL")}) {
    const auto value = system.variable(variable);
    if (value && !value->empty()) {
      return *value;
    }
  }
  const std::string section_name = text("services");
  if (!section_name.empty()) {
    const IniSection* const section = section_named(services_, section_name);
    if (section == nullptr) {
      return Error{ErrorCode::Usage,
                   "profile `" + profile_ + "` names a section `services " + section_name +
                       "` that does not exist",
                   {}};
    }
    const auto found = section->values.find(service);
    if (found != section->values.end() && found->second.nested.contains("endpoint_url")) {
      return found->second.nested.at("endpoint_url");
    }
  }
  return text("endpoint_url");
}

Result<std::string> Config::endpoint_url(std::string_view service) const {
  MUSTER_TRY(std::string url, configured_endpoint(service));
  if (!url.empty()) {
    const auto parsed = net::parse_url(url);
    if (!parsed || !parsed.value().query.empty()) {
      return Error{ErrorCode::Usage,
                   "the endpoint set for " + std::string(service) +
                       " cannot be used: " + (parsed ? "it has a query" : parsed.error().message),
                   {}};
    }
  }
  return url;
}

bool Config::use_fips() const {
  return is_true(variable_or("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
}

bool Config::use_dual_stack() const {
  return is_true(variable_or("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
}

Result<std::optional<int>> Config::max_attempts() const {
  const std::string text = variable_or("AWS_MAX_ATTEMPTS", "max_attempts");
  constexpr int kMost = 20;
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty()) {
    return std::optional<int>();
  }
  if (problem != std::errc() || end != text.data() + text.size() || number < 1 || number > kMost) {
    return Error{ErrorCode::Usage, "`max_attempts` must be a number from 1 to 20", {}};
  }
  return std::optional(number);
}

std::string Config::ca_bundle() const {
  return system_->expanded(variable_or("AWS_CA_BUNDLE", "ca_bundle"));
}

}  // namespace muster::aws
