// A bucket from which a release is installed or served does not keep old versions: what a deploy
// overwrites or deletes there is gone, and with it the way back. Judged are the buckets that
// muster.yaml gives a role to publish to or to take bundles from. Source: Amazon S3 User Guide,
// "Retaining multiple versions of objects with S3 Versioning".
#include <map>

#include "checks/iam/aws_answers.h"
#include "checks/text/ascii.h"

namespace muster::rollback {
namespace {

/// What muster.yaml says of a bucket.
struct Use {
  /// Names of roles.
  std::vector<std::string> roles;
  SourceRef where;
};

/// By the name of the bucket.
std::map<std::string, Use> used_buckets(const Intent& intent) {
  constexpr std::string_view kArn = ":s3:::";
  std::map<std::string, Use> used;
  for (const IntentRole& role : intent.roles) {
    for (const IntentCapability& one :
         role.capabilities.value_or(std::vector<IntentCapability>())) {
      if (one.name != "s3-publish" && one.name != "s3-bundle-read") {
        continue;
      }
      for (const IntentArgument& argument : one.arguments) {
        for (const Variable& entry :
             argument.name == "bucket" ? argument.entries : std::vector<Variable>()) {
          const std::size_t arn = entry.value.find(kArn);
          const std::string name =
              arn == std::string::npos ? entry.value : entry.value.substr(arn + kArn.size());
          Use& use = used.try_emplace(name, Use{{}, argument.where}).first->second;
          use.roles.push_back("`" + role.name + "`");
        }
      }
    }
  }
  return used;
}

void bundle_unversioned(const AuditInput& input, Outcomes& out) {
  const auto used = used_buckets(input.intent());
  const auto judge = [&](const text::Node& answer, const iam::AwsAnswer&) {
    const std::string bucket = answer.find("muster")->string_under("Bucket");
    const auto use = used.find(bucket);
    if (use == used.end()) {
      return;
    }
    const Asset asset{"s3-bucket", "arn:aws:s3:::" + bucket};
    const std::string status = answer.string_under("Status");
    if (status == "Enabled") {
      out.pass(asset, answer.where());
      return;
    }
    out.fail(asset, answer.where(),
             {WitnessKind::Text,
              {{"bucket", {bucket}},
               {"versioning", {status.empty() ? "never turned on" : status}},
               {"used by", use->second.roles}}})
        .arg("bucket", bucket)
        .arg("roles", text::joined(use->second.roles, ", "))
        .related(use->second.where, "what uses it");
  };
  input.model<iam::AwsAnswers>().of("s3:GetBucketVersioning", judge);
}

const Register kBundleUnversionedCheck{
    "rollback-bundle-unversioned", bundle_unversioned, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::rollback
