// `muster-waivers.yaml`: the reviewed list of findings that somebody accepted, each with an owner,
// an approver, a reason and an end. Documented in docs/waivers.md.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"

namespace muster {

inline constexpr std::string_view kWaiverFile = "muster-waivers.yaml";

/// One entry. Globs (`*` any run of characters) are anchored at both ends.
struct Waiver {
  /// Unique in the file, e.g. `W-014`: what comments refer to.
  std::string id;
  /// Rule id, or a glob of such.
  std::string rule;
  /// What it is for: each that is not empty must fit.
  std::vector<std::string> environments;
  std::string asset;
  std::string fingerprint;
  std::string reason;
  std::string ticket;
  std::string owner;
  std::string approver;
  /// It holds from the beginning of the one day to the end of the other, in UTC.
  std::chrono::sys_days created;
  std::chrono::sys_days expires;
  /// 0 = not limited.
  std::size_t max_matches = 0;
  /// Why the entry does not count; empty for a valid one. The other fields may then be empty.
  std::string problem;
  SourceRef where;
};

/// Reads the file: a list of entries. A mistake inside an entry is its `problem`. Errors: `Syntax`,
/// `Invalid` or `Limit` for a file that is no list of mappings.
[[nodiscard]] Result<std::vector<Waiver>> read_waivers(std::string bytes, SourceId source);

/// The waivers of the audit.
class Waivers {
 public:
  [[nodiscard]] static Waivers build(const AuditInput& input);

  [[nodiscard]] const std::vector<Waiver>& all() const { return waivers_; }

  /// The entry with this id, or null; the first of several.
  [[nodiscard]] const Waiver* find(std::string_view id) const;

  /// Whether there is such a file at all.
  [[nodiscard]] bool has_file() const { return has_file_; }

  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<Waiver> waivers_;
  std::vector<Unreadable> unreadable_;
  bool has_file_ = false;
};

/// The need of every rule that speaks about waivers.
[[nodiscard]] std::vector<Unreadable> unreadable_waivers(const AuditInput& input);

}  // namespace muster
