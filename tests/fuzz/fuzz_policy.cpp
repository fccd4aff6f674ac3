// Any bytes as a policy of each type and as a request line: no crash, no endless work, and laws
// that must hold whatever was read: every error has a place, every statement gets a trace, a Deny
// of everything wins.
#include <cstdint>
#include <string>

#include "checks/policy/request.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::policy;
using fuzz::require;

Request request_of(std::string principal, std::string action, std::string resource) {
  Request request;
  request.principal = std::move(principal);
  request.action = std::move(action);
  request.resource = std::move(resource);
  return request;
}

const std::vector<Request>& requests() {
  static const std::vector<Request> kRequests = [] {
    std::vector<Request> all = {
        request_of("arn:aws:iam::111122223333:user/ann", "s3:GetObject",
                   "arn:aws:s3:::art/app/1.tgz"),
        request_of("arn:aws:sts::111122223333:assumed-role/deploy/run1", "ec2:DescribeInstances",
                   "*"),
        request_of("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
                   "sts:AssumeRoleWithWebIdentity", "arn:aws:iam::111122223333:role/deploy"),
        request_of("ec2.amazonaws.com", "sts:AssumeRole", ""),
        request_of("*", "", "arn:"),
    };
    for (Request& request : all) {
      request.context["aws:username"] = {{"ann"}, false};
      request.context["aws:sourceip"] = {{"203.0.113.9"}, false};
      request.context["aws:currenttime"] = {{"2026-07-30T10:00:00Z"}, false};
      request.context["aws:tagkeys"] = {{"a", "b"}, true};
      request.context["token.actions.githubusercontent.com:sub"] = {
          {"repo:acme/shop:ref:refs/heads/main"}, false};
    }
    return all;
  }();
  return kRequests;
}

Statement deny_everything() {
  Statement statement;
  statement.effect = Effect::Deny;
  statement.actions.emplace({Text{"*", {}}});
  return statement;
}

void evaluate_everywhere(Policy policy) {
  const std::size_t count = policy.statements.size();
  for (const Request& request : requests()) {
    const Decision decision = evaluate_policy(policy, request);
    require(decision.statements.size() == count && !decision.because.empty());
  }
  policy.statements.push_back(deny_everything());
  for (const Request& request : requests()) {
    require(evaluate_policy(policy, request).kind == DecisionKind::ExplicitDeny);
  }
}

void try_policy(const std::string& bytes, PolicyType type) {
  Result<Policy> policy = parse_policy(bytes, SourceId("p.json"), type);
  if (policy) {
    evaluate_everywhere(std::move(policy).value());
  } else {
    require(policy.error().where.has_value() && !policy.error().message.empty());
  }
}

void try_request(const std::string& bytes) {
  const auto tree = text::parse_json(bytes, SourceId("r.jsonl"));
  if (!tree) {
    return;
  }
  const Result<Case> input = read_case(tree.value().root());
  if (input) {
    require(!evaluate_stack(input.value().stack, input.value().request).because.empty());
  } else {
    require(input.error().where.has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try_policy(bytes, PolicyType::Identity);
  try_policy(bytes, PolicyType::Resource);
  try_policy(bytes, PolicyType::Trust);
  try_request(bytes);
  return 0;
}
