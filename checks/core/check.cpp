// Collecting outcomes, and the registry that static `Register` objects fill before main.
#include "checks/core/check.h"

#include <algorithm>
#include <iterator>

namespace muster {
namespace {

std::vector<Check>& registry() {
  static std::vector<Check> checks;
  return checks;
}

}  // namespace

const void* AuditInput::find_or_build(std::type_index key, Build build) const {
  assert(!divided_ && "a piece of divided work may not build models");
  auto found = models_.find(key);
  if (found == models_.end()) {
    // Building one may ask for others, which moves the table.
    auto model = build(*this);
    found = models_.emplace(key, std::move(model)).first;
  }
  return found->second.get();
}

void AuditInput::each(std::size_t count, const Work& work) const {
  divided_ = true;
  if (workers_ != nullptr) {
    workers_->run(count, work);
  } else {
    for (std::size_t number = 0; number < count; ++number) {
      work({number, 0});
    }
  }
  divided_ = false;
}

OutcomeDraft& OutcomeDraft::arg(std::string_view name, std::string_view value) {
  if (outcome_ != nullptr) {
    outcome_->args.insert_or_assign(std::string(name), std::string(value));
  }
  return *this;
}

OutcomeDraft& OutcomeDraft::severity(Severity severity) {
  if (outcome_ != nullptr) {
    outcome_->severity = severity;
  }
  return *this;
}

OutcomeDraft& OutcomeDraft::anchor(std::string anchor) {
  if (outcome_ != nullptr) {
    outcome_->anchor = std::move(anchor);
  }
  return *this;
}

OutcomeDraft& OutcomeDraft::environment(std::string environment) {
  if (outcome_ != nullptr) {
    outcome_->environment = std::move(environment);
  }
  return *this;
}

OutcomeDraft& OutcomeDraft::related(SourceRef where, std::string note) {
  if (outcome_ != nullptr) {
    outcome_->related.push_back({std::move(where), std::move(note)});
  }
  return *this;
}

OutcomeDraft& OutcomeDraft::because(std::string reason) {
  if (outcome_ != nullptr) {
    outcome_->reason = std::move(reason);
  }
  return *this;
}

OutcomeDraft Outcomes::add(OutcomeKind kind, const Asset& asset, const SourceRef& where) {
  Outcome outcome;
  outcome.rule = rule_;
  outcome.kind = kind;
  outcome.severity = severity_;
  outcome.asset = asset;
  outcome.where = where;
  items_.push_back(std::move(outcome));
  return OutcomeDraft(&items_.back());
}

OutcomeDraft Outcomes::pass(const Asset& asset, const SourceRef& where) {
  return add(OutcomeKind::Pass, asset, where);
}

OutcomeDraft Outcomes::fail(const Asset& asset, const SourceRef& where, Witness witness) {
  OutcomeDraft draft = add(OutcomeKind::Fail, asset, where);
  items_.back().witness = std::move(witness);
  return draft;
}

OutcomeDraft Outcomes::waived(const Asset& asset, const SourceRef& where, Witness witness,
                              std::string reason) {
  OutcomeDraft draft = add(OutcomeKind::Waived, asset, where);
  items_.back().witness = std::move(witness);
  items_.back().reason = std::move(reason);
  return draft;
}

OutcomeDraft Outcomes::undecided(const Asset& asset, const SourceRef& where, std::string reason) {
  OutcomeDraft draft = add(OutcomeKind::Undecided, asset, where);
  items_.back().reason = std::move(reason);
  return draft;
}

OutcomeDraft Outcomes::fail_if(const Proof& defect, const Asset& asset, const SourceRef& where) {
  if (defect.is_yes()) {
    return fail(asset, where, defect.witness());
  }
  if (defect.is_undecided()) {
    return undecided(asset, where, defect.reason());
  }
  return pass(asset, where);
}

void Outcomes::append(Outcomes part) {
  std::ranges::move(part.items_, std::back_inserter(items_));
}

void judge_each(const AuditInput& input, std::size_t count, Outcomes& out,
                const std::function<void(const Piece&, Outcomes&)>& judge) {
  std::vector<Outcomes> parts(count, out.part());
  input.each(count, [&](const Piece& piece) { judge(piece, parts[piece.number]); });
  for (Outcomes& part : parts) {
    out.append(std::move(part));
  }
}

Register::Register(std::string_view rule, CheckFunction run, std::vector<Need> needs) {
  registry().push_back({rule, run, std::move(needs)});
}

std::vector<Check> registered_checks() {
  std::vector<Check> checks = registry();
  std::sort(checks.begin(), checks.end(),
            [](const Check& a, const Check& b) { return a.rule < b.rule; });
  return checks;
}

}  // namespace muster
