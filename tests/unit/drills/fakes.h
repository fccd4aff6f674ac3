// A place without processes: what a drill sees of a host, and scripted trouble.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "drills/drill.h"

namespace muster::drills {

/// Time that passes only while somebody sleeps.
class FakeClock final : public net::Clock {
 public:
  [[nodiscard]] net::SteadyTime steady() const override { return now_; }

  void sleep(net::Milliseconds duration) override { now_ += duration; }

 private:
  net::SteadyTime now_{};
};

class FakePlace final : public Backend {
 public:
  Change newest{"base", "app:2", "older", "app:1"};
  std::string served = "2";
  bool readable = true;
  /// Why observations do not agree; empty = they do.
  std::string torn;
  bool lock_busy = false;
  bool turnable = true;
  Status healthy = Done{};
  std::vector<std::string> did;
  /// What the next runs of the deploy path do; without one they work.
  std::deque<std::function<Shipped(FakePlace&)>> next;
  /// Called before every look.
  std::function<void()> before_look = [] {};

  Look look() override {
    before_look();
    Look seen;
    seen.served = served;
    seen.why = torn;
    seen.consistent = torn.empty() && readable;
    if (readable) {
      seen.newest = newest;
    }
    return seen;
  }

  Result<std::unique_ptr<Hold>> hold(std::chrono::milliseconds) override {
    if (lock_busy) {
      return Error{ErrorCode::Limit, "process 7 (deploy.sh) holds the deploy lock", {}};
    }
    return std::make_unique<Hold>();
  }

  Shipped deploy(const Release& release, const std::string& run,
                 const std::string& expect) override {
    did.push_back("deploy " + release.name + " on " + expect);
    if (!next.empty()) {
      const auto behave = next.front();
      next.pop_front();
      return behave(*this);
    }
    newest = {run, release.name, newest.id, newest.release};
    served = release.version;
    torn.clear();
    readable = true;
    return {Shipping::Done, ""};
  }

  Status realign() override {
    did.push_back("realign");
    if (!turnable) {
      return Error{ErrorCode::Invalid, "no color is alive", {}};
    }
    torn.clear();
    return Done{};
  }

  Result<std::string> digest(const std::string& release) override { return "sha256:" + release; }

  Status verify() override { return healthy; }
};

inline Plan example_plan() {
  Plan plan;
  plan.target.name = "app";
  plan.target.environment = "staging";
  plan.target.deploy = {"deploy", "{release}", "{run}", "{expect}"};
  plan.target.digest = {"digest", "{release}"};
  plan.target.lock = "lock";
  plan.kind = EnvironmentClass::Staging;
  plan.root = "/srv/app";
  plan.from = {"app:2", "sha256:app:2", "2"};
  plan.to = {"app:1", "sha256:app:1", "1"};
  plan.baseline = "base";
  return plan;
}

/// A folder that is gone at the end.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/muster-drills-XXXXXX";
    path_ = ::mkdtemp(name);
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace muster::drills
