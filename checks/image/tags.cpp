#include "checks/image/tags.h"

#include <algorithm>
#include <iterator>

#include "checks/core/line_index.h"
#include "checks/core/model.h"
#include "checks/core/run.h"
#include "checks/image/ecs.h"
#include "checks/image/registry.h"
#include "checks/text/ascii.h"

namespace muster::image {
namespace {

/// `<object> <kind> <commit> <name>`, or with two blanks where an annotated tag names its commit.
/// Nothing for a tag of something else than a commit.
std::optional<GitTag> tag_of(std::string_view line) {
  std::vector<std::string_view> parts;
  while (parts.size() < 3) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) {
      return std::nullopt;
    }
    parts.push_back(line.substr(0, blank));
    line.remove_prefix(blank + 1);
  }
  const bool annotated = parts[1] == "tag";
  if (line.empty() || (!annotated && parts[1] != "commit")) {
    return std::nullopt;
  }
  return GitTag{std::string(line), std::string(annotated ? parts[2] : parts[0]), annotated, {}};
}

void read_tags(const Document& document, std::vector<GitTag>& tags) {
  std::uint32_t number = 0;
  std::string_view rest = document.bytes;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    ++number;
    if (auto tag = tag_of(rest.substr(0, end))) {
      tag->where = {document.source, {number, 1, number, static_cast<std::uint32_t>(end + 1)}};
      tags.push_back(*std::move(tag));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace

GitTags GitTags::build(const AuditInput& input) {
  GitTags result;
  for (const Document& document : input.facts().documents) {
    if (document.kind == DocumentKind::GitTags) {
      read_tags(document, result.tags_);
    }
  }
  std::ranges::sort(result.tags_, {}, &GitTag::name);
  return result;
}

PastTags PastTags::build(const AuditInput& input) {
  PastTags result;
  for (const PastTag& past : input.facts().past_tags) {
    result.tags_.emplace(std::pair(past.named.place, past.named.tag), past);
  }
  return result;
}

std::vector<PastTag> PastTags::of(const std::string& place, const std::string& tag) const {
  std::vector<PastTag> found;
  const auto [begin, end] = tags_.equal_range({place, tag});
  for (auto one = begin; one != end; ++one) {
    found.push_back(one->second);
  }
  std::ranges::sort(found, [](const PastTag& a, const PastTag& b) {
    return std::tie(b.last_seen, a.named) < std::tie(a.last_seen, b.named);
  });
  return found;
}

std::vector<PastTag> PastTags::in(const std::string& place) const {
  std::vector<PastTag> found;
  for (auto one = tags_.lower_bound({place, ""}); one != tags_.end() && one->first.first == place;
       ++one) {
    found.push_back(one->second);
  }
  return found;
}

OutcomeDraft PastTags::judge(const TagTarget& now, const Asset& asset, const SourceRef& where,
                             std::vector<WitnessField> more, Outcomes& out) const {
  const std::vector<PastTag> before = of(now.place, now.tag);
  const auto other = std::ranges::find_if(
      before, [&](const PastTag& one) { return one.named.target != now.target; });
  if (other == before.end()) {
    if (!before.empty()) {
      out.pass(asset, where);
    }
    return {};
  }
  const std::string seen = to_utc(other->last_seen);
  std::vector<WitnessField> fields = {{"tag", {now.tag}},
                                      {"named", {other->named.target}},
                                      {"last seen so", {seen}},
                                      {"names", {now.target}}};
  std::ranges::move(more, std::back_inserter(fields));
  return out.fail(asset, where, {WitnessKind::Text, std::move(fields)})
      .arg("before", other->named.target)
      .arg("seen", seen.substr(0, 10))
      .arg("now", now.target);
}

bool names_version(std::string_view tag) {
  return std::ranges::any_of(tag, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<TagTarget> tags_of(const AuditInput& input) {
  std::vector<TagTarget> found;
  for (const auto& [arn, repository] : input.model<Registry>().all()) {
    if (!repository.images) {
      continue;
    }
    for (const Image& image : *repository.images) {
      for (const std::string& tag : image.tags) {
        found.push_back({arn, tag, image.digest});
      }
    }
  }
  for (const Service& service : input.model<EcsServices>().all()) {
    for (const RunningContainer& running : service.running) {
      if (!running.digest.empty()) {
        found.push_back({service.arn, running.name, running.digest});
      }
    }
  }
  for (const GitTag& tag : input.model<GitTags>().all()) {
    found.push_back({std::string(kGitPlace), tag.name, tag.commit});
  }
  return found;
}

}  // namespace muster::image

template std::shared_ptr<const void> muster::built<muster::image::GitTags>(const AuditInput&);
template std::shared_ptr<const void> muster::built<muster::image::PastTags>(const AuditInput&);
