// The edge of AWS without a collector, for the tests of tests/aws: prints what it got as JSON
// lines, errors on stderr. It prints secrets, so it is a test program and nothing else.
//   aws_probe credentials [PROFILE]     as `aws configure export-credentials`
//   aws_probe roles | repositories      names in pages, one a line
#include <iostream>
#include <span>
#include <string_view>

#include "aws/credential_chain.h"
#include "aws/paging.h"
#include "aws/sts.h"
#include "aws/time.h"
#include "net/transport.h"

namespace muster::aws {
namespace {

constexpr Service kProbeIam{.id = "iam",
                            .protocol = Protocol::Query,
                            .version = "2010-05-08",
                            .host = "iam",
                            .place = Place::Global};
constexpr Service kProbeEcr{.id = "ecr",
                            .protocol = Protocol::Json11,
                            .version = "AmazonEC2ContainerRegistry_V20150921",
                            .host = "api.ecr"};

int failed(const Error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

int print_credentials(FetchCredentials fetch, net::Clock& clock) {
  const auto got = CredentialCache(std::move(fetch), clock).get();
  if (!got) {
    return failed(got.error());
  }
  Value out =
      object_value({{"AccessKeyId", text_value(got.value().access_key_id)},
                    {"SecretAccessKey", text_value(got.value().secret_access_key.reveal())}});
  if (!got.value().session_token.empty()) {
    out.set("SessionToken", text_value(got.value().session_token.reveal()));
  }
  if (got.value().expires) {
    out.set("Expiration", text_value(iso_date(*got.value().expires)));
  }
  std::cout << to_json(out, Layout::Compact) << "\n";
  return 0;
}

int print_pages(const Client& client, bool roles) {
  const Call list = roles ? Call{.service = kProbeIam,
                                 .action = "ListRoles",
                                 .expects = {"Roles", "IsTruncated"},
                                 .shape = {.lists = {"Roles"}}}
                          : Call{.service = kProbeEcr,
                                 .action = "DescribeRepositories",
                                 .expects = {"repositories"}};
  const Paging paging =
      roles ? Paging{"Marker", "Marker", "IsTruncated"} : Paging{"nextToken", "nextToken"};
  const auto error = each_page(client, list, paging, [&](const Value& page) {
    for (const Value& item : page.items_of(roles ? "Roles" : "repositories")) {
      std::cout << item.text_of(roles ? "RoleName" : "repositoryName") << "\n";
    }
  });
  return error ? failed(to_error(*error)) : 0;
}

int run(std::span<const std::string_view> words) {
  net::Clock clock;
  net::TransportOptions options{.stall_timeout = std::chrono::seconds(1),
                                .total_timeout = net::Milliseconds(1500),
                                .body_bytes = 1U << 20U,
                                .log = [](std::string_view line) { std::cerr << line << "\n"; }};

  // The bundle is named by the environment or the profile, which are read without the network.
  struct Offline : net::Http {
    net::Reply send(const net::Request&) override { return {.failure = net::Failure::Refused}; }
  } offline;

  const System before(offline, clock);
  const Choice choice{words.size() > 1 ? std::string(words[1]) : std::string()};
  const auto settings = Config::load(before, choice);
  if (!settings) {
    return failed(settings.error());
  }
  options.ca_bundle = settings.value().ca_bundle();
  net::Transport transport(options);
  const System system(transport, clock);
  const auto config = Config::load(system, choice);
  CallBudget budget;
  budget.policy.base = net::Milliseconds(10);
  budget.policy.slack = net::Milliseconds(50);
  auto fetch = find_credentials(config.value(), budget);
  if (!fetch) {
    return failed(fetch.error());
  }
  if (words[0] == "credentials") {
    return print_credentials(std::move(fetch).value(), clock);
  }
  CredentialCache cache(std::move(fetch).value(), clock);
  const auto region = config.value().region();
  if (!region) {
    return failed(region.error());
  }
  const auto identity = caller_identity({config.value(), budget, &cache, region.value()});
  if (!identity) {
    return failed(identity.error());
  }
  return print_pages({config.value(), budget, &cache, region.value(), identity.value().account},
                     words[0] == "roles");
}

}  // namespace
}  // namespace muster::aws

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.empty()) {
    std::cerr << "usage: aws_probe credentials [PROFILE] | roles | repositories\n";
    return 2;
  }
  return muster::aws::run(words);
}
