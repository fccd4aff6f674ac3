// libcurl's own URL reader, so that what is signed is what is sent.
#include "net/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "net/ascii.h"

namespace muster::net {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// A part of the address; empty when there is none.
std::string part_of(const Handle& handle, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle.get(), part, &text, flags) != CURLUE_OK) {
    return {};
  }
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool has_part(const Handle& handle, CURLUPart part) {
  return !part_of(handle, part).empty();
}

Error invalid(std::string message) {
  return {ErrorCode::Invalid, std::move(message), {}};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto unfit = [](unsigned char c) { return c <= ' ' || c >= 0x7f; };
  if (std::ranges::any_of(text, unfit)) {
    return invalid("the address has blanks, control characters or letters beyond ASCII");
  }
  const Handle handle(curl_url(), curl_url_cleanup);
  const std::string copy(text);
  if (curl_url_set(handle.get(), CURLUPART_URL, copy.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) {
    return invalid("this is no address of the form `https://host/path`");
  }
  Url url{part_of(handle, CURLUPART_SCHEME), part_of(handle, CURLUPART_HOST),
          part_of(handle, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT), part_of(handle, CURLUPART_PATH),
          part_of(handle, CURLUPART_QUERY)};
  if (url.scheme != "https" && url.scheme != "http") {
    return invalid("only `https` and `http` addresses can be asked");
  }
  if (has_part(handle, CURLUPART_USER) || has_part(handle, CURLUPART_PASSWORD)) {
    return invalid("an address must not hold a user name or a password");
  }
  if (has_part(handle, CURLUPART_FRAGMENT)) {
    return invalid("an address to be asked has no part behind `#`");
  }
  url.host = lower(std::move(url.host));
  return url;
}

std::string percent_encoded(std::string_view text, bool keep_slash) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos || (keep_slash && c == '/')) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    const char* const begin = text.data() + at + 1;
    const bool encoded = text[at] == '%' && at + 2 < text.size() &&
                         std::from_chars(begin, begin + 2, byte, 16).ptr == begin + 2;
    out += encoded ? static_cast<char>(byte) : text[at];
    at += encoded ? 2 : 0;
  }
  return out;
}

}  // namespace muster::net
