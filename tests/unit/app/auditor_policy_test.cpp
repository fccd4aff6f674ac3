// The policy of the auditor's role, judged by the prover over all requests.
#include "app/auditor_policy.h"

#include <doctest/doctest.h>

#include "checks/policy/catalogue.h"
#include "checks/prover/prover.h"

namespace muster::app {
namespace {

std::vector<policy::Policy> parsed(const net::Value& document) {
  auto policy = policy::parse_policy(net::to_json(document, net::Layout::Compact),
                                     SourceId("auditor-policy.json"), policy::PolicyType::Identity);
  REQUIRE(policy);
  std::vector<policy::Policy> policies;
  policies.push_back(std::move(policy).value());
  return policies;
}

/// A policy that allows these actions on everything.
std::vector<policy::Policy> allowing(const std::vector<std::string>& actions) {
  net::Value list = net::list_value({});
  for (const std::string& action : actions) {
    list.items.push_back(net::text_value(action));
  }
  return parsed(
      net::object_value({{"Version", net::text_value("2012-10-17")},
                         {"Statement", net::object_value({{"Effect", net::text_value("Allow")},
                                                          {"Action", std::move(list)},
                                                          {"Resource", net::text_value("*")}})}}));
}

/// The first action that both allow, `undecided`, or nothing.
std::string common(const std::vector<policy::Policy>& policies,
                   const std::vector<std::string>& actions) {
  const prover::Answer answer = prover::overlap(policies, allowing(actions));
  if (answer.verdict == prover::Verdict::Yes) {
    return answer.witness->action;
  }
  return answer.verdict == prover::Verdict::No ? "" : "undecided: " + answer.reason;
}

/// What changes something, of each service that there is.
std::vector<std::vector<std::string>> changes() {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  std::vector<std::vector<std::string>> all;
  for (const policy::Service& service : catalogue.services()) {
    std::vector<std::string> actions;
    for (const policy::Action& action : catalogue.actions(service)) {
      if (action.level != policy::AccessLevel::Read && action.level != policy::AccessLevel::List) {
        actions.push_back(catalogue.full_name(action));
      }
    }
    if (!actions.empty()) {
      all.push_back(std::move(actions));
    }
  }
  return all;
}

const std::vector<std::string> kSecrets = {"secretsmanager:GetSecretValue",
                                           "secretsmanager:BatchGetSecretValue",
                                           "ssm:GetParameter*",
                                           "kms:Decrypt",
                                           "kms:ReEncrypt*",
                                           "s3:GetObject*",
                                           "ecr:GetDownloadUrlForLayer",
                                           "ecr:GetAuthorizationToken",
                                           "logs:Get*",
                                           "logs:FilterLogEvents",
                                           "ec2:DescribeInstanceAttribute",
                                           "ec2:GetPasswordData",
                                           "lambda:GetFunction*",
                                           "codebuild:BatchGetProjects",
                                           "sts:AssumeRole*",
                                           "ssm:StartSession",
                                           "dynamodb:GetItem"};

TEST_CASE("no request that the auditor's policy allows changes anything or reads a secret") {
  const auto auditor = parsed(auditor_policy());
  std::size_t judged = 0;
  for (const auto& actions : changes()) {
    CHECK(common(auditor, actions) == "");
    judged += actions.size();
  }
  CHECK(judged > 5000);
  CHECK(common(auditor, kSecrets) == "");
}

TEST_CASE("the proof sees a policy that is too wide") {
  net::Value wide = auditor_policy();
  for (net::Member& member : wide.members) {
    if (member.name == "Statement") {
      member.value.items.front().set("Action", net::text_value("iam:P*"));
    }
  }
  const auto policies = parsed(wide);
  std::size_t found = 0;
  for (const auto& actions : changes()) {
    found += common(policies, actions).starts_with("iam:P") ? 1U : 0U;
  }
  CHECK(found == 1);
}

TEST_CASE("every permission exists, and what is denied takes none of it away") {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  const auto auditor = parsed(auditor_policy());
  const net::Value document = auditor_policy();
  for (const net::Value& statement : document.items_of("Statement")) {
    for (const net::Value& action : statement.items_of("Action")) {
      CAPTURE(action.text);
      CHECK(catalogue.action_standing(action.text) == policy::Standing::Known);
      CHECK((common(auditor, {action.text}) == action.text) ==
            (statement.text_of("Effect") == "Allow"));
    }
  }
}

TEST_CASE("who collects several accounts may assume their roles and nothing else") {
  const auto caller = parsed(caller_policy());
  std::vector<std::string> allowed;
  for (const auto& actions : changes()) {
    if (const std::string action = common(caller, actions); !action.empty()) {
      allowed.push_back(action);
    }
  }
  CHECK(allowed == std::vector<std::string>{"sts:AssumeRole"});
}

TEST_CASE("the policy fits into a managed policy") {
  CHECK(net::to_json(auditor_policy(), net::Layout::Compact).size() <= 6144);
}

}  // namespace
}  // namespace muster::app
