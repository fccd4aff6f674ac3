// Names of images are taken apart as Docker and ECR write them.
#include "checks/image/reference.h"

#include <doctest/doctest.h>

namespace {

using namespace muster::image;

TEST_CASE("registry, repository, tag and digest") {
  struct Row {
    const char* text;
    const char* registry;
    const char* repository;
    const char* tag;
    const char* digest;
  };

  constexpr Row kRows[] = {
      {"nginx", "docker.io", "nginx", "latest", ""},
      {"nginx:1.27", "docker.io", "nginx", "1.27", ""},
      {"team/nginx:1.27", "docker.io", "team/nginx", "1.27", ""},
      {"localhost/nginx", "localhost", "nginx", "latest", ""},
      {"registry.example:5000/nginx", "registry.example:5000", "nginx", "latest", ""},
      {"registry.example:5000/a/b:v1", "registry.example:5000", "a/b", "v1", ""},
      {"shop@sha256:ab", "docker.io", "shop", "", "sha256:ab"},
      {"ghcr.io/acme/shop:v1@sha256:ab", "ghcr.io", "acme/shop", "v1", "sha256:ab"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    const auto found = parse_reference(row.text);
    REQUIRE(found);
    CHECK(found->registry == row.registry);
    CHECK(found->repository == row.repository);
    CHECK(found->tag == row.tag);
    CHECK(found->digest == row.digest);
    CHECK(found->kind == RegistryKind::Other);
    CHECK(found->repository_arn().empty());
  }
}

TEST_CASE("registries of ECR tell account and region") {
  const auto plain =
      parse_reference("111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/shop:v1");
  REQUIRE(plain);
  CHECK(plain->kind == RegistryKind::Ecr);
  CHECK(plain->repository_arn() == "arn:aws:ecr:eu-central-1:111122223333:repository/team/shop");
  const auto china = parse_reference("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/shop");
  REQUIRE(china);
  CHECK(china->repository_arn() == "arn:aws-cn:ecr:cn-north-1:111122223333:repository/shop");
  const auto fips = parse_reference("111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/shop");
  REQUIRE(fips);
  CHECK(fips->repository_arn() == "arn:aws-us-gov:ecr:us-gov-west-1:111122223333:repository/shop");
  const auto open = parse_reference("public.ecr.aws/acme/shop:v1");
  REQUIRE(open);
  CHECK(open->kind == RegistryKind::EcrPublic);
}

TEST_CASE("a host that only looks like one of ECR is none") {
  const auto other = parse_reference("111122223333.dkr.ecr.eu-central-1.example.com/shop:v1");
  REQUIRE(other);
  CHECK(other->kind == RegistryKind::Other);
}

TEST_CASE("what holds a variable, or nothing, is no name") {
  for (const char* text :
       {"", "${IMAGE}", "shop:${TAG}", "<IMAGE1_NAME>", "a b", ":v1", "@sha256:ab"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_reference(text));
  }
}

}  // namespace
