// What muster has to know of a service to ask it. Each service file has one of
// these.
#pragma once

#include <string>
#include <string_view>

#include "aws/config.h"
#include "aws/sigv4.h"
#include "checks/core/result.h"

namespace muster::aws {

/// How a call is put on the wire.
enum class Protocol {
  /// A form: lists as `Filter.member.1`. Answers in XML, errors in
  /// `ErrorResponse`.
  Query,
  /// A form: lists as `Filter.1`. Answers in XML, errors in `Response`.
  Ec2,
  /// JSON with the call's name in `X-Amz-Target`.
  Json10,
  Json11,
  /// The call is method and path; answers in XML, or in JSON.
  RestXml,
  RestJson,
};

/// Where a service is in every region, or in one of its partition.
enum class Place {
  /// A host for each region: `ecr.eu-central-1.amazonaws.com`.
  Regional,
  /// One host without region, signed for the partition's main region:
  /// `iam.amazonaws.com`.
  Global,
  /// One host that names the partition's main region:
  /// `organizations.us-east-1.amazonaws.com`.
  Pinned,
};

struct Service {
  /// In messages, and in `AWS_ENDPOINT_URL_<ID>` in upper case: `ecr_public`.
  std::string_view id;
  Protocol protocol;
  /// Query and Ec2: the `Version`. JSON: what stands before the call's name in
  /// `X-Amz-Target`.
  std::string_view version{};
  /// The first part of the host: `api.ecr`.
  std::string_view host;
  /// The name in the signature; empty when it is the id.
  std::string_view signing_name{};
  Place place = Place::Regional;
  /// The first part of its FIPS and dual-stack hosts; empty where it has none.
  /// Dual-stack hosts end in `api.aws`.
  std::string_view fips_host{};
  std::string_view dual_stack_host{};
};

/// Where a call goes and what its signature names.
struct Endpoint {
  /// `https://host`, without a slash at its end.
  std::string url;
  SigningScope scope;
  /// The user wrote it down: plain http is allowed there.
  bool custom = false;
};

/// The endpoint of a service in a region. Errors (`Usage`): no region for a
/// regional service, no such host known (FIPS, dual stack, other partitions: an
/// endpoint can be set by hand), and those of `Config::endpoint_url`. Source:
/// AWS General Reference, "Service endpoints"; botocore's endpoint rules.
[[nodiscard]] Result<Endpoint> endpoint_of(const Service& service, const std::string& region,
                                           const Config& config);

/// `aws`, `aws-cn`, `aws-us-gov` …: the partition of a region.
[[nodiscard]] std::string_view partition_of(std::string_view region);

/// Whether a text can be a region's name: small letters, digits and `-` alone, so that it leads
/// neither to another host nor out of a folder.
[[nodiscard]] bool is_region_name(std::string_view text);

/// The region of a partition where what is not of a region is kept: `us-east-1` of `aws`. The
/// region itself where muster knows no better.
[[nodiscard]] std::string main_region_of(const std::string& region);

}  // namespace muster::aws
