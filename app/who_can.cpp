// One question per principal and one per outsider that the resource's policy names; for a role that
// is to be assumed that policy is its trust policy.
#include "app/who_can.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "app/location_json.h"
#include "checks/escalation/candidates.h"
#include "checks/escalation/graph.h"
#include "checks/escalation/outsiders.h"
#include "checks/iac/cloudformation.h"
#include "checks/iam/resource_policies.h"
#include "checks/policy/arn.h"
#include "checks/policy/catalogue.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using escalation::Ask;
using escalation::Graph;
using escalation::Outsider;
using escalation::Reply;
using escalation::ResourceSide;
using escalation::Verdict;
using nlohmann::ordered_json;
using report::sanitise;

constexpr std::size_t kServiceField = 2;

/// What is known of the policy of the resource.
enum class PolicyKnown { Given, None, Unknown, NotApplicable };

const char* to_string(PolicyKnown known) {
  switch (known) {
    case PolicyKnown::Given:
      return "known";
    case PolicyKnown::None:
      return "none";
    case PolicyKnown::Unknown:
      return "unknown";
    case PolicyKnown::NotApplicable:
      return "not-applicable";
  }
  return "unknown";
}

/// One resource that is asked about; without ARN: anything of the caller's account.
struct Target {
  std::string arn;
  /// The user or role that it is, or null.
  const iam::Principal* principal = nullptr;
  PolicyKnown known = PolicyKnown::NotApplicable;
  /// Why the policy is not known.
  std::string missing;
  ResourceSide side{};
  /// What `side.policy` points to.
  iam::SharedPolicy text;
  std::vector<std::string> notes;
  /// Its account is only taken to be that of the facts.
  bool owner_assumed = false;
  /// ARNs within it to try.
  std::vector<std::string> resources;
};

struct Able {
  const iam::Principal* principal;
  Reply reply;
};

struct Answer {
  std::vector<Able> principals;
  std::vector<Outsider> outsiders;
  /// What limits the answer, one sentence each.
  std::vector<std::string> not_covered;
};

class Question {
 public:
  Question(const WhoCanOptions& options, const Account& account, const Graph& graph)
      : options_(options),
        account_(account),
        graph_(graph),
        facts_(account.input.model<iam::AccountFacts>()),
        policies_(account.input.model<iam::ResourcePolicies>()),
        service_(policy::lower(options.action.substr(0, options.action.find(':')))) {}

  /// The resource of the command line.
  [[nodiscard]] Target named() const;
  [[nodiscard]] Answer answer(const std::vector<Target>& targets) const;
  /// Without a resource: anything, and all whose policies are known.
  [[nodiscard]] std::vector<Target> all() const;

 private:
  [[nodiscard]] Target role(const iam::Principal& role) const;
  [[nodiscard]] Target with_policy(const iam::ResourcePolicy& known) const;
  [[nodiscard]] std::string only_account() const;
  void set_owner(Target& target) const;
  [[nodiscard]] std::vector<std::string> resources_for(const Target& target,
                                                       const iam::Principal& caller) const;
  [[nodiscard]] Reply ask(const Target& target, const iam::Principal& caller) const;
  [[nodiscard]] bool needs_credentials() const;

  const WhoCanOptions& options_;
  const Account& account_;
  const Graph& graph_;
  const iam::AccountFacts& facts_;
  const iam::ResourcePolicies& policies_;
  std::string service_;
};

/// Calls with a token of an identity provider carry no credentials of AWS.
bool Question::needs_credentials() const {
  return !text::equals_ignoring_case(options_.action, "sts:AssumeRoleWithWebIdentity") &&
         !text::equals_ignoring_case(options_.action, "sts:AssumeRoleWithSAML");
}

/// Bucket names tell no account: then it is the only one of the facts, or open.
void Question::set_owner(Target& target) const {
  if (target.side.account.empty()) {
    target.side.account = iam::arn_field(target.arn, iam::kAccountField);
  }
  if (target.side.account.empty()) {
    target.owner_assumed = true;
    target.side.account = only_account();
  }
  target.side.rcp = facts_.rcp(target.side.account);
}

Target Question::role(const iam::Principal& role) const {
  Target target{role.arn, &role, PolicyKnown::NotApplicable, {}, {}, {}, {}, false, {role.arn}};
  target.side.account = role.account;
  set_owner(target);
  if (service_ == "sts" && role.role != nullptr) {
    const bool read = role.role->trust.has_value();
    target.known = read ? PolicyKnown::Given : PolicyKnown::Unknown;
    target.missing = read ? "" : "the trust policy could not be read";
    target.side.policy = read ? &*role.role->trust : nullptr;
  }
  return target;
}

/// The only account of all principals, or empty.
std::string Question::only_account() const {
  std::set<std::string> accounts;
  for (const iam::Principal& principal : graph_.principals()) {
    accounts.insert(principal.account);
  }
  return accounts.size() == 1 ? *accounts.begin() : std::string();
}

Target Question::with_policy(const iam::ResourcePolicy& declared) const {
  const bool open_owner = declared.account == iac::kSomeAccount || declared.account.empty();
  const std::string owner = open_owner ? only_account() : declared.account;
  const iam::ResourcePolicy known = settled(declared, owner, {});
  Target target{known.arn,     nullptr,    PolicyKnown::None,
                known.missing, {},         known.policy,
                known.notes,   open_owner, {}};
  target.side.account = owner;
  target.side.rcp = facts_.rcp(owner);
  target.side.policy = known.policy.get();
  if (!known.missing.empty()) {
    target.known = PolicyKnown::Unknown;
  } else if (known.policy) {
    target.known = PolicyKnown::Given;
  }
  return target;
}

Target Question::named() const {
  const iam::Principal* principal = account_.input.model<iam::Principals>().find(options_.resource);
  if (principal != nullptr) {
    return role(*principal);
  }
  Target target{options_.resource, nullptr, PolicyKnown::Unknown, {}, {}, {}, {}, false, {}};
  const std::string_view service = iam::arn_field(options_.resource, kServiceField);
  if (const auto known = policies_.of(options_.resource)) {
    target = with_policy(*known);
    target.arn = options_.resource;
  } else if (service_ == "sts" || iam::has_resource_policies(service)) {
    target.missing = service_ == "sts" ? "the account facts do not hold this role"
                                       : "neither account facts nor infrastructure code hold it";
    set_owner(target);
  } else {
    target.known = PolicyKnown::NotApplicable;
    set_owner(target);
  }
  target.resources = {options_.resource};
  return target;
}

std::vector<Target> Question::all() const {
  std::vector<Target> targets;
  if (service_ == "sts") {
    for (const iam::Principal& principal : graph_.principals()) {
      if (principal.role != nullptr) {
        targets.push_back(role(principal));
      }
    }
    return targets;
  }
  targets.emplace_back();
  for (const iam::ResourcePolicy& known : policies_.all()) {
    if (iam::arn_field(known.arn, kServiceField) != service_) {
      continue;
    }
    Target target = with_policy(known);
    target.resources = {target.arn, target.arn + "/example"};
    targets.push_back(std::move(target));
  }
  return targets;
}

std::vector<std::string> Question::resources_for(const Target& target,
                                                 const iam::Principal& caller) const {
  if (!target.arn.empty()) {
    return target.resources;
  }
  const auto needed = escalation::nameable(options_.action, escalation::home_of(caller),
                                           graph_.power(caller).patterns(options_.action));
  return needed.front();
}

Reply Question::ask(const Target& target, const iam::Principal& caller) const {
  ResourceSide side = target.side;
  const bool open_owner = !target.arn.empty() && side.account.empty();
  side.open = target.known == PolicyKnown::Unknown && !side.account.empty() &&
              side.account != caller.account;
  Reply reply =
      graph_.ask({caller,
                  options_.action,
                  resources_for(target, caller),
                  {},
                  target.principal == nullptr ? escalation::TagKnowledge::Unknown
                                              : escalation::TagKnowledge::Listed,
                  target.principal == nullptr ? std::vector<iam::Tag>{} : target.principal->tags,
                  target.arn.empty() ? nullptr : &side});
  if (open_owner && reply.verdict == Verdict::Proven) {
    reply.verdict = Verdict::Possible;
    reply.because = "which account owns `" + target.arn + "`";
  }
  return reply;
}

void note_gaps(const Target& target, std::vector<std::string>& gaps) {
  if (target.known == PolicyKnown::Unknown) {
    gaps.push_back("the policy of `" + target.arn + "` is not known (" + target.missing +
                   "): it could let others in, other accounts and everybody included, and refuse "
                   "those above");
  }
  gaps.insert(gaps.end(), target.notes.begin(), target.notes.end());
  if (target.owner_assumed && !target.side.account.empty() &&
      target.side.account != iac::kSomeAccount) {
    gaps.push_back("nothing tells which account owns `" + target.arn + "`: taken for `" +
                   target.side.account + "`");
  }
}

Answer Question::answer(const std::vector<Target>& targets) const {
  Answer answer;
  for (const iam::Principal& caller : graph_.principals()) {
    std::optional<Reply> best;
    for (const Target& target : targets) {
      if (!needs_credentials() || target.principal == &caller) {
        continue;
      }
      Reply reply = ask(target, caller);
      if (reply.verdict != Verdict::Blocked && (!best || reply.verdict > best->verdict)) {
        best = std::move(reply);
      }
    }
    if (best) {
      answer.principals.push_back({&caller, std::move(*best)});
    }
  }
  for (const Target& target : targets) {
    note_gaps(target, answer.not_covered);
    if (target.side.policy == nullptr) {
      continue;
    }
    ResourceSide side = target.side;
    // Nobody outside must be taken for a principal of the owner.
    side.account = side.account.empty() ? "000000000000" : side.account;
    std::ranges::move(outsiders(account_.input, options_.action, target.resources, side),
                      std::back_inserter(answer.outsiders));
  }
  for (const iam::UnassignedPolicy& one : policies_.unassigned()) {
    if (one.service == service_) {
      answer.not_covered.push_back("the policy at " + to_string(one.where) +
                                   " is for a resource that is not known: " + one.why);
    }
  }
  if (options_.resource.empty() && iam::has_resource_policies(service_)) {
    answer.not_covered.push_back("resources of `" + service_ +
                                 "` whose policies neither account facts nor infrastructure "
                                 "code hold: those could let others in");
  }
  return answer;
}

const char* kind_of(const iam::Principal& principal) {
  return principal.kind == iam::PrincipalKind::User ? "user" : "role";
}

ordered_json reply_json(const Reply& reply) {
  return {{"verdict", escalation::to_string(reply.verdict)},
          {"because", reply.because},
          {"request", request_json(reply.request)},
          {"statement", location_json(reply.where)}};
}

void print_json(const WhoCanOptions& options, const std::vector<Target>& targets,
                const Answer& answer, std::ostream& out) {
  ordered_json principals = ordered_json::array();
  for (const Able& one : answer.principals) {
    ordered_json entry{{"arn", one.principal->arn}, {"kind", kind_of(*one.principal)}};
    entry.update(reply_json(one.reply));
    principals.push_back(std::move(entry));
  }
  ordered_json outside = ordered_json::array();
  for (const Outsider& one : answer.outsiders) {
    ordered_json entry{{"name", one.name}, {"kind", to_string(one.kind)}};
    entry.update(reply_json(one.reply));
    outside.push_back(std::move(entry));
  }
  const bool named = !options.resource.empty();
  const ordered_json json{
      {"action", options.action},
      {"resource", options.resource},
      {"resource_policy", named ? ordered_json(to_string(targets.front().known)) : ordered_json()},
      {"principals", std::move(principals)},
      {"outsiders", std::move(outside)},
      {"not_covered", answer.not_covered}};
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void print_reply(const std::string& who, const Reply& reply, std::ostream& out) {
  out << (reply.verdict == Verdict::Proven ? "PROVEN    " : "POSSIBLE  ") << who << "\n     "
      << request_words(reply.request);
  if (!reply.where.source.path().empty()) {
    out << "  (" << sanitise(to_string(reply.where)) << ")";
  }
  out << "\n";
  if (!reply.because.empty()) {
    out << "     not known: " << sanitise(reply.because) << "\n";
  }
}

/// `outside: account 444455556666`
std::string outsider_words(const Outsider& outsider) {
  switch (outsider.kind) {
    case escalation::OutsiderKind::Everyone:
      return "outside: whoever has an AWS account";
    case escalation::OutsiderKind::Anonymous:
      return "outside: everybody, without credentials";
    case escalation::OutsiderKind::Account:
      return "outside: account " + sanitise(outsider.name);
    case escalation::OutsiderKind::Principal:
      return "outside: " + sanitise(outsider.name);
    case escalation::OutsiderKind::Service:
      return "outside: service " +
             (outsider.name == "*" ? std::string("of AWS, any") : sanitise(outsider.name));
    case escalation::OutsiderKind::Federated:
      return "outside: whoever brings a token of " + sanitise(outsider.name);
  }
  return {};
}

void print_words(const Answer& answer, std::size_t asked, std::ostream& out) {
  for (const Able& one : answer.principals) {
    print_reply(sanitise(one.principal->arn), one.reply, out);
  }
  for (const Outsider& one : answer.outsiders) {
    print_reply(outsider_words(one), one.reply, out);
  }
  for (const std::string& gap : answer.not_covered) {
    out << "NOT COVERED  " << sanitise(gap) << "\n";
  }
  out << answer.principals.size() << " of " << asked << " principals, " << answer.outsiders.size()
      << " outside\n";
}

bool report_unreadable_policies(const Account& account, const Console& console) {
  const auto& unreadable = account.input.model<iam::ResourcePolicies>().unreadable();
  for (const Unreadable& one : unreadable) {
    report_error(console, one.error);
  }
  return !unreadable.empty();
}

}  // namespace

int who_can(const WhoCanOptions& options, const Console& console) {
  if (policy::embedded_catalogue().find_action(options.action) == nullptr) {
    return report_error(console, {ErrorCode::Usage,
                                  "no action `" + options.action + "` in the catalogue of " +
                                      std::string(policy::embedded_catalogue().date()),
                                  {}});
  }
  if (!options.resource.empty() && options.resource != "*" &&
      !policy::split_arn(options.resource)) {
    return report_error(console,
                        {ErrorCode::Usage, "`" + options.resource + "` is no ARN and not `*`", {}});
  }
  auto account = read_account(options);
  if (!account) {
    return report_error(console, account.error());
  }
  const bool incomplete = report_unreadable(*account.value(), console);
  const bool unread = report_unreadable_policies(*account.value(), console);
  const Graph graph = Graph::build(account.value()->input);
  const Question question(options, *account.value(), graph);
  const std::vector<Target> targets =
      options.resource.empty() ? question.all() : std::vector<Target>{question.named()};
  const Answer answer = question.answer(targets);
  if (options.json) {
    print_json(options, targets, answer, console.out);
  } else {
    print_words(answer, graph.principals().size(), console.out);
  }
  return incomplete || unread ? kIncomplete : kClean;
}

}  // namespace muster::app
