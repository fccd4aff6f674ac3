// Decides by the prover ("every request?"), then by counting: one request per action of the
// catalogue, on a resource that no policy mentions.
#include "checks/iam/admins.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/grants.h"
#include "checks/iam/powers.h"
#include "checks/iam/requests.h"
#include "checks/iam/strangers.h"

namespace muster::iam {
namespace {

using policy::Action;
using policy::Catalogue;

/// Requests that show what an administrator is; the first that is allowed becomes the witness.
constexpr std::array<std::string_view, 5> kTelling = {"iam:AttachRolePolicy", "iam:CreateAccessKey",
                                                      "ec2:TerminateInstances", "s3:DeleteBucket",
                                                      "lambda:UpdateFunctionCode"};

std::string resource_for(const Action& action, const Surrounding& around) {
  policy::Statement anything;
  anything.resources.emplace();
  anything.resources->push_back({"*", {}});
  const auto some = strangers(action, anything, policy::Version::V2012_10_17, around);
  return some.empty() ? "*" : some.front().arn;
}

/// Whether an action pattern may name actions of several services.
bool is_broad(const policy::Statement& statement) {
  if (statement.effect != policy::Effect::Allow) {
    return false;
  }
  return statement.not_actions ||
         std::any_of(
             statement.actions->begin(), statement.actions->end(), [](const policy::Text& pattern) {
               const std::string_view text = pattern.value;
               return text.substr(0, text.find(':')).find_first_of("*?") != std::string_view::npos;
             });
}

/// Whether counting is worth the time: a pattern over services, or very many patterns.
bool may_be_nearly_all(const Role& role) {
  constexpr std::size_t kManyPatterns = 300;
  std::size_t patterns = 0;
  for (const IdentityPolicy& identity : role.identity) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      const policy::Statement& statement = identity.policy->statements[i];
      if (is_broad(statement)) {
        return true;
      }
      patterns += statement.actions ? statement.actions->size() : 0;
    }
  }
  return patterns > kManyPatterns;
}

bool names_all_of_iam(const Role& role) {
  std::vector<Grant> together;
  for (const IdentityPolicy& identity : role.identity) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      const policy::Statement& statement = identity.policy->statements[i];
      if (statement.effect == policy::Effect::Allow && statement.actions) {
        const std::vector<Grant> more = grants_of(statement);
        together.insert(together.end(), more.begin(), more.end());
      }
    }
  }
  return is_all_of_iam(together);
}

class AdminJudge {
 public:
  explicit AdminJudge(const PipelineRole& role)
      : role_(role), powers_(role), around_(surrounding_of(*role.role)) {}

  AdminVerdict verdict() {
    AdminVerdict found{&role_, AdminKind::None, Proof::no(), role_.role->where, {}};
    const bool broad = may_be_nearly_all(*role_.role);
    const prover::Answer everything =
        broad ? powers_.can_all_of(allowing({"*"}, "*", {}))
              : prover::Answer{.verdict = prover::Verdict::No, .witness = std::nullopt};
    if (everything.verdict == prover::Verdict::Yes) {
      return proved(AdminKind::All, telling().value_or(policy::Request()), "every action");
    }
    if (const auto request = broad ? telling() : std::nullopt) {
      if (const auto extent = nearly_all(*request)) {
        return proved(AdminKind::NearlyAll, *request, *extent);
      }
    }
    if (broad || names_all_of_iam(*role_.role)) {
      if (const auto request = whole_iam()) {
        return proved(AdminKind::Iam, *request, "every action that manages permissions in IAM");
      }
    }
    if (everything.verdict == prover::Verdict::Undecided) {
      found.proof =
          Proof::undecided("whether it may do everything is not decided: " + everything.reason);
    }
    return found;
  }

 private:
  AdminVerdict proved(AdminKind kind, const policy::Request& request, std::string extent) {
    const policy::Statement* statement = powers_.statement_for(request);
    return {&role_, kind, Proof::yes(request_witness(request)),
            statement == nullptr ? role_.role->where : place_of(statement->where, *role_.role),
            std::move(extent)};
  }

  policy::Request request_for(const Action& action) const {
    policy::Request request;
    request.principal = role_.role->arn;
    request.action = policy::embedded_catalogue().full_name(action);
    request.resource = resource_for(action, around_);
    return request;
  }

  /// The first telling request that is allowed, with the context that it needs.
  std::optional<policy::Request> telling() {
    for (const std::string_view name : kTelling) {
      const Action* action = policy::embedded_catalogue().find_action(name);
      if (action == nullptr) {
        continue;
      }
      const policy::Request request = request_for(*action);
      if (auto allowed = powers_.find({request.action, request.resource, {}})) {
        return allowed;
      }
    }
    return std::nullopt;
  }

  /// How many actions are allowed, in words, if nine in ten are. Most roles are far from that, so
  /// counting ends where too many are refused.
  [[nodiscard]] std::optional<std::string> nearly_all(const policy::Request& like) const {
    const std::vector<const Action*> actions =
        policy::embedded_catalogue().expand("*", policy::Extent::Known);
    std::size_t refused = 0;
    for (const Action* action : actions) {
      policy::Request request = request_for(*action);
      request.context = like.context;
      refused += powers_.allows(request) ? 0U : 1U;
      if (refused * 10 > actions.size()) {
        return std::nullopt;
      }
    }
    return std::to_string(actions.size() - refused) + " of " + std::to_string(actions.size()) +
           " actions";
  }

  /// A request that manages permissions, if all such actions of IAM are allowed on strangers.
  std::optional<policy::Request> whole_iam() const {
    const Catalogue& catalogue = policy::embedded_catalogue();
    std::optional<policy::Request> first;
    for (const Action& action : catalogue.actions(*catalogue.find_service("iam"))) {
      const bool counts = action.last_edition == policy::kCurrent &&
                          action.level == policy::AccessLevel::PermissionsManagement;
      if (!counts) {
        continue;
      }
      const policy::Request request = request_for(action);
      if (!powers_.allows(request)) {
        return std::nullopt;
      }
      if (!first || action.name == "AttachRolePolicy") {
        first = request;
      }
    }
    return first;
  }

  const PipelineRole& role_;
  Powers powers_;
  Surrounding around_;
};

}  // namespace

AdminVerdict admin_verdict(const PipelineRole& role) {
  return AdminJudge(role).verdict();
}

Admins Admins::build(const AuditInput& input) {
  const std::vector<PipelineRole>& roles = input.model<PipelineRoles>().all();
  std::vector<std::optional<AdminVerdict>> verdicts(roles.size());
  input.each(roles.size(), [&](const Piece& piece) {
    verdicts[piece.number] = admin_verdict(roles[piece.number]);
  });
  Admins result;
  for (std::optional<AdminVerdict>& verdict : verdicts) {
    result.verdicts_.push_back(std::move(*verdict));
  }
  return result;
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::Admins>(const AuditInput&);
