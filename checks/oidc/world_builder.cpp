// Templates to worlds, worlds to independent parts.
#include "checks/oidc/world_builder.h"

#include <algorithm>
#include <numeric>

namespace muster::oidc {

std::size_t WorldBuilder::variable(const std::string& name, bool fresh) {
  auto& variables = world_.variables;
  const auto it = std::find_if(variables.begin(), variables.end(),
                               [&](const Variable& v) { return v.name == name; });
  if (it != variables.end()) {
    return static_cast<std::size_t>(it - variables.begin());
  }
  const auto kind = classes_->find(name);
  variables.push_back({name, kind == classes_->end() ? CharClass::Text : kind->second, fresh});
  return variables.size() - 1;
}

Piece WorldBuilder::piece(const std::string& name, bool colon_encoded) {
  const auto it = bindings_.find(name);
  const Binding binding = it == bindings_.end() ? Binding{} : it->second;
  if (!binding.text) {
    return {variable(name, binding.fresh), {}, colon_encoded && !binding.raw};
  }
  Piece constant{std::nullopt, {}, colon_encoded};
  for (const Char c : decode(*binding.text)) {
    constant.text += as_written(constant, c);
  }
  return constant;
}

void WorldBuilder::claim(std::string name, std::string_view text, bool colon_encoded) {
  ClaimText claim{std::move(name), {}};
  while (!text.empty()) {
    const std::size_t open = text.find('<');
    if (open > 0) {
      claim.pieces.push_back({std::nullopt, decode(text.substr(0, open)), false});
    }
    if (open == std::string_view::npos) {
      break;
    }
    const std::size_t close = text.find('>', open);
    claim.pieces.push_back(
        piece(std::string(text.substr(open + 1, close - open - 1)), colon_encoded));
    text.remove_prefix(close + 1);
  }
  world_.claims.push_back(std::move(claim));
}

namespace {

/// Union-find over variables that occur in one claim.
std::vector<std::size_t> groups_of(const World& world) {
  std::vector<std::size_t> group(world.variables.size());
  std::iota(group.begin(), group.end(), 0);
  for (const ClaimText& claim : world.claims) {
    std::optional<std::size_t> first;
    for (const Piece& piece : claim.pieces) {
      if (!piece.variable) {
        continue;
      }
      first = first ? first : piece.variable;
      const std::size_t from = group[*piece.variable];
      const std::size_t into = group[*first];
      std::replace(group.begin(), group.end(), from, into);
    }
  }
  return group;
}

/// The claims that `belongs` picks, with the variables they use renumbered.
template <class Belongs>
World part_of(const World& world, const Belongs& belongs) {
  World part;
  std::map<std::size_t, std::size_t> number;
  for (const ClaimText& claim : world.claims) {
    if (!belongs(claim)) {
      continue;
    }
    part.claims.push_back(claim);
    for (Piece& piece : part.claims.back().pieces) {
      if (piece.variable) {
        const auto [it, is_new] = number.emplace(*piece.variable, part.variables.size());
        if (is_new) {
          part.variables.push_back(world.variables[*piece.variable]);
        }
        piece.variable = it->second;
      }
    }
  }
  return part;
}

}  // namespace

std::vector<World> independent_parts(const World& world, std::string_view claim) {
  constexpr std::size_t kConstant = static_cast<std::size_t>(-1);
  const std::vector<std::size_t> groups = groups_of(world);
  const auto group_of = [&](const ClaimText& text) {
    const auto it = std::find_if(text.pieces.begin(), text.pieces.end(),
                                 [](const Piece& piece) { return piece.variable.has_value(); });
    return it == text.pieces.end() ? kConstant : groups[*it->variable];
  };
  const ClaimText* wanted = world.find(claim);
  const std::size_t main = wanted == nullptr ? kConstant : group_of(*wanted);
  // Constant claims cost nothing: they stay with the main part.
  std::vector<World> parts = {part_of(world, [&](const ClaimText& text) {
    return group_of(text) == main || group_of(text) == kConstant;
  })};
  std::vector<std::size_t> seen = {main, kConstant};
  for (const ClaimText& text : world.claims) {
    const std::size_t group = group_of(text);
    if (std::find(seen.begin(), seen.end(), group) == seen.end()) {
      seen.push_back(group);
      parts.push_back(part_of(world, [&](const ClaimText& t) { return group_of(t) == group; }));
    }
  }
  return parts;
}

}  // namespace muster::oidc
