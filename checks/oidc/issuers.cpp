// Reads rules/data/oidc-issuers.json once and matches provider URLs against it. The file is part of
// the program: a mistake in it is a build mistake, caught by the unit test that reads every entry.
#include "checks/oidc/issuers.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "checks/core/rule.h"
#include "checks/policy/evaluate.h"
#include "checks/policy/model.h"
#include "checks/text/ascii.h"
#include "checks/text/tree.h"

namespace muster::oidc {
namespace {

struct Entry {
  /// Globs over the prefix, lower case.
  std::vector<std::string> match;
  Issuer issuer;
};

struct Data {
  std::string date;
  std::string source;
  std::vector<std::string> every_provider;
  std::vector<Entry> entries;
};

IssuerKind kind_of(const text::Node& node) {
  const std::string kind = node.text_under("kind");
  if (kind == "github") {
    return IssuerKind::Github;
  }
  if (kind == "github_server") {
    return IssuerKind::GithubEnterpriseServer;
  }
  return node.find("subjects") ? IssuerKind::Templated : IssuerKind::Unknown;
}

Entry read_entry(const text::Node& node, const std::vector<std::string>& every_provider) {
  Entry entry{node.texts_under("match"), {}};
  Issuer& issuer = entry.issuer;
  issuer.kind = kind_of(node);
  issuer.name = node.text_under("name");
  issuer.title = node.text_under("title");
  issuer.tenancy = node.text_under("tenancy") == "shared" ? Tenancy::Shared : Tenancy::Single;
  issuer.exposed = node.texts_under("exposed");
  issuer.exposed.insert(issuer.exposed.end(), every_provider.begin(), every_provider.end());
  issuer.unexposed = node.texts_under("unexposed");
  issuer.subjects = node.texts_under("subjects");
  issuer.guard_keys = node.texts_under("guard");
  issuer.usual_audience = node.text_under("usual_audience");
  issuer.legacy = node.find("legacy").has_value();
  if (const auto classes = node.find("classes")) {
    for (std::size_t i = 0; i < classes->size(); ++i) {
      issuer.classes[std::string(classes->key_at(i).text())] = classes->at(i).text();
    }
  }
  if (const auto claims = node.find("claims")) {
    for (std::size_t i = 0; i < claims->size(); ++i) {
      issuer.claims[std::string(claims->key_at(i).text())] = claims->at(i).texts();
    }
  }
  return entry;
}

Data read_data() {
  constexpr std::string_view kName = "oidc-issuers.json";
  auto tree = text::parse_json(std::string(data_file(kName)), SourceId(std::string(kName)));
  assert(tree.ok());
  const text::Node root = tree.value().root();
  Data data{
      root.text_under("date"), root.text_under("source"), root.texts_under("every_provider"), {}};
  const text::Node issuers = *root.find("issuers");
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    data.entries.push_back(read_entry(issuers.at(i), data.every_provider));
  }
  return data;
}

const Data& data() {
  static const Data kData = read_data();
  return kData;
}

/// Guard entries are claims of the issuer, or full keys.
void complete_guard_keys(Issuer& issuer) {
  for (std::string& key : issuer.guard_keys) {
    const bool full = key.find(':') != std::string::npos;
    key = policy::lower(full ? key : issuer.prefix + ":" + key);
  }
}

bool is_global(std::string_view lower_key) {
  constexpr std::array<std::string_view, 3> kServices = {"aws:", "sts:", "iam:"};
  return std::any_of(kServices.begin(), kServices.end(),
                     [&](std::string_view service) { return lower_key.starts_with(service); });
}

}  // namespace

bool Issuer::exposes(std::string_view claim) const {
  return text::one_of(policy::lower(claim), exposed);
}

Result<ProviderArn> parse_provider_arn(std::string_view arn) {
  constexpr std::string_view kResource = ":oidc-provider/";
  const std::size_t resource = arn.find(kResource);
  const std::string_view head = arn.substr(0, std::min(resource, arn.size()));
  const std::size_t service = head.find(":iam::");
  const bool shaped = resource != std::string_view::npos && head.starts_with("arn:") &&
                      service != std::string_view::npos && resource + kResource.size() < arn.size();
  if (!shaped) {
    return Error{ErrorCode::Invalid, "`" + std::string(arn) + "` is no ARN of an IAM OIDC provider",
                 std::nullopt};
  }
  return ProviderArn{std::string(head.substr(4, service - 4)),
                     std::string(head.substr(service + 6)),
                     std::string(arn.substr(resource + kResource.size()))};
}

Issuer issuer_of_prefix(std::string_view prefix) {
  const std::string lower_prefix = policy::lower(prefix);
  Issuer issuer;
  issuer.title = prefix;
  issuer.exposed = data().every_provider;
  for (const Entry& entry : data().entries) {
    const bool hit = std::any_of(
        entry.match.begin(), entry.match.end(),
        [&](const std::string& glob) { return policy::glob_match(glob, lower_prefix); });
    if (hit) {
      issuer = entry.issuer;
      break;
    }
  }
  issuer.prefix = prefix;
  complete_guard_keys(issuer);
  return issuer;
}

Issuer issuer_of_provider(std::string_view provider_arn) {
  const auto parsed = parse_provider_arn(provider_arn);
  return issuer_of_prefix(parsed.ok() ? std::string_view(parsed.value().prefix) : provider_arn);
}

KeyStanding key_standing(const Issuer& issuer, std::string_view key) {
  const std::string lower_key = policy::lower(key);
  const std::string own = policy::lower(issuer.prefix) + ":";
  if (lower_key.starts_with(own)) {
    return issuer.exposes(lower_key.substr(own.size())) ? KeyStanding::Exposed
                                                        : KeyStanding::NotExposed;
  }
  return is_global(lower_key) ? KeyStanding::Global : KeyStanding::OtherPrefix;
}

std::string_view issuer_data_date() {
  return data().date;
}

std::string_view issuer_data_source() {
  return data().source;
}

}  // namespace muster::oidc
