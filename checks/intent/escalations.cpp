// Read out of the data once; what the entries mean is for checks/escalation.
#include "checks/intent/escalations.h"

#include <cassert>
#include <string>

#include "checks/core/rule.h"
#include "checks/text/tree.h"

namespace muster {
namespace {

std::vector<std::string> read_escalation_names() {
  constexpr std::string_view kName = "escalations.json";
  const auto tree = text::parse_json(std::string(data_file(kName)), SourceId(std::string(kName)));
  assert(tree.ok());
  const text::Node list = *tree.value().root().find("escalations");
  std::vector<std::string> names = {"sts-assume-role"};
  for (std::size_t i = 0; i < list.size(); ++i) {
    names.push_back(list.at(i).text_under("id"));
  }
  return names;
}

}  // namespace

const std::vector<std::string_view>& escalation_names() {
  static const std::vector<std::string> kNames = read_escalation_names();
  static const std::vector<std::string_view> kViews(kNames.begin(), kNames.end());
  return kViews;
}

}  // namespace muster
