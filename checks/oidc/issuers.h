// What is known about the token issuers of CI services: dated data of rules/data/oidc-issuers.json,
// read once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"

namespace muster::oidc {

enum class IssuerKind {
  /// github.com, with or without an enterprise slug, and ghe.com.
  Github,
  /// `HOST/_services/token`.
  GithubEnterpriseServer,
  /// Any issuer whose subjects follow templates of the data file.
  Templated,
  /// Nothing is assumed about its subjects.
  Unknown,
};

/// Who shares the issuer: every customer of the service, or one.
enum class Tenancy { Shared, Single, Unknown };

/// An issuer as a role's trust policy names it.
struct Issuer {
  IssuerKind kind = IssuerKind::Unknown;
  /// Data name: `github`, `gitlab`, `circleci`, …; `unknown`.
  std::string name = "unknown";
  /// For people: `GitHub Actions`; the host when the data file does not know it.
  std::string title;
  /// Prefix of the condition keys = provider URL without scheme:
  /// `token.actions.githubusercontent.com/acme-corp`.
  std::string prefix;
  Tenancy tenancy = Tenancy::Unknown;
  /// Claims that AWS exposes as `prefix:claim`, lower case. All others are always absent.
  std::vector<std::string> exposed;
  /// Claims of its tokens that AWS does not expose, as far as known; for messages.
  std::vector<std::string> unexposed;
  /// Subject templates: `project_path:<tenant>/<project>:ref_type:branch:ref:<branch>`. Empty for
  /// GitHub (its grammar is code) and for unknown subjects.
  std::vector<std::string> subjects;
  /// Character class of each name in the templates and of exposed claims; `text` when it is not
  /// listed.
  std::map<std::string, std::string> classes;
  /// Values that an exposed claim can have, as templates over the same names; any text when it is
  /// not listed.
  std::map<std::string, std::vector<std::string>> claims;
  /// Full condition keys, lower case, of which AWS demands one when a policy for this shared
  /// provider is written; empty = no such demand.
  std::vector<std::string> guard_keys;
  /// `vstoken.actions.githubusercontent.com`, which mints no tokens any more.
  bool legacy = false;
  /// The audience that its tokens usually carry; empty = not known.
  std::string usual_audience;

  /// `https://` + prefix.
  [[nodiscard]] std::string url() const { return "https://" + prefix; }

  /// Whether AWS exposes the claim (compared without case).
  [[nodiscard]] bool exposes(std::string_view claim) const;

  [[nodiscard]] bool is_github() const {
    return kind == IssuerKind::Github || kind == IssuerKind::GithubEnterpriseServer;
  }
};

/// The parts of `arn:PARTITION:iam::ACCOUNT:oidc-provider/PREFIX`.
struct ProviderArn {
  std::string partition;
  std::string account;
  std::string prefix;
};

/// `Invalid` when the text is no ARN of an IAM OIDC provider.
[[nodiscard]] Result<ProviderArn> parse_provider_arn(std::string_view arn);

/// Never fails: an unknown host gives `IssuerKind::Unknown` with the five claims that every
/// provider has.
[[nodiscard]] Issuer issuer_of_prefix(std::string_view prefix);

/// The issuer of a provider ARN; an unknown one when the text is no provider ARN.
[[nodiscard]] Issuer issuer_of_provider(std::string_view provider_arn);

/// What a condition key is for tokens of one issuer.
enum class KeyStanding {
  /// A claim of this issuer that AWS exposes.
  Exposed,
  /// This issuer's prefix, but a claim that AWS does not expose: never present.
  NotExposed,
  /// A claim key of another, or a misspelt, provider: never present.
  OtherPrefix,
  /// `aws:…`, `sts:…`, `iam:…`: not from the token.
  Global,
};
[[nodiscard]] KeyStanding key_standing(const Issuer& issuer, std::string_view key);

/// Date of the data file, `2026-09-26`, and where the data comes from, for reports.
[[nodiscard]] std::string_view issuer_data_date();
[[nodiscard]] std::string_view issuer_data_source();

}  // namespace muster::oidc
