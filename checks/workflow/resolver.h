// The inside of expression.h: texts with expressions (expression.cpp) and the meaning of names
// (names.cpp), which ask each other.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "checks/workflow/expression.h"

namespace muster::workflow {

/// The end of the expression that begins at `at` (behind `${{`): the first `}}` outside quotes, or
/// `npos`.
[[nodiscard]] std::size_t expression_end(std::string_view text, std::size_t at);

/// What all resolvers of one question share.
struct Work {
  std::vector<RefTest>* tests = nullptr;
  /// Expressions that may still be evaluated: a chain of variables can grow exponentially.
  std::size_t budget = 200;
  /// As for `evaluate`.
  bool all_is_well = false;
};

/// Resolves in one scope; variables, inputs and secrets that hold expressions ask a resolver one
/// level deeper.
class Resolver {
 public:
  Resolver(const Scope& scope, Work& work, int depth = 0)
      : scope_(scope), work_(work), depth_(depth) {}

  [[nodiscard]] Values text(std::string_view text) const;
  [[nodiscard]] ValueSet evaluate(std::string_view expression) const;

 private:
  [[nodiscard]] Values shown(const ValueSet& set) const;
  [[nodiscard]] bool is_per_run(const Values& values) const;
  [[nodiscard]] ValueSet name(std::string_view name) const;
  [[nodiscard]] ValueSet github(std::string_view name) const;
  [[nodiscard]] std::optional<ValueSet> of_stranger(std::string_view name) const;
  [[nodiscard]] ValueSet ref(std::string_view prefix) const;
  [[nodiscard]] ValueSet run_fact(std::string_view name, std::string_view shown) const;
  [[nodiscard]] ValueSet declared(std::string_view name, std::string_view shown) const;
  [[nodiscard]] bool has_own(std::string_view name) const;
  [[nodiscard]] ValueSet secret(std::string_view name, std::string_view shown) const;
  [[nodiscard]] ValueSet environment_variable(std::string_view name, std::string_view shown) const;
  [[nodiscard]] ValueSet input(std::string_view name, std::string_view shown) const;
  [[nodiscard]] ValueSet dispatch_input(std::string_view name, std::string_view shown) const;
  [[nodiscard]] ValueSet matrix(std::string_view name, std::string_view shown) const;
  [[nodiscard]] ValueSet deeper(std::string_view text) const;
  [[nodiscard]] ValueSet action_input(std::string_view name) const;

  const Scope& scope_;
  Work& work_;
  int depth_;
};

}  // namespace muster::workflow
