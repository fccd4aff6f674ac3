// Modules are walked with an explicit stack; the configuration beside them by the same names.
#include "checks/iac/terraform.h"

#include <algorithm>
#include <set>
#include <utility>

#include "checks/text/ascii.h"

namespace muster::iac {
namespace {

using text::Node;
using text::Type;

std::optional<Node> find_path(Node node, std::initializer_list<std::string_view> path) {
  std::optional<Node> found = node;
  for (const std::string_view key : path) {
    found = found ? found->find(key) : std::nullopt;
  }
  return found;
}

template <class Visit>
void each(const std::optional<Node>& list, const Visit& visit) {
  for (std::size_t i = 0; list && list->is(Type::Sequence) && i < list->size(); ++i) {
    visit(list->at(i));
  }
}

/// `module.a["x"].module.b[0]` without the indexes: `module.a.module.b`.
std::string without_indexes(std::string_view address) {
  std::string plain;
  bool inside = false;
  bool quoted = false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const char c = address[i];
    if (inside) {
      i += quoted && c == '\\' ? 1 : 0;
      quoted = c == '"' ? !quoted : quoted;
      inside = quoted || c != ']';
    } else if (c == '[') {
      inside = true;
    } else {
      plain += c;
    }
  }
  return plain;
}

struct Module {
  Node node;
  std::string address;
};

/// Arguments in the configuration by the address without indexes.
std::map<std::string, Node> configured(const Node& root) {
  std::map<std::string, Node> found;
  std::vector<Module> pending;
  if (const auto top = find_path(root, {"configuration", "root_module"})) {
    pending.push_back({*top, {}});
  }
  while (!pending.empty()) {
    const Module module = std::move(pending.back());
    pending.pop_back();
    const std::string prefix = module.address.empty() ? "" : module.address + ".";
    each(module.node.find("resources"), [&](const Node& resource) {
      if (const auto expressions = resource.find("expressions")) {
        found.emplace(prefix + resource.text_under("address"), *expressions);
      }
    });
    const auto calls = module.node.find("module_calls");
    for (std::size_t i = 0; calls && calls->is(Type::Mapping) && i < calls->size(); ++i) {
      if (const auto called = calls->at(i).find("module")) {
        pending.push_back({*called, prefix + "module." + std::string(calls->key_at(i).text())});
      }
    }
  }
  return found;
}

std::map<std::string, Node> unknown_values(const Node& root) {
  std::map<std::string, Node> found;
  each(root.find("resource_changes"), [&](const Node& change) {
    if (const auto unknown = find_path(change, {"change", "after_unknown"})) {
      found.emplace(change.text_under("address"), *unknown);
    }
  });
  return found;
}

std::optional<Node> at(const std::map<std::string, Node>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Node> top_module(const Node& root, PlanSide side) {
  if (side == PlanSide::Before) {
    return find_path(root, {"prior_state", "values", "root_module"});
  }
  auto planned = find_path(root, {"planned_values", "root_module"});
  return planned ? planned : find_path(root, {"values", "root_module"});
}

/// Resources that Terraform forgets and leaves in the account: they have the values from before.
template <class Visit>
void each_forgotten(const Node& root, const Visit& visit) {
  each(root.find("resource_changes"), [&](const Node& change) {
    const auto actions = find_path(change, {"change", "actions"});
    const auto before = find_path(change, {"change", "before"});
    const bool forgotten = actions && actions->is(Type::Sequence) && actions->size() == 1 &&
                           actions->at(0).text() == "forget";
    if (forgotten && before && before->is(Type::Mapping) && !change.find("deposed")) {
      visit(change, *before);
    }
  });
}

std::vector<NotCovered> plan_gaps(const Node& root) {
  std::vector<NotCovered> gaps;
  const auto add = [&](const Node& where, std::string why) {
    gaps.push_back({to_string(where.where()), std::move(why), true});
  };
  const auto complete = root.find("complete");
  const auto errored = root.find("errored");
  const bool cut = complete && !complete->boolean().value_or(true);
  const auto deferred = root.find("deferred_changes");
  const bool put_off = deferred && deferred->is(Type::Sequence) && deferred->size() > 0;
  if (errored && errored->boolean().value_or(false)) {
    add(*errored, "the plan ended with an error and does not hold every resource");
  } else if (put_off) {
    add(*deferred, "the plan puts off changes that it cannot know yet");
  } else if (cut) {
    add(*complete, "the plan is not complete: it was made with `-target`, or leaves changes open");
  }
  return gaps;
}

/// The account in an ARN.
std::string account_in(std::string_view arn) {
  for (int field = 0; field < 4; ++field) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) {
      return {};
    }
    arn.remove_prefix(colon + 1);
  }
  const std::string_view account = arn.substr(0, arn.find(':'));
  return account.size() == 12 && text::is_digits(account) ? std::string(account) : std::string();
}

/// The accounts of all resources and data sources with an ARN, after and before.
std::string only_account(const Node& root) {
  std::set<std::string> accounts;
  std::vector<Node> pending;
  for (const PlanSide side : {PlanSide::After, PlanSide::Before}) {
    if (const auto top = top_module(root, side)) {
      pending.push_back(*top);
    }
  }
  while (!pending.empty()) {
    const Node module = pending.back();
    pending.pop_back();
    each(module.find("resources"), [&](const Node& resource) {
      const auto arn = find_path(resource, {"values", "arn"});
      const auto id = find_path(resource, {"values", "account_id"});
      accounts.insert(arn ? account_in(arn->text()) : std::string());
      accounts.insert(id && resource.text_under("type") == "aws_caller_identity"
                          ? std::string(id->text())
                          : std::string());
    });
    each(module.find("child_modules"), [&](const Node& child) { pending.push_back(child); });
  }
  accounts.erase("");
  return accounts.size() == 1 ? *accounts.begin() : std::string();
}

/// What follows `type.name` in an address.
std::string index_of(const std::string& address, const std::string& type, const std::string& name) {
  const std::string plain = type + "." + name;
  const std::size_t start = address.rfind(plain);
  const std::string rest =
      start == std::string::npos ? std::string() : address.substr(start + plain.size());
  return rest.starts_with('[') ? rest : std::string();
}

}  // namespace

bool is_terraform(const Node& root) {
  return root.is(Type::Mapping) &&
         (root.find("planned_values") || (root.find("terraform_version") && root.find("values")));
}

bool is_plan(const Node& root) {
  return root.is(Type::Mapping) && root.find("planned_values");
}

Result<TerraformResources> TerraformResources::read(const Node& root, PlanSide side) {
  if (!is_terraform(root)) {
    return Error{ErrorCode::Invalid, "the text is neither a plan nor a state of terraform",
                 root.where()};
  }
  TerraformResources result;
  // What was there before is known; the configuration speaks of what comes.
  const bool after = side == PlanSide::After;
  const auto unknown = after ? unknown_values(root) : std::map<std::string, Node>();
  const auto expressions = after ? configured(root) : std::map<std::string, Node>();
  std::vector<Module> pending;
  if (const auto top = top_module(root, side)) {
    pending.push_back({*top, {}});
  }
  while (!pending.empty()) {
    const Module module = std::move(pending.back());
    pending.pop_back();
    each(module.node.find("resources"), [&](const Node& node) {
      const auto values = node.find("values");
      if (!values || node.text_under("mode") == "data") {
        return;
      }
      const std::string address = node.text_under("address");
      const std::string type = node.text_under("type");
      const std::string name = node.text_under("name");
      result.resources_.push_back({address, module.address, type, name,
                                   index_of(address, type, name), *values, at(unknown, address),
                                   at(expressions, without_indexes(address)), node.where()});
    });
    each(module.node.find("child_modules"),
         [&](const Node& child) { pending.push_back({child, child.text_under("address")}); });
  }
  if (after) {
    each_forgotten(root, [&](const Node& change, const Node& values) {
      const std::string address = change.text_under("address");
      const std::string type = change.text_under("type");
      const std::string name = change.text_under("name");
      result.resources_.push_back({address,
                                   change.text_under("module_address"),
                                   type,
                                   name,
                                   index_of(address, type, name),
                                   values,
                                   {},
                                   {},
                                   change.where()});
    });
    result.not_covered_ = plan_gaps(root);
  }
  result.account_ = only_account(root);
  std::stable_sort(
      result.resources_.begin(), result.resources_.end(),
      [](const TerraformResource& a, const TerraformResource& b) { return a.where < b.where; });
  return result;
}

TerraformValue TerraformResources::value(const TerraformResource& resource, std::string_view name) {
  TerraformValue found;
  const auto node = resource.values.find(name);
  if (node && !node->is(Type::Null)) {
    found.node = node;
  }
  const bool all = resource.unknown && resource.unknown->boolean().value_or(false);
  const auto unknown = resource.unknown ? resource.unknown->find(name) : std::nullopt;
  found.unknown = !found.node && (all || (unknown && unknown->boolean().value_or(false)));
  return found;
}

const TerraformResource* TerraformResources::referred(const TerraformResource& resource,
                                                      std::string_view argument) const {
  const auto expression =
      resource.expressions ? resource.expressions->find(argument) : std::nullopt;
  std::set<std::string> names;
  each(expression ? expression->find("references") : std::nullopt, [&](const Node& reference) {
    // `aws_iam_policy.deploy.arn` and, after it, the resource itself.
    const std::string_view text = reference.text();
    const std::size_t dot = text.find('.');
    const std::size_t end = dot == std::string_view::npos ? dot : text.find_first_of(".[", dot + 1);
    names.emplace(text.substr(0, end));
  });
  if (names.size() != 1) {
    return nullptr;
  }
  const TerraformResource* only = nullptr;
  std::size_t count = 0;
  for (const TerraformResource& other : resources_) {
    if (other.module != resource.module || other.type + "." + other.name != *names.begin()) {
      continue;
    }
    if (!other.index.empty() && other.index == resource.index) {
      return &other;
    }
    only = &other;
    ++count;
  }
  return count == 1 ? only : nullptr;
}

}  // namespace muster::iac
