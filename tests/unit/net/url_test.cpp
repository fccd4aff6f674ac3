#include "net/url.h"

#include <doctest/doctest.h>

namespace muster::net {
namespace {

TEST_CASE("an address is cut into parts that stay as they were written") {
  const auto url = parse_url("https://Example.com:8443/a/../b%2Fc/?x=%20y&z");
  REQUIRE(url);
  CHECK(url.value().host == "example.com");
  CHECK(url.value().authority() == "example.com:8443");
  CHECK(url.value().path == "/a/../b%2Fc/");
  CHECK(url.value().query == "x=%20y&z");
  CHECK(url.value().text() == "https://example.com:8443/a/../b%2Fc/?x=%20y&z");
}

TEST_CASE("a path is never empty, and the port of the scheme is not named") {
  CHECK(parse_url("https://example.com").value().path == "/");
  CHECK(parse_url("https://example.com:443/").value().authority() == "example.com");
  CHECK(parse_url("http://example.com:80/").value().authority() == "example.com");
  CHECK(parse_url("http://[FD00:ec2::23]:8080/x").value().authority() == "[fd00:ec2::23]:8080");
}

TEST_CASE("what is no plain web address is refused without repeating it") {
  for (const char* text :
       {"", "example.com", "ftp://example.com/", "file:///etc/passwd",
        "https://user:hunter2@example.com/", "https://example.com/#a", "https://example.com/a b",
        "https://example.com/\n", "https://", "http://example.com:99999/"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().message.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("all but unreserved characters are percent-encoded") {
  CHECK(percent_encoded("aZ09-_.~") == "aZ09-_.~");
  CHECK(percent_encoded("a/b c+é") == "a%2Fb%20c%2B%C3%A9");
  CHECK(percent_encoded("a/b", true) == "a/b");
  CHECK(percent_decoded("a%2Fb%20c%2b%C3%A9%") == "a/b c+é%");
  CHECK(percent_decoded("%zz%4") == "%zz%4");
  CHECK(percent_decoded("%41") == "A");
}

}  // namespace
}  // namespace muster::net
