// The universe is a product of short lists; values of random clauses are tokens' own values, with
// wildcards put into nasty places.
#include "tests/property/trust_cases.h"

#include <map>

namespace muster::oidc::testing {
namespace {

struct Holder {
  const char* owner;
  const char* owner_id;
  const char* repo;
  const char* repository_id;
};

/// Trusted, sibling, look-alikes, stranger; a taken-over name; a trusted repository after a rename
/// and after a transfer.
constexpr Holder kHolders[] = {
    {"acme", "4400001", "shop", "880000123"},      {"acme", "4400001", "shop-copy", "880000124"},
    {"acme", "4400001", "Shop", "880000125"},      {"acme-evil", "4400009", "shop", "770000001"},
    {"ACME", "4400008", "shop", "770000002"},      {"mallory", "9900666", "x", "990000001"},
    {"acme", "9900666", "shop", "990000002"},      {"acme", "4400001", "store", "880000123"},
    {"neo", "7700001", "store", "880000123"},      {"acmex", "4400001", "api", "880000200"},
    {"mallory", "94400001", "shop", "9880000123"},
};

struct Run {
  ContextKind context;
  const char* ref;
  const char* environment;
};

constexpr Run kRuns[] = {
    {ContextKind::Branch, "refs/heads/main", ""},
    {ContextKind::Branch, "refs/heads/main-evil", ""},
    {ContextKind::Branch, "refs/heads/release/1", ""},
    {ContextKind::Branch, "refs/heads/x/main", ""},
    {ContextKind::Tag, "refs/tags/main", ""},
    {ContextKind::Tag, "refs/tags/v1", ""},
    {ContextKind::PullRequest, "refs/pull/7/merge", ""},
    {ContextKind::Environment, "refs/heads/main", "live"},
    {ContextKind::Environment, "refs/heads/topic", "live"},
    {ContextKind::Environment, "refs/pull/7/merge", "live"},
    {ContextKind::Environment, "refs/tags/v1", "qa"},
    {ContextKind::Environment, "refs/heads/main", "eu:live"},
    {ContextKind::Environment, "refs/heads/main", "pull_request"},
    {ContextKind::Environment, "refs/heads/topic", "acme/shop"},
};

struct Starter {
  const char* actor;
  const char* workflow;
  const char* file;
};

constexpr Starter kStarters[] = {
    {"casey", "release", "acme/pipes/.github/workflows/d.yml@refs/heads/main"},
    {"mallory[bot]", "other", "mallory/x/.github/workflows/d.yml@refs/heads/main"},
    {"casey", "other", "acme/pipes/.github/workflows/d.yml@refs/heads/topic"},
};

constexpr const char* kAudiences[] = {kUsualAudience, "sigstore"};

constexpr const char* kClaims[] = {"sub",
                                   "sub",
                                   "sub",
                                   "sub",
                                   "sub",
                                   "sub",
                                   "aud",
                                   "aud",
                                   "ref",
                                   "ref",
                                   "ref",
                                   "repository",
                                   "environment",
                                   "environment",
                                   "repository_id",
                                   "actor",
                                   "repository_owner_id",
                                   "job_workflow_ref",
                                   "workflow",
                                   "repository_owner_id"};

/// Claims that AWS does not expose, and keys that belong to no provider of the policy.
constexpr const char* kStrangeKeys[] = {"token.actions.githubusercontent.com:event_name",
                                        "token.actions.githubusercontent.com:repository_owner",
                                        "token.actions.githubusercontent.com:iss",
                                        "https://token.actions.githubusercontent.com:sub",
                                        "token.actions.githubusercontent.com/acme:sub",
                                        "gitlab.com:sub",
                                        "Token.Actions.GithubUserContent.com:SUB"};

constexpr const char* kPositive[] = {"StringEquals", "StringLike", "StringLike", "StringLike",
                                     "StringEqualsIgnoreCase"};
constexpr const char* kNegative[] = {"StringNotEquals", "StringNotLike",
                                     "StringNotEqualsIgnoreCase"};

std::string subject(const Holder& holder, const Run& run, bool immutable) {
  std::string text = std::string("repo:") + holder.owner + (immutable ? "@" : "") +
                     (immutable ? holder.owner_id : "") + "/" + holder.repo +
                     (immutable ? "@" : "") + (immutable ? holder.repository_id : "") + ":";
  if (run.context == ContextKind::PullRequest) {
    return text + "pull_request";
  }
  if (run.context != ContextKind::Environment) {
    return text + "ref:" + run.ref;
  }
  text += "environment:";
  for (const char c : std::string(run.environment)) {
    text += c == ':' ? "%3A" : std::string(1, c);
  }
  return text;
}

Token token_of(const Holder& holder, const Run& run, const Starter& starter, const char* audience,
               bool immutable) {
  Token token;
  token.repository = std::string(holder.owner) + "/" + holder.repo;
  token.owner_id = holder.owner_id;
  token.repository_id = holder.repository_id;
  token.context = run.context;
  token.immutable = immutable;
  token.value = run.context == ContextKind::Environment ? run.environment : run.ref;
  token.audience = audience;
  token.claims = {{"sub", {subject(holder, run, immutable)}},
                  {"aud", {audience}},
                  {"repository", {token.repository}},
                  {"repository_id", {holder.repository_id}},
                  {"repository_owner", {holder.owner}},
                  {"repository_owner_id", {holder.owner_id}},
                  {"ref", {run.ref}},
                  {"actor", {starter.actor}},
                  {"workflow", {starter.workflow}},
                  {"job_workflow_ref", {starter.file}},
                  {"event_name", {"push"}},
                  {"iss", {std::string("https://") + kHost}}};
  if (run.context == ContextKind::Environment) {
    token.claims["environment"] = {run.environment};
  }
  token.request = request_of_claims(token.claims, kProvider);
  return token;
}

std::vector<Token> make_universe() {
  std::vector<Token> tokens;
  for (const Holder& holder : kHolders) {
    for (const Run& run : kRuns) {
      for (const Starter& starter : kStarters) {
        for (const char* audience : kAudiences) {
          tokens.push_back(token_of(holder, run, starter, audience, false));
          tokens.push_back(token_of(holder, run, starter, audience, true));
        }
      }
    }
  }
  return tokens;
}

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

/// `claim` of a key such as `…com:sub`; the key when there is none.
std::string claim_of(const std::string& key) {
  const std::size_t colon = key.rfind(':');
  return colon == std::string::npos ? key : key.substr(colon + 1);
}

}  // namespace

const std::vector<Token>& token_universe() {
  static const std::vector<Token> kTokens = make_universe();
  return kTokens;
}

std::string Generator::loosened(std::string text) {
  for (std::size_t changes = below(3); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        text = text.substr(0, at) + "*";
        break;
      case 1:
        text = "*" + text.substr(at);
        break;
      case 2:
        text.replace(at, below(text.size() - at + 1), "*");
        break;
      case 3:
        text.replace(at, at < text.size() ? 1 : 0, "?");
        break;
      case 4: {
        // A whole part between separators.
        const std::size_t begin = text.find_last_of(":/@", at) + 1;
        text.replace(begin, text.find_first_of(":/@", begin) - begin, "*");
        break;
      }
      default:
        text.insert(at, "*");
    }
  }
  return text;
}

std::string Generator::value(const std::string& key, const Token& target) {
  const std::string claim = claim_of(key);
  const Token& source = chance(70) ? target : pick(token_universe());
  const auto found = source.claims.find(claim == "SUB" ? "sub" : claim);
  std::string text = found == source.claims.end() ? "live" : found->second.front();
  if (chance(2)) {
    return "${" + std::string(kHost) + ":" + claim + "}";
  }
  return chance(55) ? loosened(text) : text;
}

std::string Generator::values(const std::string& key, const Token& target) {
  std::string list = quoted(value(key, target));
  for (std::size_t more = chance(40) ? 1 + below(2) : 0; more > 0; --more) {
    list += "," + quoted(value(key, target));
  }
  return "[" + list + "]";
}

std::string Generator::key() {
  if (chance(8)) {
    return pick(kStrangeKeys);
  }
  return chance(2) ? "sts:RoleSessionName" : std::string(kHost) + ":" + pick(kClaims);
}

std::string Generator::op(const std::string& key, bool deny) {
  const bool strange = key.rfind(std::string(kHost) + ":", 0) != 0;
  const bool negative = chance(deny ? 35 : 15);
  std::string name = negative ? pick(kNegative) : pick(kPositive);
  if (chance(strange ? 40 : 8)) {
    name += "IfExists";
  }
  if (chance(strange ? 30 : 8)) {
    name = (chance(70) ? "ForAllValues:" : "ForAnyValue:") + name;
  }
  if (chance(1)) {
    return chance(50) ? "StringEqual" : "ArnLike";
  }
  return name;
}

std::string Generator::condition(const Token& target, bool deny) {
  std::map<std::string, std::map<std::string, std::string>> blocks;
  for (std::size_t clauses = (deny ? 1 : chance(95) ? 1 : 0) + below(3); clauses > 0; --clauses) {
    const std::string of = key();
    if (chance(5)) {
      blocks["Null"][of] = chance(50) ? "\"true\"" : "\"false\"";
    } else {
      const std::string name = op(of, deny);
      blocks[name][of] = values(of, target);
    }
  }
  std::string text;
  for (const auto& [name, keys] : blocks) {
    std::string block;
    for (const auto& [of, list] : keys) {
      block += (block.empty() ? "" : ",") + quoted(of) + ":" + list;
    }
    text += (text.empty() ? "" : ",") + quoted(name) + ":{" + block + "}";
  }
  return "{" + text + "}";
}

std::string Generator::statement(bool deny) {
  static constexpr const char* kPrincipals[] = {
      R"("Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"})",
      R"("Principal":"*")", R"("NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/former"})",
      R"("Principal":{"Federated":"token.actions.githubusercontent.com"})",
      R"("Principal":{"AWS":"*"})"};
  static constexpr const char* kActions[] = {
      R"("Action":"sts:*")", R"("Action":["sts:TagSession","STS:AssumeRoleWith*"])",
      R"("Action":"sts:AssumeRole")", R"("NotAction":"sts:AssumeRole")"};
  const std::string gitlab = R"("arn:aws:iam::111122223333:oidc-provider/gitlab.com",)";
  const std::string own =
      R"("Principal":{"Federated":[)" + (chance(10) ? gitlab : "") + quoted(kProvider) + "]}";
  const std::string principal = chance(92) ? own : std::string(pick(kPrincipals));
  const std::string action =
      chance(94) ? R"("Action":"sts:AssumeRoleWithWebIdentity")" : std::string(pick(kActions));
  return std::string(R"({"Effect":")") + (deny ? "Deny" : "Allow") + "\"," + principal + "," +
         action + R"(,"Condition":)" + condition(pick(token_universe()), deny) + "}";
}

std::string Generator::policy() {
  std::string statements = statement(false);
  for (std::size_t more = chance(50) ? 1 + below(2) : 0; more > 0; --more) {
    statements += "," + statement(chance(60));
  }
  const std::string version = chance(95) ? R"("Version":"2012-10-17",)" : "";
  return "{" + version + R"("Statement":[)" + statements + "]}";
}

}  // namespace muster::oidc::testing
