// The parts of an http or https address, as they go over the wire.
#pragma once

#include <string>
#include <string_view>

#include "checks/core/result.h"

namespace muster::net {

/// `https://host:8443/a%20b?x=1` in parts. Path and query stay encoded as they were written.
struct Url {
  /// `https` or `http`.
  std::string scheme;
  /// Lower case; an IPv6 address with its brackets.
  std::string host;
  /// Empty when it is the one of the scheme.
  std::string port;
  /// Begins with `/`.
  std::string path;
  /// Without the `?`.
  std::string query;

  /// What the `Host` header says: the host, and the port unless it is the scheme's own.
  [[nodiscard]] std::string authority() const { return port.empty() ? host : host + ":" + port; }

  [[nodiscard]] std::string text() const {
    return scheme + "://" + authority() + path + (query.empty() ? "" : "?" + query);
  }
};

/// Reads an absolute address. Errors (`Invalid`): another scheme, no host, a user name or password
/// in it, a fragment, blanks or control characters. The message never repeats the address, which
/// may hold a password.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// RFC 3986: letters, digits, `-`, `_`, `.` and `~` stay, every other byte becomes `%XX`.
/// `keep_slash` keeps `/` too.
[[nodiscard]] std::string percent_encoded(std::string_view text, bool keep_slash = false);

/// The other way: `%XX` becomes its byte; a `%` without two hexadecimal digits stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace muster::net
