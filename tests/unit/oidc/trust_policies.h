// Builders for the policies of the tests in this folder.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "checks/oidc/admitted.h"
#include "checks/oidc/token.h"
#include "checks/policy/evaluate.h"

namespace muster::oidc::testing {

inline constexpr const char* kProvider =
    "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Single quotes become double ones; `GH` is the host of GitHub's issuer, `PROVIDER` its provider.
inline policy::Policy parse(const std::string& sketch) {
  const std::string json = replaced(replaced(replaced(sketch, "'", "\""), "PROVIDER", kProvider),
                                    "GH:", "token.actions.githubusercontent.com:");
  auto parsed = policy::parse_policy(json, SourceId("trust.json"), policy::PolicyType::Trust);
  REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? std::string() : to_string(parsed.error())));
  return std::move(parsed).value();
}

inline std::string statement(const std::string& condition, const std::string& effect = "Allow") {
  return "{'Effect':'" + effect +
         "','Principal':{'Federated':'PROVIDER'},'Action':'sts:AssumeRoleWithWebIdentity'," +
         "'Condition':" + condition + "}";
}

inline policy::Policy policy_of(const std::string& statements) {
  return parse("{'Version':'2012-10-17','Statement':[" + statements + "]}");
}

/// One Allow statement with this condition.
inline policy::Policy trust(const std::string& condition) {
  return policy_of(statement(condition));
}

inline policy::Policy subject_like(const std::string& pattern) {
  return trust("{'StringLike':{'GH:sub':'" + pattern + "'}}");
}

/// The named field of a witness; empty when it is not there.
inline std::string field(const Proof& proof, const std::string& name) {
  for (const WitnessField& f :
       proof.is_yes() ? proof.witness().fields : std::vector<WitnessField>()) {
    if (f.name == name) {
      return f.values.front();
    }
  }
  return "";
}

/// Yes, confirmed by replaying the witness as a request.
inline bool is_confirmed(const Proof& proof, const policy::Policy& policy,
                         const std::string& provider = kProvider) {
  return proof.is_yes() &&
         evaluate_policy(policy, request_of_witness(proof.witness(), provider)).kind ==
             policy::DecisionKind::Allowed;
}

}  // namespace muster::oidc::testing
