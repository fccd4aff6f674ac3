#include "checks/image/registry.h"

#include <algorithm>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/aws_answers.h"
#include "checks/image/reference.h"
#include "checks/policy/glob.h"
#include "checks/text/ascii.h"

namespace muster::image {
namespace {

using iam::AwsAnswer;
using text::Node;
using text::Type;

constexpr std::string_view kLifecycleNotGiven = "its lifecycle policy is not among the facts";

std::optional<TimePoint> time_under(const Node& node, std::string_view key) {
  return iam::time_of(node.text_under(key));
}

/// Source: OCI Image Format Specification, and Docker's older media type for the same.
bool is_index(std::string_view media_type) {
  return media_type == "application/vnd.oci.image.index.v1+json" ||
         media_type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

Image image_of(const Node& node) {
  return {.digest = node.string_under("imageDigest"),
          .tags = node.texts_under("imageTags"),
          .pushed = time_under(node, "imagePushedAt"),
          .pulled = time_under(node, "lastRecordedPullTime"),
          .archived_at = time_under(node, "lastArchivedAt"),
          .activated_at = time_under(node, "lastActivatedAt"),
          .archived = node.string_under("imageStatus") == "ARCHIVED",
          .is_list = is_index(node.string_under("imageManifestMediaType")),
          .where = node.where()};
}

std::string arn_in(std::string_view region, std::string_view account, std::string_view name) {
  Reference reference;
  reference.kind = RegistryKind::Ecr;
  reference.region = region;
  reference.account = account;
  reference.repository = name;
  return reference.repository_arn();
}

/// Fills the registry answer by answer.
class Builder {
 public:
  Repository& at(const std::string& arn, const SourceRef& where) {
    const auto [entry, is_new] = repositories_.try_emplace(arn);
    if (is_new) {
      entry->second.arn = arn;
      entry->second.lifecycle_unknown = kLifecycleNotGiven;
      entry->second.where = where;
    }
    return entry->second;
  }

  void take_repository(const Node& node) {
    const std::string arn = node.string_under("repositoryArn");
    if (iam::arn_field(arn, iam::kServiceField) != "ecr") {
      return;
    }
    Repository& repository = at(arn, node.where());
    repository.mutability = node.string_under("imageTagMutability");
    for (const Node& filter : node.items_under("imageTagMutabilityExclusionFilters")) {
      repository.exclusions.push_back(filter.string_under("filter"));
    }
  }

  void take_inventory(const iam::Resource& resource) {
    if (resource.type == "aws_ecr_repository") {
      repositories_.try_emplace(resource.arn, repository_of(resource));
    }
  }

  void take_image(const Node& node, const AwsAnswer& from) {
    if (Repository* repository = owner_of(node, from)) {
      if (!repository->images) {
        repository->images.emplace();
      }
      repository->images->push_back(image_of(node));
    }
  }

  /// An answer without images, which says of which repository it is, is a list that is empty.
  void take_no_images(const AwsAnswer& answer) {
    const auto list = answer.tree.root().find("imageDetails");
    const auto origin = answer.tree.root().find("muster");
    if (list && list->is(Type::Sequence) && list->size() == 0 && origin) {
      Repository* repository = owner_of(*origin, answer);
      if (repository != nullptr && !repository->images) {
        repository->images.emplace();
      }
    }
  }

  void take_lifecycle(const AwsAnswer& answer) {
    const Node root = answer.tree.root();
    const auto policy = root.find("lifecyclePolicyText");
    Repository* repository = policy ? owner_of(root, answer) : nullptr;
    if (repository == nullptr) {
      return;
    }
    repository->lifecycle_unknown.clear();
    repository->lifecycle_where = policy->where();
    if (policy->is(Type::Null)) {
      return;
    }
    auto parsed = Lifecycle::parse(std::string(policy->text()), policy->where());
    if (parsed) {
      repository->lifecycle = std::move(parsed).value();
    } else {
      repository->lifecycle_unknown = parsed.error().message;
    }
  }

  std::map<std::string, Repository, std::less<>> take() && { return std::move(repositories_); }

 private:
  /// The repository that an answer names by account and name; the region stands beside the answer,
  /// or there is one repository of the name alone.
  Repository* owner_of(const Node& node, const AwsAnswer& from) {
    const std::string name = node.string_under("repositoryName");
    std::string account = node.string_under("registryId");
    account = account.empty() ? from.account : account;
    if (name.empty()) {
      return nullptr;
    }
    if (!from.region.empty() && !account.empty()) {
      return &at(arn_in(from.region, account, name), node.where());
    }
    Repository* only = nullptr;
    for (auto& [arn, repository] : repositories_) {
      const bool same = arn.ends_with(":repository/" + name) &&
                        (account.empty() || iam::arn_field(arn, iam::kAccountField) == account);
      if (same && only != nullptr) {
        return nullptr;
      }
      only = same ? &repository : only;
    }
    return only;
  }

  std::map<std::string, Repository, std::less<>> repositories_;
};

}  // namespace

Repository repository_of(const iam::Resource& resource) {
  Repository repository;
  repository.arn = resource.arn;
  repository.mutability = resource.property("image_tag_mutability");
  for (const std::string_view filter :
       text::split(resource.property("image_tag_mutability_exclusion_filter"), ",")) {
    repository.exclusions.emplace_back(filter);
  }
  repository.lifecycle_unknown = kLifecycleNotGiven;
  repository.where = resource.where;
  return repository;
}

std::optional<bool> Repository::can_move(std::string_view tag) const {
  const bool excluded = std::ranges::any_of(exclusions, [&](const std::string& filter) {
    return policy::glob_match(filter, tag, {'*', '\xFF', false});
  });
  if (mutability == "MUTABLE" || mutability == "IMMUTABLE") {
    return mutability == "MUTABLE";
  }
  if (mutability == "MUTABLE_WITH_EXCLUSION" || mutability == "IMMUTABLE_WITH_EXCLUSION") {
    return (mutability == "MUTABLE_WITH_EXCLUSION") != excluded;
  }
  return std::nullopt;
}

const Image* Repository::find(std::string_view tag, std::string_view digest) const {
  const auto found = std::ranges::find_if(*images, [&](const Image& image) {
    return digest.empty() ? std::ranges::find(image.tags, tag) != image.tags.end()
                          : image.digest == digest;
  });
  return found == images->end() ? nullptr : &*found;
}

Registry Registry::build(const AuditInput& input) {
  Builder builder;
  const auto& answers = input.model<iam::AwsAnswers>();
  answers.each("repositories",
               [&](const Node& item, const AwsAnswer&) { builder.take_repository(item); });
  for (const iam::Resource& resource : input.model<iam::Inventory>().resources()) {
    builder.take_inventory(resource);
  }
  answers.each("imageDetails",
               [&](const Node& item, const AwsAnswer& from) { builder.take_image(item, from); });
  for (const AwsAnswer& answer : answers.all()) {
    builder.take_no_images(answer);
    builder.take_lifecycle(answer);
  }
  Registry result;
  result.repositories_ = std::move(builder).take();
  return result;
}

const Repository* Registry::find(std::string_view arn) const {
  const auto found = repositories_.find(arn);
  return found == repositories_.end() ? nullptr : &found->second;
}

}  // namespace muster::image

template std::shared_ptr<const void> muster::built<muster::image::Registry>(const AuditInput&);
