// Hostile texts: INI files, JSON and XML answers, command lines, programs that do not end.
#include <doctest/doctest.h>

#include "aws/config.h"
#include "aws/credential_chain.h"
#include "aws/ini.h"
#include "aws/process.h"
#include "aws/value.h"
#include "tests/unit/aws/fake_aws.h"

namespace muster::aws {
namespace {

std::string ini_error(const std::string& text) {
  const auto parsed = parse_ini(text, SourceId("config"));
  return parsed ? "" : to_string(parsed.error());
}

TEST_CASE("sections, values, continued values and settings below a key") {
  const auto parsed = parse_ini(
      "; c\n[default]\nRegion = eu-west-1 # text\nkey: a\n  b\n\n\tc = d\n[services x] ; c\n"
      "ecr =\n  endpoint_url = http://a\n  other=1\r\nlast = \n",
      SourceId("config"));
  REQUIRE(parsed);
  const IniSection& first = parsed.value().at(0);
  CHECK(first.text("region") == "eu-west-1 # text");
  CHECK(first.text("key") == "a\nb\nc = d");
  CHECK(first.text("absent").empty());
  const IniSection& second = parsed.value().at(1);
  CHECK(second.name == "services x");
  CHECK(second.values.at("ecr").nested.at("endpoint_url") == "http://a");
  CHECK(second.values.at("ecr").nested.at("other") == "1");
  CHECK(second.text("last").empty());
  CHECK(parse_ini("", SourceId("config")).value().empty());
}

TEST_CASE("a mistake in an INI file is said with its place and without a value") {
  CHECK(ini_error("[a]\nhunter2\n") ==
        "config:2:1: expected `key = value` or a section as `[name]`");
  CHECK(ini_error("[a]\nk=1\nK = hunter2\n") == "config:3:1: `k` stands twice in section `a`");
  CHECK(ini_error("[a]\n\n [a]\n") == "config:3:2: section `a` stands twice");
  CHECK(ini_error("k = hunter2\n") == "config:1:1: a setting in front of the first section");
  CHECK(ini_error("[a\n") == "config:1:1: expected a section as `[name]`");
  CHECK(ini_error("[a] b\n") == "config:1:1: expected a section as `[name]`");
  CHECK(ini_error("[]\n") == "config:1:1: expected a section as `[name]`");
  CHECK(ini_error("[DEFAULT]\n").starts_with("config:1:1: "));
  CHECK(ini_error("[a]\nx =\n  hunter2\n") ==
        "config:2:1: expected `key = value` in the lines below");
  CHECK(ini_error("[a]\nk = \xff\n") == "config:2:5: not UTF-8");
  CHECK(ini_error(std::string("[a]\nk = a\0b\n", 12)) == "config:2:6: a control character");
  CHECK(ini_error("[é]\n\x01") == "config:2:1: a control character");
  CHECK(ini_error(std::string((1U << 20U) + 1, ' ')) == "config: larger than 1 MiB");
}

TEST_CASE("a region that is no part of a host name is refused") {
  for (const char* region : {"eu-west-1.example.com/", "EU-WEST-1", "eu west", "é"}) {
    CAPTURE(region);
    FakeSystem system;
    system.variables["AWS_REGION"] = region;
    CHECK_FALSE(Config::load(system, {}).value().region());
  }
}

std::string json_again(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed ? to_json(parsed.value(), Layout::Compact) : parsed.error().message;
}

TEST_CASE("JSON is kept as it was written, number for number") {
  for (const char* text : {R"({"a":[1,-2,1.50,1e30,12345678901234567890],"b":null,"c":{},"d":[]})",
                           R"([true,false,"\"\\\nü"])", "\"x\"", "7"}) {
    CHECK(json_again(text) == text);
  }
  CHECK(to_json(parse_json(R"({"a":[{"b":1}],"c":[]})").value(), Layout::Indented) ==
        "{\n  \"a\": [\n    {\n      \"b\": 1\n    }\n  ],\n  \"c\": []\n}");
}

TEST_CASE("JSON that is none, too deep or ambiguous is refused") {
  CHECK(json_again("") == "not JSON at byte 1");
  CHECK(json_again(R"({"a":1} x)").starts_with("not JSON"));
  CHECK(json_again("{\"a\":\"\xff\"}").starts_with("not JSON"));
  CHECK(json_again(R"({"a":1,"\u0061":2})") == "a name stands twice in one object");
  CHECK(json_again(std::string(64, '[') + std::string(64, ']')) ==
        std::string(64, '[') + std::string(64, ']'));
  CHECK(json_again(std::string(65, '[') + std::string(65, ']')) ==
        "JSON is nested deeper than 64 levels");
  CHECK(json_again(std::string(1'000'000, '[')) == "JSON is nested deeper than 64 levels");
}

std::string xml_as_json(std::string_view text, const XmlShape& shape = {}) {
  const auto parsed = parse_xml(text, shape);
  return parsed ? to_json(parsed.value(), Layout::Compact) : parsed.error().message;
}

TEST_CASE("XML becomes the tree that its shape says") {
  const XmlShape shape{.lists = {"L"}, .repeated = {"R"}, .numbers = {"N"}, .booleans = {"B"}};
  CHECK(xml_as_json("<?xml version='1.0'?><x:a xmlns:x='u' y='1'><!-- c --><x:N>12</x:N><B>true</B>"
                    "<T> a&lt;<![CDATA[&b]]></T><L/><R>1</R><R>2</R><E/></x:a>",
                    shape) == R"({"N":12,"B":true,"T":" a<&b","L":[],"R":["1","2"],"E":""})");
  CHECK(xml_as_json("<a><L><member><N>1</N></member><member><N>x</N></member></L></a>", shape) ==
        R"({"L":[{"N":1},{"N":"x"}]})");
  CHECK(xml_as_json("<a/>") == "{}");
}

TEST_CASE("XML that is none, too deep, ambiguous or has a document type is refused") {
  CHECK(xml_as_json("").starts_with("not XML"));
  CHECK(xml_as_json("text").starts_with("not XML"));
  CHECK(xml_as_json("<a><b></a>").starts_with("not XML"));
  CHECK(xml_as_json("<a/><b/>").starts_with("not XML"));
  CHECK(xml_as_json("<a><b>1</b><b>2</b></a>") == "an element stands twice where no list is");
  CHECK(xml_as_json("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>") == "XML with a document type");
  CHECK(xml_as_json("<a>\xc3</a>") == "XML that is not UTF-8");
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) {
      text += "<a>";
    }
    for (int i = 0; i < depth; ++i) {
      text += "</a>";
    }
    return text;
  };
  CHECK(xml_as_json(nested(64)).starts_with("{\"a\":{"));
  CHECK(xml_as_json(nested(65)) == "XML is nested deeper than 64 levels");
  CHECK(xml_as_json(nested(100'000)) == "XML is nested deeper than 64 levels");
}

TEST_CASE("bytes that are no UTF-8 are found where they begin") {
  CHECK(find_bad_utf8("aé日😀") == std::string_view::npos);
  for (const char* bad : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\xaf", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf8", "\xe6\x97"}) {
    CHECK(find_bad_utf8(std::string("ab") + bad) == 2);
  }
}

TEST_CASE("a command line is split as a shell splits it") {
  using Words = std::vector<std::string>;
  CHECK(split_words(R"( a  'b c' "d \" \\ \n" e\ f ''g "")").value() ==
        Words{"a", "b c", R"(d " \ \n)", "e f", "g", ""});
  CHECK(split_words("").value().empty());
  CHECK_FALSE(split_words("'a"));
  CHECK_FALSE(split_words("a\\"));
}

TEST_CASE("a program is run without a shell, and killed when it says or takes too much") {
  const ProcessLimits limits{.output_bytes = 1000, .time = std::chrono::milliseconds(300)};
  const auto echo =
      run_process({"sh", "-c", "echo $1; echo no >&2; exit 3", "sh", "$HOME"}, limits);
  REQUIRE(echo);
  CHECK(echo.value().output == "$HOME\n");
  CHECK(echo.value().errors == "no\n");
  CHECK(echo.value().status == 3);
  CHECK(run_process({"sh", "-c", "kill -9 $$"}, limits).value().status == 137);
  CHECK(run_process({"/no/such/program"}, limits).error().code == ErrorCode::NotFound);
  CHECK(run_process({"sh", "-c", "exec sleep 20"}, limits).error().code == ErrorCode::Limit);
  CHECK(run_process({"yes"}, limits).error().code == ErrorCode::Limit);
}

TEST_CASE("a role with an MFA device, a signed-in console and a strange container are refused") {
  const auto error_of = [](const std::string& config,
                           std::map<std::string, std::string> more = {}) {
    FakeSystem system;
    system.variables.merge(more);
    system.files["/home/ann/.aws/config"] = config;
    const Config loaded = Config::load(system, {}).value();
    CallBudget budget;
    const auto found = find_credentials(loaded, budget);
    return found ? std::string() : to_string(found.error());
  };
  CHECK(
      error_of("[default]\nrole_arn = r\nmfa_serial = m\nsource_profile = default\n").find("MFA") !=
      std::string::npos);
  CHECK(error_of("[default]\nlogin_session = x\n").find("aws login") != std::string::npos);
  CHECK(error_of("", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1.example.com/"}})
            .find("plain http to another host") != std::string::npos);
  CHECK(error_of("", {{"AWS_EC2_METADATA_DISABLED", "true"}}).starts_with("no AWS credentials"));
}

}  // namespace
}  // namespace muster::aws
