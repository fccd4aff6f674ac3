// The postfix form of an expression: operands first, so that it runs on a stack without recursion.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "checks/workflow/evaluate.h"

namespace muster::workflow {

/// `Order` stands for `<`, `<=`, `>`, `>=`: their result is not computed.
enum class Operator { Or, And, Equal, NotEqual, Order, Not };

struct Instruction {
  enum class Kind { Literal, Name, Property, Call, Operator };

  Kind kind = Kind::Literal;
  /// The literal; the name or function in `text` otherwise.
  Value value;
  Operator operation = Operator::Or;
  /// How many values it takes off the stack; every instruction leaves one.
  std::size_t arguments = 0;
};

/// The instructions of one expression, or nothing when it does not parse. At most 21,000
/// characters, as GitHub has it.
[[nodiscard]] std::optional<std::vector<Instruction>> to_postfix(std::string_view expression);

}  // namespace muster::workflow
