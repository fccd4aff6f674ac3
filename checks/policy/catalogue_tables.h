// The tables behind `Catalogue`, shared by its reader and its look-ups.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/catalogue.h"

namespace muster::policy {

/// A key with a free part, as a lower-case glob over written names.
struct KeyTemplate {
  std::string glob;
  std::uint32_t key = 0;
};

struct CatalogueTables {
  /// The file, and the same with lower-case letters: names are compared there.
  std::string text;
  std::string lower;
  std::string_view source;
  std::vector<Edition> editions;
  std::uint8_t dependents_edition = kCurrent;
  std::vector<Service> services;
  std::vector<Action> actions;
  std::vector<ResourceType> types;
  /// Global keys first.
  std::vector<ConditionKey> keys;
  std::uint32_t global_keys = 0;
  /// What the slices of actions and types lead to: indexes into `types` and `keys`.
  std::vector<ResourceUse> uses;
  std::vector<std::uint32_t> key_indexes;
  /// One key of each name, by lower-case name.
  std::vector<std::uint32_t> keys_by_name;
  std::vector<KeyTemplate> templates;

  /// The lower-case form of a view into `text`.
  [[nodiscard]] std::string_view lowered(std::string_view part) const {
    return std::string_view(lower).substr(static_cast<std::size_t>(part.data() - text.data()),
                                          part.size());
  }
};

/// The glob of `KeyTemplate` for a key's lower-case name.
[[nodiscard]] std::string key_glob(std::string_view name);

/// The parts of a comma-separated list; none for an empty one.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view list);

/// Reads the whole file into tables. Errors as `Catalogue::parse`.
[[nodiscard]] Result<CatalogueTables> read_catalogue(std::string_view bytes,
                                                     const SourceId& source);

/// The same for the header alone: `source` and `editions`; the hash is not checked.
[[nodiscard]] Result<CatalogueTables> read_catalogue_header(std::string_view bytes,
                                                            const SourceId& source);

}  // namespace muster::policy
