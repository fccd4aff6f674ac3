// The configuration is read line by line; only what leads to the remote is understood.
#include "app/git_checkout.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

#include "app/repository.h"
#include "checks/intent/schema.h"
#include "checks/text/ascii.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCheckoutFileLimit = 1U << 20U;
constexpr std::size_t kUrlLimit = 2048;
constexpr std::size_t kNameLimit = 255;

constexpr std::string_view kWord =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Splits `[section] rest`; nothing when the line opens no section.
std::optional<std::pair<std::string_view, std::string_view>> section_of(std::string_view line) {
  const std::size_t close = line.find(']');
  if (!line.starts_with('[') || close == std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair(text::trim(line.substr(1, close - 1)), text::trim(line.substr(close + 1)));
}

/// `remote "origin"`: the first word without case, the name in quotes exactly.
bool is_origin(std::string_view section) {
  const std::size_t space = section.find_first_of(" \t");
  return space != std::string_view::npos && text::lower(section.substr(0, space)) == "remote" &&
         text::trim(section.substr(space)) == "\"origin\"";
}

/// A value without quotes and comment. Escapes are kept: a URL has none.
std::string plain_value(std::string_view text) {
  std::string value;
  bool quoted = false;
  for (const char c : text) {
    if (!quoted && (c == '#' || c == ';')) {
      break;
    }
    if (c == '"') {
      quoted = !quoted;
    } else {
      value += c;
    }
  }
  return std::string(text::trim(value));
}

bool is_word(std::string_view text, std::string_view more = "") {
  return !text.empty() && text.size() <= kNameLimit &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return kWord.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
         });
}

/// Forges whose `owner/name` is no GitHub repository.
bool is_other_forge(const std::string& host) {
  constexpr std::array<std::string_view, 8> kForges = {
      "gitlab", "bitbucket",     "codeberg",         "gitea",
      "sr.ht",  "dev.azure.com", "visualstudio.com", "codecommit"};
  return std::any_of(kForges.begin(), kForges.end(),
                     [&](std::string_view forge) { return host.find(forge) != std::string::npos; });
}

Error no_remote(std::string why) {
  return {ErrorCode::Invalid, std::move(why), {}};
}

/// Host and path of a URL; an empty host for a local path.
std::pair<std::string_view, std::string_view> split_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view authority;
  std::string_view path;
  if (scheme != std::string_view::npos) {
    const std::string_view rest = url.substr(scheme + 3);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    authority = rest.substr(0, slash);
    path = rest.substr(slash);
  } else {
    const std::size_t colon = url.find(':');
    if (colon == std::string_view::npos ||
        url.substr(0, colon).find('/') != std::string_view::npos) {
      return {};
    }
    authority = url.substr(0, colon);
    path = url.substr(colon + 1);
  }
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  return {authority.substr(0, authority.find(':')), path};
}

/// Empty when it cannot be read, or is no ordinary file (a pipe would never end).
std::string read_small(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return "";
  }
  auto bytes = read_file(path, SourceId(path.generic_string()), kCheckoutFileLimit);
  return bytes ? std::move(bytes).value() : std::string();
}

/// Where the shared part of the repository lies: `.git` itself, or what the file of that name leads
/// to.
fs::path common_folder(const fs::path& root) {
  const fs::path git = root / ".git";
  std::error_code error;
  if (!fs::is_regular_file(git, error)) {
    return git;
  }
  const std::string link = read_small(git);
  constexpr std::string_view kKey = "gitdir:";
  if (!link.starts_with(kKey)) {
    return git;
  }
  const fs::path own = root / fs::path(text::trim(std::string_view(link).substr(kKey.size())));
  const std::string common = read_small(own / "commondir");
  return common.empty() ? own : own / fs::path(text::trim(common));
}

std::string branch_of(const std::string& head) {
  constexpr std::string_view kTarget = "ref: refs/remotes/origin/";
  if (!head.starts_with(kTarget)) {
    return "";
  }
  const std::string_view name = text::trim(std::string_view(head).substr(kTarget.size()));
  const bool usable = name.size() <= kNameLimit && name.find_first_of("*?[") == std::string::npos &&
                      std::all_of(name.begin(), name.end(), [](char c) { return c > ' '; });
  return usable && format_problem(IntentFormat::RefGlob, name).empty() ? std::string(name) : "";
}

}  // namespace

std::optional<std::string> origin_url(std::string_view config) {
  bool inside = false;
  while (!config.empty()) {
    const std::size_t end = std::min(config.find('\n'), config.size());
    std::string_view line = text::trim(config.substr(0, end));
    config.remove_prefix(std::min(end + 1, config.size()));
    if (const auto section = section_of(line)) {
      inside = is_origin(section->first);
      line = section->second;
    }
    const std::size_t equals = line.find('=');
    if (inside && equals != std::string_view::npos &&
        text::lower(text::trim(line.substr(0, equals))) == "url") {
      return plain_value(line.substr(equals + 1));
    }
  }
  return std::nullopt;
}

Result<Remote> parse_remote(std::string_view url) {
  url = text::trim(url);
  if (url.size() > kUrlLimit) {
    return no_remote("its URL is longer than 2048 bytes");
  }
  auto [host_text, path] = split_url(url);
  const std::string host = text::lower(host_text);
  // One letter is a drive of Windows.
  if (host.size() < 2) {
    return no_remote("it is a local path");
  }
  if (!is_word(host, ".")) {
    return no_remote("its URL has no host name");
  }
  if (is_other_forge(host)) {
    return no_remote("its host `" + host + "` is not GitHub");
  }
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  if (path.ends_with(".git")) {
    path.remove_suffix(4);
  }
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view owner = path.substr(0, slash);
  const std::string_view name = path.substr(std::min(slash + 1, path.size()));
  if (!is_word(owner) || !is_word(name, ".") || name == "." || name == "..") {
    return no_remote("its path is not `owner/name`");
  }
  return Remote{host, std::string(path)};
}

GitCheckout read_git_checkout(const fs::path& root) {
  GitCheckout checkout;
  const fs::path common = common_folder(root);
  std::error_code error;
  if (!fs::exists(common / "config", error)) {
    checkout.origin_problem = "the folder is no git checkout";
    return checkout;
  }
  checkout.default_branch = branch_of(read_small(common / "refs/remotes/origin/HEAD"));
  const auto url = origin_url(read_small(common / "config"));
  if (!url) {
    checkout.origin_problem = "the checkout has no remote `origin`";
    return checkout;
  }
  auto remote = parse_remote(*url);
  if (remote) {
    checkout.origin = std::move(remote).value();
  } else {
    checkout.origin_problem = "the remote `origin` tells no repository: " + remote.error().message;
  }
  return checkout;
}

}  // namespace muster::app
