// Source: CloudFront API Reference: ListDistributions, ListOriginAccessControls.
#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"

namespace muster::aws {
namespace {

constexpr Service kCloudFront{.id = "cloudfront",
                              .protocol = Protocol::RestXml,
                              .host = "cloudfront",
                              .place = Place::Global};
/// All lists of CloudFront are elements of this name.
const std::vector<std::string_view> kCloudFrontLists = {"Items"};
const std::vector<std::string_view> kCloudFrontNumbers = {"Quantity",
                                                          "MaxItems",
                                                          "HTTPPort",
                                                          "HTTPSPort",
                                                          "OriginReadTimeout",
                                                          "OriginKeepaliveTimeout",
                                                          "ConnectionTimeout",
                                                          "ConnectionAttempts",
                                                          "MinTTL",
                                                          "DefaultTTL",
                                                          "MaxTTL",
                                                          "ErrorCachingMinTTL"};
const std::vector<std::string_view> kCloudFrontBooleans = {
    "IsTruncated", "Enabled",     "IsIPV6Enabled",   "Staging",
    "Compress",    "QueryString", "SmoothStreaming", "CloudFrontDefaultCertificate"};

}  // namespace

void collect_cloudfront(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "cloudfront", kGlobal);
  const XmlShape shape{
      .lists = kCloudFrontLists, .numbers = kCloudFrontNumbers, .booleans = kCloudFrontBooleans};
  const Paging paging{"Marker", "NextMarker", "IsTruncated"};
  // Headers that CloudFront sends to an origin are often the secret that the origin asks for.
  (void)gather.ask(
      {.call = {.service = kCloudFront,
                .action = "ListDistributions",
                .input = object_value({{"MaxItems", number_value(100)}}),
                .expects = {"IsTruncated"},
                .shape = shape,
                .method = "GET",
                .path = "/2020-05-31/distribution"},
       .what = "distributions",
       .file = "distributions",
       .paging = paging,
       .list = "DistributionList.Items",
       .tidy = [](Value& page) {
         redact(page, {"Items.Comment", "Items.Origins.Items.CustomHeaders.Items.HeaderValue"});
         wrap(page, "DistributionList");
       }});
  (void)gather.ask({.call = {.service = kCloudFront,
                             .action = "ListOriginAccessControls",
                             .input = object_value({{"MaxItems", number_value(100)}}),
                             .expects = {"IsTruncated"},
                             .shape = shape,
                             .method = "GET",
                             .path = "/2020-05-31/origin-access-control"},
                    .what = "origin access controls",
                    .file = "origin-access-controls",
                    .paging = paging,
                    .list = "OriginAccessControlList.Items",
                    .tidy = [](Value& page) {
                      redact(page, {"Items.Description"});
                      wrap(page, "OriginAccessControlList");
                    }});
}

}  // namespace muster::aws
