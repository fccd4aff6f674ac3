// Beside an environment file lies a copy of it that others may read: `.env.bak`, `.env~`,
// `.env.2026-05-01`. Secrets of yesterday are mostly those of today. Templates are left out by
// their name. Looked for in the folder of the file, where all entries of it are told.
#include <algorithm>
#include <array>

#include "checks/host/env_files.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// `.env.bak`, `.env~`, `.env-old`, `.env_1`, `.env.swp`, `#.env#` for `.env`.
bool is_copy_name(std::string_view name, std::string_view original) {
  if (name.ends_with(".swp") && name.starts_with('.')) {
    name.remove_prefix(name.starts_with("." + std::string(original)) ? 1 : 0);
  }
  name.remove_prefix(name.starts_with('#') ? 1 : 0);
  return name.size() > original.size() && name.starts_with(original) &&
         std::string_view(".~-_#").find(name[original.size()]) != std::string_view::npos;
}

bool is_template_name(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kWords = {"example", "sample", "template",
                                                             "dist", "tpl"};
  return std::ranges::any_of(text::split(name, ".-_~"),
                             [](std::string_view part) { return text::one_of(part, kWords); });
}

/// Whether all entries of the folder are told: it was asked for as a tree, or lies in one, and was
/// not left out.
bool is_told(const HostFacts& facts, std::string_view folder) {
  constexpr int kDepth = 3;
  std::string_view at = folder;
  for (int level = 0; level < kDepth && !at.empty(); ++level) {
    if (facts.skips.contains(at)) {
      return false;
    }
    if (facts.trees.contains(at)) {
      return true;
    }
    // One that is no folder of its own is not entered.
    const auto entry = facts.paths.find(at);
    if (entry == facts.paths.end() || entry->second.kind != PathKind::Directory ||
        name_of(at) == ".git") {
      return false;
    }
    at = folder_above(at);
  }
  return false;
}

void fail_copy(const EnvSubject& file, const std::string& path, const PathFact& fact,
               Outcomes& out) {
  out.fail(file.asset(), fact.where,
           {WitnessKind::Text,
            {{"file", {file.path}},
             {"copy", {path}},
             {"mode", {octal(fact.bits)}},
             {"owner", {shown_owner(fact.uid, fact.user)}}}})
      .anchor(std::string(name_of(path)))
      .arg("copy", path)
      .arg("host", file.host->id)
      .arg("path", file.path)
      .arg("mode", octal(fact.bits))
      .environment(file.host->environment);
}

void judge_copies(const EnvSubject& file, Outcomes& out) {
  const HostFacts& facts = *file.host->facts;
  const std::string_view folder = folder_above(file.path);
  const std::string_view name = name_of(file.path);
  bool clean = true;
  std::string unknown;
  for (const auto& [path, fact] : facts.paths) {
    const std::string_view other = name_of(path);
    if (folder_above(path) != folder || !is_copy_name(other, name) || is_template_name(other) ||
        fact.kind != PathKind::File) {
      continue;
    }
    if (fact.contradicted) {
      unknown = "`" + path + "` changed while the facts were collected";
    } else if ((fact.bits & ~kOwnerReadsAndWrites) != 0) {
      clean = false;
      fail_copy(file, path, fact, out);
    }
  }
  if (unknown.empty() && !is_told(facts, folder)) {
    unknown = "the facts do not tell what else is in `" + std::string(folder) +
              "`; ask for it with `--tree`";
  }
  if (!clean) {
    return;
  }
  if (unknown.empty()) {
    out.pass(file.asset(), file.where).environment(file.host->environment);
  } else {
    out.undecided(file.asset(), file.where, unknown).environment(file.host->environment);
  }
}

void env_copy_left(const AuditInput& input, Outcomes& out) {
  each_env_file(input, out, [&](const EnvSubject& file) { judge_copies(file, out); });
}

const Register kEnvCopyLeftCheck{"host-env-copy-left", env_copy_left, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
