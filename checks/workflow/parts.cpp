// Small checks, each on one part of the file.
#include "checks/workflow/parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "checks/text/ascii.h"
#include "checks/workflow/expression.h"
#include "checks/workflow/fields.h"
#include "checks/workflow/syntax.h"
#include "checks/workflow/value.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

constexpr std::size_t kMaxIdLength = 100;

/// What one field of a schedule may hold.
struct CronField {
  double least = 0;
  double most = 0;
  std::span<const std::string_view> names;
  /// The number of the first name.
  double first = 0;
};

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::vector<std::string> split_at(std::string_view text, char sign) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(sign, at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

double cron_number(std::string_view text, const CronField& field) {
  const std::string name = text::lower(text);
  const auto found = std::find(field.names.begin(), field.names.end(), name);
  if (found != field.names.end()) {
    return field.first + static_cast<double>(found - field.names.begin());
  }
  return to_number(text).value_or(std::numeric_limits<double>::quiet_NaN());
}

bool is_cron_value(std::string_view text, const CronField& field) {
  if (text == "*") {
    return true;
  }
  const double number = cron_number(text, field);
  return text.find_first_of("-/") == std::string_view::npos && number >= field.least &&
         number <= field.most;
}

bool is_cron_range(std::string_view text, const CronField& field) {
  const auto ends = split_at(text, '-');
  if (ends.size() == 1) {
    return is_cron_value(text, field);
  }
  return ends.size() == 2 && !ends[0].empty() && !ends[1].empty() &&
         is_cron_value(ends[0], field) && is_cron_value(ends[1], field) &&
         cron_number(ends[1], field) >= cron_number(ends[0], field);
}

bool is_cron_item(std::string_view text, const CronField& field) {
  const auto parts = split_at(text, '/');
  if (parts.size() == 1) {
    return is_cron_range(text, field);
  }
  return parts.size() == 2 && !parts[0].empty() && !parts[1].empty() &&
         cron_number(parts[1], {0, 0, {}, 0}) > 0 && is_cron_range(parts[0], field) &&
         is_cron_value(parts[1], field);
}

bool is_cron_field(std::string_view text, const CronField& field) {
  const auto items = split_at(text, ',');
  return std::all_of(items.begin(), items.end(), [&](const std::string& item) {
    return (!item.empty() || items.size() == 1) && is_cron_item(item, field);
  });
}

bool is_cron(std::string_view text) {
  const std::array<CronField, 5> fields = {
      {{0, 59, {}, 0}, {0, 23, {}, 0}, {1, 31, {}, 0}, {1, 12, kMonths, 1}, {0, 6, kDays, 0}}};
  std::vector<std::string> parts = split_at(text, ' ');
  // Several blanks part two fields as one does; at an end they make an empty field.
  for (std::size_t i = 1; i + 1 < parts.size();) {
    if (parts[i].empty()) {
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (parts.size() != fields.size() || !is_cron_field(parts[i], fields[i])) {
      return false;
    }
  }
  return true;
}

/// Whether some scalar of the value is an expression.
bool holds_expression(const Node& node) {
  std::vector<Node> waiting{node};
  while (!waiting.empty()) {
    const Node now = waiting.back();
    waiting.pop_back();
    if (now.is(Type::String) && has_expression(now.text())) {
      return true;
    }
    const bool collection = now.is(Type::Mapping) || now.is(Type::Sequence);
    for (std::size_t i = 0; collection && i < now.size(); ++i) {
      waiting.push_back(now.at(i));
    }
  }
  return false;
}

Status check_image(const Node& container) {
  if (container.is(Type::Mapping) && !container.find("image") && !holds_expression(container)) {
    return invalid(container, "a container needs an `image`");
  }
  return Done{};
}

Status check_target(const Node& target, const std::set<std::string>& known) {
  if (known.contains(std::string(target.text()))) {
    return Done{};
  }
  return invalid(target, "no step before this one has the id `" + std::string(target.text()) + "`");
}

}  // namespace

Status check_id(const Node& node) {
  const std::string_view id = node.text();
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const bool plain = !id.empty() && id.size() < kMaxIdLength && letter(id.front()) &&
                     std::all_of(
                         id.begin(), id.end(),
                         [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
  if (!plain) {
    return invalid(node, "`" + std::string(id.substr(0, kMaxIdLength)) +
                             "` is no id: a letter or `_`, then letters, digits, `_` or `-`, fewer "
                             "than 100");
  }
  return id.starts_with("__") ? Status(invalid(node, "ids that begin with `__` are reserved"))
                              : Status(Done{});
}

Status check_condition(const Node& mapping, bool of_job) {
  const auto node = mapping.find("if");
  if (!node || node->is(Type::Mapping) || node->is(Type::Sequence)) {
    return Done{};
  }
  const auto condition = normalised_condition(node->is(Type::Null) ? "" : node->text(), of_job);
  return condition ? Status(Done{}) : Status(invalid(*node, condition.error().message));
}

Status check_schedule(const Node& schedule) {
  for (const Node& entry : schedule.items()) {
    const auto cron = entry.find("cron");
    if (cron && !is_cron(cron->text())) {
      return invalid(*cron, "`" + std::string(cron->text()) +
                                "` is no schedule: five fields for minute, hour, day, month, "
                                "weekday");
    }
  }
  return Done{};
}

Status check_input(const Node& input, const Input& read) {
  const auto value = input.find("default");
  const bool expression = value && value->is(Type::String) && has_expression(value->text());
  if (value && !expression && read.type == "boolean" && !value->is(Type::Bool)) {
    return invalid(*value, "the default of a boolean input is `true` or `false`");
  }
  const bool text = read.type == "string" || read.type == "choice" || read.type == "environment";
  if (value && !expression && text && (value->is(Type::Bool) || value->is(Type::Number))) {
    return invalid(*value,
                   "the default of input `" + read.name.value + "` is text: put it in quotes");
  }
  if (read.type == "choice" && read.options.empty()) {
    return invalid(input, "input `" + read.name.value + "` of type `choice` needs `options`");
  }
  return read.type != "choice" && input.find("options")
             ? Status(invalid(input, "only an input of type `choice` has `options`"))
             : Status(Done{});
}

Status check_containers(const Node& job) {
  if (const auto container = job.find("container")) {
    MUSTER_CHECK_OK(check_image(*container));
  }
  const auto services = job.find("services");
  for (std::size_t i = 0; services && services->is(Type::Mapping) && i < services->size(); ++i) {
    MUSTER_CHECK_OK(check_image(services->at(i)));
  }
  return Done{};
}

Status check_runner_group(const Node& job) {
  static constexpr std::array<std::string_view, 4> kOwners = {"org", "organization", "ent",
                                                              "enterprise"};
  const auto runs_on = job.find("runs-on");
  const auto group = runs_on ? runs_on->find("group") : std::nullopt;
  if (!group || has_expression(group->text())) {
    return Done{};
  }
  const auto parts = split_at(group->text(), '/');
  const bool plain = parts.size() == 1;
  const bool owned = parts.size() == 2 && text::one_of(parts[0], kOwners) && !parts[1].empty();
  return plain || owned ? Status(Done{})
                        : Status(invalid(*group,
                                         "a runner group is `name`, `organization/name` or "
                                         "`enterprise/name`"));
}

Status check_waits(const Node& steps) {
  std::set<std::string> known;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Node step = steps.at(i);
    const auto all = step.find("wait-all");
    if (all && all->boolean() == std::optional(false)) {
      return invalid(*all, "`wait-all` is `true` or nothing");
    }
    for (const char* key : {"wait", "cancel"}) {
      const auto target = step.find(key);
      const bool list = target && target->is(Type::Sequence);
      for (std::size_t k = 0; target && k < (list ? target->size() : 1); ++k) {
        MUSTER_CHECK_OK(check_target(list ? target->at(k) : *target, known));
      }
    }
    if (const auto id = step.find("id")) {
      known.emplace(id->text());
    }
  }
  return Done{};
}

}  // namespace muster::workflow
