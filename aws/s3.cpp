// Settings of buckets; never what is in them. Paths name the bucket (`/bucket?policy`), so that
// names with dots fit the certificate.
// Source: S3 API Reference: ListBuckets, GetBucketLocation, GetBucketVersioning,
// GetPublicAccessBlock, GetBucketPolicy, GetBucketPolicyStatus, GetBucketEncryption,
// GetBucketOwnershipControls, GetBucketLifecycleConfiguration.
#include <algorithm>
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "net/url.h"

namespace muster::aws {
namespace {

constexpr Service kS3{
    .id = "s3", .protocol = Protocol::RestXml, .host = "s3", .fips_host = "s3-fips"};
constexpr Service kS3Control{.id = "s3_control",
                             .protocol = Protocol::RestXml,
                             .host = "s3-control",
                             .signing_name = "s3",
                             .fips_host = "s3-control-fips"};
constexpr std::size_t kMostBuckets = 500;

constexpr const char* kNoBlock = "NoSuchPublicAccessBlockConfiguration";

/// What stands in the file when nothing is blocked.
Value no_block() {
  return object_value({{"PublicAccessBlockConfiguration", Value()}});
}

void tidy_rules(Value& answer) {
  rename(answer, "Rule", "Rules");
}

void tidy_lifecycle(Value& answer) {
  tidy_rules(answer);
  for (Member& rules : answer.members) {
    for (Value& rule : rules.value.items) {
      rename(rule, "Transition", "Transitions");
      rename(rule, "NoncurrentVersionTransition", "NoncurrentVersionTransitions");
    }
  }
}

/// One setting of a bucket.
struct Setting {
  Call call;
  const char* words;
  const char* file;
  const char* none;
  void (*tidy)(Value&);
};

std::vector<Setting> settings_of(const std::string& bucket) {
  const auto get = [&](std::string_view action, std::string_view what) {
    return Call{.service = kS3,
                .action = action,
                .method = "GET",
                .path = "/" + net::percent_encoded(bucket) + "?" + std::string(what)};
  };
  Call versioning = get("GetBucketVersioning", "versioning");
  // Without content where there never were versions.
  versioning.shape.root = "VersioningConfiguration";
  Call block = get("GetPublicAccessBlock", "publicAccessBlock");
  block.expects = {"BlockPublicAcls"};
  block.shape.booleans = {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy",
                          "RestrictPublicBuckets"};
  Call status = get("GetBucketPolicyStatus", "policyStatus");
  status.expects = {"IsPublic"};
  Call encryption = get("GetBucketEncryption", "encryption");
  encryption.expects = {"Rule"};
  encryption.shape = {.repeated = {"Rule"}, .booleans = {"BucketKeyEnabled"}};
  Call ownership = get("GetBucketOwnershipControls", "ownershipControls");
  ownership.expects = {"Rule"};
  ownership.shape.repeated = {"Rule"};
  Call lifecycle = get("GetBucketLifecycleConfiguration", "lifecycle");
  lifecycle.expects = {"Rule"};
  lifecycle.shape = {
      .repeated = {"Rule", "Transition", "NoncurrentVersionTransition", "Tag"},
      .numbers = {"Days", "NoncurrentDays", "NewerNoncurrentVersions", "DaysAfterInitiation"},
      .booleans = {"ExpiredObjectDeleteMarker"}};
  return {{versioning, "versioning", "versioning", "", nullptr},
          {block, "public access block", "public-access-block", kNoBlock,
           [](Value& answer) { wrap(answer, "PublicAccessBlockConfiguration"); }},
          {status, "policy status", "policy-status", "NoSuchBucketPolicy",
           [](Value& answer) {
             // Written as `TRUE` or `FALSE`.
             const std::string written = answer.text_of("IsPublic");
             answer.set("IsPublic", bool_value(written == "TRUE" || written == "true"));
             wrap(answer, "PolicyStatus");
           }},
          {encryption, "encryption", "encryption", "ServerSideEncryptionConfigurationNotFoundError",
           [](Value& answer) {
             tidy_rules(answer);
             wrap(answer, "ServerSideEncryptionConfiguration");
           }},
          {ownership, "ownership", "ownership", "OwnershipControlsNotFoundError",
           [](Value& answer) {
             tidy_rules(answer);
             wrap(answer, "OwnershipControls");
           }},
          {lifecycle, "lifecycle", "lifecycle", "NoSuchLifecycleConfiguration", tidy_lifecycle}};
}

/// Where a bucket is, where the list of buckets does not tell; empty when it could not be read.
std::string located_region(const Client& home, Facts& facts, const std::string& bucket) {
  Gatherer gather(home, facts, "s3", kGlobal);
  const auto found = gather.ask({.call = {.service = kS3,
                                          .action = "GetBucketLocation",
                                          .shape = {.root = "LocationConstraint"},
                                          .method = "GET",
                                          .path = "/" + net::percent_encoded(bucket) + "?location"},
                                 .what = "region of bucket " + bucket,
                                 .file = "locations/" + file_name(bucket),
                                 .about = Member{"Bucket", text_value(bucket)}});
  if (!found) {
    return {};
  }
  const std::string written = found->text_of("LocationConstraint");
  // The first region has no name here, and the first one of Europe an old one.
  return written.empty() ? home.region() : written == "EU" ? "eu-west-1" : written;
}

/// The region of a bucket; empty, and noted, when it is not known.
std::string region_of(const Client& home, Facts& facts, const Value& bucket) {
  const std::string name = bucket.text_of("Name");
  std::string region = bucket.text_of("BucketRegion");
  region = region.empty() ? located_region(home, facts, name) : region;
  if (!region.empty() && !is_region_name(region)) {
    facts.not_read({"bucket " + name,
                    {.message = "its region is no name of one",
                     .service = "s3",
                     .action = "ListBuckets",
                     .account = home.account(),
                     .region = home.region()}});
    return {};
  }
  return region;
}

/// Asks for everything of one bucket; its policy goes into the list.
void read_bucket(const Client& client, Facts& facts, const std::string& bucket, Value& policies) {
  Gatherer gather(client, facts, "s3", client.region());
  for (Setting& setting : settings_of(bucket)) {
    Question question{.call = std::move(setting.call),
                      .what = std::string(setting.words) + " of bucket " + bucket,
                      .file = std::string(setting.file) + "/" + file_name(bucket),
                      .about = Member{"Bucket", text_value(bucket)}};
    if (*setting.none != '\0') {
      question.none = {setting.none};
      question.none_is = setting.none == std::string_view(kNoBlock) ? no_block() : object_value({});
    }
    if (setting.tidy != nullptr) {
      question.tidy = setting.tidy;
    }
    (void)gather.ask(question);
  }
  const auto policy = gather.ask({.call = {.service = kS3,
                                           .action = "GetBucketPolicy",
                                           .method = "GET",
                                           .path = "/" + net::percent_encoded(bucket) + "?policy",
                                           .text_member = "Policy"},
                                  .what = "policy of bucket " + bucket,
                                  .file = "policies/" + file_name(bucket),
                                  .none = {"NoSuchBucketPolicy"},
                                  .about = Member{"Bucket", text_value(bucket)}});
  if (policy) {
    const std::string arn = "arn:" + std::string(partition_of(client.region())) + ":s3:::" + bucket;
    policies.items.push_back(policy_entry(arn, client.account(), *policy, "Policy"));
  }
}

void ask_account_block(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "s3", kGlobal);
  (void)gather.ask({.call = {.service = kS3Control,
                             .action = "GetPublicAccessBlock",
                             .expects = {"BlockPublicAcls"},
                             .shape = {.booleans = {"BlockPublicAcls", "IgnorePublicAcls",
                                                    "BlockPublicPolicy", "RestrictPublicBuckets"}},
                             .method = "GET",
                             .path = "/v20180820/configuration/publicAccessBlock",
                             .headers = {{"x-amz-account-id", client.account()}},
                             .host_prefix = client.account() + "."},
                    .what = "public access block of the account",
                    .file = "account-public-access-block",
                    .none = {kNoBlock},
                    .none_is = no_block(),
                    .tidy = [](Value& answer) { wrap(answer, "PublicAccessBlockConfiguration"); }});
}

}  // namespace

void collect_s3(const Client& client, Facts& facts) {
  const Client home = client.in(main_region_of(client.region()));
  ask_account_block(home, facts);
  Gatherer gather(home, facts, "s3", kGlobal);
  const Question question{.call = {.service = kS3,
                                   .action = "ListBuckets",
                                   .input = object_value({{"max-buckets", number_value(1000)}}),
                                   .expects = {"Buckets"},
                                   .shape = {.lists = {"Buckets"}},
                                   .method = "GET"},
                          .what = "buckets",
                          .file = "buckets",
                          .paging = Paging{"continuation-token", "ContinuationToken"},
                          .list = "Buckets",
                          .tidy = [](Value& page) {
                            std::erase_if(page.members, [](const Member& member) {
                              return member.name == "Owner" || member.name == "ContinuationToken";
                            });
                          }};
  const auto buckets = gather.ask(question);
  if (!buckets) {
    return;
  }
  Value policies = list_value({});
  const auto& all = buckets->items_of("Buckets");
  const std::size_t count = gather.at_most(kMostBuckets, all.size(), question);
  for (std::size_t i = 0; i < count; ++i) {
    if (const std::string region = region_of(home, facts, all[i]); !region.empty()) {
      read_bucket(home.in(region), facts, all[i].text_of("Name"), policies);
    }
  }
  gather.put("resource-policies", object_value({{"resource_policies", std::move(policies)}}));
}

}  // namespace muster::aws
