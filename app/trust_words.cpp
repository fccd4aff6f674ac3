// Explanations in words. Kinds of tokens that end the same way are told together.
#include "app/trust_words.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <tuple>

namespace muster::app {
namespace {

using oidc::ContextKind;
using oidc::Explanation;
using oidc::KindVerdict;
using oidc::SubjectForm;
using oidc::Who;

std::string joined(const std::vector<std::string>& parts, const char* last = " and ") {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == parts.size() ? last : ", ") + parts[i];
  }
  return out;
}

std::string noun(ContextKind context, bool many) {
  switch (context) {
    case ContextKind::Branch:
      return many ? "branches" : "branch";
    case ContextKind::Tag:
      return many ? "tags" : "tag";
    case ContextKind::PullRequest:
      return many ? "pull requests" : "pull request";
    case ContextKind::Environment:
      return many ? "environments" : "environment";
  }
  return "";
}

std::string first_field(const Witness& witness) {
  return witness.fields.empty() ? "" : witness.fields.front().values.front();
}

std::string outsiders(const Explanation& explanation, const KindVerdict& verdict) {
  if (explanation.issuer.tenancy == oidc::Tenancy::Single) {
    return "its tokens";
  }
  const bool alone = explanation.kinds.front().kind.who == Who::Outsider;
  const std::string accounts = alone ? "" : "other ";
  if (verdict.admitted.is_yes()) {
    return (verdict.any_name ? "any " + accounts + "account" : "some " + accounts + "accounts");
  }
  return alone ? "every account" : "other accounts";
}

std::string whose(const Explanation& explanation, const KindVerdict& verdict) {
  const std::string name = "`" + verdict.kind.name + "`";
  const bool some = verdict.admitted.is_yes() && !verdict.any_name;
  const std::string other_name =
      explanation.trusted_owners.empty() ? ", whatever its name" : " under another name";
  switch (verdict.kind.who) {
    case Who::Repository:
      return name;
    case Who::RepositoryId:
      return "the repository with id " + name + other_name;
    case Who::Owner:
      return (some ? "some " : "") +
             std::string(explanation.issuer.is_github() ? "other repositories of "
                                                        : "projects of ") +
             name;
    case Who::OwnerId:
      return "the owner with id " + name + other_name;
    case Who::Outsider:
      return outsiders(explanation, verdict);
  }
  return name;
}

/// `main` for `refs/heads/main` in a branch context.
std::string short_value(ContextKind context, const std::string& value) {
  const std::string head = context == ContextKind::Branch ? "refs/heads/"
                           : context == ContextKind::Tag  ? "refs/tags/"
                                                          : "";
  return "`" + (value.starts_with(head) ? value.substr(head.size()) : value) + "`";
}

/// `any branch`, `environment `live``, `some tags`.
std::string extent(const KindVerdict& verdict) {
  const ContextKind context = *verdict.kind.context;
  if (verdict.all) {
    return "any " + noun(context, false);
  }
  if (verdict.values.empty()) {
    return "some " + noun(context, true);
  }
  std::vector<std::string> values;
  for (const std::string& value : verdict.values) {
    values.push_back(short_value(context, value));
  }
  if (!verdict.beyond.is_no()) {
    values.emplace_back(verdict.beyond.is_yes() ? "others" : "perhaps others");
  }
  return noun(context, values.size() > 1) + " " + joined(values);
}

bool same_group(const KindVerdict& a, const KindVerdict& b) {
  return a.kind.who == b.kind.who && a.kind.name == b.kind.name;
}

/// Kinds that differ in the context only.
std::vector<std::vector<const KindVerdict*>> groups_of(const Explanation& explanation) {
  std::vector<std::vector<const KindVerdict*>> groups;
  for (const KindVerdict& verdict : explanation.kinds) {
    if (groups.empty() || !same_group(*groups.back().front(), verdict)) {
      groups.emplace_back();
    }
    groups.back().push_back(&verdict);
  }
  return groups;
}

const Witness& example_of(const KindVerdict& verdict) {
  return verdict.beyond.is_yes() ? verdict.beyond.witness() : verdict.admitted.witness();
}

/// Classic (or immutable) subjects only, in every admitted context.
void print_form(const std::vector<const KindVerdict*>& admitted, std::ostream& out) {
  const auto only = [&](SubjectForm form) {
    return std::all_of(admitted.begin(), admitted.end(), [&](const KindVerdict* verdict) {
      return verdict->forms == std::vector<SubjectForm>{form};
    });
  };
  if (only(SubjectForm::Classic)) {
    out << "      only without ids in the subject; `repo:OWNER@ID/NAME@ID:…` is refused\n";
  } else if (only(SubjectForm::Immutable)) {
    out << "      only with ids in the subject; `repo:OWNER/NAME:…` is refused\n";
  }
}

void print_clauses(const std::vector<oidc::RefusingClause>& clauses, const char* indent,
                   std::ostream& out) {
  for (const oidc::RefusingClause& clause : clauses) {
    out << indent << clause.where.span.line << ":" << clause.where.span.column << " "
        << oidc::in_words(clause) << "\n";
  }
}

/// What is refused although the line above may sound as if it got in.
void print_exception(const KindVerdict& verdict, std::ostream& out) {
  if (!verdict.except) {
    return;
  }
  const std::string refused = first_field(verdict.except->token);
  out << "        but not "
      << (refused == first_field(example_of(verdict)) ? "always:" : "`" + refused + "`:") << "\n";
  print_clauses(verdict.except->clauses, "          ", out);
}

void print_admitted_group(const Explanation& explanation,
                          const std::vector<const KindVerdict*>& admitted, std::ostream& out) {
  out << "    " << whose(explanation, *admitted.front()) << "\n";
  for (const KindVerdict* verdict : admitted) {
    out << "      " << (verdict->kind.context ? extent(*verdict) + ", such as `" : "such as `")
        << first_field(example_of(*verdict)) << "`\n";
    print_exception(*verdict, out);
  }
  if (admitted.front()->kind.context) {
    print_form(admitted, out);
  }
}

void print_admitted(const Explanation& explanation, std::ostream& out) {
  out << "  admits\n";
  bool any = false;
  for (const auto& group : groups_of(explanation)) {
    std::vector<const KindVerdict*> admitted;
    std::copy_if(group.begin(), group.end(), std::back_inserter(admitted),
                 [](const KindVerdict* verdict) { return verdict->admitted.is_yes(); });
    if (!admitted.empty()) {
      print_admitted_group(explanation, admitted, out);
      any = true;
    }
  }
  if (!any) {
    out << (is_dead(explanation) ? "    no token at all: nothing can assume the role through it\n"
                                 : "    no token with a usual subject\n");
  }
}

void print_custom(const char* who, const Proof& proof, std::ostream& out) {
  if (proof.is_yes()) {
    out << "    " << who << ", under a subject template of their own choice\n"
        << "      such as `" << first_field(proof.witness()) << "`\n";
  }
}

void print_undecided(const std::string& what, const Proof& proof, std::ostream& out) {
  if (proof.is_undecided()) {
    out << "  undecided: " << what << ": " << proof.reason() << "\n";
  }
}

void print_open_questions(const Explanation& explanation, std::ostream& out) {
  for (const KindVerdict& verdict : explanation.kinds) {
    const auto& context = verdict.kind.context;
    print_undecided(whose(explanation, verdict) + (context ? ", " + noun(*context, true) : ""),
                    verdict.admitted, out);
  }
  print_undecided("subject templates of others", explanation.forged_by_outsider, out);
  print_undecided("subject templates of other repositories", explanation.forged_by_sibling, out);
  print_undecided("custom subject templates", explanation.custom_template, out);
}

using ClauseIds = std::vector<std::tuple<std::size_t, std::size_t, bool>>;

ClauseIds clause_ids(const KindVerdict& verdict) {
  ClauseIds ids;
  for (const oidc::RefusingClause& clause : verdict.refusal->clauses) {
    ids.emplace_back(clause.statement, clause.clause.value_or(0), clause.clause.has_value());
  }
  return ids;
}

/// Refused tokens that are told in one breath.
struct Refused {
  std::vector<std::string> whose;
  std::vector<std::string> contexts;
  const KindVerdict* first = nullptr;
};

/// The refused kinds of one group, those with the same refusing clauses together.
std::vector<Refused> refused_of(const Explanation& explanation,
                                const std::vector<const KindVerdict*>& group) {
  std::vector<Refused> out;
  for (const KindVerdict* verdict : group) {
    if (!verdict->refusal) {
      continue;
    }
    auto same = std::find_if(out.begin(), out.end(), [&](const Refused& refused) {
      return clause_ids(*refused.first) == clause_ids(*verdict);
    });
    if (same == out.end()) {
      out.push_back({{whose(explanation, *verdict)}, {}, verdict});
      same = out.end() - 1;
    }
    if (verdict->kind.context) {
      same->contexts.push_back(noun(*verdict->kind.context, true));
    }
  }
  return out;
}

/// Strangers of all sorts are told together when the same clauses keep them out.
void add_refused(std::vector<Refused>& all, Refused refused) {
  const auto same = std::find_if(all.begin(), all.end(), [&](const Refused& other) {
    return other.first->kind.who != Who::Repository && other.contexts == refused.contexts &&
           clause_ids(*other.first) == clause_ids(*refused.first);
  });
  if (refused.first->kind.who == Who::Repository || same == all.end()) {
    all.push_back(std::move(refused));
  } else {
    same->whose.push_back(refused.whose.front());
  }
}

void print_refused(const Explanation& explanation, std::ostream& out) {
  std::vector<Refused> all;
  for (const auto& group : groups_of(explanation)) {
    for (Refused& refused : refused_of(explanation, group)) {
      add_refused(all, std::move(refused));
    }
  }
  out << (all.empty() ? "" : "  refuses\n");
  for (const Refused& refused : all) {
    const oidc::Refusal& refusal = *refused.first->refusal;
    const bool every = refused.contexts.empty() || refused.contexts.size() == 4;
    out << "    " << joined(refused.whose) << (every ? "" : ": " + joined(refused.contexts))
        << ", such as `" << first_field(refusal.token) << "`\n";
    print_clauses(refusal.clauses, "      ", out);
  }
}

void print_guard(const oidc::Guard& guard, std::ostream& out) {
  switch (guard.verdict) {
    case oidc::GuardVerdict::NotAsked:
      break;
    case oidc::GuardVerdict::Accepted:
      out << "  AWS would let you save this policy: its own test is of the text only\n";
      break;
    case oidc::GuardVerdict::Refused:
      out << "  AWS would refuse to save this policy today: statement " << *guard.statement
          << " does not limit the subject of a shared issuer\n";
      break;
    case oidc::GuardVerdict::Unknown:
      out << "  whether AWS would let you save this policy is not known: statement "
          << *guard.statement << " limits the subject only by a negated or qualified operator\n";
      break;
  }
}

std::string caller_name(const policy::Principal& principal) {
  return principal.value.value == "*" ? "everyone (`*`)" : principal.value.value;
}

}  // namespace

bool is_dead(const Explanation& explanation) {
  return explanation.custom_template.is_no() &&
         std::all_of(explanation.kinds.begin(), explanation.kinds.end(),
                     [](const KindVerdict& verdict) { return verdict.admitted.is_no(); });
}

void print_explanation(const Explanation& explanation, std::ostream& out) {
  out << "  provider " << explanation.provider << " (" << explanation.issuer.title << ")\n";
  print_admitted(explanation, out);
  print_custom("other accounts", explanation.forged_by_outsider, out);
  print_custom("other repositories of the same owner", explanation.forged_by_sibling, out);
  print_custom("repositories", explanation.custom_template, out);
  print_refused(explanation, out);
  print_open_questions(explanation, out);
  print_guard(explanation.guard, out);
}

std::vector<std::string> allowed_callers(const policy::Policy& policy) {
  std::set<std::string> names;
  for (const policy::Statement& statement : policy.statements) {
    if (statement.effect != policy::Effect::Allow) {
      continue;
    }
    for (const policy::Principal& principal :
         statement.principals.value_or(std::vector<policy::Principal>())) {
      names.insert(caller_name(principal));
    }
    for (const policy::Principal& principal :
         statement.not_principals.value_or(std::vector<policy::Principal>())) {
      names.insert("everyone but " + caller_name(principal));
    }
  }
  return {names.begin(), names.end()};
}

void print_other_callers(const policy::Policy& policy, std::ostream& out) {
  const std::vector<std::string> callers = allowed_callers(policy);
  out << "  names no OIDC provider, so there are no tokens to explain; it names "
      << (callers.empty() ? "nobody" : joined(callers)) << "\n";
}

}  // namespace muster::app
