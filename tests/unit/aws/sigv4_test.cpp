// Signatures that botocore made of the same requests.
#include "aws/sigv4.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "aws/time.h"

namespace muster::aws {
namespace {

std::string authorization_of(net::Request request, const Credentials& credentials,
                             const SigningScope& scope, std::string_view date) {
  REQUIRE(sign(request, credentials, scope, parse_iso_date(date).value()));
  return net::find_header(request.headers, "Authorization").value();
}

TEST_CASE("a signature is the one that botocore makes") {
  struct Row {
    const char* name;
    std::string method, url;
    std::vector<net::Header> headers;
    std::string body;
    SigningScope scope;
    std::string token, signed_headers, signature;
  };

  for (const Row& row :
       {Row{"query call of a user",
            "POST",
            "https://iam.amazonaws.com/",
            {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
            "Action=ListRoles&Version=2010-05-08",
            {"iam", "us-east-1"},
            "",
            "content-type;host;x-amz-date",
            "02e4ed19fa9a63a7d7b96eb9e35e1a7c2b34d47b639502d8d791bdedf30e3039"},
        Row{"JSON call of a session",
            "POST",
            "https://api.ecr.eu-central-1.amazonaws.com/",
            {{"Content-Type", "application/x-amz-json-1.1"},
             {"X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"}},
            "{}",
            {"ecr", "eu-central-1"},
            "IQoJtokenOfASession==",
            "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
            "54bc534b719a4ec4fa17e9f696c4d527fa80004a6447abb6cf57cad7ee5d8197"},
        Row{"s3 keeps dots, slashes and one encoding",
            "GET",
            "https://s3.eu-central-1.amazonaws.com/acme-bundles/a%20b/../c//d%2Fe?versioning",
            {},
            "",
            {"s3", "eu-central-1"},
            "",
            "host;x-amz-content-sha256;x-amz-date",
            "91feef9b033539f00dca7875930a18ead9163a4b31441dd72eb79cac638871c2"},
        Row{"others drop dots and encode twice",
            "GET",
            "https://lambda.eu-west-3.amazonaws.com/2015-03-31/functions/./acme%3Ashop/../x%2Fy//"
            "policy/?b=2&a=1&a=0&a-b=3",
            {},
            "",
            {"lambda", "eu-west-3"},
            "IQoJtokenOfASession==",
            "host;x-amz-date;x-amz-security-token",
            "e41a56be84bfa577b6b601bceda3220fb2e5f06e57d93b23ab8f490bd1f728ee"},
        Row{"a port, blanks inside a header and an empty one",
            "POST",
            "http://127.0.0.1:5700/",
            {{"X-Acme", "  two   words "}, {"X-Acme-B", ""}},
            "x",
            {"sts", "us-east-1"},
            "",
            "host;x-acme;x-acme-b;x-amz-date",
            "f65a6d884886575776b7d9ffe84ffd9b9ac9b2d43e7a9fce06679d788c4f65a7"}}) {
    CAPTURE(row.name);
    const Credentials credentials{"AKIAACMEEXAMPLE00001",
                                  net::Secret("acme/secret+key/of/an/example/only/000001"),
                                  net::Secret(row.token),
                                  {},
                                  {}};
    const std::string made = authorization_of(
        {.method = row.method, .url = row.url, .headers = row.headers, .body = row.body},
        credentials, row.scope, "2026-11-22T14:05:09Z");
    CHECK(made == "AWS4-HMAC-SHA256 Credential=AKIAACMEEXAMPLE00001/20261122/" + row.scope.region +
                      "/" + row.scope.service + "/aws4_request, SignedHeaders=" +
                      row.signed_headers + ", Signature=" + row.signature);
  }
}

std::string from_base64(std::string_view text) {
  std::string out;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) {
      break;
    }
    buffer = buffer << 6U | static_cast<unsigned>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(buffer >> static_cast<unsigned>(bits) & 255U);
    }
  }
  return out;
}

/// The request of a vector without what `sign` adds by itself.
net::Request request_of(const nlohmann::json& vector) {
  net::Request request;
  request.method = vector.at("method");
  request.url =
      "https://" + vector.at("host").get<std::string>() + vector.at("target").get<std::string>();
  request.body = from_base64(vector.at("body_b64").get<std::string>());
  for (const auto& header : vector.at("headers").items()) {
    const std::string& name = header.key();
    if (name != "Host" && name != "X-Amz-Date" && name != "X-Amz-Security-Token" &&
        name != "X-Amz-Content-SHA256") {
      request.headers.push_back({name, header.value()});
    }
  }
  return request;
}

TEST_CASE("400 random requests are signed as botocore signs them") {
  const char* const shared = std::getenv("MUSTER_SHARED");
  std::ifstream in(std::string(shared == nullptr ? "" : shared) +
                   "/tools/aws/sigv4_vectors_400.json");
  if (!in) {
    MESSAGE("skipped: MUSTER_SHARED does not lead to tools/aws/sigv4_vectors_400.json");
    return;
  }
  const auto vectors = nlohmann::json::parse(in);
  CHECK(vectors.size() == 400);
  for (const auto& vector : vectors) {
    CAPTURE(vector.at("target").get<std::string>());
    const auto& token = vector.at("token");
    const Credentials credentials{vector.at("access_key"),
                                  net::Secret(vector.at("secret_key")),
                                  net::Secret(token.is_null() ? "" : token.get<std::string>()),
                                  {},
                                  {}};
    CHECK(authorization_of(request_of(vector), credentials,
                           {vector.at("service"), vector.at("region")},
                           vector.at("amz_date").get<std::string>()) ==
          vector.at("authorization").get<std::string>());
  }
}

TEST_CASE("a request to no address is not signed") {
  net::Request request{.url = "nowhere"};
  CHECK_FALSE(sign(request, {}, {"iam", "us-east-1"}, {}));
}

TEST_CASE("dates are read in each form that AWS writes, and in no other") {
  struct Row {
    const char* text;
    const char* date;
  };

  for (const Row& row : {Row{"2026-11-22T14:05:09Z", "20261122T140509Z"},
                         Row{"20261122T140509Z", "20261122T140509Z"},
                         Row{"2026-11-22T14:05:09.123456Z", "20261122T140509Z"},
                         Row{"2026-11-22T14:05:09+01:00", "20261122T130509Z"},
                         Row{"2026-01-01T00:05:09-0130", "20260101T013509Z"},
                         Row{"2026-11-22T14:05:09UTC", "20261122T140509Z"},
                         Row{"2026-11-22T14:05:09", "20261122T140509Z"}}) {
    CAPTURE(row.text);
    const auto time = parse_iso_date(row.text);
    REQUIRE(time);
    CHECK(amz_date(*time) == row.date);
  }
  for (const char* text : {"", "2026", "2026-02-30T00:00:00Z", "2026-11-22", "2026-11-22T24:00:00Z",
                           "2026-11-22T14:05:09Zx", "2026-1-22T14:05:09Z", "now"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_iso_date(text));
  }
  CHECK(iso_date(parse_http_date("Sun, 22 Nov 2026 14:00:00 GMT").value()) ==
        "2026-11-22T14:00:00Z");
  for (const char* text :
       {"", "Sun", "Sun, 22 Foo 2026 14:00:00 GMT", "Sun, 22 Nov 2026 14:00:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text));
  }
}

}  // namespace
}  // namespace muster::aws
