// Statements and policies: matching of actions, resources and principals, and how statements
// combine.
#include "checks/policy/arn.h"
#include "checks/policy/glob.h"
#include "checks/policy/principals.h"
#include "support.h"

using namespace muster;
using namespace muster::policy;

namespace {

constexpr std::string_view kAnn = "arn:aws:iam::111122223333:user/ann";
constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/deploy";
constexpr std::string_view kSession = "arn:aws:sts::111122223333:assumed-role/deploy/run1";
constexpr std::string_view kProvider =
    "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

Decision decide(std::string_view statements, const Request& request) {
  return evaluate_policy(
      policy_of(R"({"Version":"2012-10-17","Statement":)" + std::string(statements) + "}"),
      request);
}

/// Whether the statement with this `"Action": …` or the like applies.
Truth applies(const std::string& elements, const Request& request,
              PolicyType type = PolicyType::Identity) {
  const Policy policy = policy_of(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)" + elements + "}}", type);
  return evaluate_statement(policy.statements.at(0), policy.version, request).truth;
}

Truth principal_applies(std::string_view effect, const std::string& element,
                        std::string_view caller) {
  Request request = request_of("sts:AssumeRole", "*");
  request.principal = caller;
  const Policy policy = policy_of(
      R"({"Statement":{"Effect":")" + std::string(effect) + R"(","Action":"*",)" + element + "}}",
      PolicyType::Trust);
  return evaluate_statement(policy.statements.at(0), policy.version, request).truth;
}

}  // namespace

TEST_CASE("globs cover the whole text, with runs and single characters") {
  struct Row {
    std::string_view pattern, text;
    bool matches;
  };

  for (const Row& row : {
           Row{"", "", true},
           Row{"", "a", false},
           Row{"*", "", true},
           Row{"*", "a:/b", true},
           Row{"?", "", false},
           Row{"a", "ab", false},
           Row{"a*", "ab", true},
           Row{"*a", "ba", true},
           Row{"*a", "ab", false},
           Row{"a*b*c", "a1b2b3c", true},
           Row{"a*b*c", "a1c2b", false},
           Row{"**", "x", true},
           Row{"*?", "", false},
           Row{"?*?", "ab", true},
           Row{"?*?", "a", false},
           Row{"?", "ü", true},
           Row{"??", "ü", false},
           Row{"*ü", "aü", true},
           Row{"[a]", "a", false},
           Row{"\\*", "*", false},
           Row{"*aab", "aaaab", true},
       }) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(glob_match(row.pattern, row.text) == row.matches);
  }
}

TEST_CASE("a pattern of a hundred stars is no slower than its length allows") {
  std::string pattern;
  for (int i = 0; i < 100; ++i) {
    pattern += "*a";
  }
  CHECK_FALSE(glob_match(pattern, std::string(20'000, 'b')));
  CHECK(glob_match(pattern, std::string(20'000, 'a')));
}

TEST_CASE("actions compare without case, as globs over the whole name") {
  const Request request = request_of("s3:GetObject", "*");

  struct Row {
    const char* name;
    std::string elements;
    Truth truth;
  };

  for (const Row& row : {
           Row{"exact", R"("Action":"s3:GetObject","Resource":"*")", Truth::Yes},
           Row{"case", R"("Action":"S3:getobject","Resource":"*")", Truth::Yes},
           Row{"star", R"("Action":"*","Resource":"*")", Truth::Yes},
           Row{"service star", R"("Action":"s3:*","Resource":"*")", Truth::Yes},
           Row{"prefix", R"("Action":"s3:Get*","Resource":"*")", Truth::Yes},
           Row{"suffix", R"("Action":"s3:*Object","Resource":"*")", Truth::Yes},
           Row{"question mark", R"("Action":"s3:?etObject","Resource":"*")", Truth::Yes},
           Row{"wildcard in the service", R"("Action":"s?:Get*","Resource":"*")", Truth::Yes},
           Row{"other", R"("Action":["s3:PutObject","ec2:*"],"Resource":"*")", Truth::No},
           Row{"variable is literal", R"("Action":"s3:${aws:x}","Resource":"*")", Truth::No},
           Row{"empty list", R"("Action":[],"Resource":"*")", Truth::No},
           Row{"complement", R"("NotAction":["iam:*"],"Resource":"*")", Truth::Yes},
           Row{"complement of itself", R"("NotAction":["iam:*","S3:Get*"],"Resource":"*")",
               Truth::No},
           Row{"complement of nothing", R"("NotAction":[],"Resource":"*")", Truth::Yes},
       }) {
    CAPTURE(row.name);
    CHECK(applies(row.elements, request) == row.truth);
  }
}

TEST_CASE("resources match field by field, case by case, with the last field free") {
  struct Row {
    const char* name;
    std::string element;
    std::string_view resource;
    Truth truth;
  };

  for (const Row& row : {
           Row{"star", R"("Resource":"*")", "arn:aws:s3:::a/b", Truth::Yes},
           Row{"star and no resource", R"("Resource":"*")", "*", Truth::Yes},
           Row{"arn and no resource", R"("Resource":"arn:aws:s3:::*")", "*", Truth::No},
           Row{"object of a bucket", R"("Resource":"arn:aws:s3:::a/*")", "arn:aws:s3:::a/b/c",
               Truth::Yes},
           Row{"bucket is no object", R"("Resource":"arn:aws:s3:::a/*")", "arn:aws:s3:::a",
               Truth::No},
           Row{"case", R"("Resource":"arn:aws:s3:::A")", "arn:aws:s3:::a", Truth::No},
           Row{"star stays in its field", R"("Resource":"arn:aws:sqs:*:q")",
               "arn:aws:sqs:eu-west-1:111122223333:q", Truth::No},
           Row{"last field holds colons", R"("Resource":"arn:aws:lambda:*:*:function:*")",
               "arn:aws:lambda:eu-west-1:111122223333:function:f:1", Truth::Yes},
           Row{"short pattern is filled up", R"("Resource":"arn:aws:ssm:*")",
               "arn:aws:ssm:eu-west-1:111122223333:parameter/x", Truth::Yes},
           Row{"short pattern of another service", R"("Resource":"arn:aws:ssm:*")",
               "arn:aws:s3:::a", Truth::No},
           Row{"no arn is a plain glob", R"("Resource":"*parameter/x")",
               "arn:aws:ssm:eu-west-1:111122223333:parameter/x", Truth::Yes},
           Row{"one of several", R"("Resource":["arn:aws:s3:::z","arn:aws:s3:::a"])",
               "arn:aws:s3:::a", Truth::Yes},
           Row{"empty list", R"("Resource":[])", "arn:aws:s3:::a", Truth::No},
           Row{"complement", R"("NotResource":"arn:aws:s3:::b")", "arn:aws:s3:::a", Truth::Yes},
           Row{"complement of itself", R"("NotResource":["arn:aws:s3:::a*"])", "arn:aws:s3:::a",
               Truth::No},
           Row{"complement, short pattern", R"("NotResource":"arn:aws:s3:*")", "arn:aws:s3:::a",
               Truth::No},
           Row{"complement of nothing", R"("NotResource":[])", "arn:aws:s3:::a", Truth::Yes},
           Row{"variable", R"("Resource":"arn:aws:s3:::${aws:username}/*")", "arn:aws:s3:::ann/x",
               Truth::Yes},
           Row{"variable with wildcard text", R"("Resource":"arn:aws:s3:::${star}")",
               "arn:aws:s3:::a", Truth::No},
           Row{"unresolved variable", R"("Resource":"arn:aws:s3:::${none}")", "arn:aws:s3:::a",
               Truth::No},
           Row{"complement of an unresolved variable", R"("NotResource":"arn:aws:s3:::${none}")",
               "arn:aws:s3:::a", Truth::Unknown},
           Row{"complement of more than that",
               R"("NotResource":["arn:aws:s3:::${none}","arn:aws:s3:::b"])", "arn:aws:s3:::a",
               Truth::Yes},
           Row{"malformed variable", R"("Resource":"arn:aws:s3:::${aws")", "arn:aws:s3:::a",
               Truth::Unknown},
           Row{"malformed variable behind other text", R"("Resource":"arn:aws:sqs:::${aws")",
               "arn:aws:s3:::a", Truth::Unknown},
           Row{"complement of an unresolved variable behind other text",
               R"("NotResource":"arn:aws:sqs:::${none}")", "arn:aws:s3:::a", Truth::Unknown},
           Row{"text that ends before the pattern's plain part", R"("Resource":"arn:aws:s3:::ab")",
               "arn:aws:s3:::a", Truth::No},
           Row{"variable in an earlier field", R"("Resource":"arn:aws:s3:${aws:username}::x")",
               "arn:aws:s3:ann::x", Truth::Yes},
       }) {
    CAPTURE(row.name);
    Request request = request_of("s3:GetObject", std::string(row.resource));
    request.context["aws:username"] = one("ann");
    request.context["star"] = one("*");
    CHECK(applies(R"("Action":"*",)" + row.element, request) == row.truth);
  }
}

TEST_CASE("callers are told apart by the shape of their text") {
  struct Row {
    std::string_view text;
    CallerKind kind;
    std::string_view account, name;
  };

  for (const Row& row : {
           Row{"*", CallerKind::Anonymous, "", ""},
           Row{"111122223333", CallerKind::Root, "111122223333", ""},
           Row{"arn:aws:iam::111122223333:root", CallerKind::Root, "111122223333", ""},
           Row{"arn:aws:iam::111122223333:user/team/ann", CallerKind::User, "111122223333", "ann"},
           Row{"arn:aws-cn:iam::111122223333:role/a/b/deploy", CallerKind::Role, "111122223333",
               "deploy"},
           Row{"arn:aws:sts::111122223333:assumed-role/deploy/run/1", CallerKind::Session,
               "111122223333", "deploy"},
           Row{"arn:aws:sts::111122223333:federated-user/ann", CallerKind::FederatedUser,
               "111122223333", "ann"},
           Row{kProvider, CallerKind::Provider, "", ""},
           Row{"arn:aws:iam::111122223333:saml-provider/idp", CallerKind::Provider, "", ""},
           Row{"accounts.google.com", CallerKind::Provider, "", ""},
           Row{"ec2.amazonaws.com", CallerKind::Service, "", ""},
           Row{"arn:aws:s3:::a", CallerKind::Other, "", ""},
           Row{"ann", CallerKind::Other, "", ""},
           Row{"", CallerKind::Other, "", ""},
       }) {
    CAPTURE(row.text);
    const Caller caller = read_caller(row.text);
    CHECK(caller.kind == row.kind);
    CHECK(caller.account == row.account);
    CHECK(caller.name == row.name);
  }
}

TEST_CASE("principals name callers exactly, by role, by account or as everyone") {
  struct Row {
    const char* name;
    std::string principal;
    std::string_view caller;
    Truth truth;
  };

  for (
      const Row& row : {
          Row{"star", R"("*")", kAnn, Truth::Yes},
          Row{"star and a provider", R"("*")", kProvider, Truth::Yes},
          Row{"star and a service", R"("*")", "ec2.amazonaws.com", Truth::Yes},
          Row{"star and nobody known", R"("*")", "*", Truth::Yes},
          Row{"AWS star and a provider", R"({"AWS":"*"})", kProvider, Truth::Yes},
          Row{"user", R"({"AWS":"arn:aws:iam::111122223333:user/ann"})", kAnn, Truth::Yes},
          Row{"other user", R"({"AWS":"arn:aws:iam::111122223333:user/zoe"})", kAnn, Truth::No},
          Row{"case counts", R"({"AWS":"arn:aws:iam::111122223333:user/Ann"})", kAnn, Truth::No},
          Row{"account", R"({"AWS":"111122223333"})", kAnn, Truth::Yes},
          Row{"account and a session", R"({"AWS":"111122223333"})", kSession, Truth::Yes},
          Row{"other account", R"({"AWS":"444455556666"})", kAnn, Truth::No},
          Row{"account and its provider", R"({"AWS":"111122223333"})", kProvider, Truth::No},
          Row{"root", R"({"AWS":"arn:aws:iam::111122223333:root"})", kRole, Truth::Yes},
          Row{"root of another partition", R"({"AWS":"arn:aws-cn:iam::111122223333:root"})", kRole,
              Truth::No},
          Row{"root and the root user", R"({"AWS":"arn:aws:iam::111122223333:root"})",
              "111122223333", Truth::Yes},
          Row{"role and its session", R"({"AWS":"arn:aws:iam::111122223333:role/deploy"})",
              kSession, Truth::Yes},
          Row{"role with a path and its session",
              R"({"AWS":"arn:aws:iam::111122223333:role/ci/deploy"})", kSession, Truth::Yes},
          Row{"role of another account", R"({"AWS":"arn:aws:iam::444455556666:role/deploy"})",
              kSession, Truth::No},
          Row{"other role", R"({"AWS":"arn:aws:iam::111122223333:role/deploy2"})", kSession,
              Truth::No},
          Row{"role itself", R"({"AWS":"arn:aws:iam::111122223333:role/deploy"})", kRole,
              Truth::Yes},
          Row{"session", R"({"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run1"})",
              kSession, Truth::Yes},
          Row{"other session", R"({"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run2"})",
              kSession, Truth::No},
          Row{"session and the role at large",
              R"({"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run1"})", kRole, Truth::No},
          Row{"user and a federated user", R"({"AWS":"arn:aws:iam::111122223333:user/ann"})",
              "arn:aws:sts::111122223333:federated-user/bob", Truth::Unknown},
          Row{"federated user", R"({"AWS":"arn:aws:sts::111122223333:federated-user/bob"})",
              "arn:aws:sts::111122223333:federated-user/bob", Truth::Yes},
          Row{"deleted entity", R"({"AWS":"AROAABCDEFGHIJKLMNOPQ"})", kRole, Truth::No},
          Row{"no principal at all", R"({"AWS":"deploy"})", kRole, Truth::Unknown},
          Row{"provider",
              R"({"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"})",
              kProvider, Truth::Yes},
          Row{"other provider",
              R"({"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"})", kProvider,
              Truth::No},
          Row{"provider by host", R"({"Federated":"token.actions.githubusercontent.com"})",
              kProvider, Truth::No},
          Row{"known host", R"({"Federated":"accounts.google.com"})", "accounts.google.com",
              Truth::Yes},
          Row{"service", R"({"Service":"ec2.amazonaws.com"})", "ec2.amazonaws.com", Truth::Yes},
          Row{"other service", R"({"Service":"ec2.amazonaws.com"})", "lambda.amazonaws.com",
              Truth::No},
          Row{"every service", R"({"Service":"*"})", "lambda.amazonaws.com", Truth::Yes},
          Row{"every service and a user", R"({"Service":"*"})", kAnn, Truth::No},
          Row{"canonical id", R"({"CanonicalUser":"79a59d"})", "79a59d", Truth::Yes},
          Row{"canonical id and a user", R"({"CanonicalUser":"79a59d"})", kAnn, Truth::Unknown},
          Row{"canonical id and a service", R"({"CanonicalUser":"79a59d"})", "ec2.amazonaws.com",
              Truth::No},
          Row{"several types", R"({"Service":"ec2.amazonaws.com","AWS":"444455556666"})",
              "ec2.amazonaws.com", Truth::Yes},
          Row{"nobody", R"({})", kAnn, Truth::No},
      }) {
    CAPTURE(row.name);
    CHECK(principal_applies("Allow", R"("Principal":)" + row.principal, row.caller) == row.truth);
  }
}

TEST_CASE(
    "NotPrincipal spares a caller only when all its ARNs are listed; part of them leaves it open") {
  struct Row {
    const char* name;
    std::string list;
    std::string_view caller;
    Truth truth;
  };

  for (
      const Row& row : {
          Row{"not listed", R"({"AWS":"arn:aws:iam::444455556666:root"})", kAnn, Truth::Yes},
          Row{"user and account",
              R"({"AWS":["arn:aws:iam::111122223333:user/ann","111122223333"]})", kAnn, Truth::No},
          Row{"user alone", R"({"AWS":"arn:aws:iam::111122223333:user/ann"})", kAnn,
              Truth::Unknown},
          Row{"account alone", R"({"AWS":"111122223333"})", kAnn, Truth::Unknown},
          Row{"session, role, account",
              R"({"AWS":["arn:aws:sts::111122223333:assumed-role/deploy/run1","arn:aws:iam::111122223333:role/deploy",
                   "arn:aws:iam::111122223333:root"]})",
              kSession, Truth::No},
          Row{"role and account for a session",
              R"({"AWS":["arn:aws:iam::111122223333:role/deploy","111122223333"]})", kSession,
              Truth::Unknown},
          Row{"root user", R"({"AWS":"111122223333"})", "arn:aws:iam::111122223333:root",
              Truth::No},
          Row{"everyone", R"("*")", kAnn, Truth::No},
          Row{"provider",
              R"({"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"})",
              kProvider, Truth::No},
          Row{"other provider", R"({"Federated":"accounts.google.com"})", kProvider, Truth::Yes},
      }) {
    CAPTURE(row.name);
    CHECK(principal_applies("Deny", R"("NotPrincipal":)" + row.list, row.caller) == row.truth);
  }
}

TEST_CASE("statements combine: deny wins, unknown stays unknown where it matters") {
  const Request request = request_of("s3:GetObject", "arn:aws:s3:::a");
  constexpr std::string_view kAllow = R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})";
  constexpr std::string_view kDeny = R"({"Effect":"Deny","Action":"s3:*","Resource":"*"})";
  constexpr std::string_view kMaybeAllow =
      R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Odd":{"k":"v"}}})";
  constexpr std::string_view kMaybeDeny =
      R"({"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Odd":{"k":"v"}}})";
  constexpr std::string_view kOtherDeny = R"({"Effect":"Deny","Action":"ec2:*","Resource":"*"})";

  struct Row {
    const char* name;
    std::vector<std::string_view> statements;
    DecisionKind kind;
  };

  for (const Row& row : {
           Row{"nothing", {}, DecisionKind::ImplicitDeny},
           Row{"allow", {kAllow}, DecisionKind::Allowed},
           Row{"deny", {kDeny}, DecisionKind::ExplicitDeny},
           Row{"allow and deny", {kAllow, kDeny}, DecisionKind::ExplicitDeny},
           Row{"allow and another deny", {kAllow, kOtherDeny}, DecisionKind::Allowed},
           Row{"perhaps allow", {kMaybeAllow}, DecisionKind::Undecided},
           Row{"perhaps allow and allow", {kMaybeAllow, kAllow}, DecisionKind::Allowed},
           Row{"perhaps deny alone", {kMaybeDeny}, DecisionKind::ImplicitDeny},
           Row{"allow and perhaps deny", {kAllow, kMaybeDeny}, DecisionKind::Undecided},
           Row{"deny and perhaps allow", {kDeny, kMaybeAllow}, DecisionKind::ExplicitDeny},
           Row{"perhaps deny and deny", {kAllow, kMaybeDeny, kDeny}, DecisionKind::ExplicitDeny},
       }) {
    CAPTURE(row.name);
    std::string list;
    for (const std::string_view statement : row.statements) {
      list += (list.empty() ? "" : ",") + std::string(statement);
    }
    CHECK(decide("[" + list + "]", request).kind == row.kind);
  }
}

TEST_CASE("one false clause decides a statement even beside unknown ones") {
  const Request request = request_of("s3:GetObject", "arn:aws:s3:::a");
  const auto decision = decide(
      R"([{"Effect":"Allow","Action":"s3:*","Resource":"*",
           "Condition":{"Odd":{"k":"v"},"StringEquals":{"k":"v"}}}])",
      request);
  CHECK(decision.kind == DecisionKind::ImplicitDeny);
  CHECK(decision.statements.at(0).because == "clause `StringEquals` on `k` is false");
  CHECK(decision.statements.at(0).part == StatementPart::Condition);
}

TEST_CASE("a decision says which statement made it and why") {
  const Request request = request_of("s3:GetObject", "arn:aws:s3:::a");
  const auto allowed =
      decide(R"([{"Sid":"Read","Effect":"Allow","Action":"s3:*","Resource":"*"}])", request);
  CHECK(allowed.because == "statement `Read` allows it");
  const auto denied = decide(R"([{"Effect":"Deny","Action":"s3:*","Resource":"*"}])", request);
  CHECK(denied.because == "statement `0` denies it");
  const auto open = decide(
      R"([{"Sid":"Read","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Odd":{"k":"v"}}}])",
      request);
  CHECK(open.because == "statement `Read` may allow it: clause `Odd` on `k` cannot be decided");
  const auto missed =
      decide(R"([{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"}])", request);
  CHECK(missed.because == "no statement allows it");
  CHECK(missed.statements.at(0).because == "`Resource` does not name `arn:aws:s3:::a`");
  CHECK(missed.statements.at(0).where.span.line == 1);
}

TEST_CASE("several policies of one layer are united and keep their number") {
  const std::vector<Policy> policies = {
      policy_of(R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})"),
      policy_of(R"({"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}})")};
  const Decision decision = evaluate_policies(policies, request_of("s3:GetObject", "*"));
  CHECK(decision.kind == DecisionKind::ExplicitDeny);
  CHECK(decision.statements.at(1).policy == 1);
}

TEST_CASE("an ARN pattern is read in the mode of the request") {
  struct Row {
    const char* name;
    std::string_view pattern, resource;
    bool segment, trail, string;
  };

  for (const Row& row : {
           Row{"the same field by field", "arn:aws:s3:::art/*", "arn:aws:s3:::art/a:b", true, true,
               true},
           Row{"a field of any text", "arn:aws:sqs:*:*:jobs", "arn:aws:sqs:eu-west-1:1:jobs", true,
               true, true},
           Row{"a star that ends a field over a colon", "arn:aws:sqs:*:jobs",
               "arn:aws:sqs:eu-west-1:1:jobs", false, false, true},
           Row{"a name behind a colon", "arn:aws:cloudformation:*:*:stack/mine/*",
               "arn:aws:cloudformation:::stack/other/:stack/mine/", false, true, true},
           Row{"a star within a field stops", "arn:aws:cloudformation:*x:*y:stack/mine/*",
               "arn:aws:cloudformation:ax:by:stack/other/:cy:stack/mine/", false, false, true},
           Row{"a short pattern", "arn:aws:sqs", "arn:aws:sqs:eu-west-1:1:jobs", true, true, false},
           Row{"a short pattern with a star", "arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:1:jobs", true,
               true, true},
           Row{"one character", "arn:aws:s3:?::a", "arn:aws:s3::::a", false, false, true},
           Row{"everything", "*", "arn:aws:s3:::art", true, true, true},
           Row{"the resource of actions without any", "arn:*", "*", false, false, false},
       }) {
    CAPTURE(row.name);
    Request request;
    request.resource = row.resource;
    const auto matches = [&](ArnMode mode) {
      request.arn_mode = mode;
      return match_resource(row.pattern, Version::V2012_10_17, request) == MatchResult::Yes;
    };
    CHECK(matches(ArnMode::Segment) == row.segment);
    CHECK(matches(ArnMode::Trail) == row.trail);
    CHECK(matches(ArnMode::String) == row.string);
  }
}
