// Written text against strings of Z3. Actions and ARNs are taken apart into their fields, so that
// wildcards that stop at colons are plain ones.
#pragma once

#include <z3++.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/model.h"

namespace muster::z3_oracle {

/// Thrown inside of the encoding only: the policy uses what it leaves out.
struct OutsideOfEncoding {
  const char* reason = "";
};

/// `service:name`; the service holds no colon.
struct ActionTerm {
  z3::expr service;
  z3::expr name;
};

/// `arn:f0:f1:f2:f3:f4`; all but the last hold no colon. Where `is_arn` is false it is another text
/// (for resources: `*`), and the fields say nothing.
struct ArnTerm {
  z3::expr is_arn;
  std::vector<z3::expr> fields;
};

class TextTerms {
 public:
  explicit TextTerms(z3::context& context);

  [[nodiscard]] ActionTerm new_action();
  [[nodiscard]] ArnTerm new_arn(const std::string& name);
  /// What actions (in lower case), resources and other ARNs look like in requests.
  [[nodiscard]] z3::expr domain(const ActionTerm& action);
  [[nodiscard]] z3::expr resource_domain(const ArnTerm& arn);
  [[nodiscard]] z3::expr arn_domain(const ArnTerm& arn);

  /// An entry of `Action`, of `Resource`, a value of an Arn operator, a value of a String operator.
  [[nodiscard]] z3::expr names(std::string_view pattern, const ActionTerm& action);
  [[nodiscard]] z3::expr names(std::string_view pattern, const ArnTerm& resource);
  [[nodiscard]] z3::expr matches_arn(std::string_view pattern, const ArnTerm& arn);
  [[nodiscard]] z3::expr matches(policy::OperatorKind kind, std::string_view written,
                                 const z3::expr& text);

  /// The text of a model's value; nothing when it holds characters beyond ASCII.
  [[nodiscard]] static std::optional<std::string> read(const z3::model& model,
                                                       const z3::expr& text);
  [[nodiscard]] static std::optional<std::string> read(const z3::model& model, const ArnTerm& arn);

 private:
  [[nodiscard]] z3::expr text(std::string_view written);
  [[nodiscard]] z3::expr like(const z3::expr& value, std::string_view pattern);
  [[nodiscard]] z3::expr regex(std::string_view pattern);
  [[nodiscard]] z3::expr fields_match(const std::vector<std::string_view>& patterns,
                                      const ArnTerm& arn);
  [[nodiscard]] z3::expr equal_without_case(const z3::expr& value, std::string_view written);
  [[nodiscard]] z3::expr no_colon(const z3::expr& value);

  z3::context& context_;
  z3::expr any_;
  z3::expr run_;
};

}  // namespace muster::z3_oracle
