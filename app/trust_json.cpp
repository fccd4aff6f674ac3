// Refusals and tokens as JSON.
#include "app/trust_json.h"

#include <nlohmann/json.hpp>

#include "app/location_json.h"
#include "checks/oidc/token.h"

namespace muster::app {

using nlohmann::ordered_json;

ordered_json refusal_json(const std::vector<oidc::RefusingClause>& clauses) {
  ordered_json out = ordered_json::array();
  for (const oidc::RefusingClause& clause : clauses) {
    ordered_json json{{"statement", clause.statement}};
    if (clause.clause) {
      json["clause"] = *clause.clause;
    }
    json["effect"] = clause.deny ? "Deny" : "Allow";
    if (clause.clause) {
      json["operator"] = clause.op;
      json["key"] = clause.key;
      json["values"] = clause.values;
      json["carried"] = clause.carried ? ordered_json(*clause.carried) : ordered_json(nullptr);
    }
    if (!clause.wanted_part.empty() || !clause.carried_part.empty()) {
      json["first_difference"] = {{"wanted", clause.wanted_part}, {"carried", clause.carried_part}};
    }
    json["reason"] = oidc::in_words(clause);
    json["location"] = location_json(clause.where);
    out.push_back(std::move(json));
  }
  return out;
}

ordered_json token_json(const Witness& token, std::string_view provider) {
  return ordered_json::parse(oidc::claims_line(token, provider));
}

}  // namespace muster::app
