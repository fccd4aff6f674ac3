// Each candidate is put before each clause with the evaluator's own value test; presence, negation
// and quantifiers are the prover's.
#include "checks/prover/candidates.h"

#include <algorithm>
#include <set>

#include "checks/policy/arn.h"
#include "checks/policy/compare.h"
#include "checks/policy/principals.h"
#include "checks/prover/bounds.h"

namespace muster::prover {
namespace {

using policy::MatchResult;
using policy::Truth;

constexpr std::size_t kBits = 64;

void set_bit(Bits& bits, std::size_t index) {
  bits[index / kBits] |= std::uint64_t{1} << (index % kBits);
}

/// The clause on one value of the key, without its quantifier.
Truth holds(const Atom& atom, const std::string& value) {
  static const policy::Request kNoVariables;
  bool some = false;
  for (const std::string& written : atom.values) {
    if (atom.family == Family::Number && is_far(written)) {
      return Truth::Unknown;
    }
    const MatchResult result = policy::compare(atom.op, written, value, atom.version, kNoVariables);
    if (result == MatchResult::Unknown || result == MatchResult::Unresolved) {
      return Truth::Unknown;
    }
    some = some || result == MatchResult::Yes;
  }
  return some != atom.complement ? Truth::Yes : Truth::No;
}

template <class Judge>
void judge_all(const std::vector<AtomId>& atoms, const Judge& judge, Candidates& out) {
  const std::size_t words = (out.values.size() + kBits - 1) / kBits;
  for (const AtomId atom : atoms) {
    Candidates::Verdicts verdicts{atom, Bits(words, 0), Bits(words, 0)};
    for (std::size_t i = 0; i < out.values.size(); ++i) {
      const Truth truth = judge(atom, out.values[i]);
      if (truth != Truth::No) {
        set_bit(verdicts.may_hold, i);
      }
      if (truth != Truth::Yes) {
        set_bit(verdicts.may_fail, i);
      }
    }
    out.verdicts.push_back(std::move(verdicts));
  }
  std::ranges::sort(out.verdicts, {}, &Candidates::Verdicts::atom);
}

std::vector<std::string> values_around(Family family, const std::vector<std::string>& written) {
  switch (family) {
    case Family::Number:
      return numbers_around(written);
    case Family::Date:
      return instants_around(written);
    case Family::Ip:
      return addresses_around(written);
    case Family::Binary:
      return binaries_around(written);
    case Family::Bool:
      return {"true", "false"};
    case Family::None:
    case Family::Text:
      break;
  }
  return {};
}

void drop_repetitions(std::vector<std::string>& values) {
  std::set<std::string> seen;
  std::erase_if(values, [&](const std::string& value) { return !seen.insert(value).second; });
}

constexpr std::string_view kOutsider = "999999999999";

/// Callers of an account that policies can tell apart beside those they name.
void add_account(std::string_view account, std::string_view partition,
                 std::vector<std::string>& out) {
  const std::string iam = "arn:" + std::string(partition) + ":iam::" + std::string(account) + ":";
  const std::string sts = "arn:" + std::string(partition) + ":sts::" + std::string(account) + ":";
  out.push_back(iam + "user/other");
  out.push_back(sts + "assumed-role/other/session");
  out.push_back(iam + "role/other");
  out.push_back(iam + "root");
  out.push_back(sts + "federated-user/other");
}

/// The caller that an entry names, its sessions if it is a role, and others of its account.
void add_named(const policy::Principal& entry, std::vector<std::string>& named,
               std::vector<std::string>& others) {
  const std::string& text = entry.value.value;
  const auto arn = policy::split_arn(text);
  const policy::Caller caller = policy::read_caller(text);
  if (entry.type == policy::PrincipalType::Any || text == "*") {
    return;
  }
  if (caller.kind == policy::CallerKind::Role) {
    named.push_back("arn:" + std::string(caller.partition) +
                    ":sts::" + std::string(caller.account) + ":assumed-role/" +
                    std::string(caller.name) + "/session");
  }
  const bool bare_account = !arn && caller.kind == policy::CallerKind::Root;
  if (!bare_account) {
    named.push_back(text);
  }
  if (!caller.account.empty()) {
    add_account(caller.account, arn ? caller.partition : "aws", others);
  }
  // A session is told from its role, which a NotPrincipal list may need as well.
  if (caller.kind == policy::CallerKind::Session) {
    others.push_back("arn:" + std::string(caller.partition) +
                     ":iam::" + std::string(caller.account) + ":role/" + std::string(caller.name));
    others.push_back("arn:" + std::string(caller.partition) +
                     ":sts::" + std::string(caller.account) + ":assumed-role/" +
                     std::string(caller.name) + "/other");
  }
}

}  // namespace

const Candidates::Verdicts& Candidates::of(AtomId atom) const {
  return *std::ranges::lower_bound(verdicts, atom, {}, &Verdicts::atom);
}

Candidates typed_candidates(const std::vector<AtomId>& atoms, Family family, const Atoms& all) {
  std::vector<std::string> written;
  for (const AtomId atom : atoms) {
    written.insert(written.end(), all[atom].values.begin(), all[atom].values.end());
  }
  std::ranges::sort(written);
  Candidates out;
  out.values = values_around(family, written);
  drop_repetitions(out.values);
  judge_all(
      atoms, [&](AtomId atom, const std::string& value) { return holds(all[atom], value); }, out);
  return out;
}

Candidates callers(const std::vector<AtomId>& atoms, const Atoms& all) {
  std::vector<std::string> named;
  std::vector<std::string> others;
  for (const AtomId atom : atoms) {
    const policy::Statement& statement = all[atom].principals;
    for (const policy::Principal& entry :
         statement.principals ? *statement.principals : *statement.not_principals) {
      add_named(entry, named, others);
    }
  }
  std::ranges::sort(named);
  std::ranges::sort(others);
  Candidates out;
  out.values = std::move(named);
  out.values.insert(out.values.end(), others.begin(), others.end());
  add_account(kOutsider, "aws", out.values);
  out.values.emplace_back("lambda.amazonaws.com");
  out.values.emplace_back("other.amazonaws.com");
  out.values.push_back("arn:aws:iam::" + std::string(kOutsider) + ":oidc-provider/idp.example.com");
  out.values.emplace_back("*");
  drop_repetitions(out.values);
  judge_all(
      atoms,
      [&](AtomId atom, const std::string& value) {
        return policy::match_principal(all[atom].principals, policy::read_caller(value));
      },
      out);
  return out;
}

}  // namespace muster::prover
