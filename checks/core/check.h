// What a check sees and how it reports. A check is one .cpp that defines a function and a static
// `Register`.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
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

/// One of many pieces of work that do not depend on each other.
struct Piece {
  std::size_t number = 0;
  /// Who does it: pieces of one worker are done one after the other.
  std::size_t worker = 0;
};

using Work = std::function<void(const Piece&)>;

/// Who does pieces of work. What comes out must not depend on how many they are.
class Workers {
 public:
  virtual ~Workers() = default;
  /// How many work at once; at least one.
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Does the pieces below `count`, in whatever order, and returns when all are done.
  virtual void run(std::size_t count, const Work& work) const = 0;
};

class AuditInput;

/// The area model `M`. Defined for each model in its own .cpp (see core/model.h), so that the many
/// files that only read a model need not know how one is made and let go.
template <class M>
[[nodiscard]] std::shared_ptr<const void> built(const AuditInput& input);

/// Everything that one audit may look at. Models that areas build from the facts are built once and
/// shared; that is invisible from outside: the same input gives the same outcomes. Not thread-safe,
/// but for what `each` says.
class AuditInput {
 public:
  /// `workers`: who does the work that can be divided; null = the caller's thread. They outlive the
  /// input.
  AuditInput(const Facts& facts, const Intent& intent, TimePoint now,
             const Workers* workers = nullptr)
      : facts_(facts),
        intent_(intent),
        observed_(observed(intent, facts.repositories)),
        now_(now),
        workers_(workers) {}

  /// Models point into it.
  AuditInput(const AuditInput&) = delete;
  AuditInput& operator=(const AuditInput&) = delete;

  [[nodiscard]] const Facts& facts() const { return facts_; }

  /// What muster.yaml declares, and what GitHub says in its place.
  [[nodiscard]] const Intent& intent() const { return observed_ ? *observed_ : intent_; }

  [[nodiscard]] TimePoint now() const { return now_; }

  /// The area model `M`, made by `M::build(const AuditInput&)` on first use.
  template <class M>
  [[nodiscard]] const M& model() const {
    return *static_cast<const M*>(find_or_build(typeid(M), built<M>));
  }

  [[nodiscard]] std::size_t workers() const { return workers_ == nullptr ? 1 : workers_->size(); }

  /// Does the pieces below `count`, perhaps several at once: each writes only what is its own, and
  /// asks for models before, not within.
  void each(std::size_t count, const Work& work) const;

 private:
  using Build = std::shared_ptr<const void> (*)(const AuditInput& input);

  [[nodiscard]] const void* find_or_build(std::type_index key, Build build) const;

  const Facts& facts_;
  const Intent& intent_;
  std::optional<Intent> observed_;
  TimePoint now_;
  const Workers* workers_;
  mutable bool divided_ = false;
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

  /// The same rule without any outcomes, for one piece of divided work.
  [[nodiscard]] Outcomes part() const { return {rule_, severity_}; }

  /// Adds the outcomes of a part behind those that are there.
  void append(Outcomes part);

  [[nodiscard]] std::vector<Outcome>& items() { return items_; }

 private:
  OutcomeDraft add(OutcomeKind kind, const Asset& asset, const SourceRef& where);

  std::string rule_;
  Severity severity_;
  std::vector<Outcome> items_;
};

/// Judges `count` things that do not depend on each other, perhaps several at once (see
/// `AuditInput::each`), and reports them in the order of their numbers.
void judge_each(const AuditInput& input, std::size_t count, Outcomes& out,
                const std::function<void(const Piece&, Outcomes&)>& judge);

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
