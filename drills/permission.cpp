// Signatures are those of OpenSSH (PROTOCOL.sshsig), checked by ssh-keygen itself: operators have
// such keys already.
#include "drills/permission.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "checks/core/run.h"
#include "checks/core/window.h"
#include "drills/command.h"
#include "drills/make_plan.h"

namespace muster::drills {
namespace {

constexpr std::chrono::seconds kChecking{10};

Error no(const std::string& why) {
  return Error{ErrorCode::Usage, why, {}};
}

/// A file that is gone at the end.
class Scratch {
 public:
  explicit Scratch(std::string_view content) {
    char name[] = "/tmp/muster-approval-XXXXXX";
    const int descriptor = ::mkstemp(name);
    path_ = descriptor < 0 ? "" : name;
    if (descriptor >= 0) {
      ::close(descriptor);
      std::ofstream(path_, std::ios::binary) << content;
    }
  }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  ~Scratch() { ::unlink(path_.c_str()); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Status check_windows(const Plan& plan, TimePoint now) {
  const auto& windows = plan.target.windows;
  const bool inside = windows.empty() || std::ranges::any_of(windows, [&](const std::string& text) {
                        const auto window = parse_window(text);
                        return window && window->contains(now);
                      });
  return inside ? Status(Done{})
                : Status(no("it is " + to_utc(now) + ", outside the windows of `" +
                            plan.target.name + "`"));
}

Status check_approved(const Plan& plan, Journal& journal, TimePoint now) {
  const std::string id = plan_id(plan);
  MUSTER_TRY(const auto approvals, journal.approvals(id));
  std::string why =
      "nobody approved plan " + id.substr(0, 12) + "; `muster drill approve` says how";
  for (const Approval& approval : approvals) {
    const auto expires = parse_utc(approval.expires);
    if (!expires || *expires <= now) {
      why = "the approval of " + approval.by + " expired at " + approval.expires;
      continue;
    }
    const Status good = check_signature(plan, approval);
    if (good) {
      return Done{};
    }
    why = good.error().message;
  }
  return no("drills in production need an approval: " + why);
}

Status check_rehearsed(const Plan& plan, Journal& journal, TimePoint now) {
  MUSTER_TRY(const auto drills, journal.drills());
  const std::chrono::days age{plan.target.max_age_days};
  for (const DrillRow& drill : drills) {
    const auto done = parse_plan(drill.plan_json);
    const auto closed = parse_utc(drill.closed);
    if (drill.outcome == "passed" && drill.path_hash == path_hash(plan) && done && closed &&
        now - *closed <= age && is_below_production(done.value().kind)) {
      return Done{};
    }
  }
  return no(
      "drills in production need a passed drill of the same path in development or staging "
      "within " +
      std::to_string(age.count()) + " days; there is none");
}

}  // namespace

std::string approval_text(const std::string& plan, const std::string& expires) {
  return "muster drill approval\nplan " + plan + "\nexpires " + expires + "\n";
}

Status check_signature(const Plan& plan, const Approval& approval) {
  if (plan.target.approvers.empty()) {
    return no("drill `" + plan.target.name + "` declares no `approvers`");
  }
  const Scratch text(approval_text(approval.plan, approval.expires));
  const Scratch signature(approval.signature);
  if (text.path().empty() || signature.path().empty()) {
    return Error{ErrorCode::Unwritable, "no file can be made in /tmp", {}};
  }
  MUSTER_TRY(
      const Ended ended,
      run_command({"ssh-keygen", "-Y", "verify", "-f", from_root(plan, plan.target.approvers), "-I",
                   approval.by, "-n", "muster-drill", "-s", signature.path()},
                  plan.root, kChecking, text.path()));
  if (ended.status != 0) {
    return no("the signature is not one of `" + approval.by + "` over this plan and this expiry");
  }
  return Done{};
}

Status may_run(const Plan& plan, Journal& journal, std::chrono::sys_seconds now) {
  MUSTER_CHECK_OK(check_windows(plan, now));
  if (is_below_production(plan.kind)) {
    return Done{};
  }
  MUSTER_CHECK_OK(check_approved(plan, journal, now));
  return check_rehearsed(plan, journal, now);
}

}  // namespace muster::drills
