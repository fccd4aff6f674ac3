#include "checks/iam/aws_answers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/documents.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

/// The member that holds the answer, and one that each of its objects has.
struct Shape {
  std::string_view key;
  std::string_view has;
};

constexpr std::array<Shape, 14> kShapes = {{{"Reservations", "Instances"},
                                            {"SecurityGroups", "GroupId"},
                                            {"InstanceInformationList", "InstanceId"},
                                            {"repositories", "repositoryArn"},
                                            {"imageDetails", "imageDigest"},
                                            {"imageTagDetails", "imageTag"},
                                            {"services", "serviceArn"},
                                            {"ServicesLastAccessed", "ServiceNamespace"},
                                            {"serviceDeployments", "serviceDeploymentArn"},
                                            {"serviceRevisions", "serviceRevisionArn"},
                                            {"taskDefinition", "taskDefinitionArn"},
                                            {"tasks", "taskArn"},
                                            {"Parameters", "LastModifiedDate"},
                                            {"trailList", "TrailARN"}}};
/// Lists of plain texts, and answers that are one object without a member of its own.
constexpr std::array<std::string_view, 3> kPlainKeys = {
    "taskDefinitionArns", "PublicAccessBlockConfiguration", "lifecyclePolicyText"};
/// Answers whose members tell too little: the operation beside them says what they are.
constexpr std::array<std::string_view, 3> kOperations = {
    "s3:GetBucketVersioning", "ssm:DescribeDocumentPermission", "cloudtrail:GetTrailStatus"};

std::string operation_of(const Node& root) {
  const auto origin = root.find("muster");
  return origin ? origin->string_under("operation") : "";
}

/// An empty list tells nothing by itself: it must be all there is, or say that it was collected.
bool fits(const Node& root, const Shape& shape) {
  const auto member = root.find(shape.key);
  if (!member || !member->is(Type::Sequence)) {
    return member && member->find(shape.has);
  }
  return member->size() == 0 ? root.size() == 1 || root.find("muster").has_value()
                             : member->at(0).find(shape.has).has_value();
}

/// Whether more pages follow, which the AWS CLI leaves out when it is told how many items to fetch.
bool is_one_of_several(const Node& root) {
  return !root.string_under("nextToken").empty() || !root.string_under("NextToken").empty();
}

std::string quoted(std::string_view key) {
  return "\"" + std::string(key) + "\"";
}

}  // namespace

AwsAnswers AwsAnswers::build(const AuditInput& input) {
  AwsAnswers result;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::AwsAnswer) {
      continue;
    }
    auto tree = parse_account_json(document);
    if (!tree) {
      result.unreadable_.push_back({document.source, tree.error()});
      continue;
    }
    if (is_one_of_several(tree.value().root())) {
      result.unreadable_.push_back(
          {document.source,
           Error{ErrorCode::Invalid,
                 "one page of several: fetch the whole list, without `--max-items` "
                 "and `--no-paginate`",
                 tree.value().root().where()}});
      continue;
    }
    const auto origin = tree.value().root().find("muster");
    std::string account = origin ? origin->text_under("account") : "";
    std::string region = origin ? origin->text_under("region") : "";
    result.answers_.push_back({std::move(tree).value(), std::move(account), std::move(region)});
  }
  return result;
}

void AwsAnswers::each(
    std::string_view key,
    const std::function<void(const Node& item, const AwsAnswer& from)>& visit) const {
  for (const AwsAnswer& answer : answers_) {
    const auto member = answer.tree.root().find(key);
    if (member && member->is(Type::Mapping)) {
      visit(*member, answer);
    }
    for (const Node& item : member ? member->items() : std::vector<Node>()) {
      visit(item, answer);
    }
  }
}

void AwsAnswers::of(
    std::string_view operation,
    const std::function<void(const Node& answer, const AwsAnswer& from)>& visit) const {
  for (const AwsAnswer& answer : answers_) {
    if (operation_of(answer.tree.root()) == operation) {
      visit(answer.tree.root(), answer);
    }
  }
}

std::vector<Unreadable> unreadable_aws_answers(const AuditInput& input) {
  return input.model<AwsAnswers>().unreadable();
}

bool is_aws_answer(const Node& root) {
  return std::ranges::any_of(kShapes, [&](const Shape& shape) { return fits(root, shape); }) ||
         std::ranges::any_of(kPlainKeys,
                             [&](std::string_view key) { return root.find(key).has_value(); }) ||
         text::one_of(operation_of(root), kOperations);
}

bool mentions_aws_answer(std::string_view head) {
  const auto has = [&](std::string_view key) {
    return head.find(quoted(key)) != std::string_view::npos;
  };
  return std::ranges::any_of(
             kShapes,
             [&](const Shape& shape) {
               return has(shape.key) &&
                      (has(shape.has) || head.find("\"muster\"") != std::string_view::npos);
             }) ||
         std::ranges::any_of(kPlainKeys, has) || std::ranges::any_of(kOperations, has);
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::AwsAnswers>(const AuditInput&);
