// Everyone whom the policy names anywhere is put to the evaluator, together with a stranger. A
// stranger owns his account: his own policies allow what he likes.
#include "checks/escalation/outsiders.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "checks/escalation/search.h"
#include "checks/iam/callers.h"
#include "checks/policy/principals.h"
#include "checks/text/ascii.h"

namespace muster::escalation {
namespace {

using policy::PrincipalType;

constexpr std::size_t kServiceField = 2;

/// Services that take requests without a signature.
constexpr std::array<std::string_view, 5> kUnsigned = {"es", "execute-api", "s3", "sns", "sqs"};

/// Somebody to ask about.
struct Candidate {
  OutsiderKind kind = OutsiderKind::Everyone;
  std::string name;
  /// As what it sends requests.
  std::string caller;
  OutsiderKeys keys{};
  /// Why it is possible at most; empty when nothing else is needed.
  std::string needs;
};

const policy::Policy& allow_everything() {
  static const policy::Policy kPolicy = [] {
    policy::Statement statement;
    statement.effect = policy::Effect::Allow;
    statement.actions = std::vector<policy::Text>{{"*", {}}};
    statement.resources = std::vector<policy::Text>{{"*", {}}};
    policy::Policy policy;
    policy.version = policy::Version::V2012_10_17;
    policy.statements.push_back(std::move(statement));
    return policy;
  }();
  return kPolicy;
}

/// A session of the role; any other ARN as it is.
std::string session_of(const std::string& arn) {
  if (arn.find(":role/") == std::string::npos) {
    return arn;
  }
  return "arn:" + std::string(iam::arn_field(arn, iam::kPartitionField)) +
         ":sts::" + std::string(iam::arn_field(arn, iam::kAccountField)) + ":assumed-role/" +
         arn.substr(arn.rfind('/') + 1) + "/session";
}

/// The role of a session; any other ARN as it is.
std::string role_of_session(const std::string& arn) {
  constexpr std::string_view kSession = ":assumed-role/";
  const std::size_t at = arn.find(kSession);
  if (at == std::string::npos) {
    return arn;
  }
  const std::size_t name = at + kSession.size();
  return "arn:" + std::string(iam::arn_field(arn, iam::kPartitionField)) +
         ":iam::" + std::string(iam::arn_field(arn, iam::kAccountField)) + ":role/" +
         arn.substr(name, arn.find('/', name) - name);
}

class Candidates {
 public:
  Candidates(const AuditInput& input, const ResourceSide& side)
      : facts_(input.model<iam::AccountFacts>()),
        principals_(input.model<iam::Principals>()),
        side_(side) {}

  std::vector<Candidate> collect(bool unsigned_calls);

 private:
  void add(Candidate candidate) {
    found_.emplace(std::pair(candidate.kind, candidate.caller), std::move(candidate));
  }

  void add_entries(const std::vector<policy::Principal>& entries);
  void add_entry(const policy::Principal& entry);
  void add_aws(const std::string& text);
  void add_account(const std::string& account);
  void add_arn(const std::string& arn);
  void add_service(const std::string& service);
  void add_provider(const std::string& provider);
  void add_wanted(const policy::Condition& clause);
  void add_everyone(bool unsigned_calls);
  [[nodiscard]] bool is_known(const std::string& arn) const;

  const iam::AccountFacts& facts_;
  const iam::Principals& principals_;
  const ResourceSide& side_;
  bool everyone_ = false;
  std::map<std::pair<OutsiderKind, std::string>, Candidate> found_;
};

/// Whether the account facts hold the user or role, whose answer is then its own.
bool Candidates::is_known(const std::string& arn) const {
  const policy::Caller caller = policy::read_caller(arn);
  return std::ranges::any_of(principals_.all(), [&](const iam::Principal& principal) {
    return principal.arn == arn ||
           (caller.kind == policy::CallerKind::Session &&
            principal.kind == iam::PrincipalKind::Role && principal.account == caller.account &&
            principal.name == caller.name);
  });
}

void Candidates::add_account(const std::string& account) {
  if (facts_.lists(account)) {
    return;
  }
  const bool own = account == side_.account;
  add({OutsiderKind::Account,
       account,
       "arn:aws:iam::" + account + ":role/any-other",
       {{{"aws:principalaccount", account}}},
       own ? "the account facts do not list the principals of account `" + account + "`"
           : "what principals of account `" + account +
                 "` may do by their own policies is not known"});
}

void Candidates::add_arn(const std::string& arn) {
  const std::string account(iam::arn_field(arn, iam::kAccountField));
  if (is_known(arn)) {
    return;
  }
  add({OutsiderKind::Principal,
       arn,
       session_of(arn),
       {{{"aws:principalaccount", account}, {"aws:principalarn", role_of_session(arn)}}},
       account == side_.account ? "the account facts do not hold it"
                                : "what it may do by its own policies is not known"});
}

void Candidates::add_aws(const std::string& text) {
  if (text == "*") {
    everyone_ = true;
  } else if (policy::is_account(text)) {
    add_account(text);
  } else if (text.ends_with(":root")) {
    add_account(std::string(iam::arn_field(text, iam::kAccountField)));
  } else if (text.starts_with("arn:")) {
    add_arn(text);
  }
}

void Candidates::add_service(const std::string& service) {
  add({OutsiderKind::Service,
       service,
       service == "*" ? "service.amazonaws.com" : service,
       {{{"aws:principalisawsservice", "true"}, {"aws:viaawsservice", "false"}}, true, false},
       {}});
}

void Candidates::add_provider(const std::string& provider) {
  add({OutsiderKind::Federated,
       provider,
       provider,
       {{{"aws:federatedprovider", provider}}, false, true},
       {}});
}

void Candidates::add_entry(const policy::Principal& entry) {
  const std::string& text = entry.value.value;
  switch (entry.type) {
    case PrincipalType::Any:
      everyone_ = true;
      break;
    case PrincipalType::Aws:
      add_aws(text);
      break;
    case PrincipalType::Service:
      add_service(text);
      break;
    case PrincipalType::Federated:
      add_provider(text);
      break;
    case PrincipalType::CanonicalUser:
      add({OutsiderKind::Account,
           text,
           iam::unnamed_account(*side_.policy),
           {},
           "the canonical id does not tell which account it is"});
      break;
  }
}

void Candidates::add_entries(const std::vector<policy::Principal>& entries) {
  for (const policy::Principal& entry : entries) {
    add_entry(entry);
  }
}

/// Those whom a condition looks for, for the sake of statements that name everyone.
void Candidates::add_wanted(const policy::Condition& clause) {
  const std::string key = policy::lower(clause.key.value);
  for (const policy::Text& value : clause.values) {
    const std::string text = iam::instance_of(value.value);
    const std::string account(iam::arn_field(text, iam::kAccountField));
    if (key == "aws:principalaccount" && policy::is_account(text)) {
      add_account(text);
    } else if (key == "aws:principalarn" && policy::is_account(account)) {
      text.ends_with(":root") ? add_account(account) : add_arn(text);
    } else if (key == "aws:sourcearn" && text.starts_with("arn:")) {
      add_service(std::string(iam::arn_field(text, kServiceField)) + ".amazonaws.com");
    } else if (key == "aws:sourceaccount" || key == "aws:sourceorgid") {
      add_service("*");
    }
  }
}

void Candidates::add_everyone(bool unsigned_calls) {
  for (const iam::Caller& stranger : iam::strangers(*side_.policy)) {
    const std::string account(iam::arn_field(stranger.principal, iam::kAccountField));
    add({OutsiderKind::Everyone,
         "*",
         stranger.principal,
         {{{"aws:principalaccount", account}, {"aws:principalarn", stranger.principal}}},
         {}});
  }
  if (unsigned_calls) {
    OutsiderKeys none;
    for (const char* key : {"aws:principalaccount", "aws:principalarn", "aws:principalorgid",
                            "aws:principaltype", "aws:userid", "aws:username"}) {
      none.known[key] = std::nullopt;
    }
    none.known["aws:principaltype"] = "Anonymous";
    add({OutsiderKind::Anonymous, "*", "*", std::move(none), {}});
  }
}

std::vector<Candidate> Candidates::collect(bool unsigned_calls) {
  for (const policy::Statement& statement : side_.policy->statements) {
    if (statement.principals) {
      add_entries(*statement.principals);
    }
    if (statement.not_principals) {
      everyone_ = everyone_ || statement.effect == policy::Effect::Allow;
      add_entries(*statement.not_principals);
    }
    std::ranges::for_each(statement.conditions,
                          [&](const policy::Condition& clause) { add_wanted(clause); });
  }
  if (everyone_) {
    add_everyone(unsigned_calls);
  }
  std::vector<Candidate> all;
  for (auto& [key, candidate] : found_) {
    all.push_back(std::move(candidate));
  }
  return all;
}

Reply ask_outsider(const Candidate& candidate, const std::string& action,
                   const std::vector<std::string>& resources, const ResourceSide& side,
                   TimePoint now, std::size_t& looks) {
  policy::Stack stack;
  stack.resource = std::vector<policy::Policy>{*side.policy};
  add_rcp(side, policy::lower(action), stack);
  if (policy::has_identity(policy::read_caller(candidate.caller))) {
    stack.identity = std::vector<policy::Policy>{allow_everything()};
  }
  Search search(stack, looks);
  for (const std::string& resource : resources) {
    std::vector<KeyChoices> choices;
    const Statements statements = statements_of(stack);
    for (const std::string& key : mentioned_keys(statements)) {
      const bool owner = key == "aws:resourceaccount" && !side.account.empty();
      OutsiderKeys keys = candidate.keys;
      if (owner) {
        keys.known[key] = side.account;
      }
      choices.push_back(choices_of_outsider(key, clauses_on(statements, key), keys, now));
    }
    search.run({candidate.caller, action, resource, side.account, {}}, choices);
    if (search.done()) {
      break;
    }
  }
  Reply reply = search.take();
  if (reply.verdict != Verdict::Blocked && !candidate.needs.empty()) {
    const std::string more = reply.because.empty() ? "" : ", and " + reply.because;
    reply.verdict = Verdict::Possible;
    reply.because = candidate.needs + more;
  }
  return reply;
}

}  // namespace

const char* to_string(OutsiderKind kind) {
  switch (kind) {
    case OutsiderKind::Everyone:
      return "everyone";
    case OutsiderKind::Anonymous:
      return "anonymous";
    case OutsiderKind::Account:
      return "account";
    case OutsiderKind::Principal:
      return "principal";
    case OutsiderKind::Service:
      return "service";
    case OutsiderKind::Federated:
      return "federated";
  }
  return "everyone";
}

std::vector<Outsider> outsiders(const AuditInput& input, const std::string& action,
                                const std::vector<std::string>& resources,
                                const ResourceSide& side) {
  const std::string service = policy::lower(action.substr(0, action.find(':')));
  const bool unsigned_calls = text::one_of(service, kUnsigned);
  std::vector<Outsider> found;
  std::size_t looks = kMostLooks;
  for (const Candidate& candidate : Candidates(input, side).collect(unsigned_calls)) {
    Reply reply = ask_outsider(candidate, action, resources, side, input.now(), looks);
    if (reply.verdict == Verdict::Blocked) {
      continue;
    }
    const auto same = std::ranges::find_if(found, [&](const Outsider& one) {
      return one.kind == candidate.kind && one.name == candidate.name;
    });
    if (same == found.end()) {
      found.push_back({candidate.kind, candidate.name, std::move(reply)});
    } else if (reply.verdict > same->reply.verdict) {
      same->reply = std::move(reply);
    }
  }
  return found;
}

}  // namespace muster::escalation
