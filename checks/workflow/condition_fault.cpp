// The expression as a tree of nodes; each is asked for known mistakes, and the whole is evaluated
// with everything else unknown.
#include "checks/workflow/condition_fault.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/grammar.h"
#include "checks/workflow/resolver.h"

namespace muster::workflow {
namespace {

using NodeKind = ExpressionStep::Kind;

struct ConditionNode {
  ExpressionStep step;
  std::vector<std::size_t> kids;
  /// Lower-case parts when it is a name: `github.ref`.
  std::string path;
};

/// Nodes in postfix order; the last is the whole.
std::vector<ConditionNode> nodes_of(std::string_view expression) {
  const auto parsed = parse_expression(expression, whole_vocabulary());
  std::vector<ConditionNode> nodes;
  std::vector<std::size_t> stack;
  for (std::size_t i = 0; parsed.ok() && i < parsed.value().steps.size(); ++i) {
    ConditionNode node{parsed.value().steps[i], {}, ""};
    node.kids.assign(stack.end() - static_cast<std::ptrdiff_t>(node.step.operands), stack.end());
    stack.resize(stack.size() - node.step.operands);
    if (node.step.kind == NodeKind::Context) {
      node.path = node.step.text;
    } else if (node.step.kind == NodeKind::Index &&
               nodes[node.kids[1]].step.kind == NodeKind::String) {
      const std::string& owner = nodes[node.kids[0]].path;
      node.path = owner.empty() ? "" : owner + "." + text::lower(nodes[node.kids[1]].step.text);
    } else if (node.step.kind == NodeKind::Star) {
      const std::string& owner = nodes[node.kids[0]].path;
      node.path = owner.empty() ? "" : owner + ".*";
    }
    stack.push_back(nodes.size());
    nodes.push_back(std::move(node));
  }
  return nodes;
}

bool is_falsy_literal(const ConditionNode& node) {
  const ExpressionStep& step = node.step;
  return step.kind == NodeKind::Null || (step.kind == NodeKind::Bool && !step.boolean) ||
         (step.kind == NodeKind::String && step.text.empty()) ||
         (step.kind == NodeKind::Number && step.number == 0);
}

std::string shown_literal(const ConditionNode& node) {
  return node.step.kind == NodeKind::Bool     ? (node.step.boolean ? "true" : "false")
         : node.step.kind == NodeKind::String ? "'" + node.step.text + "'"
         : !node.path.empty()                 ? node.path
                                              : "the last arm";
}

/// Whether the name is a boolean for certain.
bool is_boolean(const std::string& path, const ConditionPlace& place) {
  static constexpr std::array<std::string_view, 7> kFlags = {
      "github.event.pull_request.merged",
      "github.event.pull_request.draft",
      "github.event.pull_request.head.repo.fork",
      "github.event.release.prerelease",
      "github.event.release.draft",
      "github.event.repository.private",
      "github.event.repository.fork"};
  if (!path.starts_with("inputs.") || place.action != nullptr) {
    return text::one_of(path, kFlags);
  }
  const Input* call = find_input(place.workflow->call_inputs, path.substr(7));
  const Input* hand = find_input(place.workflow->dispatch_inputs, path.substr(7));
  return (call != nullptr || hand != nullptr) && (call == nullptr || call->type == "boolean") &&
         (hand == nullptr || hand->type == "boolean");
}

/// Whether the name is always a text, though it may say `true`.
bool is_text(const std::string& path, const ConditionPlace& place) {
  const bool output = (path.starts_with("steps.") || path.starts_with("needs.")) &&
                      path.find(".outputs.") != std::string::npos;
  return output || path.starts_with("github.event.inputs.") ||
         (path.starts_with("inputs.") && place.action != nullptr);
}

/// Whether the name has only a few known values, so that a piece of one is none of them.
bool is_closed(const std::string& path, const ConditionPlace& place) {
  static constexpr std::array<std::string_view, 4> kClosed = {
      "github.event_name", "github.event.action", "github.ref_type", "job.status"};
  const Input* input = path.starts_with("inputs.") && place.action == nullptr
                           ? find_input(place.workflow->dispatch_inputs, path.substr(7))
                           : nullptr;
  return text::one_of(path, kClosed) || path.starts_with("runner.") ||
         path.starts_with("matrix.") || path.ends_with(".result") || path.ends_with(".outcome") ||
         path.ends_with(".conclusion") || (input != nullptr && input->type != "string");
}

/// A text that stands for a flag: `false` in it counts as true.
bool is_flag_text(const std::string& path, const ConditionPlace& place) {
  if (path.starts_with("github.event.inputs.")) {
    const Input* input = find_input(place.workflow->dispatch_inputs, path.substr(20));
    // Under any other event the input is null.
    return input != nullptr && input->type == "boolean" && place.workflow->triggers.size() == 1;
  }
  const Input* input = place.action != nullptr && path.starts_with("inputs.")
                           ? find_input(place.action->inputs, path.substr(7))
                           : nullptr;
  return input != nullptr && input->default_value &&
         (input->default_value->value == "true" || input->default_value->value == "false");
}

class FaultFinder {
 public:
  FaultFinder(std::vector<ConditionNode> nodes, const ConditionPlace& place)
      : nodes_(std::move(nodes)), place_(place) {}

  [[nodiscard]] std::optional<ConditionFault> find() const;

 private:
  [[nodiscard]] std::optional<ConditionFault> judge(const ConditionNode& node) const;
  [[nodiscard]] std::optional<ConditionFault> comparison(const ConditionNode& node) const;
  [[nodiscard]] std::optional<ConditionFault> call(const ConditionNode& node) const;
  [[nodiscard]] std::optional<ConditionFault> flag(const ConditionNode& node) const;
  [[nodiscard]] std::optional<bool> whole(std::size_t faulty, bool value) const;

  [[nodiscard]] const ConditionNode& kid(const ConditionNode& node, std::size_t i) const {
    return nodes_[node.kids[i]];
  }

  std::vector<ConditionNode> nodes_;
  const ConditionPlace& place_;
};

ConditionFault fault(bool always, std::string part, std::string why) {
  return {always ? Fate::Always : Fate::Never, false, std::move(part), std::move(why), ""};
}

/// `github.ref == 'main'`, `inputs.flag == 'true'`, `steps.x.outputs.y == true`.
std::optional<ConditionFault> FaultFinder::comparison(const ConditionNode& node) const {
  const bool swapped = kid(node, 0).path.empty();
  const ConditionNode& name = kid(node, swapped ? 1 : 0);
  const ConditionNode& literal = kid(node, swapped ? 0 : 1);
  const bool differs = node.step.kind == NodeKind::NotEqual;
  const std::string part = name.path + (differs ? " != " : " == ") + shown_literal(literal);
  if (name.path == "github.ref" && literal.step.kind == NodeKind::String &&
      !text::lower(literal.step.text).starts_with("refs/")) {
    return fault(differs, part,
                 "`github.ref` begins with `refs/heads/`, `refs/tags/` or `refs/pull/`");
  }
  const bool says_flag = literal.step.kind == NodeKind::String &&
                         (literal.step.text == "true" || literal.step.text == "false");
  if (says_flag && is_boolean(name.path, place_)) {
    return fault(differs, part,
                 "`" + name.path + "` is a boolean, and a boolean never equals a text");
  }
  if (literal.step.kind == NodeKind::Bool && literal.step.boolean && is_text(name.path, place_)) {
    return fault(differs, part,
                 "`" + name.path + "` is a text, and the text `true` never equals the boolean");
  }
  return std::nullopt;
}

/// The shortest beginning of an item of a list in a text, or one that spans two items: not an item.
std::string wrong_part(const std::string& list, char separator) {
  const std::string first = list.substr(0, list.find(separator));
  return first.size() > 1 ? first.substr(0, first.size() - 1) : list;
}

/// `contains('main release', github.ref_name)`, `contains(needs.*.result, 'failure')` without
/// needs, `startsWith(github.ref, 'v')`.
std::optional<ConditionFault> FaultFinder::call(const ConditionNode& node) const {
  const std::string& function = node.step.text;
  if (node.kids.size() != 2) {
    return std::nullopt;
  }
  const ConditionNode& first = kid(node, 0);
  const ConditionNode& second = kid(node, 1);
  const bool no_needs = place_.job != nullptr && place_.job->needs.empty();
  if (function == "contains" && first.path.starts_with("needs.*") && no_needs) {
    return fault(false, "contains(" + first.path + ", …)",
                 "the job has no `needs`, so `" + first.path + "` is an empty list");
  }
  if (function == "startswith" && first.path == "github.ref" &&
      second.step.kind == NodeKind::String && !second.step.text.empty() &&
      !text::lower(second.step.text).starts_with("refs/") &&
      !std::string_view("refs/").starts_with(text::lower(second.step.text))) {
    return fault(false, "startsWith(github.ref, '" + second.step.text + "')",
                 "`github.ref` begins with `refs/heads/`, `refs/tags/` or `refs/pull/`");
  }
  const std::size_t separator = first.step.kind == NodeKind::String
                                    ? first.step.text.find_first_of(" ,;|")
                                    : std::string::npos;
  if (function == "contains" && separator != std::string::npos && !second.path.empty() &&
      !is_closed(second.path, place_)) {
    const std::string value = wrong_part(first.step.text, first.step.text[separator]);
    return ConditionFault{Fate::Wider, false,
                          "contains('" + first.step.text + "', " + second.path + ")",
                          "the list is one text, and every piece of it counts, `" + value +
                              "` and the empty text too",
                          value};
  }
  return std::nullopt;
}

/// A text used as a flag.
std::optional<ConditionFault> FaultFinder::flag(const ConditionNode& node) const {
  for (const std::size_t one : node.kids) {
    if (is_flag_text(nodes_[one].path, place_)) {
      const bool negated = node.step.kind == NodeKind::Not;
      return fault(!negated, (negated ? "!" : "") + nodes_[one].path,
                   "`" + nodes_[one].path + "` is a text, and the text `false` counts as true");
    }
  }
  return std::nullopt;
}

std::optional<ConditionFault> FaultFinder::judge(const ConditionNode& node) const {
  const NodeKind kind = node.step.kind;
  if (kind == NodeKind::Equal || kind == NodeKind::NotEqual) {
    return comparison(node);
  }
  if (kind == NodeKind::Call) {
    return call(node);
  }
  const bool logic = kind == NodeKind::Not || kind == NodeKind::And || kind == NodeKind::Or;
  return logic ? flag(node) : std::nullopt;
}

/// What the whole is when one node has this value and all other names are unknown.
std::optional<bool> FaultFinder::whole(std::size_t faulty, bool value) const {
  std::vector<std::optional<bool>> known(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const ConditionNode& node = nodes_[i];
    const auto any = [&](bool wanted) {
      return std::any_of(node.kids.begin(), node.kids.end(),
                         [&](std::size_t one) { return known[one] == wanted; });
    };
    const auto all = [&](bool wanted) {
      return std::all_of(node.kids.begin(), node.kids.end(),
                         [&](std::size_t one) { return known[one] == wanted; });
    };
    const NodeKind kind = node.step.kind;
    if (i == faulty) {
      known[i] = value;
    } else if (kind == NodeKind::Bool) {
      known[i] = node.step.boolean;
    } else if (kind == NodeKind::Not && known[node.kids[0]]) {
      known[i] = !*known[node.kids[0]];
    } else if (kind == NodeKind::And && (any(false) || all(true))) {
      known[i] = !any(false);
    } else if (kind == NodeKind::Or && (any(true) || all(false))) {
      known[i] = any(true);
    }
  }
  return known.back();
}

std::optional<ConditionFault> FaultFinder::find() const {
  if (!nodes_.empty() && is_flag_text(nodes_.back().path, place_)) {
    return fault(true, nodes_.back().path,
                 "`" + nodes_.back().path + "` is a text, and the text `false` counts as true");
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    auto found = judge(nodes_[i]);
    if (!found) {
      continue;
    }
    // A flag among the operands is the fault, not the operation around it.
    const bool operation =
        nodes_[i].step.kind == NodeKind::And || nodes_[i].step.kind == NodeKind::Or;
    const auto all = operation || found->fate == Fate::Wider
                         ? std::nullopt
                         : whole(i, found->fate == Fate::Always);
    found->of_part = !all && found->fate != Fate::Wider;
    found->fate = all ? (*all ? Fate::Always : Fate::Never) : found->fate;
    return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ConditionFault> condition_fault(std::string_view condition,
                                              const ConditionPlace& place) {
  const auto expression = whole_expression(condition);
  if (!expression) {
    const std::string_view trimmed = text::trim(condition);
    const bool newline = condition.ends_with('\n') && whole_expression(trimmed);
    return fault(true, std::string(trimmed),
                 newline ? "the block ends with a line break behind `${{ }}`, which makes it a text"
                         : "there is text around `${{ }}`, which makes all of it a text");
  }
  return FaultFinder(nodes_of(*expression), place).find();
}

std::optional<std::string> empty_choice(std::string_view expression) {
  const std::vector<ConditionNode> nodes = nodes_of(expression);
  for (const ConditionNode& node : nodes) {
    if (node.step.kind != NodeKind::Or) {
      continue;
    }
    for (std::size_t i = 0; i + 1 < node.kids.size(); ++i) {
      const ConditionNode& arm = nodes[node.kids[i]];
      const ConditionNode& next = nodes[node.kids[i + 1]];
      if (arm.step.kind == NodeKind::And && is_falsy_literal(nodes[arm.kids.back()]) &&
          !is_falsy_literal(next)) {
        return shown_literal(next);
      }
    }
  }
  return std::nullopt;
}

}  // namespace muster::workflow
