// The account facts as the search for edges needs them: principals by number, their powers shared
// where the policies are the same, roles by the service that they trust, carriers by their role.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/escalation/power.h"
#include "checks/escalation/trusts.h"
#include "checks/escalation/ways.h"
#include "checks/iam/inventory.h"

namespace muster::escalation {

/// Number of a principal.
using Id = std::size_t;

class AccountMap {
 public:
  explicit AccountMap(const AuditInput& input);

  [[nodiscard]] const std::vector<iam::Principal>& principals() const { return principals_; }

  [[nodiscard]] const iam::Principal& principal(Id id) const { return principals_[id]; }

  /// The number of this principal of `principals()`.
  [[nodiscard]] Id id_of(const iam::Principal& principal) const {
    return static_cast<Id>(&principal - principals_.data());
  }

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

  [[nodiscard]] const Trusts& trusts(Id id) const { return trusts_[id]; }

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

 private:
  void read_powers(TimePoint now);
  void read_things(const iam::Inventory& inventory);

  const std::vector<iam::Principal>& principals_;
  const iam::AccountFacts& facts_;
  std::map<std::string, Id, std::less<>> by_arn_;
  /// Roles by the ARN of their sessions, up to the name.
  std::map<std::string, Id, std::less<>> by_session_;
  ActionIndex index_;
  std::vector<std::size_t> power_of_;
  std::vector<std::unique_ptr<Power>> powers_;
  std::vector<std::vector<Id>> groups_;
  std::vector<std::vector<std::size_t>> plausible_;
  std::vector<Trusts> trusts_;
  std::map<std::string, std::vector<const iam::Resource*>, std::less<>> by_type_;
  std::map<std::string, const iam::Resource*, std::less<>> by_thing_arn_;
  std::vector<std::vector<const iam::Resource*>> carriers_;
};

/// Whether the policies of a power name every action of the way, so that asking makes sense.
[[nodiscard]] bool is_plausible(const Power& power, const Way& way);

/// Whether the policies of a layer hold an unconditional Allow of everything.
[[nodiscard]] bool allows_everything(const std::vector<iam::SharedPolicy>& policies);

}  // namespace muster::escalation
