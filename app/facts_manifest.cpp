#include "app/facts_manifest.h"

#include "checks/text/tree.h"

namespace muster::app {
namespace {

constexpr std::string_view kMark = "\"muster_facts\"";
/// The one form of the manifest there is.
constexpr std::string_view kForm = "1";

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

void read_rows(const text::Node& root, const std::string& shown, FactsManifest& out) {
  const std::string folder = shown.substr(0, shown.rfind('/') + 1);
  for (const text::Node& row : root.items_under("not_read")) {
    out.not_covered.push_back({shown,
                               subject_of(root) + ": " + row.string_under("what") +
                                   " not collected: " + row.string_under("error"),
                               row.flag_under("needed")});
  }
  for (const text::Node& row : root.items_under("files")) {
    out.files.emplace(folder + row.string_under("path"), row.string_under("sha256"));
  }
  for (const text::Node& row : root.items_under("accounts")) {
    if (row.string_under("state") != "not read") {
      out.accounts.push_back(folder + row.string_under("folder") + "/manifest.json");
    }
  }
}

}  // namespace

std::optional<FactsManifest> read_facts_manifest(const std::string& shown,
                                                 const std::string& bytes) {
  if (!shown.ends_with("manifest.json") || bytes.find(kMark) == std::string::npos) {
    return std::nullopt;
  }
  FactsManifest manifest;
  const auto missed = [&](const std::string& why) {
    manifest.not_covered.push_back({shown, why, true});
  };
  text::Limits limits;
  limits.bytes = bytes.size() + 1;
  const auto tree = text::parse_json(bytes, SourceId(shown), limits);
  if (!tree) {
    missed("manifest of facts: " + tree.error().message);
    return manifest;
  }
  const text::Node root = tree.value().root();
  const auto rows = root.find("not_read");
  const bool known = root.text_under("muster_facts") == kForm;
  if (known && root.text_under("finished") == "false") {
    missed("the collection of " + subject_of(root) +
           " is not finished: run `muster collect` again on its folder");
  } else if (!known || !rows || !rows->is(text::Type::Sequence)) {
    missed("manifest of facts in a form that is not known");
  } else {
    read_rows(root, shown, manifest);
  }
  return manifest;
}

}  // namespace muster::app
