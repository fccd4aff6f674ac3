// A condition cut where `&&`, `||` and `!` join its parts, so that each part is either calculated
// from what a simulated run knows, or is a question with two answers. Parts that say the same have
// the same text, wherever they stand.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/calculate.h"

namespace muster::workflow {

/// A part without `&&`, `||` and `!` around it.
struct ConditionPart {
  /// Without steps for a condition that does not parse.
  ParsedExpression expression;
  /// As GitHub would read it, in one way of writing: `github.ref == 'refs/heads/main'`.
  std::string text;
  /// The names that it reads, in lower case, whole: `needs.test.result`, `needs.*.result`. A
  /// computed index ends one with `.?`.
  std::vector<std::string> names;
  /// `name == 'text'`: both; two such parts of one name are never true together. Else empty.
  std::string name;
  std::string literal;
  /// It calls `hashFiles`.
  bool reads_files = false;
};

/// An `if:` as GitHub completes it: without a status function, `success() &&` stands in front.
class OpenCondition {
 public:
  /// `text`: the `if`, or null for none.
  [[nodiscard]] static OpenCondition parse(const std::string* text);

  [[nodiscard]] const std::vector<ConditionPart>& parts() const { return parts_; }

  /// Whether a status function stood in it; otherwise `success()` was put in front.
  [[nodiscard]] bool asks_for_status() const { return asks_for_status_; }

  /// What a part is; called from left to right for those alone that decide.
  using Answer = std::function<bool(const ConditionPart& part)>;
  [[nodiscard]] bool holds(const Answer& answer) const;

 private:
  struct Node {
    ExpressionStep::Kind kind = ExpressionStep::Kind::And;
    std::vector<std::size_t> kids;
    std::size_t part = 0;
  };

  void cut(const ParsedExpression& expression);
  std::size_t add_part(ParsedExpression expression);

  /// Operands before operations; the last is the whole.
  std::vector<Node> nodes_;
  std::vector<ConditionPart> parts_;
  bool asks_for_status_ = false;
};

/// Whether the name says how a job or a step ended: `job.status`, `needs.test.result`,
/// `steps.smoke.outcome`, `steps.smoke.conclusion`; `*` for all of them.
[[nodiscard]] bool is_ending(std::string_view name);

/// Whether it holds only when something failed or was cancelled, in this run or the one before.
[[nodiscard]] bool only_after_failure(const OpenCondition& condition);

}  // namespace muster::workflow
