// One layer alone, what is told with a decision, and the request line. The formula of all layers:
// layers_test.cpp.
#include "checks/policy/request.h"
#include "support.h"

using namespace muster;
using namespace muster::policy;

namespace {

Result<Case> read(std::string_view line) {
  auto tree = text::parse_json(std::string(line), SourceId("r.jsonl"));
  if (!tree) {
    return tree.error();
  }
  return read_case(tree.value().root());
}

StackDecision decide(const std::string& policies, std::string_view principal,
                     std::string_view action, std::string_view resource,
                     std::string_view account = "111122223333") {
  const auto input =
      read(R"({"policies":)" + policies + R"(,"request":{"principal":")" + std::string(principal) +
           R"(","action":")" + std::string(action) + R"(","resource":")" + std::string(resource) +
           R"(","resource_account":")" + std::string(account) + R"("}})");
  if (!input) {
    FAIL(to_string(input.error()));
  }
  return evaluate_stack(input.value().stack, input.value().request);
}

std::string error_of(std::string_view line) {
  const auto input = read(line);
  return input ? "accepted" : to_string(input.error());
}

std::string resource_policy(const std::string& principal, const std::string& effect = "Allow") {
  return R"({"resource":{"Statement":{"Effect":")" + effect + R"(","Principal":)" + principal +
         R"(,"Action":"*"}}})";
}

constexpr std::string_view kAnn = "arn:aws:iam::111122223333:user/ann";
constexpr std::string_view kSession = "arn:aws:sts::111122223333:assumed-role/deploy/run1";
constexpr std::string_view kObject = "arn:aws:s3:::a/b";
constexpr std::string_view kDeployRole = "arn:aws:iam::111122223333:role/deploy";
constexpr const char* kAllowAll = R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";

}  // namespace

TEST_CASE("identity policies alone decide in the caller's own account") {
  const std::string allow = R"({"identity":[)" + std::string(kAllowAll) + "]}";
  CHECK(decide(allow, kAnn, "s3:GetObject", kObject).kind == DecisionKind::Allowed);
  CHECK(decide(allow, kSession, "s3:GetObject", kObject).kind == DecisionKind::Allowed);
  CHECK(decide(R"({"identity":[]})", kAnn, "s3:GetObject", kObject).kind ==
        DecisionKind::ImplicitDeny);
  CHECK(decide("{}", kAnn, "s3:GetObject", kObject).kind == DecisionKind::ImplicitDeny);
}

TEST_CASE(
    "identity policies alone: the other account's policy is missing, a role's or key's is not "
    "known") {
  const std::string allow = R"({"identity":[)" + std::string(kAllowAll) + "]}";
  CHECK(decide(allow, kAnn, "s3:GetObject", kObject, "444455556666").kind ==
        DecisionKind::ImplicitDeny);
  CHECK(decide(allow, kAnn, "sts:AssumeRole", kDeployRole).kind == DecisionKind::Undecided);
  CHECK(decide(allow, kAnn, "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k").kind ==
        DecisionKind::Undecided);
  CHECK(decide(allow, kAnn, "kms:CreateKey", "*").kind == DecisionKind::Allowed);
  CHECK(decide(R"({"identity":[]})", kAnn, "sts:AssumeRole", kDeployRole, "444455556666").kind ==
        DecisionKind::ImplicitDeny);
}

TEST_CASE("identity policies of a caller that has none are a contradiction") {
  const std::string allow = R"({"identity":[)" + std::string(kAllowAll) + "]}";
  for (const std::string_view caller :
       {"ec2.amazonaws.com", "arn:aws:iam::111122223333:root", "accounts.google.com", "*"}) {
    CAPTURE(caller);
    CHECK(decide(allow, caller, "s3:GetObject", kObject).kind == DecisionKind::Undecided);
    CHECK(decide(R"({"identity":[]})", caller, "s3:GetObject", kObject).kind !=
          DecisionKind::Undecided);
  }
}

TEST_CASE("a resource policy alone decides by how it names the caller") {
  struct Row {
    const char* name;
    std::string principal;
    std::string_view caller;
    DecisionKind kind;
  };

  constexpr DecisionKind kAllowed = DecisionKind::Allowed;
  constexpr DecisionKind kUndecided = DecisionKind::Undecided;
  constexpr DecisionKind kImplicit = DecisionKind::ImplicitDeny;
  for (const Row& row : {
           Row{"user", R"({"AWS":"arn:aws:iam::111122223333:user/ann"})", kAnn, kAllowed},
           Row{"role for a session", R"({"AWS":"arn:aws:iam::111122223333:role/deploy"})", kSession,
               kAllowed},
           Row{"session", R"({"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run1"})",
               kSession, kAllowed},
           Row{"everyone", R"("*")", kAnn, kAllowed},
           Row{"account", R"({"AWS":"111122223333"})", kAnn, kImplicit},
           Row{"account and everyone", R"({"AWS":["111122223333","*"]})", kAnn, kAllowed},
           Row{"root user by account", R"({"AWS":"111122223333"})",
               "arn:aws:iam::111122223333:root", kAllowed},
           Row{"not named", R"({"AWS":"arn:aws:iam::111122223333:user/zoe"})", kAnn, kImplicit},
           Row{"other account, named", R"({"AWS":"arn:aws:iam::444455556666:user/bob"})",
               "arn:aws:iam::444455556666:user/bob", kImplicit},
           Row{"other account, not named", R"({"AWS":"111122223333"})",
               "arn:aws:iam::444455556666:user/bob", kImplicit},
           Row{"service", R"({"Service":"ec2.amazonaws.com"})", "ec2.amazonaws.com", kAllowed},
           Row{"provider", R"({"Federated":"accounts.google.com"})", "accounts.google.com",
               kAllowed},
           Row{"anonymous", R"("*")", "*", kAllowed},
           Row{"anonymous, not named", R"({"AWS":"111122223333"})", "*", kImplicit},
           Row{"text that is no principal", R"("*")", "ann", kUndecided},
       }) {
    CAPTURE(row.name);
    CHECK(decide(resource_policy(row.principal), row.caller, "s3:GetObject", kObject).kind ==
          row.kind);
  }
}

TEST_CASE("the telling statements go with the decision") {
  const auto missed = decide(
      R"({"identity":[{"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"},
                                    {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::z"}]}]})",
      kAnn, "s3:GetObject", kObject);
  CHECK(missed.layer == Layer::Identity);
  REQUIRE(missed.statements.size() == 1);
  CHECK(missed.statements[0].trace.index == 1);
}

TEST_CASE("every layer that decided is named, with its statements") {
  const std::string all(kAllowAll);
  const auto allowed =
      decide(R"({"identity":[)" + all + R"(],"scp":[[)" + all + "],[" + all + "]]}", kAnn,
             "s3:GetObject", kObject);
  CHECK(allowed.layer == Layer::Identity);
  REQUIRE(allowed.statements.size() == 3);
  CHECK(allowed.statements[2].layer == Layer::Scp);
  CHECK(allowed.statements[2].level == 1);
  CHECK(allowed.because ==
        "identity policies: statement `0` allows it; service control policies: every level allows "
        "it");
  REQUIRE(allowed.layers.size() == 2);
  CHECK(allowed.layers[1].allow.truth == Truth::Yes);

  const auto blocked = decide(R"({"identity":[)" + all + R"(],"boundary":{"Statement":[]}})", kAnn,
                              "s3:GetObject", kObject);
  CHECK(blocked.layer == Layer::Boundary);
  CHECK(blocked.because == "permissions boundary: no statement allows it");

  const auto lacking =
      decide(R"({"identity":[)" + all + "]}", kAnn, "s3:GetObject", kObject, "444455556666");
  CHECK(lacking.layer == Layer::Resource);
  CHECK(lacking.because == "resource policy: none is given");
}

TEST_CASE("what a request line calls unknown is open") {
  const auto open_in = [](std::string_view policies) {
    const auto input = read(R"({"policies":)" + std::string(policies) +
                            R"(,"request":{"principal":"*","action":"s3:GetObject"}})");
    REQUIRE(input);
    return input.value().stack.open;
  };
  CHECK(open_in("{}").empty());
  CHECK(open_in(R"({"identity":"unknown"})") == std::set{Layer::Identity});
  CHECK(open_in(R"({"session":["unknown"],"scp":"unknown"})") ==
        std::set{Layer::Session, Layer::Scp});
  CHECK(open_in(R"({"scp":[[],"unknown"],"rcp":[["unknown"]]})") ==
        std::set{Layer::Scp, Layer::Rcp});
}

TEST_CASE("the owner of a resource is stated, else in its ARN, else the caller's account") {
  Request request = request_of("s3:GetObject", "arn:aws:sqs:eu-west-1:444455556666:q");
  CHECK(resource_account(request) == "111122223333");
  request.resource_account.clear();
  CHECK(resource_account(request) == "444455556666");
  request.resource = "arn:aws:s3:::a";
  CHECK(resource_account(request) == "111122223333");
}

TEST_CASE("a request line holds text, numbers, booleans and lists as context") {
  const auto input = read(
      R"({"id":"x","policies":{},"request":{"principal":"*","action":"s3:GetObject",
          "context":{"aws:SourceIp":"10.0.0.1","aws:TagKeys":["a",1,true],"n":1.50,"b":false,"e":[]}}})");
  REQUIRE(input);
  const Request& request = input.value().request;
  CHECK(request.resource == "*");
  CHECK(request.context.at("aws:sourceip") == one("10.0.0.1"));
  CHECK(request.context.at("aws:tagkeys") == many({"a", "1", "true"}));
  CHECK(request.context.at("n") == one("1.50"));
  CHECK(request.context.at("b") == one("false"));
  CHECK(request.context.at("e") == many({}));
}

TEST_CASE("a bad request line is an error with its place") {
  struct Row {
    const char* name;
    std::string_view line, error;
  };

  for (
      const Row& row : {
          Row{"no object", "[]", "r.jsonl:1:1: a request line must be an object, found a list"},
          Row{"no policies", R"({"request":{}})",
              "r.jsonl:1:1: the request line has no `policies`"},
          Row{"no request", R"({"policies":{}})", "r.jsonl:1:1: the request line has no `request`"},
          Row{"misspelt layer", R"({"policies":{"identty":[]},"request":{}})",
              "r.jsonl:1:14: unknown policies element `identty`; did you mean `identity`?"},
          Row{"policy is text", R"({"policies":{"identity":["x"]},"request":{}})",
              "r.jsonl:1:26: a policy must be an object, found a string"},
          Row{"scp without levels", R"({"policies":{"scp":[{}]},"request":{}})",
              "r.jsonl:1:21: a level of `scp` must be a list of policies, found an object"},
          Row{"no principal", R"({"policies":{},"request":{"action":"s3:GetObject"}})",
              "r.jsonl:1:26: the request has no `principal`"},
          Row{"no action", R"({"policies":{},"request":{"principal":"*"}})",
              "r.jsonl:1:26: the request has no `action`"},
          Row{"pattern for an action",
              R"({"policies":{},"request":{"principal":"*","action":"s3:*"}})",
              "r.jsonl:1:52: `s3:*` is no action: expected one `service:Name`"},
          Row{"misspelt member",
              R"({"policies":{},"request":{"principle":"*","action":"s3:GetObject"}})",
              "r.jsonl:1:27: unknown request element `principle`; did you mean `principal`?"},
          Row{"context twice",
              R"({"policies":{},"request":{"principal":"*","action":"s3:GetObject","context":{"a":"1","A":"2"}}})",
              "r.jsonl:1:86: context key `A` stands twice: keys compare without case"},
          Row{"context null",
              R"({"policies":{},"request":{"principal":"*","action":"s3:GetObject","context":{"a":null}}})",
              "r.jsonl:1:82: the value of `a` must be a string or a list of strings, found null"},
      }) {
    CAPTURE(row.name);
    CHECK(error_of(row.line) == row.error);
  }
}
