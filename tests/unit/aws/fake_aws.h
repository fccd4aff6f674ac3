// AWS as a test wants it: canned replies, a machine without files, a clock that stands still.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "aws/client.h"
#include "aws/facts.h"
#include "aws/system.h"
#include "tests/unit/net/fake_clock.h"

namespace muster::aws {

/// Answers requests one after the other and keeps them. Behind the last reply the network is down.
class FakeHttp : public net::Http {
 public:
  [[nodiscard]] net::Reply send(const net::Request& request) override {
    asked.push_back(request);
    if (replies.empty()) {
      return {.failure = net::Failure::Connect, .why = "no reply left"};
    }
    net::Reply reply = replies.front();
    replies.pop_front();
    return reply;
  }

  std::deque<net::Reply> replies;
  std::vector<net::Request> asked;
};

/// A machine of which tests set everything.
class FakeSystem : public System {
 public:
  FakeSystem() : System(fake_http, fake_clock) { variables["HOME"] = "/home/ann"; }

  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] Result<std::optional<std::string>> read_file(
      const std::string& path) const override {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] Result<Ended> run(const std::vector<std::string>& words) const override {
    ran = words;
    return ended;
  }

  FakeHttp fake_http;
  net::FakeClock fake_clock;
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;
  Ended ended;
  mutable std::vector<std::string> ran;
};

/// A folder of facts in memory.
class MemoryStore : public FactsStore {
 public:
  [[nodiscard]] Status write(const std::string& path, const std::string& bytes) override {
    if (full) {
      return Error{ErrorCode::Unwritable, "full: " + path, {}};
    }
    files[path] = bytes;
    return Done{};
  }

  [[nodiscard]] std::optional<std::string> kept(const std::string& path) override {
    const auto found = before.find(path);
    return found == before.end() ? std::nullopt : std::optional(found->second);
  }

  void keep(const std::string& path) override { counted.insert(path); }

  std::map<std::string, std::string> files;
  /// What an interrupted collection left, and what of it was counted.
  std::map<std::string, std::string> before;
  std::set<std::string> counted;
  bool full = false;
};

inline net::Reply reply_of(int status, std::string body, std::vector<net::Header> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

inline net::Reply failed(net::Failure failure) {
  return {.failure = failure, .why = "it failed"};
}

}  // namespace muster::aws
