// What no server of a test can play fast enough: faults that stay, limits that last.
#include "github/client.h"

#include <doctest/doctest.h>

#include <deque>
#include <utility>
#include <vector>

#include "github/address.h"
#include "tests/unit/net/fake_clock.h"

namespace muster::github {
namespace {

using net::Header;
using net::Reply;

/// Answers requests one after the other and keeps them.
class Canned : public net::Http {
 public:
  [[nodiscard]] Reply send(const net::Request& request) override {
    asked.push_back(request);
    if (replies.size() > 1) {
      const Reply reply = replies.front();
      replies.pop_front();
      return reply;
    }
    return replies.front();
  }

  std::deque<Reply> replies;
  std::vector<net::Request> asked;
};

Reply reply(int status, std::string body, std::vector<Header> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

/// A client whose last reply is given again and again.
struct Github {
  explicit Github(std::deque<Reply> replies, Cache before = {}) : cache(std::move(before)) {
    http.replies = std::move(replies);
  }

  Canned http;
  net::FakeClock clock;
  Cache cache;
  Client client{{.api = parse_api_address("https://api.github.com/").value(),
                 .token = net::Secret("token-of-a-test"),
                 .longest_wait = std::chrono::seconds(100)},
                http,
                clock,
                cache};
};

constexpr const char* kNext =
    "<https://api.github.com/repositories/7/branches?page=2>; rel=\"next\"";

TEST_CASE(
    "what stays is a problem of its kind, after as many attempts as are "
    "worth it") {
  struct Row {
    const char* name;
    Reply reply;
    ProblemKind kind;
    std::size_t asked;
    const char* words;
  };

  const std::string message = R"({"message": "No, \u001b[31mnot\nthis"})";
  for (const Row& row : {Row{"401", reply(401, message), ProblemKind::Credentials, 1,
                             "GET /x: No, [31mnotthis (HTTP 401)"},
                         Row{"403", reply(403, message), ProblemKind::Forbidden, 1, "(HTTP 403)"},
                         Row{"404", reply(404, message), ProblemKind::NotFound, 1, "(HTTP 404)"},
                         Row{"422", reply(422, message), ProblemKind::Refused, 1, "(HTTP 422)"},
                         Row{"moved", reply(301, message), ProblemKind::Refused, 1, "it has moved"},
                         Row{"500", reply(500, "oops"), ProblemKind::Transient, 8,
                             "no answer of GitHub's API (HTTP 500) after 8 attempts"},
                         Row{"html", reply(200, "<html></html>"), ProblemKind::Transient, 8,
                             "the answer is broken: not JSON at byte 1 (HTTP 200) after 8 "
                             "attempts"},
                         Row{"an array for an object", reply(200, "[]"), ProblemKind::Broken, 1,
                             "the answer is no object"},
                         Row{"no connection",
                             {.failure = net::Failure::Connect, .why = "nothing listens"},
                             ProblemKind::Transient,
                             8,
                             "nothing listens after 8 attempts"},
                         Row{"a certificate of nobody",
                             {.failure = net::Failure::Certificate, .why = "unknown"},
                             ProblemKind::Refused,
                             1,
                             "unknown"}}) {
    CAPTURE(row.name);
    Github github({row.reply});
    const Answer answer = github.client.get("/x");
    REQUIRE(!answer.ok());
    CHECK(answer.problem().kind == row.kind);
    CHECK(github.http.asked.size() == row.asked);
    CAPTURE(to_string(answer.problem()));
    CHECK(to_string(answer.problem()).find(row.words) != std::string::npos);
  }
}

TEST_CASE(
    "a limit is waited for as long as it lasts, and no longer than we "
    "wait in all") {
  struct Row {
    const char* name;
    int status;
    std::vector<Header> headers;
    std::string body;
    /// Milliseconds; 0 = it is given up at once.
    long slept;
  };

  const std::string reset = std::to_string(1'795'348'800 + 30);
  const std::string far = std::to_string(1'795'348'800 + 3000);
  for (const Row& row :
       {Row{"primary",
            403,
            {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", reset}},
            "{}",
            31'000},
        Row{"primary by 429",
            429,
            {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", reset}},
            "{}",
            31'000},
        Row{"secondary", 403, {{"Retry-After", "7"}}, "{}", 7000},
        Row{"secondary in words alone",
            403,
            {},
            R"({"message": "You have exceeded a secondary rate limit"})",
            60'000},
        Row{"no wait at all", 429, {{"retry-after", "0"}}, "{}", 1000},
        Row{"a time that is over",
            403,
            {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "5"}},
            "{}",
            1000},
        Row{"too long", 403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", far}}, "{}", 0},
        Row{"absurd", 429, {{"retry-after", "99999999999"}}, "{}", 0}}) {
    CAPTURE(row.name);
    Github github({reply(row.status, row.body, row.headers), reply(200, "{}")});
    const Answer answer = github.client.get("/x");
    CHECK(answer.ok() == (row.slept > 0));
    CHECK(github.clock.slept ==
          (row.slept > 0 ? std::vector<long>{row.slept} : std::vector<long>{}));
    if (!answer.ok()) {
      CHECK(answer.problem().kind == ProblemKind::Limited);
    }
  }
}

TEST_CASE("limits that never end are given up") {
  Github github({reply(429, "{}", {{"retry-after", "9"}})});
  CHECK(github.client.get("/x").problem().kind == ProblemKind::Limited);
  CHECK(github.http.asked.size() == 12);
}

TEST_CASE("a forbidden answer with requests left is no limit") {
  Github github({reply(403, R"({"message": "Resource not accessible by integration"})",
                       {{"x-ratelimit-remaining", "4999"}})});
  CHECK(github.client.get("/x").problem().kind == ProblemKind::Forbidden);
}

TEST_CASE("pages are merged in order, whatever path their links have") {
  Github github({reply(200, R"([{"name": "a"}])", {{"Link", kNext}}),
                 reply(200, "[]",
                       {{"Link",
                         "<https://api.github.com/repositories/7/"
                         "branches?page=1>; rel=\"prev\", "
                         "<https://api.github.com/repositories/7/"
                         "branches?page=3>; rel=\"next\""}}),
                 reply(200, R"([{"name": "b"}])")});
  const Answer answer = github.client.list("/repos/acme/shop/branches");
  REQUIRE(answer.ok());
  CHECK(net::to_json(answer.value(), net::Layout::Compact) == R"([{"name":"a"},{"name":"b"}])");
  REQUIRE(github.http.asked.size() == 3);
  CHECK(github.http.asked[0].url == "https://api.github.com/repos/acme/shop/branches?per_page=100");
  CHECK(github.http.asked[2].url == "https://api.github.com/repositories/7/branches?page=3");
}

TEST_CASE("a list that is not whole is none") {
  struct Row {
    const char* name;
    std::deque<Reply> replies;
    const char* words;
  };

  const auto links_to = [](const char* address) {
    return reply(200, R"({"total_count": 2, "secrets": [{"name": "A"}]})",
                 {{"Link", std::string("<") + address + ">; rel=\"next\""}});
  };
  for (const Row& row :
       {Row{"leads back", {links_to("https://api.github.com/x?per_page=100")}, "a page leads back"},
        Row{"another host", {links_to("https://evil.example/x?page=2")}, "on another host"},
        Row{"another scheme", {links_to("http://api.github.com/x?page=2")}, "on another host"},
        Row{"another port", {links_to("https://api.github.com:8443/x")}, "on another host"},
        Row{"a name in the address",
            {links_to("https://api.github.com@evil.example/x")},
            "on another host"},
        Row{"no address", {links_to("nonsense")}, "on another host"},
        Row{"fewer than there are",
            {reply(200, R"({"total_count": 2, "secrets": [{"name": "A"}]})")},
            "1 of 2"},
        Row{"no list", {reply(200, R"({"total_count": 0})")}, "holds no list"},
        Row{"null", {reply(200, R"({"total_count": 0, "secrets": null})")}, "holds no list"},
        Row{"a second page that fails",
            {links_to("https://api.github.com/x?page=2"),
             reply(404, R"({"message": "Not Found"})")},
            "Not Found"}}) {
    CAPTURE(row.name);
    Github github(row.replies);
    const Answer answer = github.client.list("/x", "secrets");
    REQUIRE(!answer.ok());
    CAPTURE(to_string(answer.problem()));
    CHECK(to_string(answer.problem()).find(row.words) != std::string::npos);
    for (const net::Request& request : github.http.asked) {
      CHECK(request.url.starts_with("https://api.github.com/x"));
    }
  }
}

TEST_CASE("links without end are given up") {
  class Endless : public net::Http {
   public:
    [[nodiscard]] Reply send(const net::Request&) override {
      return reply(200, "[]",
                   {{"Link", "<https://api.github.com/x?page=" + std::to_string(++page) +
                                 ">; rel=\"next\""}});
    }

    int page = 1;
  } http;

  net::FakeClock clock;
  Cache cache;
  Client client({.api = parse_api_address("https://api.github.com").value()}, http, clock, cache);
  CHECK(to_string(client.list("/x").problem()) ==
        "GET /x: the list has more than 1000 pages (HTTP 200)");
}

TEST_CASE("an unchanged answer is the one of the run before, with its next page") {
  Github first({reply(200, R"([{"name": "a", "temp_clone_token": "canary"}])",
                      {{"ETag", "W/\"1\""}, {"Link", kNext}}),
                reply(200, R"([{"name": "b"}])", {{"ETag", "\"2\""}})});
  const Answer whole = first.client.list("/repos/acme/shop/branches");
  REQUIRE(whole.ok());
  const std::string kept = first.cache.text();
  CHECK(kept.find("canary") == std::string::npos);
  CHECK(kept.find("token-of-a-test") == std::string::npos);
  Github second({reply(304, "")}, Cache(kept));
  const Answer again = second.client.list("/repos/acme/shop/branches");
  REQUIRE(again.ok());
  CHECK(net::to_json(again.value(), net::Layout::Compact) ==
        net::to_json(whole.value(), net::Layout::Compact));
  CHECK(net::find_header(second.http.asked[0].headers, "If-None-Match") == "W/\"1\"");
  CHECK(net::find_header(second.http.asked[1].headers, "If-None-Match") == "\"2\"");
  CHECK(second.cache.text() == kept);
}

TEST_CASE("an unchanged answer to a question without an entity tag is none") {
  Github github({reply(304, "")});
  CHECK(github.client.get("/x").problem().kind == ProblemKind::Refused);
}

TEST_CASE("an older server is asked in the older version, from then on") {
  Github github(
      {reply(400, R"({"message": "2026-03-10 is not a supported version"})"), reply(200, "{}")});
  CHECK(github.client.get("/x").ok());
  CHECK(github.client.get("/y").ok());
  REQUIRE(github.http.asked.size() == 3);
  CHECK(net::find_header(github.http.asked[0].headers, "X-GitHub-Api-Version") == "2026-03-10");
  CHECK(net::find_header(github.http.asked[2].headers, "X-GitHub-Api-Version") == "2022-11-28");
}

TEST_CASE("values of variables and texts of releases are not kept") {
  const auto value = net::parse_json(
      R"({"variables": [{"name": "ROLE", "value": "canary"}], "items": [{"tag_name": "v1", "body": "canary",)"
      R"( "author": {"login": "ann", "email": "canary", "html_url": "canary"}}]})");
  const std::string kept = net::to_json(cleaned(value.value()), net::Layout::Compact);
  CHECK(kept ==
        R"({"variables":[{"name":"ROLE"}],"items":[{"tag_name":"v1","author":{"login":"ann"}}]})");
}

TEST_CASE("the token goes to the API that was named, over https") {
  CHECK(parse_api_address("https://git.example.com/api/v3/").value().text() ==
        "https://git.example.com/api/v3");
  CHECK(parse_api_address("http://127.0.0.1:8080").ok());
  for (const char* wrong : {"http://git.example.com/api/v3", "https://a:b@git.example.com",
                            "ftp://x", "https://git.example.com?x=1", "", "git.example.com"}) {
    CAPTURE(wrong);
    CHECK(!parse_api_address(wrong));
  }
}

TEST_CASE("a remote leads to the API of github.com and its tenants alone") {
  CHECK(api_of_host("GitHub.com").value().text() == "https://api.github.com");
  CHECK(api_of_host("acme.ghe.com").value().text() == "https://api.acme.ghe.com");
  for (const char* other : {"git.example.com", "github.com.evil.example", "evil-github.com",
                            ".ghe.com", "a.b.ghe.com", "ghe.com", "work", ""}) {
    CAPTURE(other);
    CHECK(!api_of_host(other));
  }
}

TEST_CASE("names of repositories are two plain parts") {
  CHECK(is_repository_name("acme/shop.web_1"));
  for (const char* wrong :
       {"acme", "acme/", "/shop", "acme/shop/x", "acme/..", "../shop", "acme/sh op", ""}) {
    CAPTURE(wrong);
    CHECK(!is_repository_name(wrong));
  }
}

}  // namespace
}  // namespace muster::github
