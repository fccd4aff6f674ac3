// An account does not keep its buckets private as a whole: a policy or an access list can open any
// bucket that has no block of its own. Source: Amazon S3 User Guide, "Blocking public access to
// your Amazon S3 storage": the stricter of the account's and the bucket's settings holds.
#include <array>

#include "checks/iam/aws_answers.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

constexpr std::array<std::string_view, 4> kSettings = {
    "BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"};

void account_public_access(const AuditInput& input, Outcomes& out) {
  for (const AwsAnswer& answer : input.model<AwsAnswers>().all()) {
    const auto settings = answer.tree.root().find("PublicAccessBlockConfiguration");
    const auto origin = answer.tree.root().find("muster");
    if (!settings || !origin || answer.account.empty() || !origin->string_under("Bucket").empty()) {
      continue;
    }
    std::vector<std::string> off;
    for (const std::string_view setting : kSettings) {
      if (!settings->flag_under(setting)) {
        off.emplace_back(setting);
      }
    }
    const Asset asset{"aws-account", answer.account};
    if (off.empty()) {
      out.pass(asset, settings->where());
      continue;
    }
    out.fail(asset, settings->where(),
             {WitnessKind::Text, {{"account", {answer.account}}, {"off", off}}})
        .arg("account", answer.account)
        .arg("settings", text::joined(off, ", "));
  }
}

const Register kAccountPublicAccessCheck{
    "iam-account-public-access", account_public_access, {unreadable_aws_answers}};

}  // namespace
}  // namespace muster::iam
