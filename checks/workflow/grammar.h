// The grammar of GitHub's expression language, whole: tokens, precedence, limits, which contexts
// and functions may stand where. Source: GitHub Docs, "Evaluate expressions in workflows and
// actions"; checked against npm `@actions/expressions` by tests/scripts/expressions.test.mjs.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"

namespace muster::workflow {

/// One instruction; operands stand before it.
struct ExpressionStep {
  enum class Kind {
    Null,
    Bool,
    Number,
    String,
    /// `github`
    Context,
    Call,
    /// `x.name`, `x['name']`, `x[0]`: takes the value and the index.
    Index,
    /// `x.*`, `x[*]`
    Star,
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// Of two or more operands.
    And,
    Or,
  };

  Kind kind = Kind::Null;
  /// The string, or the name in lower case.
  std::string text;
  double number = 0;
  bool boolean = false;
  /// Values that it takes; every instruction leaves one.
  std::size_t operands = 0;
};

/// A function beside those of the language: `success`, `hashFiles`.
struct ExtraFunction {
  std::string_view name;
  std::size_t least = 0;
  std::size_t most = 0;
};

/// What may stand in an expression.
struct Vocabulary {
  std::span<const std::string_view> contexts;
  std::span<const ExtraFunction> functions;
};

/// `success`, `failure`, `always`, `cancelled`.
[[nodiscard]] std::span<const ExtraFunction> status_functions();

/// Every context, the status functions and `hashFiles`: for reading what an expression says,
/// wherever it stands.
[[nodiscard]] Vocabulary whole_vocabulary();

struct ParsedExpression {
  std::vector<ExpressionStep> steps;
  /// It calls a status function somewhere.
  bool asks_for_status = false;
};

/// Parses what stands between `${{` and `}}`. At most 21,000 characters and 50 levels. Errors:
/// `Invalid`, in words, without a place. An empty text is one.
[[nodiscard]] Result<ParsedExpression> parse_expression(std::string_view text,
                                                        const Vocabulary& vocabulary);

}  // namespace muster::workflow
