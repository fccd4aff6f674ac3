// IAM resources of Terraform plans and states.
#include <doctest/doctest.h>

#include "checks/iam/infrastructure.h"

namespace muster::iam {
namespace {

std::string quoted(std::string sketch) {
  for (char& c : sketch) {
    c = c == '\'' ? '"' : c;
  }
  return sketch;
}

Result<Infrastructure> try_read(const std::string& sketch) {
  return read_infrastructure({DocumentKind::Terraform, SourceId("plan.json"), quoted(sketch)});
}

/// A plan with these resources, changes and configured resources; single quotes become double ones,
/// `^` an escaped one.
Infrastructure plan(const std::string& resources, const std::string& changes = "",
                    const std::string& configuration = "") {
  std::string sketch = "{'planned_values':{'root_module':{'resources':[" + resources +
                       "]}},'resource_changes':[" + changes +
                       "],'configuration':{'root_module':{'resources':[" + configuration + "]}}}";
  std::string text;
  for (const char c : sketch) {
    text += c == '^' ? "\\\"" : std::string(1, c);
  }
  auto found = try_read(text);
  REQUIRE_MESSAGE(found.ok(), (found.ok() ? "" : to_string(found.error())));
  return std::move(found).value();
}

std::string resource(const std::string& type, const std::string& name, const std::string& values,
                     const std::string& index = "") {
  return "{'address':'" + type + "." + name + index + "','mode':'managed','type':'" + type +
         "','name':'" + name + "','values':{" + values + "}}";
}

std::string unknown(const std::string& address, const std::string& values) {
  return "{'address':'" + address + "','change':{'after_unknown':{" + values + "}}}";
}

std::string refers(const std::string& address, const std::string& argument,
                   const std::string& reference) {
  return "{'address':'" + address + "','expressions':{'" + argument + "':{'references':['" +
         reference + "']}}}";
}

std::string document(const std::string& action) {
  return "'{^Version^:^2012-10-17^,^Statement^:{^Effect^:^Allow^,^Action^:^" + action +
         "^,^Resource^:^*^}}'";
}

const std::string kTrust =
    "'assume_role_policy':'{^Statement^:{^Effect^:^Allow^,^Action^:^sts:AssumeRole^,^Principal^:{"
    "^Service^:^ec2.amazonaws.com^}}}'";

const std::string kRole = resource("aws_iam_role", "r", "'name':'deploy'," + kTrust);

std::string shown(const std::vector<IdentityPolicy>& policies) {
  std::string text;
  for (const IdentityPolicy& policy : policies) {
    text += (text.empty() ? "" : "; ") + policy.name +
            (policy.policy ? "=" + policy.policy->statements[0].actions->front().value
                           : "?" + policy.missing);
  }
  return text;
}

TEST_CASE("a role has the policies that the plan gives it, from every side") {
  struct Row {
    const char* name;
    Infrastructure found;
    const char* policies;
  };

  const std::string policy =
      resource("aws_iam_policy", "p", "'name':'p','policy':" + document("s3:*"));
  const std::string open_arn = unknown("aws_iam_role_policy_attachment.a", "'policy_arn':true");
  const Row rows[] = {
      {"none", plan(kRole), ""},
      {"a role policy",
       plan(kRole + "," +
            resource("aws_iam_role_policy", "p",
                     "'name':'x','role':'deploy','policy':" + document("s3:*"))),
       "x=s3:*"},
      {"a role policy that is known after apply",
       plan(kRole + "," + resource("aws_iam_role_policy", "p", "'name':'x','role':'deploy'"),
            unknown("aws_iam_role_policy.p", "'policy':true")),
       "x?`policy` of `aws_iam_role_policy.p` is known only after apply"},
      {"a role that is known through the configuration",
       plan(kRole + "," +
                resource("aws_iam_role_policy", "p", "'name':'x','policy':" + document("s3:*")),
            unknown("aws_iam_role_policy.p", "'role':true"),
            refers("aws_iam_role_policy.p", "role", "aws_iam_role.r.id")),
       "x=s3:*"},
      {"an attachment by ARN",
       plan(kRole + "," +
            resource("aws_iam_role_policy_attachment", "a",
                     "'role':'deploy','policy_arn':'arn:aws:iam::aws:policy/"
                     "AdministratorAccess'")),
       "AdministratorAccess=*"},
      {"an attachment through the configuration",
       plan(kRole + "," + policy + "," +
                resource("aws_iam_role_policy_attachment", "a", "'role':'deploy'"),
            open_arn,
            refers("aws_iam_role_policy_attachment.a", "policy_arn", "aws_iam_policy.p.arn")),
       "p=s3:*"},
      {"an attachment that nothing tells",
       plan(kRole + "," + policy + "," +
                resource("aws_iam_role_policy_attachment", "a", "'role':'deploy'"),
            open_arn),
       "managed?`policy_arn` of `aws_iam_role_policy_attachment.a` is known only after apply"},
      {"an attachment to a policy that has several instances",
       plan(kRole + "," +
                resource("aws_iam_policy", "p", "'name':'p','policy':" + document("s3:*"), "[0]") +
                "," +
                resource("aws_iam_policy", "p", "'name':'q','policy':" + document("s3:*"), "[1]") +
                "," + resource("aws_iam_role_policy_attachment", "a", "'role':'deploy'"),
            open_arn, refers("aws_iam_role_policy_attachment.a", "policy_arn", "aws_iam_policy.p")),
       "managed?`policy_arn` of `aws_iam_role_policy_attachment.a` is known only after apply"},
      {"one policy for several holders",
       plan(kRole + "," +
            resource("aws_iam_policy_attachment", "a",
                     "'roles':['deploy'],'policy_arn':'arn:aws:iam::aws:policy/"
                     "AdministratorAccess'")),
       "AdministratorAccess=*"},
      {"inline blocks and ARNs of the role",
       plan(resource("aws_iam_role", "r",
                     "'name':'deploy','inline_policy':[{'name':'i','policy':" + document("sqs:*") +
                         "}],'managed_policy_arns':['arn:aws:iam::aws:policy/"
                         "AdministratorAccess']," +
                         kTrust)),
       "i=sqs:*; AdministratorAccess=*"},
      {"computed arguments that nobody set are no gap",
       plan(kRole, unknown("aws_iam_role.r", "'managed_policy_arns':true,'inline_policy':true")),
       ""},
      {"a set argument that is known after apply is one",
       plan(kRole, unknown("aws_iam_role.r", "'managed_policy_arns':true"),
            refers("aws_iam_role.r", "managed_policy_arns", "module.x.arns")),
       "managed_policy_arns?`managed_policy_arns` of `aws_iam_role.r` is known only after apply"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    REQUIRE(row.found.holders.size() == 1);
    CHECK(shown(row.found.holders[0].identity) == row.policies);
    CHECK(row.found.not_covered.empty());
  }
}

TEST_CASE("an attachment to a role that is not known blocks, one to a role elsewhere is named") {
  const std::string attachment = "'policy_arn':'arn:aws:iam::aws:policy/ReadOnlyAccess'";
  const auto open = plan(resource("aws_iam_role_policy_attachment", "a", attachment),
                         unknown("aws_iam_role_policy_attachment.a", "'role':true"));
  REQUIRE(open.not_covered.size() == 1);
  CHECK(open.not_covered[0].blocks);
  CHECK(open.not_covered[0].why ==
        "the role of `aws_iam_role_policy_attachment.a` is known only after apply");
  const auto elsewhere =
      plan(resource("aws_iam_role_policy_attachment", "a", "'role':'ops'," + attachment));
  REQUIRE(elsewhere.not_covered.size() == 1);
  CHECK_FALSE(elsewhere.not_covered[0].blocks);
}

TEST_CASE("trust, boundary and place of a role") {
  const auto found = plan(resource(
      "aws_iam_role", "r",
      "'name':'deploy','arn':'arn:aws:iam::111122223333:role/deploy','tags':{'team':'shop'},"
      "'permissions_boundary':'arn:aws:iam::aws:policy/AdministratorAccess'," +
          kTrust));
  REQUIRE(found.holders.size() == 1);
  CHECK(found.holders[0].arn == "arn:aws:iam::111122223333:role/deploy");
  CHECK(found.holders[0].address == "aws_iam_role.r");
  CHECK(found.holders[0].boundary->policy);
  CHECK(found.holders[0].tags == std::vector<Tag>{{"team", "shop"}});
  CHECK(found.holders[0].trust->ok());
  const auto open = plan(resource("aws_iam_role", "r", "'name':'deploy'"),
                         unknown("aws_iam_role.r", "'assume_role_policy':true"));
  CHECK(open.holders[0].trust->error().message ==
        "`assume_role_policy` of `aws_iam_role.r` is known only after apply");
}

TEST_CASE("modules of a state are read, data sources are not") {
  auto found = try_read(quoted(
      "{'terraform_version':'1.9.0','values':{'root_module':{'resources':[{'address':'data.aws_iam_"
      "role.d','mode':'data','type':'aws_iam_role','name':'d','values':{'name':'d'}}],'child_"
      "modules':[{'address':'module.a','child_modules':[{'address':'module.a.module.b','resources':"
      "[{'address':'module.a.module.b.aws_iam_role.r','mode':'managed','type':'aws_iam_role','name'"
      ":"
      "'r','values':{'name':'deploy'}}]}]}]}}}"));
  REQUIRE(found.ok());
  REQUIRE(found.value().holders.size() == 1);
  CHECK(found.value().holders[0].address == "module.a.module.b.aws_iam_role.r");
}

TEST_CASE("members of groups") {
  const auto found =
      plan(resource("aws_iam_user", "u", "'name':'ann'") + "," +
           resource("aws_iam_group", "g", "'name':'ops'") + "," +
           resource("aws_iam_user_group_membership", "m", "'user':'ann','groups':['ops']"));
  REQUIRE(found.holders.size() == 2);
  CHECK(found.holders[0].groups == std::vector<std::string>{"aws_iam_group.g"});
}

/// A plan with more members at its top, and modules beside the root's resources.
Infrastructure whole_plan(const std::string& resources, const std::string& more,
                          const std::string& modules = "") {
  std::string text;
  for (const char c : "{'planned_values':{'root_module':{'resources':[" + resources +
                          "],'child_modules':[" + modules + "]}}" + more + "}") {
    text += c == '^' ? "\\\"" : std::string(1, c);
  }
  auto found = try_read(text);
  REQUIRE_MESSAGE(found.ok(), (found.ok() ? "" : to_string(found.error())));
  return std::move(found).value();
}

TEST_CASE("a plan that does not hold everything leaves the roles' policies open") {
  struct Row {
    const char* name;
    const char* more;
    const char* policies;
  };

  for (const Row& row :
       {Row{"complete", ",'complete':true,'errored':false,'deferred_changes':[]", ""},
        Row{"made with -target", ",'complete':false",
            "of the plan?the plan is not complete: it was made with `-target`, or leaves changes "
            "open"},
        Row{"put off", ",'complete':false,'deferred_changes':[{'reason':'instance_count_unknown'}]",
            "of the plan?the plan puts off changes that it cannot know yet"},
        Row{"cut off by an error", ",'errored':true",
            "of the plan?the plan ended with an error and does not hold every resource"}}) {
    CAPTURE(row.name);
    const Infrastructure found = whole_plan(kRole, row.more);
    REQUIRE(found.holders.size() == 1);
    CHECK(shown(found.holders[0].identity) == row.policies);
    CHECK(found.not_covered.empty() == std::string(row.policies).empty());
  }
}

TEST_CASE("what Terraform forgets stays with its role") {
  const Infrastructure found = whole_plan(
      kRole,
      ",'resource_changes':[{'address':'aws_iam_role_policy.p','type':'aws_iam_role_policy',"
      "'name':'p','change':{'actions':['forget'],'before':{'name':'x','role':'deploy','policy':" +
          document("s3:*") +
          "}}},{'address':'aws_iam_role_policy.q','type':'aws_iam_role_policy','name':'q',"
          "'change':{'actions':['delete'],'before':{'name':'y','role':'deploy','policy':" +
          document("sqs:*") + "}}}]");
  REQUIRE(found.holders.size() == 1);
  CHECK(shown(found.holders[0].identity) == "x=s3:*");
}

TEST_CASE("roles of one name in two modules have the policies of their own module") {
  const auto module = [](const std::string& name, const std::string& resources) {
    std::string text = "{'address':'module." + name + "','resources':[" + resources + "]}";
    const std::string from = "'address':'aws";
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) {
      text.replace(at, from.size(), "'address':'module." + name + ".aws");
    }
    return text;
  };
  const auto own = [&](const std::string& action) {
    return kRole + "," +
           resource("aws_iam_role_policy", "p",
                    "'name':'x','role':'deploy','policy':" + document(action));
  };
  const std::string from_above =
      resource("aws_iam_role_policy", "p", "'name':'y','role':'deploy','policy':" + document("*"));
  const Infrastructure found =
      whole_plan(from_above, "", module("dev", own("s3:*")) + "," + module("prod", own("sqs:*")));
  REQUIRE(found.holders.size() == 2);
  CHECK(shown(found.holders[0].identity) == "y=*; x=s3:*");
  CHECK(shown(found.holders[1].identity) == "y=*; x=sqs:*");
}

TEST_CASE("a role whose name is known after apply may have what goes to such a name") {
  const Infrastructure found =
      plan(resource("aws_iam_role", "r", kTrust) + "," +
               resource("aws_iam_role_policy", "p", "'name':'x','policy':" + document("s3:*")),
           unknown("aws_iam_role_policy.p", "'role':true"),
           refers("aws_iam_role_policy.p", "role", "var.role"));
  REQUIRE(found.holders.size() == 1);
  CHECK(shown(found.holders[0].identity) ==
        "x?whether it is attached is open: the role of `aws_iam_role_policy.p` is known only after "
        "apply");
  CHECK(found.holders[0].stand_in == "arn:aws:iam::000000000000:role/aws_iam_role.r-generated");
}

TEST_CASE("exclusive lists attach what they name") {
  const std::string type = "aws_iam_role_policy_attachments_exclusive";
  const std::string admin = "'arn:aws:iam::aws:policy/AdministratorAccess'";
  CHECK(shown(plan(kRole + "," +
                   resource(type, "e", "'role_name':'deploy','policy_arns':[" + admin + "]"))
                  .holders[0]
                  .identity) == "AdministratorAccess=*");
  CHECK(shown(plan(kRole + "," + resource(type, "e", "'role_name':'deploy'"),
                   unknown(type + ".e", "'policy_arns':true"))
                  .holders[0]
                  .identity) ==
        "managed?an ARN in `policy_arns` of `aws_iam_role_policy_attachments_exclusive.e` is known "
        "only after apply");
}

TEST_CASE("exclusive lists remove what they do not name: nobody relies on its Denies") {
  const std::string deny =
      "'{^Statement^:[{^Effect^:^Deny^,^Action^:^iam:*^,^Resource^:^*^},{^Effect^:^Allow^,^Action^:"
      "^s3:*^,^Resource^:^*^}]}'";
  const auto inline_policy = [](const std::string& name, const std::string& text) {
    return resource("aws_iam_role_policy", name,
                    "'role':'deploy','name':'" + name + "','policy':" + text);
  };
  const auto only = [](const std::string& names) {
    return "," +
           resource("aws_iam_role_policies_exclusive", "e",
                    "'role_name':'deploy'" + (names.empty() ? names : ",'policy_names':" + names));
  };
  const auto of_role = [&](const std::string& more) {
    return shown(plan(kRole + more).holders[0].identity);
  };
  const std::string denies = "," + inline_policy("held", deny);
  const std::string allows = "," + inline_policy("held", document("s3:*"));
  CHECK(of_role(denies) == "held=iam:*");
  CHECK(of_role(denies + only("['held']")) == "held=iam:*");
  CHECK(of_role(denies + only("[]")) ==
        "held=s3:*; held?`aws_iam_role_policies_exclusive.e` does not list it");
  CHECK(of_role(allows + only("[]")) == "held=s3:*");
  CHECK(of_role(allows + only("['held','other']")) ==
        "held=s3:*; other?`aws_iam_role_policies_exclusive.e` lists it, and no resource has its "
        "text");
  CHECK(shown(plan(kRole + denies + only(""),
                   unknown("aws_iam_role_policies_exclusive.e", "'policy_names':true"))
                  .holders[0]
                  .identity) == "held=iam:*");
  const std::string elsewhere = "," + resource("aws_iam_role_policies_exclusive", "e",
                                               "'role_name':'another','policy_names':[]");
  CHECK(of_role(denies + elsewhere) == "held=iam:*");
}

TEST_CASE("an exclusive list of attachments removes a managed policy that it does not name") {
  const std::string arn = "'arn:aws:iam::111122223333:policy/held'";
  const std::string held =
      "," +
      resource("aws_iam_policy", "p",
               "'name':'held','arn':" + arn +
                   ",'policy':'{^Statement^:[{^Effect^:^Deny^,^Action^:^iam:*^,^Resource^:^*^},{^"
                   "Effect^:^Allow^,^Action^:^s3:*^,^Resource^:^*^}]}'") +
      "," + resource("aws_iam_role_policy_attachment", "a", "'role':'deploy','policy_arn':" + arn);
  const auto only = [](const std::string& arns) {
    return "," + resource("aws_iam_role_policy_attachments_exclusive", "e",
                          "'role_name':'deploy','policy_arns':[" + arns + "]");
  };
  CHECK(shown(plan(kRole + held + only(arn)).holders[0].identity) == "held=iam:*; held=iam:*");
  CHECK(shown(plan(kRole + held + only("")).holders[0].identity) ==
        "held=s3:*; held?`aws_iam_role_policy_attachments_exclusive.e` does not list it");
}

TEST_CASE("an inline policy that is known after apply is no empty block") {
  const std::string values = "'name':'deploy','inline_policy':[{}]," + kTrust;
  CHECK(shown(plan(resource("aws_iam_role", "r", values)).holders[0].identity).empty());
  CHECK(shown(plan(resource("aws_iam_role", "r", values),
                   unknown("aws_iam_role.r", "'inline_policy':[{'name':true,'policy':true}]"))
                  .holders[0]
                  .identity) ==
        "inline?`inline_policy` of `aws_iam_role.r` is known only after apply");
}

TEST_CASE("the account of a plan stands in the ARNs that are not known yet") {
  const Infrastructure found =
      whole_plan(kRole,
                 ",'prior_state':{'values':{'root_module':{'resources':[{'address':'data.x','mode':"
                 "'data','type':'aws_caller_identity','values':{'account_id':'111122223333'}}]}}}");
  REQUIRE(found.holders.size() == 1);
  CHECK(found.holders[0].arn.empty());
  CHECK(found.holders[0].stand_in == "arn:aws:iam::111122223333:role/deploy");
}

TEST_CASE("a membership in a group that is not declared leaves the user's policies open") {
  const Infrastructure found =
      plan(resource("aws_iam_user", "u", "'name':'ann'") + "," +
           resource("aws_iam_user_group_membership", "m", "'user':'ann','groups':['ops']"));
  REQUIRE(found.holders.size() == 1);
  CHECK(shown(found.holders[0].identity) ==
        "ops?this group is declared elsewhere, with its policies");
}

TEST_CASE("what is no plan is refused") {
  CHECK_FALSE(try_read("{}").ok());
  CHECK_FALSE(try_read("[]").ok());
  CHECK(try_read("{'planned_values':3}").ok());
  CHECK(try_read("{'planned_values':{'root_module':{'resources':{'a':1}}}}").ok());
}

}  // namespace
}  // namespace muster::iam
