// The token grammar of issuers that are not GitHub: their subject templates and claims are data.
#include <algorithm>

#include "checks/oidc/grammars.h"
#include "checks/oidc/world_builder.h"

namespace muster::oidc {
namespace {

using Kind = ValueRule::Kind;

WorldBuilder::Classes classes_of(const Issuer& issuer) {
  WorldBuilder::Classes classes = {{"branch", CharClass::Ref}, {"tag", CharClass::Ref}};
  for (const auto& [name, kind] : issuer.classes) {
    classes[name] = class_named(kind);
  }
  return classes;
}

/// Part of the provider URL behind the host, which some subjects repeat.
std::string path_of(const std::string& prefix) {
  const std::size_t slash = prefix.find('/');
  return slash == std::string::npos ? "" : prefix.substr(slash + 1);
}

/// One shape per subject template; claims with fixed sets of values become choices.
Shape templated_shape(const ShapeInput& input, const std::string& subject,
                      const WorldBuilder::Classes& classes, Demands& demands) {
  const Issuer& issuer = input.issuer;
  WorldBuilder builder(classes);
  Shape shape;
  const auto bind_path = [&](WorldBuilder& b) {
    b.bind("prefix_path", {path_of(issuer.prefix), false, false});
  };
  bind_path(builder);
  const std::pair<const char*, const ValueRule*> rules[] = {{"tenant", &input.scope.tenant},
                                                            {"project", &input.scope.project}};
  for (const auto& [name, rule] : rules) {
    builder.bind(name, {std::nullopt, rule->kind == Kind::Fresh, false});
  }
  builder.claim("sub", subject);
  const bool has_tenant = subject.find("<tenant>") != std::string::npos;
  if (has_tenant) {
    builder.claim("tenant", "<tenant>");
  }
  if (subject.find("<project>") != std::string::npos) {
    builder.claim("project", "<project>");
  }
  std::vector<Choice> choices;
  for (const std::string& claim : issuer.exposed) {
    const auto values = issuer.claims.find(claim);
    const bool own = claim == "aud" || claim == "sub" || claim == "amr" || claim == "oaud";
    if (own) {
      continue;
    }
    if (values != issuer.claims.end() && values->second.size() == 1) {
      builder.claim(claim, values->second[0]);
      continue;
    }
    Choice choice = {World{}};
    std::vector<std::string> texts = {"<" + claim + ">"};
    if (values != issuer.claims.end()) {
      texts = values->second;
    }
    for (const std::string& text : texts) {
      WorldBuilder alternative(classes);
      alternative.claim(claim, text);
      choice.push_back(alternative.take());
    }
    choices.push_back(std::move(choice));
  }
  std::vector<World> parts = independent_parts(builder.world(), "sub");
  shape.main = std::move(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i) {
    choices.push_back({std::move(parts[i])});
  }
  shape.choices = std::move(choices);
  for (const auto& [name, rule] : rules) {
    if (rule->kind == Kind::OneOf) {
      shape.demands.push_back(demands.one_of(name, rule->values));
    } else if (rule->kind == Kind::Outside) {
      shape.demands.push_back(Demands::not_(demands.one_of(name, rule->values)));
    } else if (rule->kind == Kind::Fresh && std::string_view(name) == "tenant") {
      const auto& tenants = input.literals.tenants;
      shape.demands.push_back(
          Demands::not_(demands.one_of(name, {tenants.begin(), tenants.end()})));
    }
  }
  return shape;
}

}  // namespace

std::vector<Shape> templated_shapes(const ShapeInput& input, Demands& demands) {
  const WorldBuilder::Classes classes = classes_of(input.issuer);
  std::vector<Shape> shapes;
  const std::vector<std::string> unknown = {"<subject>"};
  for (const std::string& subject :
       input.issuer.subjects.empty() ? unknown : input.issuer.subjects) {
    shapes.push_back(templated_shape(input, subject, classes, demands));
  }
  return shapes;
}

}  // namespace muster::oidc
