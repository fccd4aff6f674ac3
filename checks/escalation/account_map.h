// The account facts as the search for edges needs them: principals by number, their powers shared
// where the policies are the same, roles by the service that they trust, carriers by their role.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "checks/escalation/power.h"
#include "checks/escalation/trusts.h"
#include "checks/escalation/ways.h"
#include "checks/iam/inventory.h"

namespace muster::escalation {

/// Number of a principal. Those of the facts come first; after them principals as they are once
/// they have changed their own policies (`stages.h`).
using Id = std::size_t;

/// What tells the powers of two principals apart: the texts of both layers, whether there is a
/// boundary, the account, and the layers of which a text is missing.
using LayersKey = std::tuple<std::vector<const policy::Policy*>, std::vector<const policy::Policy*>,
                             bool, std::string, std::set<policy::Layer>>;

class AccountMap {
 public:
  explicit AccountMap(const AuditInput& input);

  /// Those of the facts.
  [[nodiscard]] const std::vector<iam::Principal>& principals() const { return principals_; }

  /// One past the last number.
  [[nodiscard]] std::size_t size() const { return power_of_.size(); }

  /// Stays where it is.
  [[nodiscard]] const iam::Principal& principal(Id id) const {
    return is_changed(id) ? changed_[id - principals_.size()].principal : principals_[id];
  }

  /// The number of a principal of `principal()`.
  [[nodiscard]] Id id_of(const iam::Principal& principal) const;

  /// Whether it is a principal after changes, and of which principal of the facts (else itself).
  [[nodiscard]] bool is_changed(Id id) const { return id >= principals_.size(); }

  [[nodiscard]] Id origin(Id id) const {
    return is_changed(id) ? changed_[id - principals_.size()].origin : id;
  }

  /// Adds a principal as it is after changes; it takes part in the search from now on.
  Id add_changed(iam::Principal principal, Id origin);
  /// The same for a question or two: it is in no group. Taken back in the reverse order.
  Id push_trial(iam::Principal principal, Id origin);
  void pop_trial();

  /// The principal with this ARN, or of a session of such a role; null when there is none.
  [[nodiscard]] const iam::Principal* find(std::string_view arn) const;

  [[nodiscard]] const Power& power(Id id) const { return *powers_[power_of_[id]]; }

  /// The principals that share the policies of one of them; the first speaks for all unless an
  /// answer is personal.
  [[nodiscard]] const std::vector<std::vector<Id>>& groups() const { return groups_; }

  [[nodiscard]] const Power& power_of_group(std::size_t group) const { return *powers_[group]; }

  /// The groups whose policies name every action of the way.
  [[nodiscard]] const std::vector<std::size_t>& plausible(const Way& way) const {
    return plausible_[static_cast<std::size_t>(&way - ways().data())];
  }

  [[nodiscard]] const Trusts& trusts(Id id) const { return trusts_[origin(id)]; }

  /// Things of these types in the account.
  [[nodiscard]] std::vector<const iam::Resource*> things(const std::vector<std::string>& types,
                                                         std::string_view account) const;
  [[nodiscard]] bool has_things(const std::vector<std::string>& types,
                                std::string_view account) const;
  /// Things that run as the role.
  [[nodiscard]] const std::vector<const iam::Resource*>& carriers(Id role) const;
  /// The thing with this ARN, or null.
  [[nodiscard]] const iam::Resource* thing(std::string_view arn) const;

  [[nodiscard]] const iam::AccountFacts& facts() const { return facts_; }

  /// How many of the actions of all ways the texts allow.
  [[nodiscard]] std::size_t breadth_of(const std::vector<iam::IdentityPolicy>& policies);

 private:
  struct Changed {
    iam::Principal principal;
    Id origin;
  };

  void read_powers();
  /// The number of the power of these layers; makes it when there is none. `fresh`: it was made.
  std::size_t power_for(iam::PrincipalLayers layers, const std::string& account, bool& fresh);
  void join_group(Id id, std::size_t power, bool fresh);
  void read_things(const iam::Inventory& inventory);

  const std::vector<iam::Principal>& principals_;
  const iam::AccountFacts& facts_;
  std::map<std::string, Id, std::less<>> by_arn_;
  /// Roles by the ARN of their sessions, up to the name.
  std::map<std::string, Id, std::less<>> by_session_;
  TimePoint now_;
  std::deque<Changed> changed_;
  std::map<const iam::Principal*, Id> changed_ids_;
  ActionIndex index_;
  std::map<LayersKey, std::size_t> by_layers_;
  std::vector<std::size_t> power_of_;
  std::vector<std::unique_ptr<Power>> powers_;
  std::vector<std::vector<Id>> groups_;
  std::vector<std::vector<std::size_t>> plausible_;
  std::vector<Trusts> trusts_;
  std::map<std::string, std::vector<const iam::Resource*>, std::less<>> by_type_;
  std::map<std::string, const iam::Resource*, std::less<>> by_thing_arn_;
  std::vector<std::vector<const iam::Resource*>> carriers_;
};

/// A principal after changes, for as long as it lives.
class Trial {
 public:
  Trial(AccountMap& map, iam::Principal principal, Id origin)
      : map_(map), id_(map.push_trial(std::move(principal), origin)) {}

  ~Trial() { map_.pop_trial(); }

  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  [[nodiscard]] Id id() const { return id_; }

 private:
  AccountMap& map_;
  Id id_;
};

/// Whether the policies of a power name every action of the way, so that asking makes sense.
[[nodiscard]] bool is_plausible(const Power& power, const Way& way);

/// Whether the policies of a layer hold an unconditional Allow of everything.
[[nodiscard]] bool allows_everything(const std::vector<iam::SharedPolicy>& policies);

}  // namespace muster::escalation
