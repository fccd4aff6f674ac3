// Parsers of typed condition values against tables: the prover relies on them as much as the
// evaluator does.
#include "checks/policy/values.h"

#include <doctest/doctest.h>

using namespace muster::policy;

TEST_CASE("numbers compare by value, exactly") {
  struct Row {
    const char* name;
    std::string_view a, b;
    int order;
  };

  for (const Row& row : {
           Row{"trailing zero", "10", "10.0", 0},
           Row{"leading zero", "007", "7", 0},
           Row{"sign of zero", "-0", "0", 0},
           Row{"explicit plus", "+5", "5", 0},
           Row{"exponent", "1e1", "10", 0},
           Row{"negative exponent", "25E-1", "2.5", 0},
           Row{"bare fraction", ".5", "0.50", 0},
           Row{"bare point", "5.", "5", 0},
           Row{"small under large", "9", "10", -1},
           Row{"negative under positive", "-1", "0.1", -1},
           Row{"larger magnitude is smaller below zero", "-10", "-9", -1},
           Row{"fractions", "0.09", "0.1", -1},
           Row{"beyond a double", "9007199254740993", "9007199254740992", 1},
           Row{"many digits", "123456789012345678901234567890.1", "123456789012345678901234567890",
               1},
           Row{"zero and small", "0", "0.0001", -1},
       }) {
    CAPTURE(row.name);
    const auto a = Number::parse(row.a);
    const auto b = Number::parse(row.b);
    REQUIRE(a);
    REQUIRE(b);
    CHECK((*a == *b) == (row.order == 0));
    CHECK((*a < *b) == (row.order < 0));
    CHECK((*b < *a) == (row.order > 0));
  }
}

TEST_CASE("text that is no number is refused") {
  for (const std::string_view text :
       {"", " ", "abc", "1a", "1 ", " 1", "--1", "1e", "1e+", "1e1.5", ".", "-", "0x10", "1,000",
        "1e10000", "1e99999999999999999999", "NaN", "${x}"}) {
    CAPTURE(text);
    CHECK_FALSE(Number::parse(text));
  }
}

TEST_CASE("different spellings of one instant are equal") {
  struct Row {
    const char* name;
    std::string_view text;
    std::int64_t seconds;
    std::uint32_t nanoseconds;
  };

  for (const Row& row : {
           Row{"year", "2020", 1577836800, 0},
           Row{"month", "2020-01", 1577836800, 0},
           Row{"day", "2020-01-01", 1577836800, 0},
           Row{"minutes", "2020-01-01T00:00Z", 1577836800, 0},
           Row{"seconds", "2020-01-01T00:00:00Z", 1577836800, 0},
           Row{"fraction", "2020-01-01T00:00:00.25Z", 1577836800, 250000000},
           Row{"fraction finer than a nanosecond", "2020-01-01T00:00:00.0000000019Z", 1577836800,
               1},
           Row{"east", "2020-01-01T01:30:00+01:30", 1577836800, 0},
           Row{"west", "2019-12-31T19:00:00-05:00", 1577836800, 0},
           Row{"epoch", "1577836800", 1577836800, 0},
           Row{"epoch zero", "0", 0, 0},
           Row{"leap day", "2020-02-29T00:00:00Z", 1582934400, 0},
           Row{"before the epoch", "1969-12-31T23:59:59Z", -1, 0},
       }) {
    CAPTURE(row.name);
    const auto instant = parse_instant(row.text);
    REQUIRE(instant);
    CHECK(instant->seconds == row.seconds);
    CHECK(instant->nanoseconds == row.nanoseconds);
  }
}

TEST_CASE("text that is no instant is refused") {
  for (const std::string_view text : {"",

                                      "2020-",
                                      "2020-1",
                                      "2020-13",
                                      "2020-00",
                                      "2020-02-30",
                                      "2019-02-29",
                                      "2020-01-01T",
                                      "2020-01-01T00",
                                      "2020-01-01T00:00",
                                      "2020-01-01T00:00:00",
                                      "2020-01-01T24:00Z",
                                      "2020-01-01T00:60Z",
                                      "2020-01-01T00:00:60Z",
                                      "2020-01-01T00:00:00.Z",
                                      "2020-01-01T00:00:00+0100",
                                      "2020-01-01T00:00:00+24:00",
                                      "2020-01-01T00:00:00+01:60",
                                      "2020-01-01t00:00:00z",
                                      "2020-01-01 00:00:00Z",
                                      "-1",
                                      "1577836800.5",
                                      "1234567890123456789",
                                      "yesterday",
                                      "2020-01-01T00:00:00Zx",
                                      "2020-+1-01",
                                      "2020-01-01T-1:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_instant(text));
  }
}

TEST_CASE("a range holds the addresses under its mask and no other family") {
  struct Row {
    const char* name;
    std::string_view range, address;
    bool inside;
  };

  for (const Row& row : {
           Row{"inside", "203.0.113.0/24", "203.0.113.9", true},
           Row{"first", "203.0.113.0/24", "203.0.113.0", true},
           Row{"last", "203.0.113.0/24", "203.0.113.255", true},
           Row{"next", "203.0.113.0/24", "203.0.114.0", false},
           Row{"address is a range of one", "203.0.113.9", "203.0.113.9", true},
           Row{"address is no neighbour", "203.0.113.9", "203.0.113.10", false},
           Row{"host bits are cleared", "203.0.113.77/30", "203.0.113.76", true},
           Row{"host bits do not widen", "203.0.113.77/30", "203.0.113.80", false},
           Row{"odd prefix", "10.0.0.0/9", "10.127.255.255", true},
           Row{"odd prefix ends", "10.0.0.0/9", "10.128.0.0", false},
           Row{"everything", "0.0.0.0/0", "255.255.255.255", true},
           Row{"everything in one family", "0.0.0.0/0", "2001:db8::1", false},
           Row{"all of IPv6", "::/0", "2001:db8::1", true},
           Row{"all of IPv6 holds no IPv4", "::/0", "203.0.113.9", false},
           Row{"IPv6", "2001:db8::/32", "2001:db8:1::5", true},
           Row{"IPv6 outside", "2001:db8::/33", "2001:db8:8000::", false},
           Row{"mapped address is IPv6", "203.0.113.0/24", "::ffff:203.0.113.9", false},
           Row{"one spelling of IPv6 equals another", "2001:DB8:0:0::1", "2001:db8::1", true},
       }) {
    CAPTURE(row.name);
    const auto range = parse_range(row.range);
    const auto address = parse_address(row.address);
    REQUIRE(range);
    REQUIRE(address);
    CHECK(range->contains(*address) == row.inside);
  }
}

TEST_CASE("text that is no address or range is refused") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "10.0.0"sv, "10.0.0.256"sv, "10.0.0.0/"sv, "10.0.0.0/33"sv, "10.0.0.0/-1"sv,
        "10.0.0.0/8/8"sv, "010.0.0.1"sv, "2001:db8::/129"sv, "2001:db8:::1"sv, "fe80::1%eth0"sv,
        "10.0.0.1\0"sv, "*"sv, "10.0.0.*"sv, " 10.0.0.1"sv}) {
    CAPTURE(text);
    CHECK_FALSE(parse_range(text));
  }
  CHECK_FALSE(parse_address("10.0.0.0/8"));
}

TEST_CASE("booleans ignore case and nothing else counts") {
  CHECK(parse_bool("true") == true);
  CHECK(parse_bool("TRUE") == true);
  CHECK(parse_bool("False") == false);
  CHECK_FALSE(parse_bool("yes"));
  CHECK_FALSE(parse_bool("1"));
  CHECK_FALSE(parse_bool(""));
}

TEST_CASE("base64 with and without padding gives the same bytes") {
  CHECK(decode_base64("aGVsbG8=") == "hello");
  CHECK(decode_base64("aGVsbG8") == "hello");
  CHECK(decode_base64("aGk=") == "hi");
  CHECK(decode_base64("") == "");
  CHECK_FALSE(decode_base64("aGVsbG8=="));
  CHECK_FALSE(decode_base64("a"));
  CHECK_FALSE(decode_base64("a b="));
  CHECK_FALSE(decode_base64("===="));
}
