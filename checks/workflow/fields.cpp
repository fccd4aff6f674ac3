// Shapes that several parts of a workflow share.
#include "checks/workflow/fields.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"
#include "checks/workflow/datum_text.h"
#include "checks/workflow/value.h"

namespace muster::workflow {

using text::Node;
using text::Type;

Error invalid(const Node& node, std::string message) {
  return Error{ErrorCode::Invalid, std::move(message), node.where()};
}

Error unexpected(const Node& node, std::string_view what, std::string_view expected) {
  return invalid(node, "cannot read `" + std::string(what) + "`: expected " +
                           std::string(expected) + ", found " + to_string(node.type()));
}

Status known_keys(const Node& mapping, std::string_view what,
                  std::span<const std::string_view> known) {
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    const Node key = mapping.key_at(i);
    if (!text::one_of(key.text(), known)) {
      return invalid(key, "unknown key `" + std::string(key.text()) + "` in " + std::string(what) +
                              text::did_you_mean(key.text(), known));
    }
  }
  return Done{};
}

Result<Text> read_text(const Node& node, std::string_view what) {
  if (node.is(Type::Mapping) || node.is(Type::Sequence)) {
    return unexpected(node, what, "text");
  }
  if (node.is(Type::Number)) {
    // A number is shown as the number it is: `1.10` is `1.1`.
    const auto number = to_number(node.text());
    return Text{number ? js_number(*number) : std::string(node.text()), node.where()};
  }
  return Text{node.is(Type::Null) ? "" : std::string(node.text()), node.where()};
}

Result<std::optional<Text>> optional_text(const Node& mapping, std::string_view key) {
  const auto node = mapping.find(key);
  if (!node) {
    return std::optional<Text>();
  }
  MUSTER_TRY(Text text, read_text(*node, key));
  return std::optional<Text>(std::move(text));
}

Result<std::vector<Text>> read_texts(const Node& node, std::string_view what) {
  std::vector<Text> texts;
  if (!node.is(Type::Sequence)) {
    MUSTER_TRY(Text text, read_text(node, what));
    texts.push_back(std::move(text));
    return texts;
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    MUSTER_TRY(Text text, read_text(node.at(i), what));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<Text>> optional_texts(const Node& mapping, std::string_view key) {
  const auto node = mapping.find(key);
  if (!node || node->is(Type::Null)) {
    return std::vector<Text>();
  }
  return read_texts(*node, key);
}

/// Entries that one `env`, `with` or `outputs` may have; each is looked up among the others.
constexpr std::size_t kMostEntries = 1'000;

Result<std::vector<Entry>> optional_entries(const Node& mapping, std::string_view key) {
  std::vector<Entry> entries;
  const auto node = mapping.find(key);
  const bool expression = node && node->is(Type::String) && node->text().starts_with("${{");
  if (!node || node->is(Type::Null) || expression) {
    return entries;
  }
  if (!node->is(Type::Mapping)) {
    return unexpected(*node, key, "a mapping");
  }
  if (node->size() > kMostEntries) {
    return Error{ErrorCode::Limit,
                 "`" + std::string(key) + "` has more than " + std::to_string(kMostEntries) +
                     " entries, which are not judged",
                 node->key_at(kMostEntries).where()};
  }
  for (std::size_t i = 0; i < node->size(); ++i) {
    const Node name = node->key_at(i);
    MUSTER_TRY(Text value, read_text(node->at(i), name.text()));
    entries.push_back({{std::string(name.text()), name.where()}, std::move(value)});
  }
  return entries;
}

namespace {

Result<Access> read_access(const Node& node, std::string_view scope) {
  const std::string_view word = node.text();
  if (word == "read" && scope != "id-token") {
    return Access::Read;
  }
  if (word == "write") {
    return Access::Write;
  }
  if (word == "none") {
    return Access::None;
  }
  const std::string_view expected =
      scope == "id-token" ? "`write` or `none`" : "`read`, `write` or `none`";
  return invalid(node, "cannot read permission `" + std::string(scope) + "`: expected " +
                           std::string(expected) + ", found `" + std::string(word) + "`");
}

Result<Permissions> read_permissions(const Node& node) {
  Permissions permissions;
  permissions.where = node.where();
  if (node.is(Type::String) && (node.text() == "read-all" || node.text() == "write-all")) {
    permissions.form =
        node.text() == "read-all" ? Permissions::Form::ReadAll : Permissions::Form::WriteAll;
    return permissions;
  }
  if (!node.is(Type::Mapping)) {
    return unexpected(node, "permissions", "a mapping, `read-all` or `write-all`");
  }
  MUSTER_CHECK_OK(known_keys(node, "permissions", kPermissionScopes));
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string scope(node.key_at(i).text());
    MUSTER_TRY(const Access access, read_access(node.at(i), scope));
    permissions.scopes.emplace(scope, access);
  }
  return permissions;
}

}  // namespace

Result<std::optional<Permissions>> optional_permissions(const Node& mapping) {
  const auto node = mapping.find("permissions");
  if (!node) {
    return std::optional<Permissions>();
  }
  MUSTER_TRY(Permissions permissions, read_permissions(*node));
  return std::optional<Permissions>(std::move(permissions));
}

Result<std::optional<Concurrency>> optional_concurrency(const Node& mapping) {
  const auto node = mapping.find("concurrency");
  if (!node) {
    return std::optional<Concurrency>();
  }
  Concurrency concurrency;
  concurrency.where = node->where();
  if (!node->is(Type::Mapping)) {
    MUSTER_TRY(concurrency.group, read_text(*node, "concurrency"));
    return std::optional<Concurrency>(std::move(concurrency));
  }
  MUSTER_CHECK_OK(known_keys(*node, "concurrency", {"group", "cancel-in-progress", "queue"}));
  MUSTER_TRY(auto group, optional_text(*node, "group"));
  if (!group) {
    return invalid(*node, "`concurrency` needs a `group`");
  }
  concurrency.group = std::move(*group);
  MUSTER_TRY(concurrency.cancel_in_progress, optional_text(*node, "cancel-in-progress"));
  MUSTER_TRY(const auto queue, optional_text(*node, "queue"));
  concurrency.queue = queue ? queue->value : "";
  return std::optional<Concurrency>(std::move(concurrency));
}

Result<std::optional<Text>> optional_default(const Node& mapping, std::string_view key) {
  const auto defaults = mapping.find("defaults");
  if (!defaults) {
    return std::optional<Text>();
  }
  if (!defaults->is(Type::Mapping)) {
    return unexpected(*defaults, "defaults", "a mapping");
  }
  MUSTER_CHECK_OK(known_keys(*defaults, "defaults", {"run"}));
  const auto run = defaults->find("run");
  if (!run || !run->is(Type::Mapping)) {
    return std::optional<Text>();
  }
  MUSTER_CHECK_OK(known_keys(*run, "defaults.run", {"shell", "working-directory"}));
  return optional_text(*run, key);
}

}  // namespace muster::workflow
