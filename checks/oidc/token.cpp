// Projection of tokens into requests. Source: AWS STS service reference; docs/oidc-trust.md, "From
// token to request".
#include "checks/oidc/token.h"

#include <array>

#include "checks/oidc/clauses.h"
#include "checks/oidc/issuers.h"
#include "checks/text/json_writer.h"

namespace muster::oidc {
namespace {

using text::json_quoted;

bool is_outside_token(std::string_view field) {
  return field.find(':') != std::string_view::npos;
}

void append_member(std::string& object, std::string_view name, std::string_view json) {
  object += (object.empty() ? "" : ",") + json_quoted(name) + ":" + std::string(json);
}

std::string value_json(const WitnessField& field) {
  if (field.values.size() == 1) {
    return json_quoted(field.values.front());
  }
  std::string list;
  for (const std::string& value : field.values) {
    list += (list.empty() ? "" : ",") + json_quoted(value);
  }
  return "[" + list + "]";
}

void set_key(policy::Request& request, std::string key, const std::vector<std::string>& values) {
  const bool empty = values.empty() || (values.size() == 1 && values.front().empty());
  if (!empty) {
    request.context[policy::lower(key)] = {values, values.size() > 1};
  }
}

}  // namespace

policy::Request request_of_claims(const Claims& claims, std::string_view provider_arn) {
  const Issuer issuer = issuer_of_provider(provider_arn);
  policy::Request request = web_identity_request(std::string(provider_arn));
  const std::string prefix = issuer.prefix + ":";
  for (const auto& [name, values] : claims) {
    if (issuer.exposes(name)) {
      set_key(request, prefix + name, values);
    }
  }
  const auto azp = claims.find("azp");
  const auto aud = claims.find("aud");
  if (azp != claims.end() && aud != claims.end()) {
    set_key(request, prefix + "aud", azp->second);
    set_key(request, prefix + "oaud", aud->second);
  }
  return request;
}

policy::Request request_of_witness(const Witness& token, std::string_view provider_arn) {
  Claims claims;
  for (const WitnessField& field : token.fields) {
    if (!is_outside_token(field.name)) {
      claims[field.name] = field.values;
    }
  }
  policy::Request request = request_of_claims(claims, provider_arn);
  for (const WitnessField& field : token.fields) {
    if (is_outside_token(field.name)) {
      set_key(request, field.name, field.values);
    }
  }
  return request;
}

std::string claims_line(const Witness& token, std::string_view provider_arn) {
  std::string claims;
  std::string extra;
  append_member(claims, "iss", json_quoted(issuer_of_provider(provider_arn).url()));
  for (const WitnessField& field : token.fields) {
    append_member(is_outside_token(field.name) ? extra : claims, field.name, value_json(field));
  }
  append_member(claims, "provider", json_quoted(provider_arn));
  if (!extra.empty()) {
    append_member(claims, "request", "{\"extra_context\":{" + extra + "}}");
  }
  return "{" + claims + "}";
}

}  // namespace muster::oidc
