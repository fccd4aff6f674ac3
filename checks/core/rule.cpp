// Look-up in the generated tables.
#include "checks/core/rule.h"

#include <algorithm>
#include <cassert>

namespace muster {

const Rule* find_rule(std::string_view id) {
  const auto rules = all_rules();
  const auto found =
      std::lower_bound(rules.begin(), rules.end(), id,
                       [](const Rule& rule, std::string_view wanted) { return rule.id < wanted; });
  return found != rules.end() && found->id == id ? &*found : nullptr;
}

std::string_view data_file(std::string_view name) {
  const auto files = all_data_files();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const DataFile& file) { return file.name == name; });
  assert(found != files.end());
  return found == files.end() ? std::string_view() : found->bytes;
}

}  // namespace muster
