// Quotas. Source: IAM and AWS STS quotas; Quotas for AWS Organizations.
#include "checks/lint/families.h"

namespace muster::lint {
namespace {

constexpr std::size_t kInline = 10'240;
constexpr std::size_t kManaged = 6'144;
/// The default; an account may have it raised.
constexpr std::size_t kTrust = 2'048;
constexpr std::size_t kResourceControl = 5'120;

std::string exceeds(std::size_t characters, std::size_t quota) {
  return std::to_string(characters) + " characters without white space, more than the " +
         std::to_string(quota) + " of ";
}

}  // namespace

void judge_size(const Subject& subject, std::size_t characters) {
  Report& out = subject.out;
  const DocumentType type = subject.document.type;
  if (type == DocumentType::Identity && characters > kInline) {
    out.add(Code::PolicySizeExceedsIdentityPolicyQuota,
            exceeds(characters, kInline) + "an inline policy", out.whole());
  } else if (type == DocumentType::Identity && characters > kManaged) {
    out.add(Code::MusterManagedPolicySize, exceeds(characters, kManaged) + "a managed policy",
            out.whole());
  } else if (type == DocumentType::Trust && characters > kTrust) {
    out.add(Code::PolicySizeExceedsRoleTrustPolicyQuota,
            exceeds(characters, kTrust) + "a trust policy", out.whole());
  } else if (type == DocumentType::ResourceControl && characters > kResourceControl) {
    out.add(Code::PolicySizeExceedsRcpQuota,
            exceeds(characters, kResourceControl) + "a resource control policy", out.whole());
  }
}

}  // namespace muster::lint
