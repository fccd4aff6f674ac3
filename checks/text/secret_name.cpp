#include "checks/text/secret_name.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "checks/text/ascii.h"

namespace muster::text {
namespace {

constexpr std::array<std::string_view, 13> kSecrets = {
    "secret", "secrets", "password",   "passwords",   "passwd", "passphrase", "pwd",
    "token",  "apikey",  "credential", "credentials", "dsn",    "salt"};
/// Two words that are one thing.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSecretPairs = {
    {{"api", "key"},
     {"private", "key"},
     {"access", "key"},
     {"signing", "key"},
     {"encryption", "key"},
     {"master", "key"},
     {"auth", "key"}}};
/// Last words of what tells something about a secret.
constexpr std::array<std::string_view, 52> kAbout = {
    "name",     "names",   "id",         "ids",      "arn",     "arns",      "url",
    "urls",     "uri",     "endpoint",   "host",     "port",    "path",      "file",
    "dir",      "prefix",  "parameter",  "param",    "region",  "type",      "ttl",
    "expiry",   "expires", "expiration", "lifetime", "age",     "seconds",   "minutes",
    "hours",    "days",    "length",     "size",     "limit",   "count",     "min",
    "max",      "enabled", "disabled",   "required", "version", "algorithm", "issuer",
    "audience", "header",  "provider",   "store",    "manager", "backend",   "rotation",
    "policy",   "format",  "cookie"};

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool between = c == '_' || c == '-' || c == '.';
    const bool hump = i > 0 && is_upper(c) && is_lower_or_digit(name[i - 1]);
    if ((between || hump) && !words.back().empty()) {
      words.emplace_back();
    }
    if (!between) {
      words.back() += lower(c);
    }
  }
  if (words.back().empty() && words.size() > 1) {
    words.pop_back();
  }
  return words;
}

}  // namespace

bool names_secret(std::string_view name) {
  const std::vector<std::string> words = words_of(name.substr(name.rfind('/') + 1));
  if (one_of(words.back(), kAbout) || std::ranges::count(words, "public") != 0) {
    return false;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool pair = i > 0 && std::ranges::any_of(kSecretPairs, [&](const auto& both) {
                        return words[i - 1] == both.first && words[i] == both.second;
                      });
    // `PWD` alone is the working directory of a shell.
    const bool alone = words[i] == "pwd" && words.size() == 1;
    if (pair || (one_of(words[i], kSecrets) && !alone)) {
      return true;
    }
  }
  return false;
}

}  // namespace muster::text
