// Builds worlds from templates: `repo:<owner>/<repo>` becomes pieces, a name in angle brackets a
// variable or, when it is bound, its text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/oidc/world.h"

namespace muster::oidc {

/// What is said about a name before a world is built.
struct Binding {
  /// The value, when it is fixed.
  std::optional<std::string> text;
  bool fresh = false;
  /// Its `:` stays as it is even where values are encoded.
  bool raw = false;
};

class WorldBuilder {
 public:
  using Classes = std::map<std::string, CharClass, std::less<>>;

  /// Names without a class are `Text`. REQUIRES: `classes` outlives the builder.
  explicit WorldBuilder(const Classes& classes) : classes_(&classes) {}

  void bind(const std::string& name, Binding binding) { bindings_[name] = std::move(binding); }

  /// Adds a claim. `colon_encoded`: values inside the text write `:` as `%3A`.
  void claim(std::string name, std::string_view text, bool colon_encoded = false);

  [[nodiscard]] const World& world() const { return world_; }

  [[nodiscard]] World take() { return std::move(world_); }

 private:
  [[nodiscard]] Piece piece(const std::string& name, bool colon_encoded);
  [[nodiscard]] std::size_t variable(const std::string& name, bool fresh);

  const Classes* classes_;
  std::map<std::string, Binding> bindings_;
  World world_;
};

/// Splits a world into the part that holds `claim` (first) and the parts that share nothing with it
/// or each other.
[[nodiscard]] std::vector<World> independent_parts(const World& world, std::string_view claim);

}  // namespace muster::oidc
