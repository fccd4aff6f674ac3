// Which paths to rights of an administrator a pipeline's, key's or outsider's start has, and which
// of them muster.yaml accepts. An accept covers the path that it names and nothing else: whatever
// is left without that path is a path of its own.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "checks/escalation/graph.h"

namespace muster::escalation {

struct JudgedPath {
  Path path;
  /// What names it in muster.yaml; null = nothing does.
  const IntentAccept* accept = nullptr;
  /// The accept holds today.
  bool accepted = false;
};

struct JudgedStart {
  std::vector<JudgedPath> paths;
  /// What fits a path of the start, if only one that is not reported beside a worse one.
  std::set<const IntentAccept*> used;
  /// There are too many accepted paths to tell what else there is.
  bool cut_off = false;
  /// There are too many paths to look for those of all accepts.
  bool search_cut_off = false;
};

/// The starts of rule `iam-escalation-path`: principals with an entrance that are no administrators
/// and are not declared as such.
class JudgedStarts {
 public:
  [[nodiscard]] static JudgedStarts build(const AuditInput& input);

  /// Null for a principal that is no such start.
  [[nodiscard]] const JudgedStart* of(const iam::Principal& principal) const;

 private:
  std::map<const iam::Principal*, JudgedStart> starts_;
};

/// Its owners say that it is an administrator: then its power is no surprise.
[[nodiscard]] bool is_declared_admin(const iam::Principal& principal);

/// Its ways, in order: `sts-assume-role, iam-put-role-policy`.
[[nodiscard]] std::string ways_of(const Path& path);

/// Whom it acts as in the end, or `itself`.
[[nodiscard]] std::string target_of(const Path& path);

/// The ways that an accept names, as `ways_of` writes them.
[[nodiscard]] std::string ways_of(const IntentAccept& accept);

/// `2026-12-31`
[[nodiscard]] std::string day_words(std::chrono::sys_days day);

}  // namespace muster::escalation
