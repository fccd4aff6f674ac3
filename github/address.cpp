// Source: GitHub Docs, "Getting started with the REST API"; "Quickstart for GitHub Enterprise
// Server REST API"; "Network details for GHE.com".
#include "github/address.h"

#include <algorithm>

#include "net/ascii.h"

namespace muster::github {
namespace {

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

Error wrong_address(std::string message) {
  return {ErrorCode::Usage, "the address of the API: " + std::move(message), {}};
}

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
         std::ranges::all_of(text, fits);
}

}  // namespace

Result<net::Url> parse_api_address(std::string_view text) {
  auto parsed = net::parse_url(text);
  if (!parsed) {
    return wrong_address(parsed.error().message);
  }
  net::Url url = std::move(parsed).value();
  if (!url.query.empty()) {
    return wrong_address("it must not have a query");
  }
  if (url.scheme != "https" && !is_this_machine(url.host)) {
    return wrong_address("the token is sent over `https` alone");
  }
  while (url.path.ends_with('/')) {
    url.path.pop_back();
  }
  return url;
}

Result<net::Url> api_of_host(std::string_view host) {
  const std::string name = net::lower(std::string(host));
  if (name == "github.com" || name == "ssh.github.com" || name == "www.github.com") {
    return parse_api_address("https://api.github.com");
  }
  constexpr std::string_view kTenants = ".ghe.com";
  const std::string_view tenant =
      std::string_view(name).substr(0, name.size() - std::min(name.size(), kTenants.size()));
  if (name.ends_with(kTenants) && is_name(tenant) && tenant.find('.') == std::string_view::npos) {
    return parse_api_address("https://api." + name);
  }
  return Error{ErrorCode::Usage,
               "the remote is on another host than github.com: give `--api-url`, as in `--api-url "
               "https://HOST/api/v3`",
               {}};
}

bool is_repository_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_name(text.substr(0, slash)) &&
         is_name(text.substr(slash + 1));
}

}  // namespace muster::github
