// Read once; the data file is part of the program, so a mistake in it is a mistake of the build.
#include "checks/iam/services.h"

#include <cassert>
#include <utility>

#include "checks/core/rule.h"
#include "checks/text/tree.h"

namespace muster::iam {
namespace {

struct Services {
  std::string date;
  std::vector<std::string> names;
};

Services read_services() {
  constexpr std::string_view kName = "confused-deputy-services.json";
  const auto tree = text::parse_json(std::string(data_file(kName)), SourceId(std::string(kName)));
  assert(tree.ok());
  Services services;
  const text::Node root = tree.value().root();
  services.date = root.find("date")->text();
  const text::Node list = *root.find("services");
  for (std::size_t i = 0; i < list.size(); ++i) {
    services.names.emplace_back(list.at(i).find("principal")->text());
  }
  return services;
}

const Services& services() {
  static const Services kServices = read_services();
  return kServices;
}

}  // namespace

const std::vector<std::string>& source_sending_services() {
  return services().names;
}

std::string_view service_data_date() {
  return services().date;
}

}  // namespace muster::iam
