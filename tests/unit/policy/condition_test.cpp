// Clauses: the value test of every operator, and the truth table over presence, lists, negation and
// set operators. Each row names its case; the tables stand in docs/policy-semantics.md.
#include "support.h"

using namespace muster;
using namespace muster::policy;

namespace {

constexpr Truth kNo = Truth::No;
constexpr Truth kUnknown = Truth::Unknown;
constexpr Truth kYes = Truth::Yes;

struct ValueRow {
  const char* name;
  /// Operator, then the JSON of the written values.
  std::string_view op, written;
  /// The single value of key `k`.
  std::string_view value;
  Truth truth;
};

void check_values(std::initializer_list<ValueRow> rows) {
  for (const ValueRow& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.op);
    Request request;
    request.context["k"] = one(std::string(row.value));
    request.context["tag"] = one("ops");
    request.context["star"] = one("*");
    request.context["list"] = many({"a", "b"});
    const std::string condition =
        "{\"" + std::string(row.op) + "\":{\"k\":" + std::string(row.written) + "}}";
    CHECK(clause_truth(condition, request) == row.truth);
  }
}

}  // namespace

TEST_CASE("string operators compare bytes, cases or patterns") {
  check_values({
      {"equal", "StringEquals", R"("ops")", "ops", kYes},
      {"case counts", "StringEquals", R"("ops")", "Ops", kNo},
      {"a star is no wildcard", "StringEquals", R"("o*")", "ops", kNo},
      {"a star is itself", "StringEquals", R"("o*")", "o*", kYes},
      {"one of several", "StringEquals", R"(["dev","ops"])", "ops", kYes},
      {"boolean as text", "StringEquals", "true", "true", kYes},
      {"number as text", "StringEquals", "1.50", "1.50", kYes},
      {"number as text is not a number", "StringEquals", "1.50", "1.5", kNo},
      {"empty value", "StringEquals", R"("")", "", kYes},
      {"negated", "StringNotEquals", R"("ops")", "dev", kYes},
      {"negated list is NOR", "StringNotEquals", R"(["dev","ops"])", "ops", kNo},
      {"ignoring case", "StringEqualsIgnoreCase", R"("OPS")", "ops", kYes},
      {"ignoring case is no pattern", "StringEqualsIgnoreCase", R"("O*")", "ops", kNo},
      {"ignoring case, negated", "StringNotEqualsIgnoreCase", R"("OPS")", "ops", kNo},
      {"ignoring case of other letters is left open", "StringEqualsIgnoreCase", R"("straÜe")",
       "straüe", kUnknown},
      {"other letters with a plain difference", "StringEqualsIgnoreCase", R"("aÜ")", "bü", kNo},
      {"star", "StringLike", R"("repo:acme/*")", "repo:acme/shop:ref:refs/heads/main", kYes},
      {"star matches nothing too", "StringLike", R"("ops*")", "ops", kYes},
      {"question mark is one character", "StringLike", R"("o?s")", "ops", kYes},
      {"question mark is not none", "StringLike", R"("ops?")", "ops", kNo},
      {"question mark is one code point", "StringLike", R"("?")", "ü", kYes},
      {"pattern case counts", "StringLike", R"("O*")", "ops", kNo},
      {"brackets are literal", "StringLike", R"("[ab]")", "a", kNo},
      {"negated pattern", "StringNotLike", R"("o*")", "ops", kNo},
  });
}

TEST_CASE("variables are replaced in String and Arn operators only, and as literal text") {
  check_values({
      {"replaced", "StringEquals", R"("${tag}")", "ops", kYes},
      {"key case", "StringEquals", R"("${TAG}")", "ops", kYes},
      {"inside text", "StringLike", R"("team-${tag}-*")", "team-ops-1", kYes},
      {"replaced star is literal", "StringLike", R"("${star}")", "ops", kNo},
      {"replaced star is itself", "StringLike", R"("${star}")", "*", kYes},
      {"absent key matches nothing", "StringEquals", R"("${none}")", "ops", kNo},
      {"absent key matches not even the empty value", "StringLike", R"("${none}*")", "", kNo},
      {"other values of the list stay", "StringEquals", R"(["${none}","ops"])", "ops", kYes},
      {"negated with nothing to compare", "StringNotEquals", R"("${none}")", "ops", kUnknown},
      {"negated with nothing to compare, twice", "StringNotLike", R"(["${none}","${nil}*"])", "ops",
       kUnknown},
      {"negated with another value", "StringNotEquals", R"(["${none}","dev"])", "ops", kYes},
      {"negated with another value that matches", "StringNotEquals", R"(["${none}","ops"])", "ops",
       kNo},
      {"multivalued key is never replaced", "StringEquals", R"("${list}")", "a", kNo},
      {"default", "StringEquals", R"("${none, 'ops'}")", "ops", kYes},
      {"default not used", "StringEquals", R"("${tag, 'dev'}")", "dev", kNo},
      {"star in a default is literal", "StringLike", R"("${none, 'o*'}")", "ops", kNo},
      {"escaped star", "StringLike", R"("o${*}")", "ops", kNo},
      {"escaped star is a star", "StringLike", R"("o${*}")", "o*", kYes},
      {"escaped question mark", "StringLike", R"("o${?}")", "o?", kYes},
      {"escaped dollar", "StringEquals", R"("${$}{tag}")", "${tag}", kYes},
      {"escape in an exact operator", "StringEquals", R"("o${*}")", "o*", kYes},
      {"lone dollar is literal", "StringEquals", R"("$5")", "$5", kYes},
      {"no end", "StringEquals", R"("${tag")", "ops", kUnknown},
      {"no name", "StringEquals", R"("${}")", "ops", kUnknown},
      {"nested", "StringEquals", R"("${${tag}}")", "ops", kUnknown},
      {"default without quotes", "StringEquals", R"("${none, ops}")", "ops", kUnknown},
      {"number operator", "NumericEquals", R"("${tag}")", "5", kUnknown},
      {"arn", "ArnLike", R"("arn:aws:s3:::${tag}/*")", "arn:aws:s3:::ops/x", kYes},
      {"arn with an absent key", "ArnLike", R"("arn:aws:s3:::${none}/*")", "arn:aws:s3:::ops/x",
       kNo},
      {"negated arn with nothing to compare", "ArnNotLike", R"("arn:aws:s3:::${none}")",
       "arn:aws:s3:::x", kUnknown},
  });
}

TEST_CASE("under the old version a variable is ordinary text") {
  Request request;
  request.context["k"] = one("${tag}");
  request.context["tag"] = one("ops");
  CHECK(clause_truth(R"({"StringEquals":{"k":"${tag}"}})", request, "2008-10-17") == kYes);
  CHECK(clause_truth(R"({"StringEquals":{"k":"ops"}})", request, "2008-10-17") == kNo);
  CHECK(clause_truth(R"({"StringNotEquals":{"k":"${none}"}})", request, "2008-10-17") == kYes);
}

TEST_CASE("number operators compare values, not text") {
  check_values({
      {"equal", "NumericEquals", R"("10")", "10.0", kYes},
      {"JSON number", "NumericEquals", "10", "10", kYes},
      {"not equal", "NumericNotEquals", R"(["5","7"])", "7.0", kNo},
      {"not equal to any", "NumericNotEquals", R"(["5","7"])", "6", kYes},
      {"less", "NumericLessThan", R"("10")", "9", kYes},
      {"less is strict", "NumericLessThan", R"("10")", "10", kNo},
      {"less is no text order", "NumericLessThan", R"("10")", "9.5", kYes},
      {"loosest of several", "NumericLessThan", R"(["5","10"])", "7", kYes},
      {"less or equal", "NumericLessThanEquals", R"("10")", "10", kYes},
      {"greater", "NumericGreaterThan", R"("10")", "11", kYes},
      {"greater is strict", "NumericGreaterThan", R"("10")", "10", kNo},
      {"greater or equal", "NumericGreaterThanEquals", R"("-1")", "-1", kYes},
      {"written value is no number", "NumericEquals", R"("ten")", "10", kUnknown},
      {"one of the written values is no number", "NumericEquals", R"(["ten","10"])", "10",
       kUnknown},
      {"request value is no number", "NumericNotEquals", R"("10")", "ten", kUnknown},
  });
}

TEST_CASE("date operators compare instants") {
  check_values({
      {"equal across zones", "DateEquals", R"("2026-01-01T01:00:00+01:00")", "2026-01-01T00:00:00Z",
       kYes},
      {"epoch", "DateEquals", R"("1577836800")", "2020-01-01T00:00:00Z", kYes},
      {"not equal", "DateNotEquals", R"("2020-01-01")", "2020-01-01T00:00:01Z", kYes},
      {"less", "DateLessThan", R"("2020-01-01T00:00:00Z")", "2019-12-31T23:59:59Z", kYes},
      {"less is strict", "DateLessThan", R"("2020-01-01T00:00:00Z")", "2020-01-01", kNo},
      {"less or equal", "DateLessThanEquals", R"("2020-01-01T00:00:00Z")", "2020", kYes},
      {"greater", "DateGreaterThan", R"("2020-01-01T00:00:00Z")", "2026-01-01T00:00:00Z", kYes},
      {"greater is strict", "DateGreaterThan", R"("2020-01-01T00:00:00Z")", "2020-01-01T00:00:00Z",
       kNo},
      {"greater or equal", "DateGreaterThanEquals", R"("2020-01-01T00:00:00Z")",
       "2020-01-01T00:00:00Z", kYes},
      {"no wildcard", "DateEquals", R"("2020-*")", "2020-01-01", kUnknown},
      {"request value is no date", "DateLessThan", R"("2020-01-01")", "soon", kUnknown},
  });
}

TEST_CASE("bool, binary and null") {
  check_values({
      {"true", "Bool", R"("true")", "true", kYes},
      {"case does not count", "Bool", R"("TRUE")", "true", kYes},
      {"JSON boolean", "Bool", "false", "False", kYes},
      {"other", "Bool", R"("true")", "false", kNo},
      {"both", "Bool", R"(["true","false"])", "false", kYes},
      {"no boolean written", "Bool", R"("yes")", "true", kUnknown},
      {"no boolean in the request", "Bool", R"("true")", "yes", kUnknown},
      {"binary", "BinaryEquals", R"("aGVsbG8=")", "aGVsbG8=", kYes},
      {"binary without padding", "BinaryEquals", R"("aGVsbG8")", "aGVsbG8=", kYes},
      {"binary other", "BinaryEquals", R"("aGVsbG8=")", "aGVsbG9v", kNo},
      {"no base64", "BinaryEquals", R"("a b")", "aGVsbG8=", kUnknown},
      {"null true on a present key", "Null", R"("true")", "x", kNo},
      {"null false on a present key", "Null", R"("false")", "x", kYes},
      {"null with both", "Null", R"(["true","false"])", "x", kYes},
      {"null without values", "Null", "[]", "x", kNo},
      {"null with another word", "Null", R"("yes")", "x", kUnknown},
  });
}

TEST_CASE("address operators compare ranges of one family") {
  check_values({
      {"inside", "IpAddress", R"("203.0.113.0/24")", "203.0.113.9", kYes},
      {"outside", "IpAddress", R"("203.0.113.0/24")", "203.0.114.9", kNo},
      {"single address", "IpAddress", R"("203.0.113.9")", "203.0.113.10", kNo},
      {"one of several", "IpAddress", R"(["10.0.0.0/8","2001:db8::/32"])", "2001:db8:1::5", kYes},
      {"everything", "IpAddress", R"("0.0.0.0/0")", "203.0.113.9", kYes},
      {"host bits", "IpAddress", R"("203.0.113.77/30")", "203.0.113.80", kNo},
      {"negated", "NotIpAddress", R"("203.0.113.0/24")", "203.0.113.9", kNo},
      {"negated, other family", "NotIpAddress", R"("203.0.113.0/24")", "2001:db8::1", kYes},
      {"negated, single address, other family", "NotIpAddress", R"("203.0.113.9")", "2001:db8::1",
       kYes},
      {"no range written", "IpAddress", R"("office")", "203.0.113.9", kUnknown},
      {"no address in the request", "NotIpAddress", R"("10.0.0.0/8")", "office", kUnknown},
  });
}

TEST_CASE("arn operators match field by field") {
  check_values({
      {"star in a field", "ArnLike", R"("arn:aws:sns:*:111122223333:deploy-*")",
       "arn:aws:sns:eu-west-1:111122223333:deploy-x", kYes},
      {"star stays in its field", "ArnLike", R"("arn:aws:sns:*:111122223333:t")",
       "arn:aws:sns:eu-west-1:444455556666:a:111122223333:t", kNo},
      {"star of the last field crosses colons", "ArnLike",
       R"("arn:aws:sns:eu-west-1:111122223333:*t")", "arn:aws:sns:eu-west-1:111122223333:a:b:t",
       kYes},
      {"equals takes wildcards too", "ArnEquals", R"("arn:aws:iam::111122223333:role/*")",
       "arn:aws:iam::111122223333:role/deploy", kYes},
      {"case counts", "ArnLike", R"("arn:aws:iam::111122223333:role/Deploy")",
       "arn:aws:iam::111122223333:role/deploy", kNo},
      {"negated", "ArnNotLike", R"("arn:aws:iam::444455556666:*")",
       "arn:aws:iam::111122223333:role/deploy", kYes},
      {"negated equals", "ArnNotEquals", R"("arn:aws:iam::111122223333:*")",
       "arn:aws:iam::111122223333:role/d", kNo},
      {"short pattern matches nothing", "ArnLike", R"("arn:aws:iam:*")",
       "arn:aws:iam::111122223333:role/d", kNo},
      {"star alone is everything", "ArnLike", R"("*")", "arn:aws:iam::111122223333:role/d", kYes},
      {"value that is no arn", "ArnLike", R"("arn:aws:iam::111122223333:*")", "deploy", kNo},
      {"value that is no arn, negated", "ArnNotLike", R"("arn:aws:iam::111122223333:*")", "deploy",
       kYes},
      {"value that is a short arn", "ArnLike", R"("arn:*:*:*:*:*")", "arn:aws:iam", kNo},
  });
}

TEST_CASE("a variable that would shift the fields of an arn is left open") {
  Request request;
  request.context["k"] = one("arn:aws:iam:x:y:z");
  request.context["region"] = one("x:y");
  request.context["whole"] = one("arn:aws:iam:x:y:z");
  CHECK(clause_truth(R"({"ArnLike":{"k":"arn:aws:iam:${region}:z"}})", request) == kUnknown);
  CHECK(clause_truth(R"({"ArnLike":{"k":"${whole}"}})", request) == kUnknown);
  CHECK(clause_truth(R"({"ArnLike":{"k":"arn:aws:iam:x:y:${region}"}})", request) == kNo);
}

TEST_CASE("the truth table over presence, negation, IfExists and set operators") {
  struct Row {
    const char* name;
    /// The clause on key `k`, written value `a` unless the row says otherwise.
    std::string_view condition;
    /// Key absent; an empty list; single `a`; single `z`; list {a, a}; list {a, z}; list {z}.
    std::array<Truth, 7> truths;
  };

  for (const Row& row : {
           Row{"positive",
               R"({"StringEquals":{"k":"a"}})",
               {kNo, kNo, kYes, kNo, kUnknown, kUnknown, kUnknown}},
           Row{"negated",
               R"({"StringNotEquals":{"k":"a"}})",
               {kYes, kYes, kNo, kYes, kUnknown, kUnknown, kUnknown}},
           Row{"positive IfExists",
               R"({"StringEqualsIfExists":{"k":"a"}})",
               {kYes, kYes, kYes, kNo, kUnknown, kUnknown, kUnknown}},
           Row{"negated IfExists",
               R"({"StringNotEqualsIfExists":{"k":"a"}})",
               {kYes, kYes, kNo, kYes, kUnknown, kUnknown, kUnknown}},
           Row{"ForAllValues",
               R"({"ForAllValues:StringEquals":{"k":"a"}})",
               {kYes, kYes, kYes, kNo, kYes, kNo, kNo}},
           Row{"ForAllValues negated",
               R"({"ForAllValues:StringNotEquals":{"k":"a"}})",
               {kYes, kYes, kNo, kYes, kNo, kNo, kYes}},
           Row{"ForAllValues IfExists",
               R"({"ForAllValues:StringEqualsIfExists":{"k":"a"}})",
               {kYes, kYes, kYes, kNo, kYes, kNo, kNo}},
           Row{"ForAnyValue",
               R"({"ForAnyValue:StringEquals":{"k":"a"}})",
               {kNo, kNo, kYes, kNo, kYes, kYes, kNo}},
           Row{"ForAnyValue negated",
               R"({"ForAnyValue:StringNotEquals":{"k":"a"}})",
               {kNo, kNo, kNo, kYes, kNo, kYes, kYes}},
           Row{"ForAnyValue IfExists",
               R"({"ForAnyValue:StringEqualsIfExists":{"k":"a"}})",
               {kYes, kYes, kYes, kNo, kYes, kYes, kNo}},
           Row{"ForAnyValue negated IfExists",
               R"({"ForAnyValue:StringNotEqualsIfExists":{"k":"a"}})",
               {kYes, kYes, kNo, kYes, kNo, kYes, kYes}},
           Row{"Null true", R"({"Null":{"k":"true"}})", {kYes, kYes, kNo, kNo, kNo, kNo, kNo}},
           Row{"Null false", R"({"Null":{"k":"false"}})", {kNo, kNo, kYes, kYes, kYes, kYes, kYes}},
           Row{"Null with both",
               R"({"Null":{"k":["true","false"]}})",
               {kYes, kYes, kYes, kYes, kYes, kYes, kYes}},
           Row{"positive, empty list",
               R"({"StringEquals":{"k":[]}})",
               {kNo, kNo, kNo, kNo, kUnknown, kUnknown, kUnknown}},
           Row{"negated, empty list",
               R"({"StringNotEquals":{"k":[]}})",
               {kYes, kYes, kYes, kYes, kUnknown, kUnknown, kUnknown}},
           Row{"ForAllValues, empty list",
               R"({"ForAllValues:StringEquals":{"k":[]}})",
               {kYes, kYes, kNo, kNo, kNo, kNo, kNo}},
           Row{"ForAllValues negated, empty list",
               R"({"ForAllValues:StringNotEquals":{"k":[]}})",
               {kYes, kYes, kYes, kYes, kYes, kYes, kYes}},
           Row{"ForAnyValue, empty list",
               R"({"ForAnyValue:StringEquals":{"k":[]}})",
               {kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
           Row{"ForAnyValue negated, empty list",
               R"({"ForAnyValue:StringNotEquals":{"k":[]}})",
               {kNo, kNo, kYes, kYes, kYes, kYes, kYes}},
           Row{"misspelt operator",
               R"({"StringEqual":{"k":"a"}})",
               {kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown}},
           Row{"NullIfExists",
               R"({"NullIfExists":{"k":"true"}})",
               {kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown}},
       }) {
    CAPTURE(row.name);
    const std::array<std::optional<ContextValue>, 7> keys = {
        std::nullopt,     many({}),         one("a"),   one("z"),
        many({"a", "a"}), many({"a", "z"}), many({"z"})};
    for (std::size_t i = 0; i < keys.size(); ++i) {
      CAPTURE(i);
      Request request;
      if (keys.at(i)) {
        request.context["k"] = *keys.at(i);
      }
      CHECK(clause_truth(row.condition, request) == row.truths.at(i));
    }
  }
}

TEST_CASE("an absent key settles a clause before its values are looked at") {
  CHECK(clause_truth(R"({"NumericEquals":{"k":"ten"}})", Request{}) == kNo);
  CHECK(clause_truth(R"({"NumericNotEquals":{"k":"ten"}})", Request{}) == kYes);
  CHECK(clause_truth(R"({"StringNotEquals":{"k":"${none}"}})", Request{}) == kYes);
}

TEST_CASE("an open value beside others: any known answer that settles the set wins") {
  Request request;
  request.context["k"] = many({"5", "ten"});
  CHECK(clause_truth(R"({"ForAnyValue:NumericEquals":{"k":"5"}})", request) == kYes);
  CHECK(clause_truth(R"({"ForAnyValue:NumericEquals":{"k":"6"}})", request) == kUnknown);
  CHECK(clause_truth(R"({"ForAllValues:NumericEquals":{"k":"6"}})", request) == kNo);
  CHECK(clause_truth(R"({"ForAllValues:NumericEquals":{"k":"5"}})", request) == kUnknown);
}

TEST_CASE("condition keys compare without case") {
  Request request;
  request.context["aws:sourceip"] = one("10.0.0.1");
  CHECK(clause_truth(R"({"IpAddress":{"AWS:SourceIP":"10.0.0.0/8"}})", request) == kYes);
}
