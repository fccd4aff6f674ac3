// The values of one capability's parameters, and templates filled with them. Not for use outside
// checks/capability.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/capability/templates.h"
#include "checks/core/intent.h"
#include "checks/core/result.h"

namespace muster::capability {

/// One value, ready to go into an ARN.
struct Value {
  std::string text;
  /// It replaces what stands before it.
  bool arn = false;
  /// Account of a document: empty for those of AWS.
  std::string account;
};

/// What the parameters of one capability stand for.
class Bindings {
 public:
  /// Checks the arguments against the template and adds what the role and the file say about
  /// region, account and partition.
  [[nodiscard]] static Result<Bindings> bind(const Template& entry, const IntentCapability& given,
                                             const Intent& intent, const IntentRole& role);

  /// For statements without parameters.
  Bindings() = default;

  /// Whether the declaration has the parameter; a flag only when it is true.
  [[nodiscard]] bool given(const std::string& parameter) const {
    return given_.contains(parameter);
  }

  /// The template once for each combination of values of its `{…}`, in order, each text once.
  [[nodiscard]] Result<std::vector<std::string>> fill(std::string_view text) const;

  /// Tag keys, each with its values.
  [[nodiscard]] const std::map<std::string, std::vector<std::string>>& tags() const {
    return tags_;
  }

 private:
  Status bind_argument(const Parameter& parameter, const IntentArgument& argument);
  Status check_given(const Template& entry) const;
  /// Partition, region and account of the role and the file.
  void add_defaults(const Intent& intent, const IntentRole& role);
  Status add_document_accounts(const Template& entry);

  std::string capability_;
  SourceRef where_;
  std::map<std::string, bool> given_;
  std::map<std::string, std::vector<Value>> values_;
  std::map<std::string, std::vector<std::string>> tags_;
};

}  // namespace muster::capability
