// Registered OIDC providers: single ones (`get-open-id-connect-provider` with `Arn` added) or all
// of an account in one list, with details (`OpenIDConnectProviders`) or as
// `aws iam list-open-id-connect-providers` prints it (`OpenIDConnectProviderList`).
#include <algorithm>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/documents.h"
#include "checks/iam/infrastructure.h"
#include "checks/iam/model.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

std::optional<Node> list_of(const Node& root) {
  auto list = root.find("OpenIDConnectProviders");
  return list ? list : root.find("OpenIDConnectProviderList");
}

Result<OidcProvider> provider_of(const Node& node) {
  const auto arn = node.find("Arn");
  if (!arn || !arn->is(Type::String)) {
    return Error{ErrorCode::Invalid, "OIDC provider has no `Arn`", node.where()};
  }
  OidcProvider provider{std::string(arn->text()), {}, node.where()};
  const auto audiences = node.find("ClientIDList");
  if (!audiences) {
    return provider;
  }
  if (!audiences->is(Type::Sequence)) {
    return Error{ErrorCode::Invalid, "`ClientIDList` must be a list", audiences->where()};
  }
  provider.audiences.emplace();
  for (std::size_t i = 0; i < audiences->size(); ++i) {
    provider.audiences->emplace_back(audiences->at(i).text());
  }
  return provider;
}

}  // namespace

OidcProviders OidcProviders::build(const AuditInput& input) {
  OidcProviders result;
  for (const DeclaredInfrastructure::Part& part : input.model<DeclaredInfrastructure>().parts()) {
    const auto& declared = part.content.providers;
    result.providers_.insert(result.providers_.end(), declared.begin(), declared.end());
  }
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::IamOidcProviders) {
      continue;
    }
    const auto tree = parse_account_json(document);
    if (!tree) {
      result.unreadable_.push_back({document.source, tree.error()});
      continue;
    }
    const Node root = tree.value().root();
    const auto list = list_of(root);
    const std::size_t count = list ? list->size() : 1;
    if (list && !list->is(Type::Sequence)) {
      result.unreadable_.push_back(
          {document.source,
           Error{ErrorCode::Invalid, "the OIDC providers must be a list", list->where()}});
      continue;
    }
    if (list) {
      result.lists_.push_back(list->where());
    }
    for (std::size_t i = 0; i < count; ++i) {
      auto provider = provider_of(list ? list->at(i) : root);
      if (!provider) {
        result.unreadable_.push_back({document.source, provider.error()});
        continue;
      }
      if (list) {
        result.listed_accounts_.emplace_back(arn_field(provider.value().arn, kAccountField));
      }
      result.providers_.push_back(std::move(provider).value());
    }
  }
  return result;
}

const OidcProvider* OidcProviders::find(std::string_view arn) const {
  const auto found =
      std::find_if(providers_.begin(), providers_.end(),
                   [&](const OidcProvider& provider) { return provider.arn == arn; });
  return found == providers_.end() ? nullptr : &*found;
}

bool OidcProviders::lists_all_of(std::string_view account) const {
  return text::one_of(account, listed_accounts_);
}

std::vector<Unreadable> unreadable_providers(const AuditInput& input) {
  return input.model<OidcProviders>().unreadable();
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::OidcProviders>(const AuditInput&);
