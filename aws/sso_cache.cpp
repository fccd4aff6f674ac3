#include "aws/sso_cache.h"

#include <openssl/sha.h>

#include <array>

#include "aws/time.h"

namespace muster::aws {
namespace {

/// The cache's file names are SHA-1 of the key: a name, nothing that must be
/// hard to forge.
std::string sha1_hex(const std::string& text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : hash) {
    out += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return out;
}

Error sign_in_again(const std::string& why, const std::string& path) {
  return {ErrorCode::Unreadable, why + ": run `aws sso login`", SourceRef{SourceId(path), {}}};
}

}  // namespace

Result<SsoSettings> sso_settings(const Config& config, const std::string& profile) {
  const IniSection& section = *config.profile(profile);
  const std::string session_name = section.text("sso_session");
  const IniSection* const session =
      session_name.empty() ? &section : config.sso_session(session_name);
  if (session == nullptr) {
    return Error{
        ErrorCode::Usage,
        "profile `" + profile + "`: there is no section `sso-session " + session_name + "`",
        section.where};
  }
  SsoSettings settings;
  const auto read = [&](const char* key, std::string& into) -> Status {
    const std::string here = section.text(key);
    const std::string there = session->text(key);
    if (here.empty() && there.empty()) {
      return Error{ErrorCode::Usage,
                   "profile `" + profile + "` uses IAM Identity Center and has no `" + key + "`",
                   section.where};
    }
    if (!here.empty() && !there.empty() && here != there) {
      return Error{ErrorCode::Usage,
                   "profile `" + profile + "` and its `sso-session` disagree about `" + key + "`",
                   section.where};
    }
    into = there.empty() ? here : there;
    return Done{};
  };
  std::string start_url;
  MUSTER_CHECK_OK(read("sso_role_name", settings.role.name));
  MUSTER_CHECK_OK(read("sso_account_id", settings.role.account));
  MUSTER_CHECK_OK(read("sso_start_url", start_url));
  MUSTER_CHECK_OK(read("sso_region", settings.region));
  settings.token_key = session_name.empty() ? start_url : session_name;
  return settings;
}

Result<net::Secret> cached_sso_token(const System& system, const SsoSettings& settings) {
  const std::string path =
      system.expanded("~/.aws/sso/cache/" + sha1_hex(settings.token_key) + ".json");
  MUSTER_TRY(const auto bytes, system.read_file(path));
  if (!bytes) {
    return sign_in_again("nobody has signed in", path);
  }
  const auto token = parse_json(*bytes);
  const auto expires = token ? parse_iso_date(token.value().text_of("expiresAt")) : std::nullopt;
  if (!expires || token.value().text_of("accessToken").empty()) {
    return sign_in_again("the cached token cannot be read", path);
  }
  if (*expires <= system.clock().now()) {
    return sign_in_again("the session ended at " + iso_date(*expires), path);
  }
  return net::Secret(token.value().text_of("accessToken"));
}

}  // namespace muster::aws
