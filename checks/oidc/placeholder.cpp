// A value that was copied from an example and never filled in: `YOUR_ORG`, `<owner>`, `{{repo}}`,
// `${GITHUB_REPOSITORY}`. Nobody's token holds it, or the first who registers the name gets in.
#include <array>

#include "checks/oidc/federated.h"

namespace muster::oidc {
namespace {

constexpr std::array<std::string_view, 10> kMarks = {
    "your_",     "your-org",   "your-repo",  "changeme", "change_me",
    "change-me", "replace_me", "replace-me", "{{",       "<"};

/// `${NAME}` without a colon is no policy variable; `${*}`, `${?}` and `${$}` are escapes.
bool has_shell_variable(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos;
       at = text.find("${", at + 2)) {
    const std::string_view name = text.substr(at + 2, text.find('}', at) - at - 2);
    if (name.size() > 1 && name.find(':') == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

bool is_placeholder(std::string_view text) {
  const std::string plain = policy::lower(text);
  for (const std::string_view mark : kMarks) {
    if (plain.find(mark) != std::string::npos) {
      return true;
    }
  }
  return has_shell_variable(text) || text.find("EXAMPLE") != std::string_view::npos;
}

void placeholder(const AuditInput& input, Outcomes& out) {
  judge_clauses(input, out,
                [&](const FederatedStatement& federated, const policy::Condition& clause) {
                  bool reported = false;
                  for (const policy::Text& value : clause.values) {
                    if (is_placeholder(value.value)) {
                      reported = true;
                      out.fail(federated.role->asset(), value.where, clause_witness(clause))
                          .arg("value", value.value)
                          .anchor(anchor_of(*federated.statement, clause) + "/" + value.value);
                    }
                  }
                  return reported;
                });
}

const Register kPlaceholderCheck{"oidc-placeholder", placeholder, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
