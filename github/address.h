// Where GitHub's REST API is, and where a token may go.
#pragma once

#include <string>
#include <string_view>

#include "checks/core/result.h"
#include "net/url.h"

namespace muster::github {

/// The address of the API, without a `/` at its end. `https://HOST/api/v3` of a GitHub Enterprise
/// Server stays as it is. Errors (`Usage`): no address; `http`, unless the host is this machine; a
/// query.
[[nodiscard]] Result<net::Url> parse_api_address(std::string_view text);

/// The API of the host that a git remote names: github.com, or a tenant of ghe.com. Errors
/// (`Usage`): any other host. It may be a GitHub Enterprise Server, but nobody sends a token to a
/// host because a file of the checkout names it.
[[nodiscard]] Result<net::Url> api_of_host(std::string_view host);

/// Whether the text is `OWNER/NAME` of a repository.
[[nodiscard]] bool is_repository_name(std::string_view text);

}  // namespace muster::github
