// What must hold of the repairs of any workflow text, shown without the program's own comparison.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/repair.h"

namespace muster::fuzz {

inline std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// `text` with a unified diff applied as `patch` would; a text of its own when it does not fit.
inline std::string patched(std::string_view text, std::string_view diff) {
  const std::vector<std::string> old = split_lines(text);
  std::vector<std::string> lines = split_lines(diff);
  std::string fresh;
  std::size_t at = 0;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    std::string line = lines[i];
    const bool cut = i + 1 < lines.size() && lines[i + 1].starts_with("\\ No newline");
    if (cut) {
      line.pop_back();
    }
    if (line.starts_with("@@ -")) {
      std::size_t first = std::stoul(line.substr(4));
      const std::size_t comma = line.find(',');
      const bool none = comma < line.find(" +") && line.substr(comma, 3) == ",0 ";
      first -= none ? 0 : 1;
      for (; at < first && at < old.size(); ++at) {
        fresh += old[at];
      }
    } else if (line.starts_with("\\")) {
      continue;
    } else if (line.starts_with("+")) {
      fresh += line.substr(1);
    } else if (at >= old.size() || old[at] != line.substr(1)) {
      return "the diff does not fit at `" + line + "`";
    } else {
      fresh += line.starts_with(" ") ? old[at] : "";
      ++at;
    }
  }
  for (; at < old.size(); ++at) {
    fresh += old[at];
  }
  return fresh;
}

inline Facts facts_with(const std::string& text) {
  Facts facts;
  facts.documents.push_back(
      {DocumentKind::GithubWorkflow, SourceId(".github/workflows/x.yml"), text});
  return facts;
}

inline workflow::Repaired repaired_text(const std::string& text) {
  workflow::RepairWish wish;
  for (const std::string_view rule : workflow::repairable_rules()) {
    wish.rules.emplace_back(rule);
  }
  return workflow::repair_workflows(facts_with(text), Intent{}, wish);
}

/// Which part of a job is not as it was; empty when only what repairs change has changed.
inline std::string changed_part(const workflow::Job& was, const workflow::Job& now) {
  const auto same = [](const auto& a, const auto& b) {
    return a.has_value() == b.has_value() && (!a || a->value == b->value);
  };
  if (was.id.value != now.id.value || was.needs.size() != now.needs.size() ||
      !same(was.condition, now.condition) || was.uses.value != now.uses.value ||
      was.steps.size() != now.steps.size() || was.env.size() != now.env.size() ||
      was.runs_on.size() != now.runs_on.size()) {
    return "job " + was.id.value;
  }
  if (was.concurrency &&
      (!now.concurrency || now.concurrency->group.value != was.concurrency->group.value)) {
    return "concurrency of " + was.id.value;
  }
  for (std::size_t i = 0; i < was.steps.size(); ++i) {
    const workflow::Step& a = was.steps[i];
    const workflow::Step& b = now.steps[i];
    const bool script_kept = a.run.value == b.run.value ||
                             (a.run.value.find("${{") != std::string::npos &&
                              std::count(a.run.value.begin(), a.run.value.end(), '\n') ==
                                  std::count(b.run.value.begin(), b.run.value.end(), '\n'));
    if (a.kind != b.kind || a.uses.value != b.uses.value || !same(a.id, b.id) ||
        !same(a.condition, b.condition) || !script_kept || b.env.size() < a.env.size() ||
        b.with.size() < a.with.size() || b.with.size() > a.with.size() + 1) {
      return "a step of " + was.id.value;
    }
  }
  return "";
}

/// The law that repairs of this text break; empty when all hold.
inline std::string broken_fix_law(const std::string& before) {
  const workflow::Repaired repaired = repaired_text(before);
  if (repaired.files.empty()) {
    return repaired.plan.repairs.empty() ? "" : "a repair changes nothing";
  }
  const std::string& after = repaired.files.front().after;
  const SourceId source(".github/workflows/x.yml");
  const auto was = workflow::parse_workflow(before, source);
  const auto now = workflow::parse_workflow(after, source);
  if (!was || !now) {
    return "the repaired file is no workflow";
  }
  if (patched(before, repaired.files.front().diff) != after) {
    return "the diff is not the change: " + patched(before, repaired.files.front().diff);
  }
  if (was.value().jobs.size() != now.value().jobs.size() ||
      was.value().triggers.size() != now.value().triggers.size() ||
      was.value().env.size() != now.value().env.size()) {
    return "the workflow is another one";
  }
  for (std::size_t i = 0; i < was.value().jobs.size(); ++i) {
    const std::string part = changed_part(was.value().jobs[i], now.value().jobs[i]);
    if (!part.empty()) {
      return part + " is another one";
    }
  }
  std::size_t crlf = 0;
  for (const std::string& line : split_lines(after)) {
    crlf += line.ends_with("\r\n") ? std::size_t{1} : 0;
  }
  const std::vector<std::string> old = split_lines(before);
  if (std::all_of(old.begin(), old.end() - 1,
                  [](const std::string& line) { return line.ends_with("\r\n"); }) &&
      old.size() > 1 && crlf + 1 < split_lines(after).size()) {
    return "line breaks are mixed";
  }
  const workflow::Repaired again = repaired_text(after);
  return again.files.empty() ? "" : "repairing twice changes something: " + again.files[0].diff;
}

}  // namespace muster::fuzz
