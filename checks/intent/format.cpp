// What single values of `muster.yaml` must look like.
#include <algorithm>

#include "checks/capability/templates.h"
#include "checks/core/run.h"
#include "checks/intent/escalations.h"
#include "checks/intent/schema.h"
#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"
#include "checks/text/number.h"

namespace muster {
namespace {

constexpr std::string_view kWord =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

bool is_repository(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return false;
  }
  const auto word = [](std::string_view part) {
    return part.find_first_not_of(kWord) == std::string_view::npos;
  };
  return word(text.substr(0, slash)) && word(text.substr(slash + 1));
}

/// `arn:PARTITION:iam::ACCOUNT:role/NAME`; `kind`: `role`.
bool is_iam_arn(std::string_view text, std::string_view kind) {
  if (!text.starts_with("arn:aws")) {
    return false;
  }
  const std::size_t service = text.find(":iam::");
  if (service == std::string_view::npos ||
      text.substr(0, service).find(':', 4) != std::string_view::npos) {
    return false;
  }
  const std::string_view rest = text.substr(service + 6);
  const std::string head = ":" + std::string(kind) + "/";
  return rest.size() > 12 + head.size() && text::is_digits(rest.substr(0, 12)) &&
         rest.substr(12).starts_with(head);
}

bool is_role_arn(std::string_view text) {
  return is_iam_arn(text, "role");
}

std::string escalation_problem(std::string_view text) {
  const std::vector<std::string_view>& known = escalation_names();
  if (text::one_of(text, known)) {
    return "";
  }
  const std::string hint = text::did_you_mean(text, known);
  return "is no escalation" + (hint.empty() ? "; `muster escalations` prints their names" : hint);
}

/// An access key id, or a long random-looking text without separators.
bool looks_secret(std::string_view text) {
  for (const std::string_view prefix : {"AKIA", "ASIA"}) {
    const std::size_t at = text.find(prefix);
    if (at != std::string_view::npos && text.size() >= at + 20) {
      return true;
    }
  }
  for (const std::string_view prefix :
       {"ghp_", "gho_", "ghs_", "github_pat_", "xoxb-", "-----BEGIN"}) {
    if (text.find(prefix) != std::string_view::npos) {
      return true;
    }
  }
  const bool opaque =
      text.size() >= 40 &&
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
          std::string_view::npos;
  const auto any = [&](auto test) { return std::any_of(text.begin(), text.end(), test); };
  return opaque && any([](char c) { return c >= 'A' && c <= 'Z'; }) &&
         any([](char c) { return c >= 'a' && c <= 'z'; }) &&
         any([](char c) { return c >= '0' && c <= '9'; });
}

std::string ref_problem(std::string_view text) {
  if (text.starts_with("refs/")) {
    return "must be written without `refs/heads/` or `refs/tags/`";
  }
  const bool bad = text.empty() || text.find_first_of(" ~^:\\\t") != std::string_view::npos ||
                   text.find("..") != std::string_view::npos;
  return bad ? "is no branch or tag name" : "";
}

std::string path_problem(std::string_view text) {
  if (text.starts_with('/') || text.find('\\') != std::string_view::npos) {
    return "must be a path inside the repository, with forward slashes";
  }
  const bool climbs = text == ".." || text.starts_with("../") ||
                      text.find("/../") != std::string_view::npos || text.ends_with("/..");
  return climbs ? "leaves the repository" : text.empty() ? "is empty" : "";
}

/// One path, one spelling: what facts tell is found by it.
std::string host_path_problem(std::string_view text) {
  const bool absolute = text.size() > 1 && text.starts_with('/') && !text.ends_with('/');
  const std::string inside = std::string(text) + "/";
  const bool plain = inside.find("//") == std::string::npos &&
                     inside.find("/./") == std::string::npos &&
                     inside.find("/../") == std::string::npos;
  return absolute && plain ? "" : "is no plain path on a host; expected one like `/opt/shop`";
}

bool is_host_user(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kWord) == std::string_view::npos &&
         text.front() != '-' && text.front() != '.';
}

bool is_host_owner(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && is_host_user(text.substr(0, colon)) &&
         is_host_user(text.substr(colon + 1));
}

bool is_variable(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, text::is_word_char) &&
         !text::is_digits(text.substr(0, 1));
}

std::string days_problem(std::string_view text) {
  constexpr long kMost = 36'500;
  const auto days = text::whole_number(text);
  return days && *days >= 1 && *days <= kMost ? "" : "is no number of days; expected 1 to 36500";
}

}  // namespace

std::string format_problem(IntentFormat format, std::string_view text) {
  switch (format) {
    case IntentFormat::Any:
      return "";
    case IntentFormat::Repository:
      return is_repository(text) ? "" : "is no repository; expected `owner/name`";
    case IntentFormat::RoleArn:
      return is_role_arn(text) ? ""
                               : "is no role ARN; expected `arn:aws:iam::111122223333:role/name`";
    case IntentFormat::AccountId:
      return text::is_digits(text) && text.size() == 12
                 ? ""
                 : "is no account id; expected 12 digits in quotes";
    case IntentFormat::Digits:
      return text::is_digits(text) ? "" : "is no numeric id";
    case IntentFormat::RefGlob:
      return ref_problem(text);
    case IntentFormat::Path:
      return path_problem(text);
    case IntentFormat::PublicValue:
      return looks_secret(text) ? "looks like a secret; muster.yaml is no place for one" : "";
    case IntentFormat::Region:
      return capability::problem_of(capability::Form::Region, text);
    case IntentFormat::Prose:
      return text.find_first_not_of(" \t\r\n") == std::string_view::npos ? "is empty" : "";
    case IntentFormat::Day:
      return text.size() == std::string_view("2026-12-31").size() && parse_utc(text)
                 ? ""
                 : "is no day; expected `2026-12-31`";
    case IntentFormat::Escalation:
      return escalation_problem(text);
    case IntentFormat::PrincipalOrItself:
      return text == "itself" || is_iam_arn(text, "role") || is_iam_arn(text, "user")
                 ? ""
                 : "is no role or user; expected its ARN, or `itself`";
    case IntentFormat::Days:
      return days_problem(text);
    case IntentFormat::HostPath:
      return host_path_problem(text);
    case IntentFormat::HostUser:
      return is_host_user(text) ? "" : "is no name or number of a user";
    case IntentFormat::HostOwner:
      return is_host_owner(text) ? "" : "is no owner; expected `user:group`";
    case IntentFormat::VariableName:
      return is_variable(text) ? "" : "is no name of a variable";
  }
  return "";
}

}  // namespace muster
