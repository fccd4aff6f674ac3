// What tags named is kept from run to run, for each scope by itself.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/store/fixture.h"

namespace {

using namespace muster;
using namespace muster::store;
using namespace muster::store::testing;

const TagTarget kFirst{"git", "v1", "aaaa"};
const TagTarget kSecond{"git", "v1", "bbbb"};

Run run_with(int day, std::vector<TagTarget> tags) {
  Run run = make_run(day, {});
  run.tags = std::move(tags);
  return run;
}

std::vector<PastTag> past(const Folder& folder, const Run& run) {
  auto found = open_to_read(folder.file()).value().past_tags(run).value();
  std::ranges::sort(found, {}, &PastTag::named);
  return found;
}

TEST_CASE("each target that a tag had is kept with the first and the last run that saw it") {
  const Folder folder;
  REQUIRE(try_record(folder.file(), run_with(1, {kFirst})).ok());
  REQUIRE(try_record(folder.file(), run_with(2, {kFirst})).ok());
  REQUIRE(try_record(folder.file(), run_with(3, {kSecond})).ok());
  const auto found = past(folder, run_with(4, {}));
  REQUIRE(found.size() == 2);
  CHECK(found[0].named == kFirst);
  CHECK(found[0].first_seen == *parse_utc("2026-02-01"));
  CHECK(found[0].last_seen == *parse_utc("2026-02-02"));
  CHECK(found[1].named == kSecond);
  CHECK(found[1].first_seen == *parse_utc("2026-02-03"));
}

TEST_CASE("a run that sees no tags forgets none") {
  const Folder folder;
  REQUIRE(try_record(folder.file(), run_with(1, {kFirst})).ok());
  REQUIRE(try_record(folder.file(), run_with(2, {})).ok());
  CHECK(past(folder, run_with(3, {})).size() == 1);
}

TEST_CASE("tags of another repository are not told") {
  const Folder folder;
  REQUIRE(try_record(folder.file(), run_with(1, {kFirst})).ok());
  Run other = run_with(2, {});
  other.repository = "acme/cart";
  CHECK(past(folder, other).empty());
}

TEST_CASE("a tag that is listed twice is written once") {
  const Folder folder;
  REQUIRE(try_record(folder.file(), run_with(1, {kFirst, kFirst})).ok());
  CHECK(past(folder, run_with(2, {})).size() == 1);
}

}  // namespace
