// Case split over owners and repositories. Names and ids belong together: a declared repository has
// its declared ids, and nobody else has them. An id that the policy names while the facts leave ids
// open is taken to be a trusted one.
#include "checks/oidc/identities.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace muster::oidc {
namespace {

using Kind = ValueRule::Kind;
using Names = std::set<std::string>;

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
    for (const RepositoryFact& fact : universe_.repositories) {
      owners_.insert(owner_of(fact.name));
      repositories_.insert(fact.name);
      if (!fact.owner_id.empty()) {
        owner_ids_[owner_of(fact.name)] = fact.owner_id;
        known_owner_ids_.insert(fact.owner_id);
      }
      if (!fact.id.empty()) {
        repository_ids_[fact.name] = fact.id;
        known_repository_ids_.insert(fact.id);
      }
    }
    const OpenIds open = open_ids(universe_, literals_);
    trusted_owner_ids_ = united(known_owner_ids_, open.owner_ids);
    trusted_repository_ids_ = united(known_repository_ids_, open.repository_ids);
  }

  [[nodiscard]] bool is_declared(const std::string& repository) const {
    return universe_.repositories.empty() || repositories_.contains(repository);
  }

  void exclude(Identity& identity, const std::string& claim, const Names& values) {
    if (!values.empty()) {
      identity.demands.push_back(Demands::not_(demands_.one_of(claim, listed(values))));
    }
  }

  /// Strangers do not have the trusted ids, unless the scope asks for one by its value.
  void exclude_ids(Identity& identity, const std::string& claim, const ValueRule& rule,
                   const Names& trusted, const Names& known) {
    exclude(identity, claim, rule.kind == Kind::OneOf ? known : trusted);
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
    exclude_ids(identity, "repository_owner_id", scope_.owner_id, trusted_owner_ids_,
                known_owner_ids_);
    exclude_ids(identity, "repository_id", scope_.repository_id, trusted_repository_ids_,
                known_repository_ids_);
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
    exclude_ids(identity, "repository_id", scope_.repository_id,
                stranger ? trusted_repository_ids_ : known_repository_ids_, known_repository_ids_);
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

Names without(const Names& names, const Names& removed) {
  Names out;
  std::set_difference(names.begin(), names.end(), removed.begin(), removed.end(),
                      std::inserter(out, out.end()));
  return out;
}

}  // namespace

std::string owner_of(const std::string& repository) {
  return repository.substr(0, repository.find('/'));
}

OpenIds open_ids(const Universe& universe, const Literals& literals) {
  Names owner_ids;
  Names repository_ids;
  bool all_owners = !universe.repositories.empty();
  bool all_repositories = all_owners;
  for (const RepositoryFact& fact : universe.repositories) {
    all_owners = all_owners && !fact.owner_id.empty();
    all_repositories = all_repositories && !fact.id.empty();
    owner_ids.insert(fact.owner_id);
    repository_ids.insert(fact.id);
  }
  return {all_owners ? Names() : without(literals.owner_ids, owner_ids),
          all_repositories ? Names() : without(literals.repository_ids, repository_ids)};
}

std::vector<Identity> identities_of(const ShapeInput& input, Demands& demands) {
  return Split(input, demands).run();
}

}  // namespace muster::oidc
