// Requests and decisions in words and as JSON.
#include "app/policy_words.h"

#include <nlohmann/json.hpp>

#include "app/location_json.h"
#include "checks/policy/principals.h"

namespace muster::app {

using nlohmann::ordered_json;
using policy::DecisionKind;
using policy::Request;

std::string place_of(const Side& side, const SideDecision& decision) {
  return side.layered ? std::string(to_string(decision.layer)) + ": " : std::string();
}

std::string statement_name(const policy::Statement& statement) {
  return "statement `" + (statement.sid ? statement.sid->value : std::to_string(statement.index)) +
         "` (" + to_string(statement.where) + ")";
}

ordered_json decision_json(const Side& side, const Request& request) {
  const SideDecision decision = decide(side, request);
  ordered_json json{{"decision", to_string(decision.kind)}, {"because", decision.because}};
  if (side.layered) {
    json["layer"] = to_string(decision.layer);
  }
  if (const policy::Statement* statement = decision.statement) {
    json["statement"] = {{"index", statement->index}};
    if (statement->sid) {
      json["statement"]["sid"] = statement->sid->value;
    }
    json["statement"]["because"] = decision.trace.because;
    json["statement"]["location"] = location_json(statement->where);
  }
  return json;
}

ordered_json request_json(const Request& request, bool layered) {
  ordered_json context = ordered_json::object();
  for (const auto& [key, value] : request.context) {
    context[key] =
        value.multivalued ? ordered_json(value.values) : ordered_json(value.values.front());
  }
  ordered_json json{
      {"principal", request.principal}, {"action", request.action}, {"resource", request.resource}};
  if (layered) {
    json["resource_account"] = policy::read_caller(request.principal).account;
  }
  json["context"] = std::move(context);
  return json;
}

std::string request_words(const Request& request, bool with_principal) {
  std::string text = "`" + request.action + "` on `" + request.resource + "`";
  if (with_principal) {
    text += " by `" + request.principal + "`";
  }
  for (const auto& [key, value] : request.context) {
    text += ", `" + key + "` = ";
    for (std::size_t i = 0; i < value.values.size(); ++i) {
      text += (i == 0 ? "`" : ", `") + value.values[i] + "`";
    }
  }
  return text;
}

std::string refusal_words(const Side& side, const Request& request) {
  const SideDecision decision = decide(side, request);
  const std::string place = place_of(side, decision);
  if (decision.statement == nullptr) {
    return place + "no statement allows it";
  }
  const std::string name = statement_name(*decision.statement);
  return place +
         (decision.kind == DecisionKind::ExplicitDeny
              ? name + " denies it"
              : "no statement allows it; nearest is " + name + ": " + decision.trace.because);
}

}  // namespace muster::app
