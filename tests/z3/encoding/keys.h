// Condition keys as variables of Z3: whether the key is there, and its value or values.
#pragma once

#include <z3++.h>

#include <map>
#include <string>
#include <vector>

#include "checks/policy/evaluate.h"
#include "tests/z3/encoding/text.h"

namespace muster::z3_oracle {

/// What the operators on a key compare.
enum class KeyType { None, Text, Arn, Number, Date, Truth, Address };

/// One value, or one place of a list that may be empty.
struct Slot {
  z3::expr present;
  /// String, Real (numbers; seconds since 1970), Bool or Int (address), by the type of the key.
  z3::expr value;
  /// For addresses: of the sixth version.
  z3::expr sixth;
  /// For keys that only Arn operators look at.
  ArnTerm arn;
};

struct Key {
  KeyType type = KeyType::None;
  bool list = false;
  std::vector<Slot> slots{};
};

class Keys {
 public:
  /// All keys of the policies. Throws `OutsideOfEncoding` for keys without one type, for plain
  /// operators on lists and for operators that IAM does not have.
  Keys(z3::context& context, TextTerms& texts, const std::vector<const policy::Policy*>& policies);

  [[nodiscard]] z3::expr clause(const policy::Condition& condition);
  /// What holds of all values in requests.
  [[nodiscard]] z3::expr domain();
  /// The context of a model. False when a value has no exact text.
  [[nodiscard]] bool read(const z3::model& model, policy::Request& request) const;

 private:
  struct Use;

  void declare(const std::string& name, const Use& use);
  [[nodiscard]] Slot slot(const std::string& name, KeyType type);
  [[nodiscard]] z3::expr any_present(const Key& key);
  [[nodiscard]] z3::expr null_clause(const policy::Condition& condition, const z3::expr& present);
  [[nodiscard]] z3::expr test(const policy::Condition& condition, const Key& key, const Slot& slot);
  [[nodiscard]] z3::expr matches(policy::OperatorKind kind, const std::string& written,
                                 KeyType type, const Slot& slot);
  [[nodiscard]] z3::expr in_range(const std::string& written, const Slot& slot);

  z3::context& context_;
  TextTerms& texts_;
  std::map<std::string, Key> keys_;
};

}  // namespace muster::z3_oracle
