// Calls that wait for their turn.
#include "aws/rates.h"

#include <doctest/doctest.h>

#include <numeric>

#include "tests/unit/net/fake_clock.h"

namespace muster::aws {
namespace {

/// How long so many calls of one kind wait altogether, in milliseconds.
long waited(std::string_view service, std::string_view action, int calls) {
  net::FakeClock clock;
  Rates rates;
  for (int i = 0; i < calls; ++i) {
    rates.wait(service, action, "eu-west-1", clock);
  }
  return std::accumulate(clock.slept.begin(), clock.slept.end(), 0L);
}

TEST_CASE("calls with a limit wait for their turn, others never") {
  struct Row {
    const char* name;
    std::string_view service, action;
    int calls;
    long waited;
  };

  for (const Row& row : {Row{"the first goes at once", "cloudtrail", "LookupEvents", 1, 0},
                         Row{"two a second", "cloudtrail", "LookupEvents", 5, 2000},
                         Row{"others of the service", "cloudtrail", "DescribeTrails", 10, 0},
                         Row{"ten at once, then five a second", "cloudfront", "A", 15, 1000},
                         Row{"no limit", "s3", "ListBuckets", 500, 0}}) {
    CAPTURE(row.name);
    CHECK(waited(row.service, row.action, row.calls) == row.waited);
  }
}

TEST_CASE(
    "regions do not wait for each other, and a pause fills the bucket no further than it is") {
  net::FakeClock clock;
  Rates rates;
  rates.wait("cloudtrail", "LookupEvents", "eu-west-1", clock);
  rates.wait("cloudtrail", "LookupEvents", "us-east-1", clock);
  CHECK(clock.slept.empty());
  clock.passed += std::chrono::seconds(60);
  rates.wait("cloudtrail", "LookupEvents", "eu-west-1", clock);
  CHECK(clock.slept.empty());
  rates.wait("cloudtrail", "LookupEvents", "eu-west-1", clock);
  CHECK(clock.slept == std::vector<long>{500});
}

}  // namespace
}  // namespace muster::aws
