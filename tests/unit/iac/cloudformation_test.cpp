// Values of templates: every function, every way in which a value is not known, and hostile texts.
#include "checks/iac/cloudformation.h"

#include <doctest/doctest.h>

namespace muster::iac {
namespace {

constexpr const char* kHead = R"(Parameters:
  Env: {Type: String, Default: live}
  Open: {Type: String}
  Names: {Type: CommaDelimitedList, Default: 'a, b'}
  Secret: {Type: String, NoEcho: true, Default: hush}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /image}
Mappings:
  Accounts:
    live: {id: 111122223333, all: [x, y]}
Resources:
  Plain: {Type: AWS::S3::Bucket}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'app-${Env}'}}
  Loop: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'x${Pool}'}}
  Pool: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'x${Loop}'}}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: deploy, Path: /ci/}}
  Idp: {Type: AWS::IAM::OIDCProvider, Properties: {Url: https://token.example.com}}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Odd: {Type: AWS::Odd::Thing}
  Probe:
    Type: Custom::Probe
    Properties:
      V: )";

/// The text of the value, or `?` and the reason.
std::string value_of(const std::string& yaml) {
  const auto tree = parse_template(kHead + yaml + "\n", SourceId("t.yaml"));
  REQUIRE_MESSAGE(tree.ok(), (tree.ok() ? "" : to_string(tree.error())));
  const auto made = Template::read(tree.value().root());
  REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : to_string(made.error())));
  const auto value = made.value().resources().back().properties->find("V");
  if (!value) {
    return "absent";
  }
  if (const auto why = made.value().unknown_in(*value)) {
    return "? " + *why;
  }
  std::string text = value->is(text::Type::Sequence) ? "[" : std::string(value->text());
  for (std::size_t i = 0; value->is(text::Type::Sequence) && i < value->size(); ++i) {
    text += (i == 0 ? "" : " ") + std::string(value->at(i).text());
  }
  return value->is(text::Type::Sequence) ? text + "]" : text;
}

TEST_CASE("functions give what a stack would give, or say what only a stack knows") {
  struct Row {
    const char* name;
    const char* yaml;
    const char* value;
  };

  for (const Row& row : {
           Row{"a parameter has its default", "!Ref Env", "live"},
           Row{"a parameter without default", "!Ref Open", "? the parameter `Open` has no default"},
           Row{"a list parameter", "!Ref Names", "[a b]"},
           Row{"a secret is never shown", "!Ref Secret", "? the parameter `Secret` is a secret"},
           Row{"a parameter of SSM", "!Ref Image", "? the parameter `Image` is read from SSM"},
           Row{"the account has a stand-in", "!Ref AWS::AccountId", "000000000000"},
           Row{"so has the region", "!Sub '${AWS::Region}'", "xx-stack-1"},
           Row{"partition and suffix", "!Sub '${AWS::Partition}.${AWS::URLSuffix}'",
               "aws.amazonaws.com"},
           Row{"the name of a stack", "!Sub 'a-${AWS::StackName}'",
               "? `AWS::StackName` is known only in a stack"},
           Row{"no value", "!Ref AWS::NoValue", "absent"},
           Row{"no value in a list", "[a, !Ref AWS::NoValue, b]", "[a b]"},
           Row{"a bucket without name", "!GetAtt Plain.Arn", "arn:aws:s3:::plain-generated"},
           Row{"a bucket with a name", "!GetAtt [Named, Arn]", "arn:aws:s3:::app-live"},
           Row{"long form", "{'Fn::GetAtt': [Named, Arn]}", "arn:aws:s3:::app-live"},
           Row{"text form of GetAtt in a Sub", "!Sub '${Named.Arn}/*'", "arn:aws:s3:::app-live/*"},
           Row{"a role with a path", "!GetAtt Role.Arn",
               "arn:aws:iam::000000000000:role/ci/deploy"},
           Row{"Ref of a role is its name", "!Ref Role", "deploy"},
           Row{"a provider is named by its host", "!Ref Idp",
               "arn:aws:iam::000000000000:oidc-provider/token.example.com"},
           Row{"Ref of a topic is its ARN", "!Ref Topic",
               "arn:aws:sns:xx-stack-1:000000000000:news"},
           Row{"an attribute that only a stack has", "!GetAtt Named.DomainName",
               "? `Named.DomainName` is known only in a stack"},
           Row{"the ARN attribute of another type", "!GetAtt Named.TopicArn",
               "? `Named.TopicArn` is known only in a stack"},
           Row{"a type that is not in the table", "!GetAtt Odd.Arn",
               "? `Odd.Arn` is known only in a stack"},
           Row{"Ref of such a type", "!Ref Odd",
               "? what `Ref` gives for `Odd` is known only in a stack"},
           Row{"a name that is not there", "!Ref Nobody",
               "? `Nobody` is neither a parameter nor a resource"},
           Row{"names in a circle", "!Ref Loop", "? the name of `Pool` is not known"},
           Row{"Sub keeps escaped variables", "!Sub 'x/${!aws:username}/${Env}'",
               "x/${aws:username}/live"},
           Row{"Sub refuses a bare policy variable", "!Sub '${aws:username}'",
               "? `aws:username` is neither a parameter nor a resource"},
           Row{"Sub with a map", "!Sub ['${A}-${Env}', {A: !Ref Env}]", "live-live"},
           Row{"an open brace stays", "!Sub 'a${b'", "a${b"},
           Row{"Join", "!Join [':', [a, !Ref Env, '']]", "a:live:"},
           Row{"Join of a list parameter", "!Join ['-', !Ref Names]", "a-b"},
           Row{"Join with an unknown part", "!Join ['-', [a, !Ref Open]]",
               "? the parameter `Open` has no default"},
           Row{"Select", "!Select [1, [a, b]]", "b"},
           Row{"Select of a Split", "!Select [5, !Split [':', !GetAtt Named.Arn]]", "app-live"},
           Row{"Select beyond the end", "!Select [2, [a, b]]",
               "? `Fn::Select` takes an item that is not there"},
           Row{"Select with a bad index", "!Select [-1, [a, b]]",
               "? `Fn::Select` takes an item that is not there"},
           Row{"Split of something unknown", "!Select [0, !Split ['-', !Ref Open]]",
               "? the parameter `Open` has no default"},
           Row{"If with equal branches", "!If [Live, a, a]", "a"},
           Row{"If with different branches", "!If [Live, a, b]",
               "? a value depends on the condition `Live`"},
           Row{"If with no value", "!If [Live, a, !Ref AWS::NoValue]",
               "? a value depends on the condition `Live`"},
           Row{"If without branches", "!If [Live]",
               "? `Fn::If` without a condition and two values"},
           Row{"FindInMap", "!FindInMap [Accounts, !Ref Env, id]", "111122223333"},
           Row{"FindInMap of a list", "!FindInMap [Accounts, live, all]", "[x y]"},
           Row{"FindInMap with an unknown key", "!FindInMap [Accounts, !Ref Open, id]",
               "? `Fn::FindInMap` finds no value before the stack is deployed"},
           Row{"ImportValue", "!ImportValue net",
               "? `Fn::ImportValue` takes a value of another stack"},
           Row{"a function that is not worked out", "!Base64 x",
               "? `Fn::Base64` is not worked out"},
           Row{"a dynamic reference", "'{{resolve:ssm:x}}'",
               "? `{{resolve:…}}` is read when the stack is deployed"},
           Row{"a text with our marks", "\"\\x010\\x02\"", "? a value holds a control character"},
           Row{"numbers are texts", "012345678901", "012345678901"},
           Row{"Ref of a list", "{Ref: [a]}", "? `Ref` without a name"},
       }) {
    CAPTURE(row.name);
    CHECK(value_of(row.yaml) == row.value);
  }
}

TEST_CASE("a known account takes the place of the stand-in") {
  const auto tree =
      parse_template(std::string(kHead) + "!Ref AWS::AccountId\n", SourceId("t.yaml"));
  REQUIRE(tree.ok());
  const auto made = Template::read(tree.value().root(), "111122223333");
  REQUIRE(made.ok());
  CHECK(made.value().resources().back().properties->find("V")->text() == "111122223333");
}

TEST_CASE("values keep the place of the function that made them") {
  const auto tree = parse_template(std::string(kHead) + "!Sub '${Env}'\n", SourceId("t.yaml"));
  REQUIRE(tree.ok());
  const auto made = Template::read(tree.value().root());
  REQUIRE(made.ok());
  const auto value = made.value().resources().back().properties->find("V");
  CHECK(to_string(value->where()) == "t.yaml:22:10");
}

TEST_CASE("macros and loops are named as not covered, those of AWS that change no policy are not") {
  const auto gaps = [](const std::string& head) {
    const auto tree = parse_template(
        head + "Resources:\n  A: {Type: AWS::S3::Bucket}\n  Fn::ForEach::B: [x, !Ref List, {}]\n",
        SourceId("t.yaml"));
    REQUIRE(tree.ok());
    return Template::read(tree.value().root()).value().not_covered();
  };
  CHECK(gaps("Transform: AWS::Serverless-2016-10-31\n").size() == 1);
  CHECK(gaps("Transform: [AWS::LanguageExtensions, Acme]\n").size() == 2);
  CHECK(gaps("Transform: Acme\n").front().what == "t.yaml:1:12");
  CHECK(gaps("").front().why == "`Fn::ForEach::B` makes resources when the template is deployed");
}

TEST_CASE("a loop over texts stands for its entries, others stay") {
  struct Row {
    const char* name;
    const char* resources;
    /// `id=value` of each resource.
    const char* made;
  };

  const auto shown = [](const std::string& resources) {
    const auto tree = parse_template(
        "Parameters:\n  Names: {Type: CommaDelimitedList, Default: 'a, b'}\n  Open: {Type: "
        "CommaDelimitedList}\nResources:\n" +
            resources,
        SourceId("t.yaml"));
    REQUIRE_MESSAGE(tree.ok(), (tree.ok() ? "" : to_string(tree.error())));
    const auto made = Template::read(tree.value().root());
    REQUIRE(made.ok());
    std::string text;
    for (const Resource& resource : made.value().resources()) {
      const auto value = resource.properties ? resource.properties->find("V") : std::nullopt;
      text +=
          (text.empty() ? "" : " ") + resource.id + "=" + (value ? std::string(value->text()) : "");
    }
    return text + (made.value().not_covered().empty() ? "" : " ?");
  };
  for (const Row& row : {
           Row{"texts",
               "  Fn::ForEach::L: [N, [x, y], {'T${N}': {Type: 'AWS::A::B', Properties: {V: "
               "'${N}-1'}}}]\n",
               "Tx=x-1 Ty=y-1"},
           Row{"a reference to the item",
               "  Fn::ForEach::L: [N, [x], {'T${N}': {Type: 'AWS::A::B', Properties: {V: !Ref "
               "N}}}]\n",
               "Tx=x"},
           Row{"inside of another function",
               "  Fn::ForEach::L: [N, [x], {'T${N}': {Type: 'AWS::A::B', Properties: {V: !Join "
               "['.', [!Ref N, !Sub '${N}']]}}}]\n",
               "Tx=x.x"},
           Row{"a name of letters alone",
               "  Fn::ForEach::L: [N, [10.0.0.1], {'T&{N}': {Type: 'AWS::A::B', Properties: {V: "
               "'${N}'}}}]\n",
               "T10001=10.0.0.1"},
           Row{"numbers", "  Fn::ForEach::L: [N, [1, 2], {'T${N}': {Type: 'AWS::A::B'}}]\n",
               "T1= T2="},
           Row{"the default of a parameter",
               "  Fn::ForEach::L: [N, !Ref Names, {'T${N}': {Type: 'AWS::A::B'}}]\n", "Ta= Tb="},
           Row{"loops in loops",
               "  Fn::ForEach::L: [N, [x, y], {'Fn::ForEach::M': [K, [1, 2], {'T${N}${K}': {Type: "
               "'AWS::A::B', Properties: {V: !Sub '${K}/${N}'}}}]}]\n",
               "Tx1=1/x Tx2=2/x Ty1=1/y Ty2=2/y"},
           Row{"an inner identifier of the same name",
               "  Fn::ForEach::L: [N, [x], {'Fn::ForEach::M': [N, [y], {'T${N}': {Type: "
               "'AWS::A::B'}}]}]\n",
               "Ty="},
           Row{"entries beside a loop",
               "  A: {Type: 'AWS::A::B'}\n  Fn::ForEach::L: [N, [x], {'T${N}': {Type: "
               "'AWS::A::B'}}]\n  Z: {Type: 'AWS::A::B'}\n",
               "A= Tx= Z="},
           Row{"no items",
               "  A: {Type: 'AWS::A::B'}\n  Fn::ForEach::L: [N, [], {'T${N}': {Type: "
               "'AWS::A::B'}}]\n",
               "A="},
           Row{"a parameter without default",
               "  A: {Type: 'AWS::A::B'}\n  Fn::ForEach::L: [N, !Ref Open, {'T${N}': {Type: "
               "'AWS::A::B'}}]\n",
               "A= ?"},
           Row{"a list of the stack",
               "  A: {Type: 'AWS::A::B'}\n  Fn::ForEach::L: [N, !GetAZs '', {'T${N}': {Type: "
               "'AWS::A::B'}}]\n",
               "A= ?"},
           Row{"no loop", "  A: {Type: 'AWS::A::B'}\n  Fn::ForEach::L: [N, [x]]\n", "A= ?"},
       }) {
    CAPTURE(row.name);
    CHECK(shown(row.resources) == row.made);
  }
}

TEST_CASE("loops that make too much are an error, not a long wait") {
  std::string loop = "{'T': {Type: 'AWS::A::B'}}";
  for (int i = 0; i < 12; ++i) {
    loop = "{'Fn::ForEach::L" + std::to_string(i) + "': [N" + std::to_string(i) +
           ", [a, b, c, d, e, f, g, h, i, j], " + loop + "]}";
  }
  const auto tree = parse_template("Resources: " + loop + "\n", SourceId("t.yaml"));
  REQUIRE(tree.ok());
  const auto made = Template::read(tree.value().root());
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().code == ErrorCode::Limit);
}

TEST_CASE("what is no template is refused") {
  struct Row {
    const char* name;
    const char* text;
  };

  for (const Row& row : {Row{"a list", "[]"}, Row{"other resources", "Resources: {A: {Type: x}}"},
                         Row{"no type", "Resources: {A: {}}"}, Row{"a scalar", "Resources: text"},
                         Row{"JSON", R"({"Resources": []})"}}) {
    CAPTURE(row.name);
    const auto tree = parse_template(row.text, SourceId("t.yaml"));
    REQUIRE(tree.ok());
    CHECK_FALSE(is_template(tree.value().root()));
    CHECK_FALSE(Template::read(tree.value().root()).ok());
  }
}

TEST_CASE("values that grow without bound are unknown or an error, never a long wait") {
  std::string sub;
  for (int i = 0; i < 60'000; ++i) {
    sub += "${Env}";
  }
  CHECK(value_of("!Sub '" + sub + "'") == "? a value is longer than 64 KiB");
  std::string list;
  for (int i = 0; i < 3'000; ++i) {
    list += "${Names}";
  }
  CHECK(value_of("!Sub '" + list + "'") == "? `Names` is a list");
}

}  // namespace
}  // namespace muster::iac
