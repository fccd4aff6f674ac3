#include <algorithm>
#include <array>

#include "aws/service.h"
#include "net/ascii.h"

namespace muster::aws {
namespace {

struct Partition {
  std::string_view id;
  /// How its regions begin.
  std::string_view prefix;
  std::string_view domain;
  std::string_view dual_stack_domain;
  /// Where IAM lives, and what its host is.
  std::string_view main_region;
  std::string_view iam_host;
  /// Where Organizations and CloudFront live.
  std::string_view second_region;
};

/// Source: botocore, partitions.json and endpoints.json (version 1.43, 2026).
constexpr std::array<Partition, 3> kPartitions = {{
    {"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-north-1",
     "iam.cn-north-1.amazonaws.com.cn", "cn-northwest-1"},
    {"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws", "us-gov-west-1",
     "iam.us-gov.amazonaws.com", "us-gov-west-1"},
    {"aws", "", "amazonaws.com", "api.aws", "us-east-1", "iam.amazonaws.com", "us-east-1"},
}};

/// Partitions of which muster knows no hosts.
constexpr std::array<std::string_view, 3> kUnknown = {"us-iso", "eu-isoe-", "eusc-"};

const Partition* find_partition(std::string_view region) {
  const auto begins = [&](std::string_view prefix) { return region.starts_with(prefix); };
  if (std::ranges::any_of(kUnknown, begins)) {
    return nullptr;
  }
  return std::ranges::find_if(kPartitions,
                              [&](const Partition& one) { return begins(one.prefix); });
}

Error not_known(const Service& service, const std::string& what) {
  const std::string variable = "AWS_ENDPOINT_URL_" + net::upper(std::string(service.id));
  return {ErrorCode::Usage,
          std::string(service.id) + ": " + what + ": set `" + variable + "` to its address",
          {}};
}

/// The region that signatures of a service name.
std::string signing_region(const Service& service, const std::string& region,
                           const Partition* partition) {
  if (service.place == Place::Regional || partition == nullptr) {
    return region;
  }
  return std::string(service.id == "iam" ? partition->main_region : partition->second_region);
}

Result<std::string> host_of(const Service& service, const std::string& region,
                            const Partition& partition, const Config& config) {
  const bool fips = config.use_fips();
  const bool dual = config.use_dual_stack();
  const std::string_view first = fips   ? service.fips_host
                                 : dual ? service.dual_stack_host
                                        : service.host;
  if (first.empty() || (fips && dual && service.dual_stack_host.empty())) {
    return not_known(service,
                     std::string("no ") + (fips ? "FIPS" : "dual-stack") + " host of it is known");
  }
  const std::string domain(dual ? partition.dual_stack_domain : partition.domain);
  if (service.place != Place::Global) {
    return std::string(first) + "." + signing_region(service, region, &partition) + "." + domain;
  }
  if (dual || (fips && partition.id != "aws") || (service.id != "iam" && partition.id != "aws")) {
    return not_known(service,
                     "no such host of it is known in partition " + std::string(partition.id));
  }
  return service.id == "iam" && !fips ? std::string(partition.iam_host)
                                      : std::string(first) + "." + domain;
}

}  // namespace

std::string_view partition_of(std::string_view region) {
  const Partition* const partition = find_partition(region);
  return partition == nullptr ? std::string_view("unknown") : partition->id;
}

bool is_region_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  constexpr std::size_t kLongest = 40;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

std::string main_region_of(const std::string& region) {
  const Partition* const partition = find_partition(region);
  return partition == nullptr ? region : std::string(partition->main_region);
}

Result<Endpoint> endpoint_of(const Service& service, const std::string& region,
                             const Config& config) {
  if (region.empty() && service.place == Place::Regional) {
    return Error{ErrorCode::Usage,
                 std::string(service.id) + ": no region: give `--region` or set `AWS_REGION`",
                 {}};
  }
  const Partition* const partition = find_partition(region);
  const std::string name(service.signing_name.empty() ? service.id : service.signing_name);
  Endpoint endpoint{{}, {name, signing_region(service, region, partition)}};
  MUSTER_TRY(endpoint.url, config.endpoint_url(service.id));
  if (!endpoint.url.empty()) {
    endpoint.custom = true;
    endpoint.url.resize(endpoint.url.find_last_not_of('/') + 1);
    return endpoint;
  }
  if (partition == nullptr) {
    return not_known(service, "its hosts in region `" + region + "` are not known");
  }
  MUSTER_TRY(const std::string host, host_of(service, region, *partition, config));
  endpoint.url = "https://" + host;
  return endpoint;
}

}  // namespace muster::aws
