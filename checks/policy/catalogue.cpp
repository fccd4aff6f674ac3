// Look-ups in the sorted tables of the catalogue.
#include "checks/policy/catalogue.h"

#include <algorithm>
#include <cassert>

#include "checks/core/rule.h"
#include "checks/policy/catalogue_tables.h"
#include "checks/policy/glob.h"
#include "checks/policy/model.h"

namespace muster::policy {
namespace {

template <class Entry>
std::span<const Entry> part(const std::vector<Entry>& table, Slice slice) {
  return std::span(table).subspan(slice.begin, slice.count);
}

Standing standing(const std::uint8_t* last_edition) {
  if (last_edition == nullptr) {
    return Standing::Unknown;
  }
  return *last_edition == kCurrent ? Standing::Known : Standing::Retired;
}

/// The actions whose lower-case names begin with `prefix`.
std::span<const Action> with_prefix(const CatalogueTables& tables, std::span<const Action> actions,
                                    std::string_view prefix) {
  const auto head = [&](const Action& action) {
    return tables.lowered(action.name).substr(0, prefix.size());
  };
  const auto begin =
      std::lower_bound(actions.begin(), actions.end(), prefix,
                       [&](const Action& a, std::string_view p) { return head(a) < p; });
  const auto end =
      std::upper_bound(begin, actions.end(), prefix,
                       [&](std::string_view p, const Action& a) { return p < head(a); });
  return {begin, end};
}

struct ActionPattern {
  /// Lower case.
  std::string_view name;
  Extent extent = Extent::Known;
};

void expand_service(const CatalogueTables& tables, const Service& service,
                    const ActionPattern& pattern, std::vector<const Action*>& out) {
  const std::string_view literal =
      pattern.name.substr(0, std::min(pattern.name.find_first_of("*?"), pattern.name.size()));
  for (const Action& action : with_prefix(tables, part(tables.actions, service.actions), literal)) {
    const bool wanted = action.last_edition == kCurrent || pattern.extent == Extent::WithRetired;
    if (wanted && glob_match(pattern.name, tables.lowered(action.name), Wildcards{})) {
      out.push_back(&action);
    }
  }
}

constexpr std::string_view kFileName = "rules/data/aws-actions.txt";

Catalogue read_embedded() {
  auto read = Catalogue::parse(action_catalogue_bytes(), SourceId(std::string(kFileName)));
  assert(read.ok());
  return std::move(read).value();
}

/// The first call settles it: with `replacement` if there is one.
const Catalogue& settled_catalogue(Catalogue* replacement) {
  static const Catalogue kCatalogue =
      replacement != nullptr ? std::move(*replacement) : read_embedded();
  return kCatalogue;
}

}  // namespace

Catalogue::Catalogue(std::unique_ptr<const CatalogueTables> tables) : tables_(std::move(tables)) {}

Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Result<Catalogue> Catalogue::parse(std::string_view bytes, const SourceId& source) {
  MUSTER_TRY(CatalogueTables tables, read_catalogue(bytes, source));
  return Catalogue(std::make_unique<const CatalogueTables>(std::move(tables)));
}

std::string_view Catalogue::source() const {
  return tables_->source;
}

std::span<const Edition> Catalogue::editions() const {
  return tables_->editions;
}

std::string_view Catalogue::date() const {
  return tables_->editions.back().date;
}

std::string_view Catalogue::dependents_date() const {
  return last_seen(tables_->dependents_edition);
}

std::span<const Service> Catalogue::services() const {
  return tables_->services;
}

const Service* Catalogue::find_service(std::string_view prefix) const {
  const std::string wanted = lower(prefix);
  const auto& all = tables_->services;
  const auto found = std::lower_bound(
      all.begin(), all.end(), wanted,
      [](const Service& service, const std::string& name) { return service.prefix < name; });
  return found != all.end() && found->prefix == wanted ? &*found : nullptr;
}

Standing Catalogue::service_standing(std::string_view prefix) const {
  const Service* service = find_service(prefix);
  return standing(service == nullptr ? nullptr : &service->last_edition);
}

std::span<const Action> Catalogue::actions(const Service& service) const {
  return part(tables_->actions, service.actions);
}

std::span<const ResourceType> Catalogue::resource_types(const Service& service) const {
  return part(tables_->types, service.types);
}

std::span<const ConditionKey> Catalogue::keys(const Service& service) const {
  return part(tables_->keys, service.keys);
}

const Action* Catalogue::find_action(std::string_view name) const {
  const std::size_t colon = name.find(':');
  const Service* service =
      colon == std::string_view::npos ? nullptr : find_service(name.substr(0, colon));
  if (service == nullptr) {
    return nullptr;
  }
  const std::string wanted = lower(name.substr(colon + 1));
  const auto all = actions(*service);
  const auto found = std::lower_bound(all.begin(), all.end(), wanted,
                                      [&](const Action& action, const std::string& text) {
                                        return tables_->lowered(action.name) < text;
                                      });
  return found != all.end() && tables_->lowered(found->name) == wanted ? &*found : nullptr;
}

Standing Catalogue::action_standing(std::string_view name) const {
  const Action* action = find_action(name);
  return standing(action == nullptr ? nullptr : &action->last_edition);
}

std::vector<const Action*> Catalogue::expand(std::string_view pattern, Extent extent) const {
  const std::string folded = pattern == "*" ? "*:*" : lower(pattern);
  std::vector<const Action*> out;
  const std::size_t colon = folded.find(':');
  if (colon == std::string::npos) {
    return out;
  }
  const std::string_view prefix = std::string_view(folded).substr(0, colon);
  const ActionPattern names{std::string_view(folded).substr(colon + 1), extent};
  if (!has_wildcard(prefix)) {
    const Service* service = find_service(prefix);
    if (service != nullptr) {
      expand_service(*tables_, *service, names, out);
    }
    return out;
  }
  for (const Service& service : tables_->services) {
    if (glob_match(prefix, service.prefix, Wildcards{})) {
      expand_service(*tables_, service, names, out);
    }
  }
  return out;
}

std::string Catalogue::full_name(const Action& action) const {
  return std::string(service_of(action).prefix) + ":" + std::string(action.name);
}

const Service& Catalogue::service_of(const Action& action) const {
  return tables_->services[action.service];
}

std::span<const ResourceUse> Catalogue::uses(const Action& action) const {
  return part(tables_->uses, action.uses);
}

const ResourceType& Catalogue::type_of(const ResourceUse& use) const {
  return tables_->types[use.type];
}

std::string_view Catalogue::unscopable_until(const Action& action) const {
  return last_seen(action.star_edition);
}

std::vector<std::string_view> Catalogue::dependents(const Action& action) const {
  return split_list(action.written_dependents);
}

std::span<const ConditionKey> Catalogue::global_keys() const {
  return part(tables_->keys, {0, tables_->global_keys});
}

const ConditionKey* Catalogue::find_key(std::string_view written) const {
  const std::string wanted = lower(written);
  const auto& names = tables_->keys_by_name;
  const auto name_of = [&](std::uint32_t key) { return tables_->lowered(tables_->keys[key].name); };
  const auto found = std::lower_bound(
      names.begin(), names.end(), wanted,
      [&](std::uint32_t key, const std::string& text) { return name_of(key) < text; });
  if (found != names.end() && name_of(*found) == wanted) {
    return &tables_->keys[*found];
  }
  for (const KeyTemplate& candidate : tables_->templates) {
    if (glob_match(candidate.glob, wanted, Wildcards{})) {
      return &tables_->keys[candidate.key];
    }
  }
  return nullptr;
}

std::vector<const ConditionKey*> Catalogue::usable_keys(const Action& action) const {
  std::vector<std::uint32_t> keys;
  const auto add = [&](Slice slice) {
    const auto more = part(tables_->key_indexes, slice);
    keys.insert(keys.end(), more.begin(), more.end());
  };
  add(action.keys);
  for (const ResourceUse& use : uses(action)) {
    add(type_of(use).keys);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<const ConditionKey*> out;
  out.reserve(keys.size());
  for (const std::uint32_t key : keys) {
    out.push_back(&tables_->keys[key]);
  }
  return out;
}

std::vector<const ConditionKey*> Catalogue::keys_of(const ResourceType& type) const {
  std::vector<const ConditionKey*> out;
  for (const std::uint32_t key : part(tables_->key_indexes, type.keys)) {
    out.push_back(&tables_->keys[key]);
  }
  return out;
}

std::string_view Catalogue::last_seen(std::uint8_t last_edition) const {
  return last_edition == kCurrent ? std::string_view() : tables_->editions[last_edition].date;
}

std::string_view Catalogue::retired_since(std::uint8_t last_edition) const {
  return last_edition == kCurrent ? std::string_view() : tables_->editions[last_edition + 1U].date;
}

const Catalogue& embedded_catalogue() {
  return settled_catalogue(nullptr);
}

void replace_embedded_catalogue(Catalogue catalogue) {
  settled_catalogue(&catalogue);
}

std::string embedded_catalogue_edition() {
  const auto header =
      read_catalogue_header(action_catalogue_bytes(), SourceId(std::string(kFileName)));
  assert(header.ok());
  const Edition& newest = header.value().editions.back();
  return std::string(newest.date) + " (" + std::string(newest.version) + ")";
}

}  // namespace muster::policy
