// The formula of all layers, row by row. Every row names the rule of AWS that it shows.
#include "checks/policy/organisation.h"
#include "checks/policy/request.h"
#include "support.h"

using namespace muster;
using namespace muster::policy;

namespace {

constexpr std::string_view kUser = "arn:aws:iam::111122223333:user/ann";
constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/deploy";
constexpr std::string_view kSession = "arn:aws:sts::111122223333:assumed-role/deploy/run1";
constexpr std::string_view kFederated = "arn:aws:sts::111122223333:federated-user/ci";
constexpr std::string_view kRoot = "arn:aws:iam::111122223333:root";
constexpr std::string_view kForeign = "arn:aws:iam::444455556666:user/bob";
constexpr std::string_view kLinked =
    "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
constexpr std::string_view kLinkedSession =
    "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs";
constexpr std::string_view kAccount = R"({"AWS":"111122223333"})";

constexpr DecisionKind kAllowed = DecisionKind::Allowed;
constexpr DecisionKind kExplicit = DecisionKind::ExplicitDeny;
constexpr DecisionKind kImplicit = DecisionKind::ImplicitDeny;
constexpr DecisionKind kUndecided = DecisionKind::Undecided;

struct Target {
  std::string_view action = "s3:GetObject";
  std::string_view resource = "arn:aws:s3:::art/app";
  std::string_view context = "{}";
};

constexpr Target kObject{};
constexpr Target kTrust{"sts:AssumeRole", "arn:aws:iam::111122223333:role/target"};
constexpr Target kKey{"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k"};

std::string statement(std::string_view effect, std::string_view principal, bool open) {
  return R"({"Effect":")" + std::string(effect) + R"(","Action":"*")" +
         (principal.empty() ? R"(,"Resource":"*")" : R"(,"Principal":)" + std::string(principal)) +
         (open ? R"(,"Condition":{"Misspelt":{"k":"v"}})" : "") + "}";
}

/// One document: `A` allows, `?` may allow, `D` allows and denies, `d` allows and may deny, `N`
/// says nothing about the request, `u` is not known, `w` allows but is not the whole layer.
std::string document(char letter, std::string_view principal = {}) {
  const std::string allow = statement("Allow", principal, false);
  const std::string open = R"({"Version":"2012-10-17","Statement":[)";
  switch (letter) {
    case 'A':
      return open + allow + "]}";
    case '?':
      return open + statement("Allow", principal, true) + "]}";
    case 'D':
      return open + allow + "," + statement("Deny", principal, false) + "]}";
    case 'd':
      return open + allow + "," + statement("Deny", principal, true) + "]}";
    case 'w':
      return open + allow + R"(]},"unknown")";
    case 'u':
      return R"("unknown")";
    default:
      return open + "]}";
  }
}

/// The caller's layers as letters: identity, boundary, session, SCP, RCP; `-` is not there.
std::string stack_of(std::string_view letters, std::string_view resource) {
  constexpr std::array<const char*, 5> kNames = {"identity", "boundary", "session", "scp", "rcp"};
  std::string policies;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (letters[i] == '-') {
      continue;
    }
    const bool levels = i >= 3;
    const std::string text = document(letters[i], i == 4 ? R"("*")" : "");
    policies += (policies.empty() ? R"(")" : R"(,")") + std::string(kNames[i]) +
                (levels ? R"(":[[)" : R"(":[)") + text + (levels ? "]]" : "]");
  }
  if (!resource.empty()) {
    policies += (policies.empty() ? "" : ",") + (R"("resource":)" + std::string(resource));
  }
  return "{" + policies + "}";
}

StackDecision decide(std::string_view caller, const std::string& policies, const Target& target,
                     std::string_view account = "111122223333") {
  const std::string line = R"({"policies":)" + policies + R"(,"request":{"principal":")" +
                           std::string(caller) + R"(","action":")" + std::string(target.action) +
                           R"(","resource":")" + std::string(target.resource) +
                           R"(","resource_account":")" + std::string(account) + R"(","context":)" +
                           std::string(target.context) + "}}";
  const auto tree = text::parse_json(line, SourceId("r.jsonl"));
  REQUIRE(tree);
  const auto input = read_case(tree.value().root());
  if (!input) {
    FAIL(to_string(input.error()) << " in " << line);
  }
  return evaluate_stack(input.value().stack, input.value().request);
}

struct Row {
  const char* name;
  const char* why;
  std::string_view caller;
  /// Whom the resource's policy allows; empty = there is none.
  std::string_view named;
  std::string_view letters;
  DecisionKind kind;
};

void check_rows(std::initializer_list<Row> rows, const Target& target,
                std::string_view account = "111122223333") {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.why);
    CAPTURE(row.letters);
    const std::string resource = row.named.empty() ? "" : document('A', row.named);
    const auto decision = decide(row.caller, stack_of(row.letters, resource), target, account);
    CAPTURE(decision.because);
    CHECK(decision.kind == row.kind);
    CHECK_FALSE(decision.because.empty());
  }
}

}  // namespace

TEST_CASE("same account: how the resource's policy names the caller says which layers limit it") {
  constexpr std::string_view kUserNamed = R"({"AWS":"arn:aws:iam::111122223333:user/ann"})";
  constexpr std::string_view kRoleNamed = R"({"AWS":"arn:aws:iam::111122223333:role/deploy"})";
  constexpr std::string_view kSessionNamed =
      R"({"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run1"})";
  constexpr std::string_view kFederatedNamed =
      R"({"AWS":"arn:aws:sts::111122223333:federated-user/ci"})";
  constexpr std::string_view kMakerNamed = R"({"AWS":"arn:aws:iam::111122223333:user/maker"})";
  check_rows(
      {
          {"user", "needs no identity policy", kUser, kUserNamed, "-----", kAllowed},
          {"user, identity silent", "an implicit deny does not limit it", kUser, kUserNamed,
           "N----", kAllowed},
          {"user, boundary silent", "a boundary does not limit it", kUser, kUserNamed, "NN---",
           kAllowed},
          {"user, SCP silent", "SCPs limit every grant", kUser, kUserNamed, "A--N-", kImplicit},
          {"user, identity denies", "a Deny anywhere wins", kUser, kUserNamed, "D----", kExplicit},
          {"user, boundary denies", "a Deny anywhere wins", kUser, kUserNamed, "AD---", kExplicit},
          {"session", "granted to the session itself", kSession, kSessionNamed, "NNNA-", kAllowed},
          {"session, session policy denies", "a Deny anywhere wins", kSession, kSessionNamed,
           "A-D--", kExplicit},
          {"session, SCP silent", "SCPs limit every grant", kSession, kSessionNamed, "AAAN-",
           kImplicit},
          {"federated user", "granted to the session itself", kFederated, kFederatedNamed, "NNNA-",
           kAllowed},
          {"federated user without session policy", "the one exception to its having no rights",
           kFederated, kFederatedNamed, "-----", kAllowed},
          {"role", "no identity policy is needed", kSession, kRoleNamed, "N----", kAllowed},
          {"role, all limits allow", "within boundary and session policy", kSession, kRoleNamed,
           "NAAA-", kAllowed},
          {"role, boundary silent", "a boundary limits what the role is granted", kSession,
           kRoleNamed, "ANA--", kImplicit},
          {"role, session policy silent", "so does a session policy", kSession, kRoleNamed, "AAN--",
           kImplicit},
          {"role, SCP silent", "SCPs limit every grant", kSession, kRoleNamed, "AAAN-", kImplicit},
          {"role as the caller", "its ARN stands for a session of it", kRole, kRoleNamed, "-N---",
           kImplicit},
          {"maker of a federated user", "the ARN does not tell who made it", kFederated,
           kMakerNamed, "-AA--", kUndecided},
          {"maker, boundary silent", "the user's grant is limited in any case", kFederated,
           kMakerNamed, "-NA--", kImplicit},
          {"maker, session policy silent", "the user's grant is limited in any case", kFederated,
           kMakerNamed, "AAN--", kImplicit},
          {"account, identity allows", "the account delegates", kUser, kAccount, "A----", kAllowed},
          {"account alone", "delegation grants nothing", kUser, kAccount, "-----", kImplicit},
          {"account, boundary silent", "identity policies within the boundary", kUser, kAccount,
           "AN---", kImplicit},
          {"account, session policy silent", "identity policies within the session policy",
           kSession, kAccount, "A-N--", kImplicit},
          {"account, SCP silent", "SCPs limit every grant", kUser, kAccount, "A--N-", kImplicit},
          {"everyone", "a user is named itself", kUser, R"("*")", "NN-A-", kAllowed},
          {"everyone, session", "boundary and session policy do not limit `*`", kSession, R"("*")",
           "NNNA-", kAllowed},
          {"everyone, SCP silent", "SCPs limit every grant", kSession, R"("*")", "AAAN-",
           kImplicit},
          {"nobody, identity allows", "one Allow in the account is enough", kUser,
           R"({"AWS":"arn:aws:iam::111122223333:user/zoe"})", "A----", kAllowed},
          {"nobody, all limits allow", "all four must", kSession, "", "AAAA-", kAllowed},
          {"no boundary in the way", "identity silent", kSession, "", "NAAA-", kImplicit},
          {"boundary silent", "a boundary limits identity policies", kSession, "", "ANAA-",
           kImplicit},
          {"session policy silent", "a session policy limits identity policies", kSession, "",
           "AANA-", kImplicit},
          {"SCP silent", "SCPs limit identity policies", kSession, "", "AAAN-", kImplicit},
          {"boundary alone", "a boundary grants nothing", kUser, "", "-A---", kImplicit},
          {"session policy alone", "a session policy grants nothing", kSession, "", "--A--",
           kImplicit},
          {"SCP alone", "an SCP grants nothing", kUser, "", "---A-", kImplicit},
          {"RCP alone", "an RCP grants nothing", kUser, "", "----A", kImplicit},
          {"RCP silent", "`RCPFullAWSAccess` is always attached", kUser, "", "A---N", kAllowed},
          {"RCP denies", "its Denies act", kUser, "", "A---D", kExplicit},
          {"federated user, identity alone", "without session policy it has no rights", kFederated,
           "", "A----", kImplicit},
          {"federated user, both", "the intersection", kFederated, "", "A-A--", kAllowed},
          {"root", "has full access", kRoot, "", "-----", kAllowed},
          {"root, SCP silent", "SCPs reach root users", kRoot, "", "---N-", kImplicit},
          {"root, RCP denies", "RCPs reach root users", kRoot, "", "----D", kExplicit},
      },
      kObject);
}

TEST_CASE("other account: both sides must allow") {
  constexpr std::string_view kBob = R"({"AWS":"arn:aws:iam::444455556666:user/bob"})";
  constexpr std::string_view kTheirs = R"({"AWS":"444455556666"})";
  check_rows(
      {
          {"both", "each account speaks for itself", kForeign, kBob, "A----", kAllowed},
          {"account named", "delegation is enough on the resource's side", kForeign, kTheirs,
           "A----", kAllowed},
          {"everyone named", "so is everyone", kForeign, R"("*")", "A----", kAllowed},
          {"resource alone", "the caller's account must allow too", kForeign, kBob, "-----",
           kImplicit},
          {"identity alone", "the resource's account must allow too", kForeign, "", "A----",
           kImplicit},
          {"another account named", "the resource's account must name the caller", kForeign,
           kAccount, "A----", kImplicit},
          {"boundary silent", "limits the caller's side however it is named", kForeign, kBob,
           "AN---", kImplicit},
          {"session policy silent", "limits the caller's side",
           "arn:aws:sts::444455556666:assumed-role/ci/run1",
           R"({"AWS":"arn:aws:sts::444455556666:assumed-role/ci/run1"})", "A-N--", kImplicit},
          {"SCP silent", "of the caller's account", kForeign, kBob, "A--N-", kImplicit},
          {"RCP denies", "of the resource's account", kForeign, kBob, "A---D", kExplicit},
          {"root user", "its own side is open", "arn:aws:iam::444455556666:root", kTheirs, "-----",
           kAllowed},
          {"root user, not named", "the other side is not", "arn:aws:iam::444455556666:root",
           kAccount, "-----", kImplicit},
      },
      kObject);
}

TEST_CASE("services, providers and anonymous callers have only the resource's policy") {
  constexpr std::string_view kService = R"({"Service":"ec2.amazonaws.com"})";
  check_rows(
      {
          {"service", "named by the resource's policy", "ec2.amazonaws.com", kService, "-----",
           kAllowed},
          {"service, SCP denies", "SCPs reach principals of accounts only", "ec2.amazonaws.com",
           kService, "---D-", kAllowed},
          {"service, RCP denies", "RCPs reach services", "ec2.amazonaws.com", kService, "----D",
           kExplicit},
          {"another service", "not named", "lambda.amazonaws.com", kService, "-----", kImplicit},
          {"service without a policy", "nothing grants", "ec2.amazonaws.com", "", "-----",
           kImplicit},
          {"anonymous", "everyone", "*", R"("*")", "---N-", kAllowed},
          {"anonymous, RCP denies", "RCPs reach anonymous callers", "*", R"("*")", "----D",
           kExplicit},
          {"anonymous, account named", "not of the account", "*", kAccount, "-----", kImplicit},
          {"service with a boundary", "a boundary cannot be its own", "ec2.amazonaws.com", kService,
           "-A---", kUndecided},
      },
      kObject);
}

TEST_CASE("a role needs its trust policy, a key its key policy") {
  constexpr std::string_view kNamed = R"({"AWS":"arn:aws:iam::111122223333:user/ann"})";
  constexpr std::string_view kOther = R"({"AWS":"arn:aws:iam::111122223333:user/zoe"})";
  for (const Target& target : {kTrust, kKey}) {
    CAPTURE(target.action);
    check_rows(
        {
            {"named", "the resource's policy is enough", kUser, kNamed, "-----", kAllowed},
            {"named, boundary silent", "as for any resource", kUser, kNamed, "-N---", kAllowed},
            {"account alone", "delegation grants nothing", kUser, kAccount, "-----", kImplicit},
            {"account and identity", "delegated and allowed", kUser, kAccount, "A----", kAllowed},
            {"account, boundary silent", "identity policies within the boundary", kUser, kAccount,
             "AN---", kImplicit},
            {"identity alone", "counts only if the resource's policy lets it", kUser, kOther,
             "A----", kImplicit},
            {"policy not given", "every role and key has one", kUser, "", "A----", kUndecided},
            {"policy not given, identity denies", "a Deny anywhere wins", kUser, "", "D----",
             kExplicit},
            {"policy not given, SCP silent", "limits it however it is named", kUser, "", "A--N-",
             kImplicit},
            {"RCP denies", "RCPs support both services", kUser, kNamed, "----D", kExplicit},
        },
        target);
  }
  check_rows({{"root user", "the key's policy does not name it", kRoot, kOther, "-----", kImplicit},
              {"root user named", "by its account", kRoot, kAccount, "-----", kAllowed}},
             kKey);
  check_rows({{"root user", "cannot assume a role", kRoot, kAccount, "-----", kImplicit},
              {"role itself", "does not trust itself", "arn:aws:iam::111122223333:role/target",
               kOther, "A----", kImplicit}},
             kTrust);
  check_rows(
      {{"web identity", "the caller has no other policies",
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        R"({"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"})",
        "---N-", kAllowed}},
      {"sts:AssumeRoleWithWebIdentity", "arn:aws:iam::111122223333:role/target"});
}

TEST_CASE(
    "a call to assume a role needs the trust policy, whatever the request says of the resource") {
  const std::string other = document('A', R"({"AWS":"arn:aws:iam::111122223333:user/zoe"})");
  const Target star{"sts:AssumeRole", "*"};
  CHECK(decide(kUser, stack_of("A----", ""), star).kind == kUndecided);
  CHECK(decide(kUser, stack_of("A----", other), star).kind == kImplicit);
  CHECK(decide(kUser, stack_of("A----", document('A', kAccount)), star).kind == kAllowed);
  const Target tags{"sts:TagSession", "*"};
  CHECK(decide(kUser, stack_of("A----", other), tags).kind == kImplicit);
  CHECK(decide(kUser, stack_of("A----", ""), {"sts:GetSessionToken", "*"}).kind == kAllowed);
}

TEST_CASE("an unknown part stays unknown until something else settles it") {
  constexpr std::string_view kRoleNamed = R"({"AWS":"arn:aws:iam::111122223333:role/deploy"})";
  check_rows(
      {
          {"unknown identity Allow", "may grant", kUser, "", "?----", kUndecided},
          {"unknown identity Allow, SCP silent", "a needed layer says no", kUser, "", "?--N-",
           kImplicit},
          {"unknown identity Allow, named", "another way is certain", kSession, kRoleNamed, "?----",
           kAllowed},
          {"unknown identity Deny", "may deny", kUser, "", "d----", kUndecided},
          {"unknown identity Deny, RCP denies", "a Deny is certain", kUser, "", "d---D", kExplicit},
          {"unknown identity Deny, boundary silent", "refused in any case", kUser, "", "dN---",
           kImplicit},
          {"unknown boundary Allow", "may limit", kUser, "", "A?---", kUndecided},
          {"unknown boundary Allow, identity silent", "grants nothing anyhow", kUser, "", "N?---",
           kImplicit},
          {"unknown boundary Deny", "may deny", kUser, "", "Ad---", kUndecided},
          {"unknown session Allow", "may limit", kSession, "", "A-?--", kUndecided},
          {"unknown session Deny", "may deny", kSession, "", "A-d--", kUndecided},
          {"unknown SCP Allow", "may limit", kUser, "", "A--?-", kUndecided},
          {"unknown SCP Deny", "may deny", kUser, "", "A--d-", kUndecided},
          {"unknown RCP Allow", "only its Denies act", kUser, "", "A---?", kAllowed},
          {"unknown RCP Deny", "may deny", kUser, "", "A---d", kUndecided},
          {"identity not known", "may grant", kUser, "", "u----", kUndecided},
          {"identity not known, named", "may still deny", kSession, kRoleNamed, "u----",
           kUndecided},
          {"identity known in part", "the rest may deny", kUser, "", "w----", kUndecided},
          {"boundary not known", "may limit", kUser, "", "Au---", kUndecided},
          {"boundary not known, identity silent", "grants nothing anyhow", kUser, "", "Nu---",
           kImplicit},
          {"session policy not known", "may limit", kSession, "", "A-u--", kUndecided},
          {"SCP not known", "may limit", kUser, "", "A--u-", kUndecided},
          {"SCP known in part", "another level may limit", kUser, "", "A--w-", kUndecided},
          {"SCP not known, identity denies", "a Deny is certain", kUser, "", "D--u-", kExplicit},
          {"RCP not known", "may deny", kUser, "", "A---u", kUndecided},
          {"SCP not known, service-linked role", "does not reach it", kLinked, "", "A--u-",
           kAllowed},
          {"root, identity not known", "it has none", kRoot, "", "u----", kAllowed},
      },
      kObject);
  const auto open =
      decide(kUser, R"({"identity":[)" + document('A') + R"(],"resource":"unknown"})", kObject);
  CHECK(open.kind == kUndecided);
  CHECK(open.layer == Layer::Resource);
  CHECK(open.because == "resource policy: not all of its documents are known");
  const auto maybe =
      decide(kUser, R"({"identity":[)" + document('N') + R"(],"resource":"unknown"})", kObject);
  CHECK(maybe.kind == kUndecided);
}

TEST_CASE("unknown parts of the resource's policy keep the limits of how it names the caller") {
  const auto with = [](std::string_view caller, std::string_view named, std::string_view letters) {
    return decide(caller, stack_of(letters, document('?', named)), kObject).kind;
  };
  CHECK(with(kUser, R"({"AWS":"arn:aws:iam::111122223333:user/ann"})", "-N---") == kUndecided);
  CHECK(with(kSession, R"({"AWS":"arn:aws:iam::111122223333:role/deploy"})", "-----") ==
        kUndecided);
  CHECK(with(kSession, R"({"AWS":"arn:aws:iam::111122223333:role/deploy"})", "-N---") == kImplicit);
  CHECK(with(kUser, kAccount, "-----") == kImplicit);
  CHECK(with(kUser, R"({"CanonicalUser":"abc"})", "-----") == kImplicit);
  CHECK(with(kUser, R"("*")", "A----") == kAllowed);
}

TEST_CASE("the levels of an organisation: united within, all of them needed") {
  const std::string allow = document('A');
  const std::string none = document('N');
  const auto with = [&](const std::string& scp) {
    return decide(kUser, R"({"identity":[)" + allow + R"(],"scp":)" + scp + "}", kObject);
  };
  CHECK(with("[]").kind == kAllowed);
  CHECK(with("[[]]").kind == kImplicit);
  CHECK(with("[[" + none + "," + allow + "]]").kind == kAllowed);
  CHECK(with("[[" + allow + "],[" + none + "],[" + allow + "]]").because ==
        "service control policies: level 2: no statement allows it");
  CHECK(with("[[" + allow + "],[" + document('D') + "]]").kind == kExplicit);
  CHECK(with("[[" + allow + "],\"unknown\"]").kind == kUndecided);
}

TEST_CASE("policies of the organisation do not reach service-linked roles") {
  constexpr Target kTold{
      "s3:GetObject", "arn:aws:s3:::art/app",
      R"({"aws:PrincipalArn":"arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"})"};
  constexpr Target kOrdinary{
      "s3:GetObject", "arn:aws:s3:::art/app",
      R"({"aws:PrincipalArn":"arn:aws:iam::111122223333:role/AWSServiceRoleForECS"})"};
  const auto with = [](std::string_view caller, std::string_view letters, const Target& target) {
    return decide(caller, stack_of(letters, ""), target).kind;
  };
  CHECK(with(kLinked, "A--DD", kObject) == kAllowed);
  CHECK(with(kLinkedSession, "A--NN", kTold) == kAllowed);
  CHECK(with(kLinkedSession, "A--N-", kObject) == kUndecided);
  CHECK(with(kLinkedSession, "A--D-", kObject) == kUndecided);
  CHECK(with(kLinkedSession, "A---D", kObject) == kUndecided);
  CHECK(with(kLinkedSession, "A--A-", kObject) == kAllowed);
  CHECK(with(kLinkedSession, "A--N-", kOrdinary) == kImplicit);
  CHECK(with(kLinked, "D----", kObject) == kExplicit);
  const std::string trust = document('A', R"({"Service":"ecs.amazonaws.com"})");
  CHECK(decide("ecs.amazonaws.com", stack_of("----D", trust), {"sts:AssumeRole", kLinked}).kind ==
        kAllowed);
}

TEST_CASE("RCPs act on the services that support them") {
  const auto with = [](std::string_view action) {
    return decide(kUser, stack_of("A---D", ""), {action, "*"}).kind;
  };
  CHECK(with("s3:GetObject") == kExplicit);
  CHECK(with("SQS:SendMessage") == kExplicit);
  CHECK(with("xray:GetGroup") == kExplicit);
  CHECK(with("ec2:RunInstances") == kUndecided);
  CHECK(with("kms:RetireGrant") == kAllowed);
}

TEST_CASE("a Deny with NotPrincipal hits every caller that has a boundary") {
  const std::string resource = R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/ann","111122223333"]},"Action":"*"}]})";
  CHECK(decide(kUser, stack_of("A----", resource), kObject).kind == kAllowed);
  CHECK(decide(kUser, stack_of("AA---", resource), kObject).kind == kExplicit);
  const auto perhaps = decide(kUser, stack_of("Au---", resource), kObject);
  CHECK(perhaps.kind == kUndecided);
  CHECK(perhaps.because == "resource policy: statement `0` denies it if the caller has a boundary");
}

TEST_CASE("who calls can always be asked") {
  const Target target{"sts:GetCallerIdentity", "*"};
  CHECK(decide(kUser, stack_of("D----", ""), target).kind == kAllowed);
  CHECK(decide("*", "{}", target).kind != kAllowed);
}
