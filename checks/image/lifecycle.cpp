#include "checks/image/lifecycle.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "checks/policy/glob.h"
#include "checks/text/number.h"

namespace muster::image {
namespace {

using text::Node;
using text::Type;

std::optional<TagStatus> tag_status_of(std::string_view text) {
  if (text == "tagged") {
    return TagStatus::Tagged;
  }
  if (text == "untagged") {
    return TagStatus::Untagged;
  }
  return text == "any" ? std::optional(TagStatus::Any) : std::nullopt;
}

std::optional<CountType> count_type_of(std::string_view text) {
  if (text == "imageCountMoreThan") {
    return CountType::ImageCountMoreThan;
  }
  if (text == "sinceImagePushed") {
    return CountType::SinceImagePushed;
  }
  if (text == "sinceImagePulled") {
    return CountType::SinceImagePulled;
  }
  return text == "sinceImageTransitioned" ? std::optional(CountType::SinceImageTransitioned)
                                          : std::nullopt;
}

/// A whole number of at least 0 and of a size that days can be counted with.
std::optional<long> number_of(const std::optional<Node>& node) {
  constexpr long kMost = 1'000'000;
  if (!node || !node->is(Type::Number)) {
    return std::nullopt;
  }
  const auto value = text::whole_number(node->text());
  return value && *value >= 0 && *value <= kMost ? value : std::nullopt;
}

Result<LifecycleRule> rule_of(const Node& node, const SourceRef& where) {
  const auto selection = node.find("selection");
  const auto action = node.find("action");
  const auto wrong = [&](std::string_view what) {
    return Error{ErrorCode::Invalid, "a rule of the lifecycle policy has " + std::string(what),
                 where};
  };
  if (!selection || !action) {
    return wrong("no `selection` or no `action`");
  }
  LifecycleRule rule;
  const auto priority = number_of(node.find("rulePriority"));
  const auto tags = tag_status_of(selection->string_under("tagStatus"));
  const auto count_type = count_type_of(selection->string_under("countType"));
  const auto count = number_of(selection->find("countNumber"));
  const std::string type = action->string_under("type");
  if (!priority || !tags || !count_type || !count) {
    return wrong("a `rulePriority`, `tagStatus`, `countType` or `countNumber` that is not known");
  }
  if (type != "expire" && type != "transition") {
    return wrong("an action that is not known");
  }
  rule.priority = static_cast<int>(*priority);
  rule.tags = *tags;
  rule.count_type = *count_type;
  rule.count = *count;
  rule.archives = type == "transition";
  rule.patterns = selection->texts_under("tagPatternList");
  for (const std::string& prefix : selection->texts_under("tagPrefixList")) {
    rule.patterns.push_back(prefix + "*");
  }
  if (rule.tags == TagStatus::Tagged && rule.patterns.empty()) {
    return wrong("neither `tagPatternList` nor `tagPrefixList`");
  }
  return rule;
}

bool matches(std::string_view pattern, std::string_view tag) {
  // A `?` stands for itself: patterns of ECR know `*` alone, and no tag holds a `?`.
  return policy::glob_match(pattern, tag, {'*', '\xFF', false});
}

/// When its age began, as the rule counts it.
std::optional<TimePoint> counted_from(const LifecycleRule& rule, const Image& image) {
  switch (rule.count_type) {
    case CountType::SinceImagePulled: {
      const auto used = std::max(image.pulled, image.activated_at);
      return used ? used : image.pushed;
    }
    case CountType::SinceImageTransitioned:
      return image.archived_at;
    case CountType::SinceImagePushed:
    case CountType::ImageCountMoreThan:
      break;
  }
  return image.activated_at ? image.activated_at : image.pushed;
}

/// How many of the selected images are younger; nothing when a time is not known.
std::optional<long> younger_ones(const LifecycleRule& rule, const std::vector<Image>& images,
                                 std::size_t index) {
  const auto own = counted_from(rule, images[index]);
  long younger = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (i == index || !rule.selects(images[i])) {
      continue;
    }
    const auto other = counted_from(rule, images[i]);
    if (!own || !other) {
      return std::nullopt;
    }
    // Of two that came at the same second either may be the older one.
    younger += *other >= *own ? 1 : 0;
  }
  return younger;
}

}  // namespace

bool LifecycleRule::selects(const Image& image) const {
  if (image.archived != (count_type == CountType::SinceImageTransitioned)) {
    return false;
  }
  switch (tags) {
    case TagStatus::Any:
      return true;
    case TagStatus::Untagged:
      return image.tags.empty();
    case TagStatus::Tagged:
      break;
  }
  return std::ranges::all_of(patterns, [&](const std::string& pattern) {
    return std::ranges::any_of(image.tags,
                               [&](const std::string& tag) { return matches(pattern, tag); });
  });
}

Result<Lifecycle> Lifecycle::parse(std::string text, const SourceRef& where) {
  const auto tree = text::parse_json(std::move(text), where.source);
  if (!tree) {
    return Error{tree.error().code, "the lifecycle policy is no JSON: " + tree.error().message,
                 where};
  }
  const auto rules = tree.value().root().find("rules");
  if (!rules || !rules->is(Type::Sequence)) {
    return Error{ErrorCode::Invalid, "the lifecycle policy has no list `rules`", where};
  }
  Lifecycle result;
  for (const Node& written : rules->items()) {
    MUSTER_TRY(LifecycleRule rule, rule_of(written, where));
    result.rules_.push_back(std::move(rule));
  }
  std::ranges::sort(result.rules_, {}, &LifecycleRule::priority);
  return result;
}

Lifecycle::Answer Lifecycle::fate_of(const std::vector<Image>& images, std::size_t index) const {
  const auto rule = std::ranges::find_if(
      rules_, [&](const LifecycleRule& one) { return one.selects(images[index]); });
  if (rule == rules_.end()) {
    return {};
  }
  Fate fate{.priority = rule->priority, .archives = rule->archives, .at = {}, .after_pushes = {}};
  if (rule->count_type == CountType::ImageCountMoreThan) {
    const auto younger = younger_ones(*rule, images, index);
    if (!younger) {
      return {.fate = {}, .unknown = true};
    }
    fate.after_pushes = std::max(0L, rule->count - *younger);
    return {.fate = fate, .unknown = false};
  }
  const auto from = counted_from(*rule, images[index]);
  if (!from) {
    return {.fate = {}, .unknown = true};
  }
  fate.at = *from + std::chrono::days(rule->count);
  return {.fate = fate, .unknown = false};
}

}  // namespace muster::image
