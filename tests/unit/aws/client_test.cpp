// Calls against canned replies: what is tried again, and what a caller is told.
#include "aws/client.h"

#include <doctest/doctest.h>

#include "aws/paging.h"
#include "aws/sts.h"
#include "aws/time.h"
#include "tests/unit/aws/fake_aws.h"

namespace muster::aws {
namespace {

constexpr Service kIam{.id = "iam",
                       .protocol = Protocol::Query,
                       .version = "2010-05-08",
                       .host = "iam",
                       .place = Place::Global};
constexpr Service kEcr{.id = "ecr",
                       .protocol = Protocol::Json11,
                       .version = "AmazonEC2ContainerRegistry_V20150921",
                       .host = "api.ecr"};
constexpr Service kEc2{
    .id = "ec2", .protocol = Protocol::Ec2, .version = "2016-11-15", .host = "ec2"};
constexpr Service kS3{.id = "s3", .protocol = Protocol::RestXml, .host = "s3"};

Call list_roles() {
  return {
      .service = kIam, .action = "ListRoles", .expects = {"Roles"}, .shape = {.lists = {"Roles"}}};
}

Call repositories() {
  return {.service = kEcr, .action = "DescribeRepositories", .expects = {"repositories"}};
}

const std::string kRoles =
    "<ListRolesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListRolesResult>"
    "<IsTruncated>false</IsTruncated><Roles><member><RoleName>web</RoleName></member></Roles>"
    "</ListRolesResult></ListRolesResponse>";

std::string query_error(const std::string& code, const std::string& message = "no") {
  return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message +
         "</Message></Error><RequestId>1</RequestId></ErrorResponse>";
}

/// A client with keys that never end.
struct Fixture {
  Fixture() {
    system.fake_clock.next_chance = 0.5;
    system.variables["AWS_REGION"] = "eu-central-1";
  }

  Answer call(const Call& call) { return client().call(call); }

  Client client() { return {config, budget, &cache, "eu-central-1", "111122223333"}; }

  FakeSystem system;
  Config config = Config::load(system, {}).value();
  CallBudget budget;
  int fetched = 0;
  CredentialCache cache{[this]() -> Result<Credentials> {
                          ++fetched;
                          return Credentials{"AKIA" + std::to_string(fetched),
                                             net::Secret("secret"),
                                             net::Secret("token" + std::to_string(fetched)),
                                             {},
                                             "test"};
                        },
                        system.fake_clock};
};

TEST_CASE("a call is signed, sent to its service and its answer unwrapped") {
  Fixture aws;
  aws.system.fake_http.replies = {reply_of(200, kRoles)};
  const Answer answer = aws.call(list_roles());
  REQUIRE(answer.ok());
  CHECK(answer.value().items_of("Roles").at(0).text_of("RoleName") == "web");
  const net::Request& asked = aws.system.fake_http.asked.at(0);
  CHECK(asked.url == "https://iam.amazonaws.com/");
  CHECK(asked.body == "Action=ListRoles&Version=2010-05-08");
  CHECK(asked.reach == net::Reach::Public);
  CHECK(net::find_header(asked.headers, "Authorization")
            .value()
            .find("Credential=AKIA1/20261122/us-east-1/iam/aws4_request") != std::string::npos);
}

TEST_CASE("each protocol writes its parameters in its own form") {
  const Value filters = object_value(
      {{"Filters",
        list_value({object_value({{"Name", text_value("tag:a b")},
                                  {"Values", list_value({text_value("x"), text_value("y")})}})})},
       {"MaxItems", number_value(7)}});
  const Endpoint endpoint{"https://host", {"s", "r"}};

  struct Row {
    const char* name;
    Call call;
    std::string method, url, body;
  };

  for (const Row& row :
       {Row{"query",
            {.service = kIam, .action = "A", .input = filters},
            "POST",
            "https://host/",
            "Action=A&Version=2010-05-08&Filters.member.1.Name=tag%3Aa%20b&"
            "Filters.member.1.Values.member.1=x&Filters.member.1.Values.member.2=y&MaxItems=7"},
        Row{"ec2",
            {.service = kEc2, .action = "A", .input = filters},
            "POST",
            "https://host/",
            "Action=A&Version=2016-11-15&Filters.1.Name=tag%3Aa%20b&Filters.1.Values.1=x&"
            "Filters.1.Values.2=y&MaxItems=7"},
        Row{"json",
            {.service = kEcr, .action = "A", .input = filters},
            "POST",
            "https://host/",
            R"({"Filters":[{"Name":"tag:a b","Values":["x","y"]}],"MaxItems":7})"},
        Row{"json without parameters",
            {.service = kEcr, .action = "A"},
            "POST",
            "https://host/",
            "{}"},
        Row{"rest",
            {.service = kS3, .action = "A", .method = "GET", .path = "/bucket?versioning"},
            "GET",
            "https://host/bucket?versioning",
            ""},
        Row{"rest with parameters",
            {.service = kS3,
             .action = "A",
             .input = object_value({{"max-buckets", number_value(3)}}),
             .method = "GET"},
            "GET",
            "https://host/?max-buckets=3",
            ""}}) {
    CAPTURE(row.name);
    const net::Request request = request_of(row.call, endpoint);
    CHECK(request.method == row.method);
    CHECK(request.url == row.url);
    CHECK(request.body == row.body);
  }
  const net::Request json = request_of(repositories(), endpoint);
  CHECK(net::find_header(json.headers, "X-Amz-Target") ==
        "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories");
  CHECK(net::find_header(json.headers, "Content-Type") == "application/x-amz-json-1.1");
}

TEST_CASE("an error is known by its code, whatever its status and form") {
  struct Row {
    const char* name;
    Call call;
    net::Reply reply;
    ErrorKind kind;
    std::string code;
  };

  const auto json = [](int status, const char* body) { return reply_of(status, body); };
  const Call rest{.service = kS3, .action = "ListBuckets", .method = "GET"};
  const Call ec2{.service = kEc2, .action = "DescribeInstances"};
  for (const Row& row :
       {Row{"query throttle", list_roles(), reply_of(400, query_error("Throttling")),
            ErrorKind::Throttle, "Throttling"},
        Row{"query denied", list_roles(), reply_of(403, query_error("AccessDenied")),
            ErrorKind::Denied, "AccessDenied"},
        Row{"query not there", list_roles(), reply_of(404, query_error("NoSuchEntity")),
            ErrorKind::Refused, "NoSuchEntity"},
        Row{"ec2 throttle", ec2,
            reply_of(503,
                     "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>m"
                     "</Message></Error></Errors><RequestID>1</RequestID></Response>"),
            ErrorKind::Throttle, "RequestLimitExceeded"},
        Row{"ec2 denied", ec2,
            reply_of(403,
                     "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m"
                     "</Message></Error></Errors></Response>"),
            ErrorKind::Denied, "UnauthorizedOperation"},
        Row{"s3 slow down", rest,
            reply_of(503, "<Error><Code>SlowDown</Code><Message>m</Message></Error>"),
            ErrorKind::Throttle, "SlowDown"},
        Row{"s3 not configured", rest,
            reply_of(404, "<Error><Code>NoSuchBucketPolicy</Code><Message>m</Message></Error>"),
            ErrorKind::Refused, "NoSuchBucketPolicy"},
        Row{"s3 skew", rest,
            reply_of(403, "<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>"),
            ErrorKind::Skew, "RequestTimeTooSkewed"},
        Row{"json with a prefix", repositories(),
            json(400, R"({"__type":"com.amazon#ThrottlingException","message":"m"})"),
            ErrorKind::Throttle, "ThrottlingException"},
        Row{"json by header", repositories(),
            reply_of(400, R"({"message":"m"})",
                     {{"x-amzn-ErrorType", "ExpiredTokenException:http://x/"}}),
            ErrorKind::Expired, "ExpiredTokenException"},
        Row{"json denied", repositories(),
            json(400, R"({"__type":"AccessDeniedException","Message":"m"})"), ErrorKind::Denied,
            "AccessDeniedException"},
        Row{"signature too old", repositories(),
            json(400, R"({"__type":"InvalidSignatureException","message":"Signature expired: 1"})"),
            ErrorKind::Skew, "InvalidSignatureException"},
        Row{"wrong signature", repositories(),
            json(400, R"({"__type":"InvalidSignatureException","message":"does not match"})"),
            ErrorKind::Credentials, "InvalidSignatureException"},
        Row{"a page of a load balancer", repositories(), reply_of(502, "<html>Bad</html>"),
            ErrorKind::Transient, ""},
        Row{"too many, without a body", repositories(), reply_of(429, ""), ErrorKind::Throttle, ""},
        Row{"a redirect", repositories(), reply_of(301, ""), ErrorKind::Refused, ""},
        Row{"no content", repositories(), reply_of(204, ""), ErrorKind::Refused, ""}}) {
    CAPTURE(row.name);
    const Answer answer = read_reply(row.call, row.reply);
    REQUIRE_FALSE(answer.ok());
    CHECK(to_string(answer.error().kind) == to_string(row.kind));
    CHECK(answer.error().code == row.code);
    CHECK_FALSE(answer.error().message.empty());
  }
}

TEST_CASE("an answer that is empty, broken or lacks what it must have is no answer") {
  struct Row {
    const char* name;
    Call call;
    std::string body;
  };

  for (const Row& row :
       {Row{"empty XML", list_roles(), ""}, Row{"cut XML", list_roles(), kRoles.substr(0, 150)},
        Row{"another result", list_roles(), "<ListUsersResponse/>"},
        Row{"no list", list_roles(), "<ListRolesResponse><ListRolesResult/></ListRolesResponse>"},
        Row{"a result without content", list_roles(),
            "<ListRolesResponse><ListRolesResult>x</ListRolesResult></ListRolesResponse>"},
        Row{"an error", list_roles(), query_error("InternalError")},
        Row{"a page", list_roles(), "<html><body>hello</body></html>"},
        Row{"empty JSON", repositories(), ""}, Row{"cut JSON", repositories(), R"({"reposi)"},
        Row{"no member", repositories(), "{}"},
        Row{"null member", repositories(), R"({"repositories":null})"},
        Row{"a list", repositories(), "[]"},
        Row{"a name twice", repositories(), R"({"repositories":[],"repositories":[]})"},
        Row{"not UTF-8", repositories(), "{\"repositories\":[\"\xff\"]}"},
        Row{"an error of s3",
            {.service = kS3, .action = "GetBucketVersioning", .method = "GET"},
            "<Error><Code>InternalError</Code></Error>"}}) {
    CAPTURE(row.name);
    const Answer answer = read_reply(row.call, reply_of(200, row.body));
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().kind == ErrorKind::Transient);
    CHECK(answer.error().message.starts_with("the answer is broken: "));
  }
}

TEST_CASE("what goes by is tried again, with growing waits") {
  Fixture aws;
  aws.system.fake_http.replies = {reply_of(400, query_error("Throttling")),
                                  reply_of(500, "<html/>"),
                                  failed(net::Failure::Broken),
                                  reply_of(200, ""),
                                  failed(net::Failure::Timeout),
                                  reply_of(200, kRoles)};
  CHECK(aws.call(list_roles()).ok());
  CHECK(aws.system.fake_clock.slept == std::vector<long>{500, 1000, 2000, 4000, 8000});
}

TEST_CASE("what stays is given up after eight attempts and names the call") {
  Fixture aws;
  for (int i = 0; i < 20; ++i) {
    aws.system.fake_http.replies.push_back(
        reply_of(400, query_error("Throttling", "Rate exceeded")));
  }
  const Answer answer = aws.call(list_roles());
  REQUIRE_FALSE(answer.ok());
  CHECK(aws.system.fake_http.asked.size() == 8);
  CHECK(to_string(answer.error()) ==
        "iam ListRoles, account 111122223333, eu-central-1: Throttling: Rate exceeded (HTTP 400) "
        "after 8 attempts");
}

TEST_CASE("what another attempt cannot change is not tried again") {
  for (const net::Reply& reply :
       {reply_of(403, query_error("AccessDenied")), reply_of(404, query_error("NoSuchEntity")),
        reply_of(403, query_error("InvalidClientTokenId")), failed(net::Failure::Certificate),
        failed(net::Failure::TooLarge), failed(net::Failure::Refused)}) {
    Fixture aws;
    aws.system.fake_http.replies = {reply, reply_of(200, kRoles)};
    const Answer answer = aws.call(list_roles());
    REQUIRE_FALSE(answer.ok());
    CHECK(aws.system.fake_http.asked.size() == 1);
    CHECK(answer.error().account == "111122223333");
  }
}

TEST_CASE("a service that asks for a wait gets it, within bounds") {
  Fixture aws;
  aws.system.fake_http.replies = {
      reply_of(400, query_error("Throttling"), {{"Retry-After", "2"}}),
      reply_of(400, query_error("Throttling"), {{"x-amz-retry-after", "1234"}}),
      reply_of(400, query_error("Throttling"), {{"Retry-After", "3600"}}),
      reply_of(400, query_error("Throttling"), {{"Retry-After", "soon"}}), reply_of(200, kRoles)};
  CHECK(aws.call(list_roles()).ok());
  CHECK(aws.system.fake_clock.slept == std::vector<long>{2000, 1234, 7000, 4000});
}

TEST_CASE("a wrong clock is set right once, by the service's date, for all calls to its host") {
  Fixture aws;
  const std::vector<net::Header> date = {{"Date", "Sun, 22 Nov 2026 13:00:00 GMT"}};
  const net::Reply skewed =
      reply_of(403, query_error("SignatureDoesNotMatch", "Signature expired: 1"), date);
  aws.system.fake_http.replies = {skewed, reply_of(200, kRoles), reply_of(200, kRoles), skewed,
                                  skewed};
  CHECK(aws.call(list_roles()).ok());
  CHECK(aws.call(list_roles()).ok());
  const auto date_of = [&](std::size_t index) {
    return net::find_header(aws.system.fake_http.asked.at(index).headers, "X-Amz-Date").value();
  };
  CHECK(date_of(0) == "20261122T120000Z");
  CHECK(date_of(1) == "20261122T130000Z");
  CHECK(date_of(2) == "20261122T130000Z");
  const Answer still = aws.call(list_roles());
  REQUIRE_FALSE(still.ok());
  CHECK(still.error().kind == ErrorKind::Skew);
}

TEST_CASE("a session that ended is renewed once") {
  Fixture aws;
  const net::Reply ended = reply_of(403, query_error("ExpiredToken"));
  aws.system.fake_http.replies = {ended, reply_of(200, kRoles), ended, ended};
  CHECK(aws.call(list_roles()).ok());
  CHECK(aws.fetched == 2);
  CHECK(net::find_header(aws.system.fake_http.asked.at(1).headers, "X-Amz-Security-Token") ==
        "token2");
  const Answer again = aws.call(list_roles());
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().kind == ErrorKind::Expired);
  CHECK(aws.fetched == 3);
}

TEST_CASE("credentials are fetched again before they end, at the latest ten minutes before") {
  net::FakeClock clock;
  int fetched = 0;
  bool down = false;
  CredentialCache cache(
      [&]() -> Result<Credentials> {
        if (down) {
          return Error{ErrorCode::Unreadable, "down", {}};
        }
        ++fetched;
        return Credentials{"AKIA", {}, {}, clock.wall + std::chrono::hours(1), "test"};
      },
      clock);
  CHECK(cache.get());
  clock.wall += std::chrono::minutes(44);
  CHECK(cache.get());
  CHECK(fetched == 1);
  down = true;
  clock.wall += std::chrono::minutes(2);
  CHECK(cache.get());
  clock.wall += std::chrono::minutes(5);
  CHECK_FALSE(cache.get());
  down = false;
  CHECK(cache.get());
  CHECK(fetched == 2);
}

TEST_CASE("credentials that have ended already are an error that names their source") {
  net::FakeClock clock;
  CredentialCache cache(
      [&]() -> Result<Credentials> {
        return Credentials{"AKIA", {}, {}, clock.wall - std::chrono::minutes(1), "environment"};
      },
      clock);
  const auto got = cache.get();
  REQUIRE_FALSE(got);
  CHECK(got.error().message == "the credentials of environment ended at 2026-11-22T11:59:00Z");
}

std::string page_of(const std::string& role, const std::string& marker, bool more = true) {
  return "<ListRolesResponse><ListRolesResult><IsTruncated>" +
         std::string(more ? "true" : "false") + "</IsTruncated><Roles>" +
         (role.empty() ? "" : "<member><RoleName>" + role + "</RoleName></member>") + "</Roles>" +
         (marker.empty() ? "" : "<Marker>" + marker + "</Marker>") +
         "</ListRolesResult></ListRolesResponse>";
}

/// The roles of all pages, then the error if there was one.
std::vector<std::string> paged(Fixture& aws) {
  std::vector<std::string> out;
  const auto error = each_page(aws.client(), list_roles(), {"Marker", "Marker", "IsTruncated"},
                               [&](const Value& page) {
                                 for (const Value& role : page.items_of("Roles")) {
                                   out.push_back(role.text_of("RoleName"));
                                 }
                               });
  if (error) {
    out.push_back(to_string(*error));
  }
  return out;
}

TEST_CASE("pages are followed to the last, over an empty one too") {
  Fixture aws;
  aws.system.fake_http.replies = {reply_of(200, page_of("a", "m/1")),
                                  reply_of(200, page_of("", "m2")),
                                  reply_of(200, page_of("b", "", false))};
  CHECK(paged(aws) == std::vector<std::string>{"a", "b"});
  CHECK(aws.system.fake_http.asked.at(1).body.ends_with("&Marker=m%2F1"));
}

TEST_CASE("pages that lead back, or that stop although more was announced, are an error") {
  const std::string where = "iam ListRoles, account 111122223333, eu-central-1: ";
  Fixture loop;
  loop.system.fake_http.replies = {reply_of(200, page_of("a", "m1")),
                                   reply_of(200, page_of("b", "m2")),
                                   reply_of(200, page_of("c", "m1"))};
  CHECK(paged(loop).back() ==
        where + "the list is incomplete: a page was handed out twice (HTTP 200)");
  Fixture stops;
  stops.system.fake_http.replies = {reply_of(200, page_of("a", ""))};
  CHECK(paged(stops).back() ==
        where + "the list is incomplete: more was announced without a token (HTTP 200)");
  Fixture fails;
  fails.system.fake_http.replies = {reply_of(200, page_of("a", "m1")),
                                    reply_of(403, query_error("AccessDenied"))};
  CHECK(paged(fails).back() == where + "AccessDenied: no (HTTP 403)");
}

TEST_CASE("who the caller is must be an account") {
  Fixture aws;
  const auto identity = [](const std::string& account) {
    return reply_of(200, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::" +
                             account + ":user/ann</Arn><UserId>AIDA</UserId><Account>" + account +
                             "</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
  };
  aws.system.fake_http.replies = {identity("000011112222"), identity("12")};
  CHECK(caller_identity(aws.client()).value().account == "000011112222");
  CHECK_FALSE(caller_identity(aws.client()));
}

TEST_CASE("a host is that of the service, the region and the kind that was asked for") {
  struct Row {
    const char* name;
    Service service;
    const char* region;
    bool fips, dual;
    std::string url, signed_for;
  };

  constexpr Service kSts{.id = "sts",
                         .protocol = Protocol::Query,
                         .host = "sts",
                         .fips_host = "sts-fips",
                         .dual_stack_host = "sts"};
  constexpr Service kOrganizations{.id = "organizations",
                                   .protocol = Protocol::Json11,
                                   .host = "organizations",
                                   .place = Place::Pinned,
                                   .fips_host = "organizations-fips"};
  constexpr Service kFront{.id = "cloudfront",
                           .protocol = Protocol::RestXml,
                           .host = "cloudfront",
                           .place = Place::Global};
  for (const Row& row :
       {Row{"regional", kEcr, "eu-central-1", false, false,
            "https://api.ecr.eu-central-1.amazonaws.com", "eu-central-1"},
        Row{"china", kEcr, "cn-north-1", false, false,
            "https://api.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"},
        Row{"global", kIam, "eu-central-1", false, false, "https://iam.amazonaws.com", "us-east-1"},
        Row{"global without region", kIam, "", false, false, "https://iam.amazonaws.com",
            "us-east-1"},
        Row{"global in china", kIam, "cn-northwest-1", false, false,
            "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
        Row{"global in the us government", kIam, "us-gov-east-1", false, false,
            "https://iam.us-gov.amazonaws.com", "us-gov-west-1"},
        Row{"pinned", kOrganizations, "eu-west-1", false, false,
            "https://organizations.us-east-1.amazonaws.com", "us-east-1"},
        Row{"pinned in china", kOrganizations, "cn-north-1", false, false,
            "https://organizations.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
        Row{"fips", kSts, "us-east-2", true, false, "https://sts-fips.us-east-2.amazonaws.com",
            "us-east-2"},
        Row{"dual stack", kSts, "us-east-2", false, true, "https://sts.us-east-2.api.aws",
            "us-east-2"},
        Row{"both", kSts, "us-east-2", true, true, "https://sts-fips.us-east-2.api.aws",
            "us-east-2"},
        Row{"no fips host", kEcr, "us-east-2", true, false, "", ""},
        Row{"no region", kEcr, "", false, false, "", ""},
        Row{"a partition without hosts", kEcr, "us-iso-east-1", false, false, "", ""},
        Row{"cloudfront in china", kFront, "cn-north-1", false, false, "", ""}}) {
    CAPTURE(row.name);
    FakeSystem system;
    system.variables["AWS_USE_FIPS_ENDPOINT"] = row.fips ? "true" : "false";
    system.variables["AWS_USE_DUALSTACK_ENDPOINT"] = row.dual ? "true" : "false";
    const Config config = Config::load(system, {}).value();
    const auto endpoint = endpoint_of(row.service, row.region, config);
    CHECK((endpoint ? endpoint.value().url : "") == row.url);
    CHECK((endpoint ? endpoint.value().scope.region : "") == row.signed_for);
  }
}

TEST_CASE("an endpoint that the user set counts, the nearest first") {
  struct Row {
    const char* name;
    std::map<std::string, std::string> variables;
    std::string url;
  };

  const std::string file =
      "[default]\nservices = local\nendpoint_url = http://of-profile\n"
      "[services local]\necr =\n  endpoint_url = http://of-section:1/x/\n";
  for (const Row& row :
       {Row{"service",
            {{"AWS_ENDPOINT_URL_ECR", "http://a"}, {"AWS_ENDPOINT_URL", "http://b"}},
            "http://a"},
        Row{"all", {{"AWS_ENDPOINT_URL", "http://b"}}, "http://b"},
        Row{"section", {}, "http://of-section:1/x"},
        Row{"ignored",
            {{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
            "https://api.ecr.eu-west-1.amazonaws.com"},
        Row{"with a password", {{"AWS_ENDPOINT_URL", "http://u:hunter2@b"}}, ""},
        Row{"no address", {{"AWS_ENDPOINT_URL", "b"}}, ""}}) {
    CAPTURE(row.name);
    FakeSystem system;
    system.variables.insert(row.variables.begin(), row.variables.end());
    system.files["/home/ann/.aws/config"] = file;
    const Config config = Config::load(system, {}).value();
    const auto endpoint = endpoint_of(kEcr, "eu-west-1", config);
    CHECK((endpoint ? endpoint.value().url : "") == row.url);
    CHECK((endpoint || endpoint.error().message.find("hunter2") == std::string::npos));
  }
  FakeSystem system;
  system.files["/home/ann/.aws/config"] = "[default]\nendpoint_url = http://of-profile\n";
  const Config config = Config::load(system, {}).value();
  CHECK(endpoint_of(kIam, "", config).value().url == "http://of-profile");
}

}  // namespace
}  // namespace muster::aws
