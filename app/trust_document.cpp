// Finds the trust policies in a file.
#include "app/trust_document.h"

#include <algorithm>

#include "app/repository.h"
#include "checks/iam/documents.h"

namespace muster::app {
namespace {

constexpr std::size_t kFileLimit = std::size_t{64} << 20U;

bool is_wanted(const iam::RoleDocument& document, const std::string& role) {
  return role.empty() || document.arn == role || document.name == role;
}

Result<std::vector<TrustDocument>> from_roles(const text::Node& root, const std::string& file,
                                              const std::string& role) {
  std::vector<TrustDocument> out;
  for (iam::RoleDocument& document : iam::role_documents(root)) {
    if (!is_wanted(document, role)) {
      continue;
    }
    if (!document.trust) {
      return document.trust.error();
    }
    out.push_back({document.arn, document.name, std::move(document.trust).value()});
  }
  if (out.empty()) {
    const std::string what = role.empty() ? "no role" : "no role `" + role + "`";
    return Error{ErrorCode::Usage, "`" + file + "` describes " + what, std::nullopt};
  }
  return out;
}

}  // namespace

Result<std::vector<TrustDocument>> read_trust_documents(const std::string& file,
                                                        const std::string& role) {
  const SourceId source(file == "-" ? "<stdin>" : file);
  MUSTER_TRY(std::string bytes, read_argument(file, source, kFileLimit));
  MUSTER_TRY(const auto tree,
             iam::parse_account_json({DocumentKind::IamRole, source, std::move(bytes)}));
  const text::Node root = tree.root();
  if (root.find("Role") || root.find("RoleDetailList")) {
    return from_roles(root, file, role);
  }
  MUSTER_TRY(policy::Policy policy, policy::read_policy(root, policy::PolicyType::Trust));
  return std::vector<TrustDocument>{{"", source.path(), std::move(policy)}};
}

}  // namespace muster::app
