// Digests against published vectors, times, words, places and results.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "checks/core/digest.h"
#include "checks/core/facts.h"
#include "checks/core/intent.h"
#include "checks/core/outcome.h"
#include "checks/core/result.h"
#include "checks/core/run.h"

using namespace muster;
using namespace std::string_view_literals;

TEST_CASE("sha-256 gives the published vectors") {
  struct Row {
    const char* name;
    std::string bytes;
    const char* digest;
  };

  const Row rows[] = {
      {"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"a million a", std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(hex(sha256(row.bytes)) == row.digest);
  }
  CHECK(hex(sha256("abc"), 4) == "ba7816bf");
  CHECK(hex(sha256("abc"), 99).size() == 64);
  CHECK(base64(sha256("")) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  CHECK(sha256("a\0b"sv) != sha256("a"sv));
}

TEST_CASE("times are read and written in UTC") {
  struct Row {
    const char* name;
    const char* text;
    const char* written;
  };

  const Row rows[] = {
      {"epoch", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"date only", "2026-02-19", "2026-02-19T00:00:00Z"},
      {"last second", "2026-12-31T23:59:59Z", "2026-12-31T23:59:59Z"},
      {"leap day", "2028-02-29T12:00:00Z", "2028-02-29T12:00:00Z"},
      {"before the epoch", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const auto time = parse_utc(row.text);
    REQUIRE(time.has_value());
    CHECK(to_utc(*time) == row.written);
  }
}

TEST_CASE("what is no time is refused") {
  const char* rows[] = {"",
                        "2026",
                        "2026-2-9",
                        "2026-02-30",
                        "2025-02-29",
                        "2026-13-01",
                        "2026-00-10",
                        "2026/02/19",
                        "2026-02-19T",
                        "2026-02-19T06:00:00",
                        "2026-02-19T06:00:00z",
                        "2026-02-19 06:00:00Z",
                        "2026-02-19T24:00:00Z",
                        "2026-02-19T06:60:00Z",
                        "2026-02-19T06:00:60Z",
                        "2026-02-19T06:00:00+01:00",
                        "2026-02-19T06:00:00Z ",
                        " 2026-02-19",
                        "-026-02-19",
                        "2026-02-1x",
                        "2026-02-19x"};
  for (const char* text : rows) {
    INFO(text);
    CHECK_FALSE(parse_utc(text).has_value());
  }
}

TEST_CASE("every word of the closed sets is its own") {
  CHECK(to_string(Severity::Info) == "info"sv);
  CHECK(to_string(Severity::Critical) == "critical"sv);
  CHECK(to_string(OutcomeKind::NotApplicable) == "not_applicable"sv);
  CHECK(to_string(OutcomeKind::Undecided) == "undecided"sv);
  CHECK(to_string(WitnessKind::Request) == "request"sv);
  CHECK(to_string(DocumentKind::IamOidcProviders) == "iam-oidc-providers"sv);
  CHECK(to_string(EnvironmentClass::Production) == "production"sv);
  CHECK(to_string(Privilege::Unknown) == "unknown"sv);
  CHECK(to_string(FindingState::NotRechecked) == "not_rechecked"sv);
  CHECK(to_string(CloseReason::RuleRetired) == "rule_retired"sv);
  CHECK(Severity::Low < Severity::Medium);
}

TEST_CASE("a place is shown as path:line:col, as the path alone, or as nowhere") {
  const SourceId file("deploy.yml");
  CHECK(to_string(SourceRef{file, Span{41, 9, 41, 12}}) == "deploy.yml:41:9");
  CHECK(to_string(SourceRef{file, Span{}}) == "deploy.yml");
  CHECK(to_string(SourceRef{}) == "-");
  const Error placed{ErrorCode::Invalid, "it is wrong", SourceRef{file, Span{1, 2, 1, 3}}};
  CHECK(to_string(placed) == "deploy.yml:1:2: it is wrong");
  CHECK(to_string(Error{ErrorCode::Usage, "it is wrong", std::nullopt}) == "it is wrong");
}

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) {
    return Error{ErrorCode::Invalid, "odd", std::nullopt};
  }
  return number / 2;
}

Result<std::string> quarter(int number, int& reached) {
  MUSTER_TRY(const int once, half(number));
  reached = 1;
  MUSTER_TRY(const int twice, half(once));
  reached = 2;
  return std::to_string(twice);
}

Status check_even(int number) {
  MUSTER_CHECK_OK(half(number));
  return Done{};
}

}  // namespace

TEST_CASE("the first error ends the chain and is handed on unchanged") {
  int reached = 0;
  CHECK(quarter(8, reached).value() == "2");
  CHECK(reached == 2);
  reached = 0;
  const auto failed = quarter(6, reached);
  CHECK_FALSE(failed.ok());
  CHECK(failed.error().message == "odd");
  CHECK(reached == 1);
  CHECK(check_even(4).ok());
  CHECK_FALSE(static_cast<bool>(check_even(3)));
  CHECK(quarter(4, reached).ok());
}
