// What a check sees and how it reports. A check is one .cpp that defines a function and a static
// `Register`.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checks/core/facts.h"
#include "checks/core/intent.h"
#include "checks/core/outcome.h"
#include "checks/core/proof.h"

namespace muster {

/// Seconds since 1970-01-01T00:00:00Z. The audit never looks at a clock: the caller passes the time
/// in.
using TimePoint = std::chrono::sys_seconds;

/// Everything that one audit may look at. Models that areas build from the facts are built once and
/// shared; that is invisible from outside: the same input gives the same outcomes. Not thread-safe.
class AuditInput {
 public:
  AuditInput(const Facts& facts, const Intent& intent, TimePoint now)
      : facts_(facts), intent_(intent), now_(now) {}

  [[nodiscard]] const Facts& facts() const { return facts_; }

  [[nodiscard]] const Intent& intent() const { return intent_; }

  [[nodiscard]] TimePoint now() const { return now_; }

  /// The area model `M`, made by `M::build(const AuditInput&)` on first use.
  template <class M>
  [[nodiscard]] const M& model() const {
    const std::type_index key(typeid(M));
    auto found = models_.find(key);
    if (found == models_.end()) {
      auto built = std::make_shared<const M>(M::build(*this));
      found = models_.emplace(key, std::move(built)).first;
    }
    return *static_cast<const M*>(found->second.get());
  }

 private:
  const Facts& facts_;
  const Intent& intent_;
  TimePoint now_;
  mutable std::unordered_map<std::type_index, std::shared_ptr<const void>> models_;
};

/// Adds detail to an outcome just reported. A no-op object when nothing was reported.
class OutcomeDraft {
 public:
  OutcomeDraft() = default;

  explicit OutcomeDraft(Outcome* outcome) : outcome_(outcome) {}

  /// A value for `{name}` in the rule's message.
  OutcomeDraft& arg(std::string_view name, std::string_view value);
  /// Raises or lowers the severity for this finding (blast radius). Default: the rule's.
  OutcomeDraft& severity(Severity severity);
  OutcomeDraft& anchor(std::string anchor);
  OutcomeDraft& environment(std::string environment);
  OutcomeDraft& related(SourceRef where, std::string note);
  /// One more sentence after the rule's message.
  OutcomeDraft& because(std::string reason);

 private:
  Outcome* outcome_ = nullptr;
};

/// Collects the outcomes of one rule. Report every asset that was looked at, passes too: coverage
/// comes from here. One outcome per (asset, anchor); a draft is valid until the next report.
class Outcomes {
 public:
  Outcomes(std::string_view rule, Severity severity) : rule_(rule), severity_(severity) {}

  OutcomeDraft pass(const Asset& asset, const SourceRef& where);
  /// A defect whose evidence is `witness`.
  OutcomeDraft fail(const Asset& asset, const SourceRef& where, Witness witness);
  /// A defect that muster.yaml accepts by name, today: `reason` says until when and why.
  OutcomeDraft waived(const Asset& asset, const SourceRef& where, Witness witness,
                      std::string reason);
  OutcomeDraft undecided(const Asset& asset, const SourceRef& where, std::string reason);
  /// yes -> fail with its witness, no -> pass, undecided -> undecided.
  OutcomeDraft fail_if(const Proof& defect, const Asset& asset, const SourceRef& where);

  [[nodiscard]] std::vector<Outcome>& items() { return items_; }

 private:
  OutcomeDraft add(OutcomeKind kind, const Asset& asset, const SourceRef& where);

  std::string rule_;
  Severity severity_;
  std::vector<Outcome> items_;
};

/// A document that a rule needs and that could not be understood.
struct Unreadable {
  SourceId source;
  Error error;
};

/// Tells which of the documents that a rule speaks about could not be understood. Each gives an
/// `undecided` outcome.
using Need = std::vector<Unreadable> (*)(const AuditInput& input);

using CheckFunction = void (*)(const AuditInput& input, Outcomes& out);

struct Check {
  std::string_view rule;
  CheckFunction run = nullptr;
  std::vector<Need> needs;
};

/// Registers a check at start-up: `const Register kAnyRepositoryCheck{"oidc-any-repository",
/// any_repository, {need_trusts}};`
class Register {
 public:
  Register(std::string_view rule, CheckFunction run, std::vector<Need> needs);
};

/// All registered checks, sorted by rule id.
[[nodiscard]] std::vector<Check> registered_checks();

}  // namespace muster
