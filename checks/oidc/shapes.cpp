// Shapes of a scope: those of the issuer's grammar, with the audiences and what the scope says
// about whole subjects.
#include "checks/oidc/shapes.h"

#include <algorithm>

#include "checks/oidc/grammars.h"
#include "checks/oidc/world_builder.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

using Kind = ValueRule::Kind;

void add_subject_rule(std::vector<Shape>& shapes, const ValueRule& rule, Demands& demands) {
  if (rule.kind != Kind::OneOf && rule.kind != Kind::Outside) {
    return;
  }
  const Term like = demands.like_one_of("sub", rule.values);
  for (Shape& shape : shapes) {
    shape.demands.push_back(rule.kind == Kind::OneOf ? like : Demands::not_(like));
  }
}

/// Audiences: what the scope says, else the client ids of the provider, else anything.
void add_audiences(std::vector<Shape>& shapes, const ShapeInput& input, Demands& demands) {
  static const WorldBuilder::Classes kClasses;
  const ValueRule& rule = input.scope.audience;
  std::vector<std::string> values;
  if (rule.kind == Kind::OneOf) {
    values = rule.values;
  } else if (input.universe.audiences) {
    values = *input.universe.audiences;
    if (rule.kind == Kind::Outside) {
      std::erase_if(values,
                    [&](const std::string& value) { return text::one_of(value, rule.values); });
    }
  }
  Choice audiences;
  for (const std::string& value : values) {
    WorldBuilder builder(kClasses);
    builder.bind("audience", {value, false, false});
    builder.claim("aud", "<audience>");
    audiences.push_back(builder.take());
  }
  const bool open = rule.kind != Kind::OneOf && !input.universe.audiences;
  if (open) {
    WorldBuilder builder(kClasses);
    builder.bind("audience", {std::nullopt, rule.kind == Kind::Fresh, false});
    builder.claim("aud", "<audience>");
    audiences.push_back(builder.take());
  }
  const bool excluded = open && rule.kind == Kind::Outside;
  const Term outside = excluded ? Demands::not_(demands.one_of("aud", rule.values)) : Term{};
  for (Shape& shape : shapes) {
    shape.choices.push_back(audiences);
    if (excluded) {
      shape.demands.push_back(outside);
    }
  }
}

std::vector<SubjectTemplate> github_templates(const Universe& universe) {
  const std::vector<std::string> standard = {"repo", "context"};
  if (universe.subject_claim_keys.empty()) {
    return {{standard}};
  }
  return {{standard, false, false}, {universe.subject_claim_keys}};
}

std::vector<Shape> completed(std::vector<Shape> shapes, const ShapeInput& input, Demands& demands) {
  add_audiences(shapes, input, demands);
  add_subject_rule(shapes, input.scope.subject, demands);
  return shapes;
}

}  // namespace

std::vector<Shape> shapes_of(const ShapeInput& input, Demands& demands) {
  if (input.issuer.legacy) {
    return {};
  }
  return completed(input.issuer.is_github()
                       ? github_shapes(input, github_templates(input.universe), demands)
                       : templated_shapes(input, demands),
                   input, demands);
}

std::vector<Shape> shapes_of_template(const ShapeInput& input,
                                      const std::vector<std::string>& claim_keys, bool open,
                                      Demands& demands) {
  return completed(github_shapes(input, {{claim_keys, open}}, demands), input, demands);
}

}  // namespace muster::oidc
