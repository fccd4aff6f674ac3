// Lifecycle policies are evaluated as the examples of the ECR User Guide say.
#include "checks/image/lifecycle.h"

#include <doctest/doctest.h>

#include "checks/core/run.h"
#include "checks/image/registry.h"

namespace {

using namespace muster;
using namespace muster::image;

Lifecycle policy(const std::string& rules) {
  auto parsed = Lifecycle::parse(R"({"rules": [)" + rules + "]}", {});
  REQUIRE(parsed);
  return std::move(parsed).value();
}

Image image(std::vector<std::string> tags, const char* pushed) {
  Image result;
  result.tags = std::move(tags);
  result.pushed = iam::time_of(pushed);
  return result;
}

std::string rule(int priority, const std::string& selection, const std::string& action = "expire") {
  return R"({"rulePriority": )" + std::to_string(priority) + R"(, "selection": {)" + selection +
         R"(}, "action": {"type": ")" + action + R"("}})";
}

std::string by_count(const std::string& tags, int count) {
  return R"("tagStatus": )" + tags + R"(, "countType": "imageCountMoreThan", "countNumber": )" +
         std::to_string(count);
}

std::string by_age(const std::string& tags, int days) {
  return R"("tagStatus": )" + tags +
         R"(, "countType": "sinceImagePushed", "countUnit": "days", "countNumber": )" +
         std::to_string(days);
}

/// Tags are all prefixes of some tag: the form of the guide's examples.
std::string prefixes(const std::string& list) {
  return R"("tagged", "tagPrefixList": [)" + list + "]";
}

/// `3` = after as many pushes, `2026-03-01` = then, `stays`, `unknown`.
std::string fate(const Lifecycle& lifecycle, const std::vector<Image>& images, std::size_t index) {
  const auto [found, unknown] = lifecycle.fate_of(images, index);
  if (!found) {
    return unknown ? "unknown" : "stays";
  }
  return found->at ? to_utc(*found->at).substr(0, 10) : std::to_string(*found->after_pushes);
}

TEST_CASE("a count goes from the youngest image on") {
  const Lifecycle keep_two = policy(rule(1, by_count(R"("any")", 2)));
  const std::vector<Image> images = {image({"a"}, "2026-01-03T00:00:00Z"),
                                     image({}, "2026-01-02T00:00:00Z"),
                                     image({"c"}, "2026-01-01T00:00:00Z")};
  CHECK(fate(keep_two, images, 0) == "2");
  CHECK(fate(keep_two, images, 1) == "1");
  CHECK(fate(keep_two, images, 2) == "0");
}

TEST_CASE("of two images of the same second either may go") {
  const Lifecycle keep_one = policy(rule(1, by_count(R"("any")", 1)));
  const std::vector<Image> images = {image({"a"}, "2026-01-03T00:00:00Z"),
                                     image({"b"}, "2026-01-03T00:00:00Z")};
  CHECK(fate(keep_one, images, 0) == "0");
  CHECK(fate(keep_one, images, 1) == "0");
}

TEST_CASE("an image that a rule selects is not taken by one of lower priority") {
  // Priority 1 keeps one image of `prod`; priority 2 keeps one of all that are left to it.
  const Lifecycle lifecycle =
      policy(rule(2, by_count(R"("any")", 1)) + "," + rule(1, by_count(prefixes(R"("prod")"), 1)));
  const std::vector<Image> images = {image({"beta"}, "2026-01-03T00:00:00Z"),
                                     image({"prod-2"}, "2026-01-02T00:00:00Z"),
                                     image({"prod-1"}, "2026-01-01T00:00:00Z")};
  CHECK(fate(lifecycle, images, 0) == "1");
  CHECK(fate(lifecycle, images, 1) == "1");
  CHECK(fate(lifecycle, images, 2) == "0");
}

TEST_CASE("a rule counts images that one of higher priority takes") {
  const Lifecycle lifecycle =
      policy(rule(1, by_count(prefixes(R"("prod")"), 1)) + "," + rule(2, by_count(R"("any")", 2)));
  const std::vector<Image> images = {image({"prod-3"}, "2026-01-03T00:00:00Z"),
                                     image({"prod-2"}, "2026-01-02T00:00:00Z"),
                                     image({"beta"}, "2026-01-01T00:00:00Z")};
  CHECK(fate(lifecycle, images, 2) == "0");
}

TEST_CASE("several prefixes are all needed, each by any tag of the image") {
  const Lifecycle lifecycle = policy(rule(1, by_age(prefixes(R"("alpha", "beta")"), 10)));
  const std::vector<Image> images = {image({"alpha-1"}, "2026-01-01T00:00:00Z"),
                                     image({"alpha-2", "beta-2"}, "2026-01-01T00:00:00Z"),
                                     image({}, "2026-01-01T00:00:00Z")};
  CHECK(fate(lifecycle, images, 0) == "stays");
  CHECK(fate(lifecycle, images, 1) == "2026-01-11");
  CHECK(fate(lifecycle, images, 2) == "stays");
}

TEST_CASE("a pattern is the whole tag, with any run for each star") {
  const Lifecycle lifecycle =
      policy(rule(1, by_age(R"("tagged", "tagPatternList": ["v*.0"])", 10)));
  const std::vector<Image> images = {image({"v1.0"}, "2026-01-01T00:00:00Z"),
                                     image({"v1.0.1"}, "2026-01-01T00:00:00Z")};
  CHECK(fate(lifecycle, images, 0) == "2026-01-11");
  CHECK(fate(lifecycle, images, 1) == "stays");
}

TEST_CASE("archived images are left to rules of their own storage class") {
  const Lifecycle lifecycle = policy(
      rule(1, by_count(R"("any")", 1)) + "," +
      rule(2,
           R"("tagStatus": "any", "storageClass": "archive", "countType": "sinceImageTransitioned",
                 "countUnit": "days", "countNumber": 90)"));
  std::vector<Image> images = {image({"a"}, "2026-01-02T00:00:00Z"),
                               image({"b"}, "2025-01-01T00:00:00Z")};
  images[1].archived = true;
  images[1].archived_at = iam::time_of("2026-01-01T00:00:00Z");
  CHECK(fate(lifecycle, images, 0) == "1");
  CHECK(fate(lifecycle, images, 1) == "2026-04-01");
}

TEST_CASE("an image that was never pulled counts from its push, a restored one from then on") {
  const std::string pulled =
      R"("tagStatus": "any", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 10)";
  const Lifecycle lifecycle = policy(rule(1, pulled, "transition"));
  std::vector<Image> images = {image({"a"}, "2026-01-01T00:00:00Z"),
                               image({"b"}, "2026-01-01T00:00:00Z"),
                               image({"c"}, "2026-01-01T00:00:00Z")};
  images[1].pulled = iam::time_of("2026-01-05T00:00:00Z");
  images[2].pulled = iam::time_of("2026-01-05T00:00:00Z");
  images[2].activated_at = iam::time_of("2026-01-07T00:00:00Z");
  CHECK(fate(lifecycle, images, 0) == "2026-01-11");
  CHECK(fate(lifecycle, images, 1) == "2026-01-15");
  CHECK(fate(lifecycle, images, 2) == "2026-01-17");
  CHECK(lifecycle.fate_of(images, 0).fate->archives);
}

TEST_CASE("without the time of a push the answer is not known") {
  const Lifecycle lifecycle = policy(rule(1, by_count(R"("any")", 1)));
  std::vector<Image> images = {image({"a"}, "2026-01-01T00:00:00Z"), image({"b"}, "")};
  CHECK(fate(lifecycle, images, 0) == "unknown");
}

TEST_CASE("policies of another form are refused") {
  for (const std::string& rules :
       {rule(1, by_age(R"("tagged")", 3)), rule(1, by_age(R"("some")", 3)),
        rule(1, by_age(R"("any")", -1)), rule(1, by_count(R"("any")", 1), "move"), std::string("7"),
        std::string(R"({"rulePriority": 1})")}) {
    CAPTURE(rules);
    CHECK_FALSE(Lifecycle::parse(R"({"rules": [)" + rules + "]}", {}));
  }
  CHECK_FALSE(Lifecycle::parse("{}", {}));
  CHECK_FALSE(Lifecycle::parse("{", {}));
}

TEST_CASE("times as the CLI and the API write them") {
  CHECK(iam::time_of("2026-02-10T09:00:00+01:00") == iam::time_of("2026-02-10T08:00:00Z"));
  CHECK(iam::time_of("1770710400.25") == iam::time_of("2026-02-10T08:00:00Z"));
  CHECK(iam::time_of("2026-02-10T08:00:00.123456Z") == iam::time_of("2026-02-10T08:00:00Z"));
  CHECK_FALSE(iam::time_of(""));
  CHECK_FALSE(iam::time_of("yesterday"));
}

}  // namespace
