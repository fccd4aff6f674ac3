#include "app/facts_manifest.h"

#include "checks/text/tree.h"

namespace muster::app {
namespace {

constexpr std::string_view kMark = "\"muster_facts\"";
/// The one form of the manifest there is.
constexpr std::string_view kForm = "1";

bool is_manifest(const std::string& shown, const std::string& bytes) {
  return shown.ends_with("manifest.json") && bytes.find(kMark) != std::string::npos;
}

Result<text::Tree> parsed(const std::string& shown, const std::string& bytes) {
  text::Limits limits;
  limits.bytes = bytes.size() + 1;
  return text::parse_json(bytes, SourceId(shown), limits);
}

/// What was collected: one account, several, or repositories.
std::string subject_of(const text::Node& manifest) {
  if (const auto accounts = manifest.find("accounts")) {
    return std::to_string(accounts->size()) + " accounts";
  }
  std::string names;
  for (const std::string& name : manifest.texts_under("repositories")) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "account " + manifest.string_under("account") : names;
}

}  // namespace

std::optional<std::vector<NotCovered>> not_collected(const std::string& shown,
                                                     const std::string& bytes) {
  if (!is_manifest(shown, bytes)) {
    return std::nullopt;
  }
  const auto tree = parsed(shown, bytes);
  if (!tree) {
    return std::vector<NotCovered>{{shown, "manifest of facts: " + tree.error().message, true}};
  }
  const text::Node root = tree.value().root();
  if (root.text_under("muster_facts") == kForm && root.text_under("finished") == "false") {
    return std::vector<NotCovered>{
        {shown,
         "the collection of " + subject_of(root) +
             " is not finished: run `muster collect` again on its folder",
         true}};
  }
  const auto rows = root.find("not_read");
  if (root.text_under("muster_facts") != kForm || !rows || !rows->is(text::Type::Sequence)) {
    return std::vector<NotCovered>{{shown, "manifest of facts in a form that is not known", true}};
  }
  std::vector<NotCovered> missing;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const text::Node row = rows->at(i);
    missing.push_back({shown,
                       subject_of(root) + ": " + row.string_under("what") +
                           " not collected: " + row.string_under("error"),
                       row.flag_under("needed")});
  }
  return missing;
}

std::vector<std::string> manifests_of_accounts(const std::string& shown, const std::string& bytes) {
  std::vector<std::string> paths;
  if (!is_manifest(shown, bytes)) {
    return paths;
  }
  const auto tree = parsed(shown, bytes);
  const auto rows = tree ? tree.value().root().find("accounts") : std::nullopt;
  const std::string folder = shown.substr(0, shown.rfind('/') + 1);
  for (std::size_t i = 0; rows && rows->is(text::Type::Sequence) && i < rows->size(); ++i) {
    const text::Node row = rows->at(i);
    if (row.string_under("state") != "not read") {
      paths.push_back(folder + row.string_under("folder") + "/manifest.json");
    }
  }
  return paths;
}

}  // namespace muster::app
