// Looks at which elements there are, not at what they hold.
#include "checks/policy/infer.h"

namespace muster::policy {
namespace {

struct Seen {
  bool principal = false;
  bool resource = false;

  void look(const text::Node& statement) {
    principal = principal || statement.find("Principal") || statement.find("NotPrincipal");
    resource = resource || statement.find("Resource") || statement.find("NotResource");
  }
};

}  // namespace

PolicyType infer_type(const text::Node& root) {
  Seen seen;
  const auto statements = root.find("Statement");
  if (statements && statements->is(text::Type::Sequence)) {
    for (std::size_t i = 0; i < statements->size(); ++i) {
      seen.look(statements->at(i));
    }
  } else if (statements) {
    seen.look(*statements);
  }
  return !seen.principal ? PolicyType::Identity
         : seen.resource ? PolicyType::Resource
                         : PolicyType::Trust;
}

}  // namespace muster::policy
