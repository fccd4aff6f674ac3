// What the files do not tell about a run: assumed both ways, one world after the other.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/open_condition.h"

namespace muster::workflow {

/// What is assumed in one world, and the way through all of them.
class Assumptions {
 public:
  /// Whether the part is true in this world; true first. `key`: what goes together; `scope`: where
  /// its name means the same.
  [[nodiscard]] bool ask(const std::string& key, const std::string& scope,
                         const ConditionPart& part);

  /// Goes to the next world; false behind the last one, and after too many.
  bool next();

  /// More worlds than are looked at.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

  /// Whether it takes the output `steps.x.outputs.y` or `needs.x.outputs.y` for an empty text.
  [[nodiscard]] bool takes_as_empty(std::string_view output) const;

  /// In words: `inputs.force == 'yes'`, `not github.ref == 'refs/heads/main'`.
  [[nodiscard]] std::vector<std::string> in_words() const;

 private:
  void release_name();

  struct Choice {
    std::string key;
    std::string name;
    std::string literal;
    std::string text;
    bool value = true;
  };

  std::vector<Choice> choices_;
  /// Where each key stands, and the first true comparison of each name.
  std::map<std::string, std::size_t> by_key_;
  std::map<std::string, std::size_t> by_name_;
  std::size_t worlds_ = 0;
  bool gave_up_ = false;
};

}  // namespace muster::workflow
