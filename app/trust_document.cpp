// Finds the trust policies in a file.
#include "app/trust_document.h"

#include <algorithm>

#include "app/recognise.h"
#include "app/repository.h"
#include "checks/iam/documents.h"
#include "checks/iam/infrastructure.h"

namespace muster::app {
namespace {

constexpr std::size_t kTrustFileLimit = std::size_t{64} << 20U;

bool is_wanted(const iam::RoleDocument& document, const std::string& role) {
  return role.empty() || document.arn == role || document.name == role;
}

Result<std::vector<TrustDocument>> found(std::vector<TrustDocument> documents,
                                         const std::string& file, const std::string& role) {
  if (documents.empty()) {
    const std::string what = role.empty() ? "no role" : "no role `" + role + "`";
    return Error{ErrorCode::Usage, "`" + file + "` describes " + what, std::nullopt};
  }
  return documents;
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
  return found(std::move(out), file, role);
}

Result<std::vector<TrustDocument>> from_infrastructure(const Document& document,
                                                       const std::string& file,
                                                       const std::string& role) {
  MUSTER_TRY(iam::Infrastructure infrastructure, iam::read_infrastructure(document));
  std::vector<TrustDocument> out;
  for (iam::DeclaredHolder& holder : infrastructure.holders) {
    const bool wanted =
        role.empty() || holder.arn == role || holder.name == role || holder.address == role;
    if (!wanted || !holder.trust) {
      continue;
    }
    if (!*holder.trust) {
      return holder.trust->error();
    }
    const std::string& name = holder.name.empty() ? holder.address : holder.name;
    out.push_back({holder.arn, name, std::move(*holder.trust).value()});
  }
  return found(std::move(out), file, role);
}

}  // namespace

Result<std::vector<TrustDocument>> read_trust_documents(const std::string& file,
                                                        const std::string& role) {
  const SourceId source(file == "-" ? "<stdin>" : file);
  MUSTER_TRY(std::string bytes, read_argument(file, source, kTrustFileLimit));
  const std::optional<DocumentKind> kind = recognise_content(file, bytes).kind;
  if (kind == DocumentKind::CloudFormation || kind == DocumentKind::Terraform) {
    return from_infrastructure({*kind, source, std::move(bytes)}, file, role);
  }
  MUSTER_TRY(const auto tree,
             iam::parse_account_json({DocumentKind::IamRole, source, std::move(bytes)}));
  const text::Node root = tree.root().find("authorization_details").value_or(tree.root());
  if (root.find("Role") || root.find("RoleDetailList")) {
    return from_roles(root, file, role);
  }
  MUSTER_TRY(policy::Policy policy, policy::read_policy(root, policy::PolicyType::Trust));
  return std::vector<TrustDocument>{{"", source.path(), std::move(policy)}};
}

}  // namespace muster::app
