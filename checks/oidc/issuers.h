// What is known about the token issuers of CI services: dated data of rules/data/oidc-issuers.json,
// read once.
#pragma once

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
  /// An issuer that the data file does not know: nothing is assumed about its subjects.
  Unknown,
};

/// Who shares the issuer: every customer of the service, or one.
enum class Tenancy { Shared, Single, Unknown };

/// An issuer as a role's trust policy names it.
struct Issuer {
  IssuerKind kind = IssuerKind::Unknown;
  /// Data name: `github`, `gitlab`, `circleci`, …; `unknown`.
  std::string name;
  /// For people: `GitHub Actions`.
  std::string title;
  /// Prefix of the condition keys = provider URL without scheme:
  /// `token.actions.githubusercontent.com/acme-corp`.
  std::string prefix;
  Tenancy tenancy = Tenancy::Unknown;
  /// Claims that AWS exposes as `prefix:claim`. All others are always absent.
  std::vector<std::string> exposed;
  /// Claims AWS is documented to drop but people use; helps messages.
  std::vector<std::string> unexposed;
  /// Subject templates, `project_path:{tenant}/{project}:ref_type:branch:ref:{ref}`; empty for
  /// GitHub and unknown issuers.
  std::vector<std::string> subjects;
  /// Keys (full names, lower case) of which AWS demands one when the policy is written; empty = no
  /// such demand.
  std::vector<std::string> guard_keys;
  /// The dead issuer `vstoken.actions.githubusercontent.com`.
  bool legacy = false;
  /// The audience that tokens usually carry.
  std::string usual_audience;

  /// `https://` + prefix.
  [[nodiscard]] std::string url() const;
  /// Whether AWS exposes the claim (compared without case).
  [[nodiscard]] bool exposes(std::string_view claim) const;
};

/// The parts of `arn:PARTITION:iam::ACCOUNT:oidc-provider/PREFIX`.
struct ProviderArn {
  std::string partition;
  std::string account;
  std::string prefix;
};

/// `Invalid` when the text is no ARN of an IAM OIDC provider.
[[nodiscard]] Result<ProviderArn> parse_provider_arn(std::string_view arn);

/// Never fails: an unknown host gives `IssuerKind::Unknown` with the five keys that every provider
/// has.
[[nodiscard]] Issuer issuer_of_prefix(std::string_view prefix);

/// The issuer of a provider ARN; an unknown one when the text is no provider ARN.
[[nodiscard]] Issuer issuer_of_provider(std::string_view provider_arn);

/// A key AWS does not expose, and why it never matches.
enum class KeyStanding {
  /// A claim of this issuer that AWS exposes.
  Exposed,
  /// This issuer's prefix, but a claim that AWS does not expose.
  NotExposed,
  /// Looks like a claim key of another (or a misspelt) provider.
  OtherPrefix,
  /// `aws:…`, `sts:…`, `iam:…`: not from the token.
  Global,
};
[[nodiscard]] KeyStanding key_standing(const Issuer& issuer, std::string_view key);

/// Date of the data file, `2026-09-26`, and its source line, for reports.
[[nodiscard]] std::string_view issuer_data_date();
[[nodiscard]] std::string_view issuer_data_source();

}  // namespace muster::oidc
