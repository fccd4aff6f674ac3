// Answers of AWS operations as the AWS CLI prints them: `aws ecr describe-images`,
// `aws ecs describe-services`, … Which ones: docs/account-facts.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/text/tree.h"

namespace muster::iam {

/// One answer. Where the answer itself does not tell whose it is, a member `muster` with `account`
/// and `region` does.
struct AwsAnswer {
  text::Tree tree;
  /// Empty when it is not given.
  std::string account;
  std::string region;
};

/// The model of all such documents.
class AwsAnswers {
 public:
  [[nodiscard]] static AwsAnswers build(const AuditInput& input);

  /// Calls `visit` with each object under this key of an answer: with the items of a list, or with
  /// the object itself.
  void each(std::string_view key,
            const std::function<void(const text::Node& item, const AwsAnswer& from)>& visit) const;

  /// Calls `visit` with each answer to this operation: `s3:GetBucketVersioning`. The member
  /// `muster` of the answer tells its operation, and the parameters of the call.
  void of(std::string_view operation,
          const std::function<void(const text::Node& answer, const AwsAnswer& from)>& visit) const;

  /// In document order.
  [[nodiscard]] const std::vector<AwsAnswer>& all() const { return answers_; }

  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<AwsAnswer> answers_;
  std::vector<Unreadable> unreadable_;
};

/// Those that could not be understood, or that are one page of several.
[[nodiscard]] std::vector<Unreadable> unreadable_aws_answers(const AuditInput& input);

/// Whether the object is such an answer, by its keys.
[[nodiscard]] bool is_aws_answer(const text::Node& root);

/// Whether the beginning of a JSON text looks like one.
[[nodiscard]] bool mentions_aws_answer(std::string_view head);

}  // namespace muster::iam
