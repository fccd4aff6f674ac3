// Case split over owners and repositories. Names and ids belong together: a declared repository has
// its declared ids, and nobody else has them. An id that the policy names while the facts leave ids
// open is taken to be a trusted one.
#include "checks/oidc/identities.h"

#include <algorithm>
#include <set>

namespace muster::oidc {
namespace {

using Kind = ValueRule::Kind;
using Names = std::set<std::string>;

std::string owner_of(const std::string& repository) {
  return repository.substr(0, repository.find('/'));
}

std::string name_of(const std::string& repository) {
  return repository.substr(std::min(repository.find('/'), repository.size() - 1) + 1);
}

std::vector<std::string> listed(const Names& names) {
  return {names.begin(), names.end()};
}

Names united(Names a, const Names& b) {
  a.insert(b.begin(), b.end());
  return a;
}

class Split {
 public:
  Split(const ShapeInput& input, Demands& demands)
      : scope_(input.scope),
        universe_(input.universe),
        literals_(input.literals),
        demands_(demands) {
    collect_facts();
  }

  std::vector<Identity> run() {
    if (scope_.repository.kind == Kind::OneOf) {
      for (const std::string& repository : scope_.repository.values) {
        add_exact(repository);
      }
      return std::move(out_);
    }
    switch (scope_.owner.kind) {
      case Kind::OneOf:
        for (const std::string& owner : scope_.owner.values) {
          add_owner(owner);
        }
        break;
      case Kind::Any:
        for (const auto& [owner, id] : owner_ids_) {
          add_owner(owner);
        }
        add_other_owner();
        break;
      case Kind::Fresh:
      case Kind::Outside:
        add_outsider();
        break;
    }
    return std::move(out_);
  }

 private:
  void collect_facts() {
    bool all_owner_ids = true;
    bool all_repository_ids = true;
    for (const RepositoryFact& fact : universe_.repositories) {
      owners_.insert(owner_of(fact.name));
      repositories_.insert(fact.name);
      all_owner_ids = all_owner_ids && !fact.owner_id.empty();
      all_repository_ids = all_repository_ids && !fact.id.empty();
      if (!fact.owner_id.empty()) {
        owner_ids_[owner_of(fact.name)] = fact.owner_id;
        trusted_owner_ids_.insert(fact.owner_id);
      }
      if (!fact.id.empty()) {
        repository_ids_[fact.name] = fact.id;
        trusted_repository_ids_.insert(fact.id);
      }
    }
    known_owner_ids_ = trusted_owner_ids_;
    known_repository_ids_ = trusted_repository_ids_;
    if (universe_.repositories.empty() || !all_owner_ids) {
      trusted_owner_ids_ = united(trusted_owner_ids_, literals_.owner_ids);
    }
    if (universe_.repositories.empty() || !all_repository_ids) {
      trusted_repository_ids_ = united(trusted_repository_ids_, literals_.repository_ids);
    }
  }

  [[nodiscard]] bool is_declared(const std::string& repository) const {
    return universe_.repositories.empty() || repositories_.contains(repository);
  }

  void exclude(Identity& identity, const std::string& claim, const Names& values) {
    if (!values.empty()) {
      identity.demands.push_back(Demands::not_(demands_.one_of(claim, listed(values))));
    }
  }

  void bind_owner(Identity& identity, const std::string& owner) {
    identity.bindings["owner"] = {owner, false, false};
    const auto id = owner_ids_.find(owner);
    if (scope_.owner_id.kind == Kind::Fresh) {
      exclude(identity, "repository_owner_id", united(known_owner_ids_, literals_.owner_ids));
    } else if (id != owner_ids_.end()) {
      identity.bindings["owner_id"] = {id->second, false, false};
    } else {
      exclude(identity, "repository_owner_id", known_owner_ids_);
    }
  }

  void bind_repository(Identity& identity, const std::string& repository) {
    identity.bindings["repo"] = {name_of(repository), false, false};
    const auto id = repository_ids_.find(repository);
    if (scope_.repository_id.kind == Kind::Fresh) {
      exclude(identity, "repository_id", united(known_repository_ids_, literals_.repository_ids));
    } else if (id != repository_ids_.end()) {
      identity.bindings["repository_id"] = {id->second, false, false};
    } else {
      exclude(identity, "repository_id", known_repository_ids_);
    }
    identity.declared = is_declared(repository);
  }

  void add_exact(const std::string& repository) {
    Identity identity;
    bind_owner(identity, owner_of(repository));
    bind_repository(identity, repository);
    finish(std::move(identity));
  }

  /// A named owner with whatever repository the scope wants.
  void add_owner(const std::string& owner) {
    if (scope_.repository.kind == Kind::Any) {
      for (const auto& [repository, id] : repository_ids_) {
        if (owner_of(repository) == owner) {
          add_exact(repository);
        }
      }
    }
    Identity identity;
    bind_owner(identity, owner);
    add_with_other_repository(std::move(identity));
  }

  /// Any owner but those whose ids are known.
  void add_other_owner() {
    Identity identity;
    if (!owner_ids_.empty()) {
      Names names;
      for (const auto& [owner, id] : owner_ids_) {
        names.insert(owner);
      }
      exclude(identity, "owner", names);
      exclude(identity, "repository_owner_id", known_owner_ids_);
    }
    add_with_other_repository(std::move(identity));
  }

  void add_outsider() {
    Identity identity;
    const bool fresh = scope_.owner.kind == Kind::Fresh;
    identity.bindings["owner"] = {std::nullopt, fresh, false};
    exclude(identity, "owner",
            fresh ? united(owners_, literals_.owners)
                  : Names(scope_.owner.values.begin(), scope_.owner.values.end()));
    exclude(identity, "repository_owner_id", trusted_owner_ids_);
    exclude(identity, "repository_id", trusted_repository_ids_);
    add_with_other_repository(std::move(identity));
  }

  /// A repository that is not given by name.
  void add_with_other_repository(Identity identity) {
    const Kind kind = scope_.repository.kind;
    identity.bindings["repo"] = {std::nullopt, kind == Kind::Fresh, false};
    if (kind == Kind::Fresh) {
      exclude(identity, "repository", united(repositories_, literals_.repositories));
    } else if (kind == Kind::Outside) {
      exclude(identity, "repository",
              Names(scope_.repository.values.begin(), scope_.repository.values.end()));
    }
    const bool stranger = kind != Kind::Any;
    exclude(identity, "repository_id", stranger ? trusted_repository_ids_ : known_repository_ids_);
    if (!stranger && !repository_ids_.empty()) {
      Names names;
      for (const auto& [repository, id] : repository_ids_) {
        names.insert(repository);
      }
      exclude(identity, "repository", names);
    }
    finish(std::move(identity));
  }

  void finish(Identity identity) {
    const std::pair<const char*, const ValueRule*> ids[] = {
        {"repository_owner_id", &scope_.owner_id}, {"repository_id", &scope_.repository_id}};
    for (const auto& [claim, rule] : ids) {
      if (rule->kind == Kind::OneOf) {
        identity.demands.push_back(demands_.one_of(claim, rule->values));
      } else if (rule->kind == Kind::Outside) {
        identity.demands.push_back(Demands::not_(demands_.one_of(claim, rule->values)));
      }
    }
    out_.push_back(std::move(identity));
  }

  const Scope& scope_;
  const Universe& universe_;
  const Literals& literals_;
  Demands& demands_;
  Names owners_;
  Names repositories_;
  std::map<std::string, std::string> owner_ids_;
  std::map<std::string, std::string> repository_ids_;
  Names known_owner_ids_;
  Names known_repository_ids_;
  /// What a stranger cannot have.
  Names trusted_owner_ids_;
  Names trusted_repository_ids_;
  std::vector<Identity> out_;
};

}  // namespace

std::vector<Identity> identities_of(const ShapeInput& input, Demands& demands) {
  return Split(input, demands).run();
}

}  // namespace muster::oidc
