// The public registry, which is in one region only. Its tags can always be moved: there is no
// setting against it. Source: ECR Public API Reference: DescribeRepositories, DescribeImageTags.
#include "aws/collectors.h"
#include "aws/gather.h"

namespace muster::aws {
namespace {

constexpr Service kEcrPublic{.id = "ecr_public",
                             .protocol = Protocol::Json11,
                             .version = "SpencerFrontendService",
                             .host = "api.ecr-public",
                             .signing_name = "ecr-public"};
constexpr Paging kEcrPublicPaging{"nextToken", "nextToken"};

}  // namespace

void collect_ecr_public(const Client& client, Facts& facts) {
  if (partition_of(client.region()) != "aws") {
    return;
  }
  const Client home = client.in(main_region_of(client.region()));
  Gatherer gather(home, facts, "ecr-public", home.region());
  const auto answer =
      gather.ask({.call = {.service = kEcrPublic,
                           .action = "DescribeRepositories",
                           .input = object_value({{"maxResults", number_value(1000)}}),
                           .expects = {"repositories"}},
                  .what = "public repositories of images",
                  .file = "repositories",
                  .paging = kEcrPublicPaging,
                  .list = "repositories"});
  for (const Value& repository : answer ? answer->items_of("repositories") : std::vector<Value>()) {
    const std::string name = repository.text_of("repositoryName");
    (void)gather.ask({.call = {.service = kEcrPublic,
                               .action = "DescribeImageTags",
                               .input = object_value({{"repositoryName", text_value(name)},
                                                      {"maxResults", number_value(1000)}}),
                               .expects = {"imageTagDetails"}},
                      .what = "tags of public repository " + name,
                      .file = "image-tags/" + file_name(name),
                      .paging = kEcrPublicPaging,
                      .list = "imageTagDetails",
                      .about = Member{"repositoryName", text_value(name)}});
  }
}

}  // namespace muster::aws
