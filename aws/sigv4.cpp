#include "aws/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "aws/time.h"
#include "checks/core/digest.h"
#include "net/ascii.h"
#include "net/url.h"

namespace muster::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";

/// The parts of a text between separators, empty ones included.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : split(path, '/')) {
    if (segment == ".." && !kept.empty()) {
      kept.pop_back();
    } else if (!segment.empty() && segment != "." && segment != "..") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out.append("/").append(segment);
  }
  return out.empty() || path.ends_with('/') ? out + "/" : out;
}

std::string canonical_path(const std::string& path, bool s3) {
  return s3 ? path : net::percent_encoded(without_dot_segments(path), true);
}

/// Sorted by name, then value: sorting `name=value` as one text would put
/// `a-b=` before `a=`.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const std::string_view part : split(query, '&')) {
    const std::size_t equals = std::min(part.find('='), part.size());
    if (!part.empty()) {
      pairs.emplace_back(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())));
    }
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs) {
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  }
  return out;
}

/// Blanks at both ends away, runs of blanks inside as one.
std::string squeezed(std::string_view value) {
  std::string out;
  for (const std::string_view word : split(value, ' ')) {
    if (!word.empty()) {
      out.append(out.empty() ? "" : " ").append(word);
    }
  }
  return out;
}

struct SignedHeaders {
  /// `host;x-amz-date`
  std::string names;
  /// A line `name:value` for each.
  std::string lines;
};

SignedHeaders signed_headers(const std::vector<net::Header>& headers) {
  std::map<std::string, std::string> sorted;
  for (const net::Header& header : headers) {
    const auto [entry, first] = sorted.try_emplace(net::lower(header.name));
    entry->second.append(first ? "" : ",").append(squeezed(header.value));
  }
  SignedHeaders out;
  for (const auto& [name, value] : sorted) {
    out.names.append(out.names.empty() ? "" : ";").append(name);
    out.lines.append(name).append(":").append(value).append("\n");
  }
  return out;
}

Sha256 hmac(std::string_view key, std::string_view text) {
  Sha256 result{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data(), nullptr);
  return result;
}

std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// The key of one day, region and service.
Sha256 signing_key(const net::Secret& secret, std::string_view day, const SigningScope& scope) {
  std::string first = "AWS4" + secret.reveal();
  Sha256 key = hmac(first, day);
  OPENSSL_cleanse(first.data(), first.size());
  for (const std::string_view step :
       {std::string_view(scope.region), std::string_view(scope.service), kTerminator}) {
    Sha256 next = hmac(bytes_of(key), step);
    key = next;
    OPENSSL_cleanse(next.data(), next.size());
  }
  return key;
}

void add_headers(net::Request& request, const net::Url& url, const Credentials& credentials,
                 const std::string& date) {
  request.headers.push_back({"Host", url.authority()});
  request.headers.push_back({"X-Amz-Date", date});
  if (!credentials.session_token.empty()) {
    request.headers.push_back({"X-Amz-Security-Token", credentials.session_token.reveal()});
  }
}

}  // namespace

Status sign(net::Request& request, const Credentials& credentials, const SigningScope& scope,
            net::WallTime now) {
  MUSTER_TRY(const net::Url url, net::parse_url(request.url));
  const bool s3 = scope.service == "s3";
  const std::string date = amz_date(now);
  const std::string day = date.substr(0, 8);
  const std::string body_hash = hex(sha256(request.body));
  add_headers(request, url, credentials, date);
  if (s3) {
    request.headers.push_back({"X-Amz-Content-SHA256", body_hash});
  }
  const SignedHeaders headers = signed_headers(request.headers);
  const std::string canonical = request.method + "\n" + canonical_path(url.path, s3) + "\n" +
                                canonical_query(url.query) + "\n" + headers.lines + "\n" +
                                headers.names + "\n" + body_hash;
  const std::string credential_scope =
      day + "/" + scope.region + "/" + scope.service + "/" + std::string(kTerminator);
  const std::string to_sign = std::string(kAlgorithm) + "\n" + date + "\n" + credential_scope +
                              "\n" + hex(sha256(canonical));
  Sha256 key = signing_key(credentials.secret_access_key, day, scope);
  const std::string signature = hex(hmac(bytes_of(key), to_sign));
  OPENSSL_cleanse(key.data(), key.size());
  request.headers.push_back(
      {"Authorization", std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + "/" +
                            credential_scope + ", SignedHeaders=" + headers.names +
                            ", Signature=" + signature});
  return Done{};
}

}  // namespace muster::aws
