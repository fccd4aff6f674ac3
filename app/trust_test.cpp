// Claims lines to requests, requests to the policy evaluator. What a line may hold:
// docs/oidc-trust.md, "Claims lines".
#include "app/trust_test.h"

#include <nlohmann/json.hpp>

#include "app/json_lines.h"
#include "app/trust_document.h"
#include "app/trust_json.h"
#include "checks/oidc/admitted.h"
#include "checks/oidc/token.h"
#include "checks/policy/request.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using policy::DecisionKind;
using text::Node;
using text::Type;

Error invalid(const Node& at, std::string message) {
  return {ErrorCode::Invalid, std::move(message), at.where()};
}

/// What the lines do not say themselves.
struct Defaults {
  std::string partition = "aws";
  std::string account;
  /// The OIDC providers that the trust policy names.
  std::vector<std::string> providers;
};

/// The part of an ARN between its fourth and fifth `:`; empty for other text.
std::string account_of(std::string_view arn) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t colon = arn.find(':');
    arn.remove_prefix(colon == std::string_view::npos ? arn.size() : colon + 1);
  }
  return std::string(arn.substr(0, arn.find(':')));
}

Defaults defaults_of(const TrustDocument& trust) {
  Defaults defaults;
  defaults.account = account_of(trust.role_arn);
  defaults.providers = oidc::providers_of(trust.policy);
  if (!defaults.providers.empty()) {
    const auto parts = oidc::parse_provider_arn(defaults.providers.front());
    defaults.partition = parts.value().partition;
    defaults.account = parts.value().account;
  }
  return defaults;
}

/// One line, understood.
struct TokenCase {
  std::string provider;
  policy::Request request;
};

bool is_scalar(const Node& node) {
  return node.is(Type::String) || node.is(Type::Number) || node.is(Type::Bool);
}

/// Text, number, boolean or a list of them; `null` is no value.
Result<std::vector<std::string>> values_of(const Node& claim, const std::string& name) {
  std::vector<std::string> values;
  if (is_scalar(claim)) {
    return std::vector<std::string>{std::string(claim.text())};
  }
  if (claim.is(Type::Null)) {
    return values;
  }
  for (std::size_t i = 0; i < claim.size(); ++i) {
    if (!claim.is(Type::Sequence) || !is_scalar(claim.at(i))) {
      return invalid(claim,
                     "claim `" + name + "` must be text, a number, a boolean or a list of them");
    }
    values.emplace_back(claim.at(i).text());
  }
  return values;
}

/// The claims that become condition keys; the others may be of any shape.
Result<oidc::Claims> claims_of(const Node& line, const oidc::Issuer& issuer) {
  oidc::Claims claims;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string name(line.key_at(i).text());
    const Node value = line.at(i);
    if (name == "claims" && value.is(Type::Mapping)) {
      return invalid(line.key_at(i), "put the claims directly into the line, not under `claims`");
    }
    if ((name == "sub" || name == "iss") && !value.is(Type::String)) {
      return invalid(value, "claim `" + name + "` must be a string");
    }
    if (issuer.exposes(name) || name == "azp") {
      MUSTER_TRY(claims[name], values_of(value, name));
    }
  }
  return claims;
}

/// The provider that the policy names for this host, else the one that the account would have.
std::string provider_of_host(std::string_view host, const Defaults& defaults) {
  for (const std::string& provider : defaults.providers) {
    if (oidc::parse_provider_arn(provider).value().prefix == host) {
      return provider;
    }
  }
  return "arn:" + defaults.partition + ":iam::" + defaults.account + ":oidc-provider/" +
         std::string(host);
}

Result<std::string> provider_of(const Node& line, const Defaults& defaults) {
  if (const auto provider = line.find("provider")) {
    if (!provider->is(Type::String) || !oidc::parse_provider_arn(provider->text()).ok()) {
      return invalid(*provider, "`provider` must be the ARN of an IAM OIDC provider");
    }
    return std::string(provider->text());
  }
  const auto issuer = line.find("iss");
  if (!issuer) {
    if (defaults.providers.size() == 1) {
      return defaults.providers.front();
    }
    return invalid(line,
                   "the line has neither `iss` nor `provider`, and the trust policy "
                   "does not name exactly one OIDC provider");
  }
  constexpr std::string_view kScheme = "https://";
  std::string_view host = issuer->text();
  if (host.starts_with(kScheme)) {
    host.remove_prefix(kScheme.size());
  }
  return provider_of_host(host, defaults);
}

Status add_extra_context(const Node& extra, policy::Request& request) {
  MUSTER_TRY(auto context, policy::read_context(extra));
  for (auto& [key, value] : context) {
    request.context[key] = std::move(value);
  }
  return Done{};
}

Status check_members(const Node& request) {
  for (std::size_t i = 0; i < request.size(); ++i) {
    const Node key = request.key_at(i);
    const std::string name(key.text());
    const bool text = name == "action" || name == "principal";
    if (!text && name != "context" && name != "extra_context") {
      return invalid(key, "unknown member `" + name + "` of `request`");
    }
    if (text && !request.at(i).is(Type::String)) {
      return invalid(request.at(i), "`" + name + "` must be a string");
    }
  }
  return Done{};
}

/// The member `request`: keys beside the token, or a caller that is no OIDC provider.
Status apply_request(const Node& node, policy::Request& request) {
  MUSTER_CHECK_OK(check_members(node));
  if (const auto action = node.find("action")) {
    request.action = action->text();
  }
  if (const auto principal = node.find("principal")) {
    request.principal = principal->text();
    request.context.clear();
  }
  if (const auto context = node.find("context")) {
    MUSTER_TRY(request.context, policy::read_context(*context));
  }
  const auto extra = node.find("extra_context");
  return extra ? add_extra_context(*extra, request) : Status(Done{});
}

Result<TokenCase> read_line(std::string_view bytes, const SourceId& source,
                            const Defaults& defaults) {
  MUSTER_TRY(const auto tree, text::parse_json(std::string(bytes), source));
  const Node line = tree.root();
  if (!line.is(Type::Mapping)) {
    return invalid(line, "a claims line must be an object");
  }
  const auto request = line.find("request");
  if (request && !request->is(Type::Mapping)) {
    return invalid(*request, "`request` must be an object");
  }
  TokenCase token;
  if (request && request->find("principal")) {
    token.request = oidc::request_of_claims({}, "");
  } else {
    MUSTER_TRY(token.provider, provider_of(line, defaults));
    MUSTER_TRY(const oidc::Claims claims,
               claims_of(line, oidc::issuer_of_provider(token.provider)));
    token.request = oidc::request_of_claims(claims, token.provider);
  }
  if (request) {
    MUSTER_CHECK_OK(apply_request(*request, token.request));
  }
  return token;
}

std::string reasons(const std::vector<oidc::RefusingClause>& refusing) {
  std::string out;
  for (const oidc::RefusingClause& clause : refusing) {
    out += (out.empty() ? "" : "; ") + oidc::in_words(clause);
  }
  return out;
}

LineAnswer answer_of(const policy::Policy& policy, const TokenCase& token) {
  const policy::Decision decision = evaluate_policy(policy, token.request);
  const bool undecided = decision.kind == DecisionKind::Undecided;
  ordered_json json;
  json["admitted"] =
      undecided ? ordered_json("undecided") : ordered_json(decision.kind == DecisionKind::Allowed);
  const auto refusing =
      oidc::refusing_clauses(policy, oidc::issuer_of_provider(token.provider), token.request);
  json["because"] = refusing.empty() ? decision.because : reasons(refusing);
  if (!token.provider.empty()) {
    json["provider"] = token.provider;
  }
  if (!refusing.empty()) {
    json["refused_by"] = refusal_json(refusing);
  }
  return {json.dump(), undecided};
}

}  // namespace

int trust_test(const TrustTestOptions& options, const Console& console) {
  const auto trusts = read_trust_documents(options.file, options.role);
  if (!trusts) {
    return report_error(console, trusts.error());
  }
  if (trusts.value().size() != 1) {
    return report_error(
        console, {ErrorCode::Usage,
                  "`" + options.file + "` describes " + std::to_string(trusts.value().size()) +
                      " roles: name one with `--role`",
                  std::nullopt});
  }
  const TrustDocument& trust = trusts.value().front();
  const Defaults defaults = defaults_of(trust);
  const auto answer_line = [&](std::string_view bytes, const SourceId& source,
                               std::uint32_t) -> Result<LineAnswer> {
    MUSTER_TRY(const TokenCase token, read_line(bytes, source, defaults));
    return answer_of(trust.policy, token);
  };
  return answer_lines(options.claims_file, answer_line, console);
}

}  // namespace muster::app
