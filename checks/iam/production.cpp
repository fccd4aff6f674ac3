// Collects names that the declared roles of each side use, and subtracts.
#include "checks/iam/production.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "checks/core/model.h"
#include "checks/iam/strangers.h"
#include "checks/policy/arn.h"

namespace muster::iam {
namespace {

using policy::Statement;

template <class Visit>
void each_allow(const Role& role, Visit visit) {
  for (const IdentityPolicy& identity : role.identity) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      if (identity.policy->statements[i].effect == policy::Effect::Allow) {
        visit(identity.policy->statements[i]);
      }
    }
  }
}

bool is_literal(std::string_view text) {
  return text.find_first_of("*?$") == std::string_view::npos;
}

/// The ARN that an entry names: itself, or a stranger below it when only its end is open and a name
/// stands before (`arn:aws:s3:::shop-prod/*`, not `…:instance/*`); else empty.
std::string named_by(const std::string& entry) {
  const auto arn = policy::split_arn(entry);
  if (!arn || arn->resource.empty()) {
    return {};
  }
  if (is_literal(entry)) {
    return entry;
  }
  const std::string_view front = std::string_view(entry).substr(0, entry.size() - 1);
  const bool below = entry.ends_with("/*") || entry.ends_with(":*");
  const std::string_view name = arn->resource.substr(0, arn->resource.size() - 2);
  const bool is_named = arn->service == "s3" || name.find_first_of("/:") != std::string_view::npos;
  return below && is_literal(front) && is_named && !name.empty()
             ? std::string(front) + std::string(kStranger)
             : std::string();
}

/// `env` of `aws:ResourceTag/env` and `ssm:resourceTag/env`; empty for other keys.
std::string tag_of(const std::string& key) {
  const std::string folded = policy::lower(key);
  const std::size_t at = folded.find("resourcetag/");
  return at == std::string::npos ? std::string() : key.substr(at + 12);
}

struct TagDemand {
  std::string tag;
  ProductionTag demand;
};

void add_demands(const Statement& statement, std::vector<TagDemand>& demands) {
  for (const policy::Condition& clause : statement.conditions) {
    const std::string tag = tag_of(clause.key.value);
    const bool equals = clause.op.kind == policy::OperatorKind::StringEquals ||
                        clause.op.kind == policy::OperatorKind::StringLike;
    const bool plain = equals && !clause.op.negated && !clause.op.if_exists &&
                       clause.op.quantifier == policy::Quantifier::None;
    for (const policy::Text& value : clause.values) {
      if (!tag.empty() && plain && is_literal(value.value)) {
        demands.push_back({tag, {clause.key.value, value.value, clause.where}});
      }
    }
  }
}

class Collector {
 public:
  explicit Collector(const AuditInput& input) : input_(input) {}

  ProductionThings collect() {
    for (const Role& role : input_.model<Roles>().all()) {
      const Side side = side_of(role, input_.intent());
      if (role.proposed || role.intent == nullptr) {
        continue;
      }
      if (side == Side::Production) {
        production_role(role);
      } else {
        other_role(role);
      }
    }
    variables();
    ProductionThings found;
    for (const auto& [entry, thing] : named_) {
      if (!shared_.contains(entry)) {
        found.things.push_back(thing);
      }
    }
    for (const TagDemand& demand : demands_) {
      if (is_production_tag(demand)) {
        found.tags.push_back(demand.demand);
      }
    }
    return found;
  }

 private:
  void name(const std::string& entry, ProductionThing thing) {
    if (!thing.arn.empty()) {
      named_.emplace(entry, std::move(thing));
    }
  }

  void production_role(const Role& role) {
    name(role.arn, {role.arn, "role of production", role.where, role.account});
    each_allow(role, [&](const Statement& statement) {
      for (const policy::Text& entry : statement.resources.value_or(std::vector<policy::Text>())) {
        name(entry.value, {named_by(entry.value), "named by role `" + role.name + "` alone",
                           entry.where, role.account});
      }
      add_demands(statement, demands_);
    });
  }

  void other_role(const Role& role) {
    shared_.insert(role.arn);
    each_allow(role, [&](const Statement& statement) {
      for (const policy::Text& entry : statement.resources.value_or(std::vector<policy::Text>())) {
        shared_.insert(entry.value);
      }
      add_demands(statement, elsewhere_);
    });
  }

  void variables() {
    for (const Variable& variable : input_.intent().variables) {
      open_values_.insert(variable.value);
    }
    for (const IntentEnvironment& environment : input_.intent().environments) {
      for (const Variable& variable : environment.variables) {
        if (environment.kind != EnvironmentClass::Production) {
          open_values_.insert(variable.value);
        }
      }
    }
    for (const IntentEnvironment& environment : input_.intent().environments) {
      for (const Variable& variable : environment.variables) {
        const bool counts = environment.kind == EnvironmentClass::Production &&
                            is_literal(variable.value) && !open_values_.contains(variable.value);
        if (counts && policy::split_arn(variable.value)) {
          name(variable.value,
               {variable.value,
                "variable `" + variable.name + "` of environment `" + environment.name + "`",
                environment.where, std::string(arn_field(variable.value, kAccountField))});
        }
      }
    }
  }

  /// Whether the value of the tag tells production from the rest.
  [[nodiscard]] bool is_production_tag(const TagDemand& wanted) const {
    const auto& environments = input_.intent().environments;
    const bool named = std::any_of(
        environments.begin(), environments.end(), [&](const IntentEnvironment& environment) {
          return environment.kind == EnvironmentClass::Production &&
                 text::equals_ignoring_case(environment.name, wanted.demand.value);
        });
    bool told_apart = false;
    for (const TagDemand& other : elsewhere_) {
      if (other.tag == wanted.tag && other.demand.value == wanted.demand.value) {
        return false;
      }
      told_apart = told_apart || other.tag == wanted.tag;
    }
    return named || told_apart;
  }

  const AuditInput& input_;
  std::map<std::string, ProductionThing> named_;
  std::set<std::string> shared_;
  std::set<std::string> open_values_;
  std::vector<TagDemand> demands_;
  std::vector<TagDemand> elsewhere_;
};

}  // namespace

Side side_of(const Role& role, const Intent& intent) {
  return role.intent == nullptr ? Side::Unclear : side_of(role.intent->environments, intent);
}

Side side_of(const std::vector<std::string>& environments, const Intent& intent) {
  std::set<Side> sides;
  for (const std::string& name : environments) {
    const IntentEnvironment* known = intent.environment(name);
    const EnvironmentClass kind = known == nullptr ? EnvironmentClass::Unknown : known->kind;
    sides.insert(kind == EnvironmentClass::Production ? Side::Production
                 : kind == EnvironmentClass::Unknown  ? Side::Unclear
                                                      : Side::Elsewhere);
  }
  return sides.size() == 1 ? *sides.begin() : Side::Unclear;
}

ProductionThings ProductionThings::build(const AuditInput& input) {
  return Collector(input).collect();
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::ProductionThings>(
    const AuditInput&);
