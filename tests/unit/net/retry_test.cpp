// Waiting times and quota with a clock that tests hold.
#include "net/retry.h"

#include <doctest/doctest.h>

#include "tests/unit/net/fake_clock.h"

namespace muster::net {
namespace {

TEST_CASE("each attempt waits a random part of twice as much, at most the cap") {
  FakeClock clock;
  RetryQuota quota;
  Attempts attempts({.attempts = 8, .base = Milliseconds(1000), .cap = Milliseconds(30'000)}, quota,
                    clock);
  clock.next_chance = 0.5;
  while (attempts.again(RetryReason::Transient)) {
  }
  CHECK(attempts.made() == 8);
  CHECK(clock.slept == std::vector<long>{500, 1000, 2000, 4000, 8000, 15'000, 15'000});
}

TEST_CASE("what the service asks for counts within five seconds beyond our own waiting time") {
  struct Row {
    const char* name;
    long asked;
    long waited;
  };

  for (const Row& row : {Row{"less than ours", 100, 500}, Row{"between", 3000, 3000},
                         Row{"an hour", 3'600'000, 5500}, Row{"before now", -5, 500}}) {
    CAPTURE(row.name);
    FakeClock clock;
    clock.next_chance = 0.5;
    RetryQuota quota;
    Attempts attempts({}, quota, clock);
    CHECK(attempts.again(RetryReason::Throttle, Milliseconds(row.asked)));
    CHECK(clock.slept == std::vector<long>{row.waited});
  }
}

TEST_CASE("no attempt starts behind the deadline") {
  FakeClock clock;
  clock.next_chance = 0.5;
  RetryQuota quota;
  Attempts attempts({}, quota, clock, clock.steady() + Milliseconds(1600));
  CHECK(attempts.again(RetryReason::Transient));
  CHECK(attempts.again(RetryReason::Transient));
  CHECK_FALSE(attempts.again(RetryReason::Transient));
  CHECK(attempts.made() == 3);
}

TEST_CASE("a quota that is used up ends retries until calls succeed") {
  FakeClock clock;
  RetryQuota quota(14);
  Attempts first({}, quota, clock);
  CHECK(first.again(RetryReason::Timeout));
  CHECK_FALSE(first.again(RetryReason::Transient));
  first.succeeded();
  Attempts second({}, quota, clock);
  CHECK(second.again(RetryReason::Transient));
  CHECK(second.again(RetryReason::Throttle));
  CHECK_FALSE(second.again(RetryReason::Throttle));
}

TEST_CASE("a quota never grows beyond its beginning") {
  RetryQuota quota(5);
  quota.give(100);
  CHECK(quota.take(5));
  CHECK_FALSE(quota.take(1));
}

}  // namespace
}  // namespace muster::net
