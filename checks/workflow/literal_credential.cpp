// A credential written into a workflow file: everybody who can read the repository has it, in all
// of its history. Only texts with the exact form of a credential count, or random ones under a name
// that says secret; nothing is shown in full.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/model.h"

namespace muster::workflow {
namespace {

/// A text of credentials that begin alike. Source: the issuers' own documentation of their formats.
struct TokenForm {
  std::string_view prefix;
  /// Characters behind it.
  std::size_t least = 0;
  std::size_t most = 0;
  std::string_view kind;
};

constexpr std::array<TokenForm, 12> kForms = {{{"AKIA", 16, 16, "an AWS access key id"},
                                               {"ghp_", 36, 36, "a GitHub token"},
                                               {"gho_", 36, 36, "a GitHub token"},
                                               {"ghs_", 36, 36, "a GitHub token"},
                                               {"ghu_", 36, 36, "a GitHub token"},
                                               {"ghr_", 36, 36, "a GitHub token"},
                                               {"github_pat_", 82, 82, "a GitHub token"},
                                               {"npm_", 36, 36, "an npm token"},
                                               {"glpat-", 20, 20, "a GitLab token"},
                                               {"dckr_pat_", 27, 27, "a Docker Hub token"},
                                               {"sk_live_", 24, 99, "a Stripe key"},
                                               {"AIza", 35, 35, "a Google API key"}}};

constexpr std::array<std::string_view, 9> kMadeUp = {
    "example", "dummy", "placeholder", "changeme", "fake", "xxxx", "localhost", "your", "sample"};
/// Ends of names whose value says where a secret is, not what it is.
constexpr std::array<std::string_view, 14> kNotTheSecret = {
    "name", "id",   "ids",    "arn",       "arns",  "url",    "uri",
    "path", "file", "prefix", "parameter", "param", "region", "type"};
constexpr std::array<std::string_view, 7> kSecretWords = {
    "secret", "password", "passwd", "token", "api_key", "apikey", "private_key"};

bool is_token_char(char c) {
  return text::is_word_char(c) || c == '-';
}

std::size_t distinct_chars(std::string_view text) {
  return std::set<char>(text.begin(), text.end()).size();
}

bool is_made_up(std::string_view text) {
  return text::contains_any(text::lower(text), kMadeUp);
}

/// Shannon's measure, in bits for each character.
double bits_per_char(std::string_view text) {
  std::map<char, double> counts;
  for (const char c : text) {
    counts[c] += 1;
  }
  double bits = 0;
  for (const auto& [c, count] : counts) {
    const double share = count / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

struct FoundCredential {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string kind;
};

/// The form that begins at `at`, whole: nothing of a token stands before or behind it.
std::optional<FoundCredential> form_at(std::string_view text, std::size_t at) {
  for (const TokenForm& form : kForms) {
    if (!text.substr(at).starts_with(form.prefix)) {
      continue;
    }
    std::size_t end = at + form.prefix.size();
    while (end < text.size() && is_token_char(text[end])) {
      ++end;
    }
    const std::string_view rest =
        text.substr(at + form.prefix.size(), end - at - form.prefix.size());
    const bool base32 = std::all_of(rest.begin(), rest.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
    });
    constexpr std::size_t kLeastDistinct = 6;
    if (rest.size() >= form.least && rest.size() <= form.most &&
        (form.prefix != "AKIA" || base32) && distinct_chars(rest) >= kLeastDistinct &&
        !is_made_up(text.substr(at, end - at))) {
      return FoundCredential{at, end, std::string(form.kind)};
    }
  }
  return std::nullopt;
}

/// The first credential of a known form.
std::optional<FoundCredential> known_form(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && is_token_char(text[at - 1])) {
      continue;
    }
    if (auto found = form_at(text, at)) {
      return found;
    }
  }
  constexpr std::string_view kKey = "PRIVATE KEY-----";
  const std::size_t begin = text.find("-----BEGIN ");
  const std::size_t end = begin == std::string_view::npos ? begin : text.find(kKey, begin);
  constexpr std::size_t kLongestName = 30;
  constexpr std::size_t kLeastBody = 100;
  if (end != std::string_view::npos && end - begin < kLongestName &&
      text.size() - end > kLeastBody) {
    return FoundCredential{begin, end + kKey.size(), "a private key"};
  }
  return std::nullopt;
}

std::string flat_name(std::string_view name) {
  std::string flat = text::lower(name);
  std::replace(flat.begin(), flat.end(), '-', '_');
  return flat;
}

bool names_a_secret(const std::string& flat) {
  const std::string last =
      flat.substr(flat.rfind('_') == std::string::npos ? 0 : flat.rfind('_') + 1);
  return !text::one_of(last, kNotTheSecret) && text::contains_any(flat, kSecretWords);
}

/// A random text under a name that says secret.
std::optional<FoundCredential> secret_value(std::string_view name, std::string_view value) {
  const std::string flat = flat_name(name);
  const bool of_aws = flat.ends_with("aws_secret_access_key");
  const auto fits = [&](char c) {
    return is_token_char(c) || (of_aws && (c == '/' || c == '+')) || c == '=';
  };
  constexpr std::size_t kAwsSecret = 40;
  constexpr std::size_t kLeast = 20;
  constexpr double kRandom = 3.5;
  const bool sized = of_aws ? value.size() == kAwsSecret : value.size() >= kLeast;
  const auto any = [&](int (*is)(int)) {
    return std::any_of(value.begin(), value.end(),
                       [&](char c) { return is(static_cast<unsigned char>(c)) != 0; });
  };
  const bool hex = value.size() >= 32 && std::all_of(value.begin(), value.end(), [](char c) {
                     return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                   });
  const bool random = (any(std::isupper) && any(std::islower) && any(std::isdigit) &&
                       bits_per_char(value) >= kRandom) ||
                      (hex && bits_per_char(value) >= 3.0);
  if (!names_a_secret(flat) || !sized || !random || is_made_up(value) ||
      !std::all_of(value.begin(), value.end(), fits)) {
    return std::nullopt;
  }
  return FoundCredential{0, value.size(), of_aws ? "an AWS secret key" : "a secret"};
}

/// The first characters and the length: enough to find it, too little to use it.
std::string masked(std::string_view text) {
  constexpr std::size_t kShown = 4;
  return std::string(text.substr(0, kShown)) + "… (" + std::to_string(text.size()) + " characters)";
}

/// Where texts stand.
struct TextPlaceOf {
  Asset asset;
  std::string anchor;
};

class LiteralSearch {
 public:
  LiteralSearch(const Workflow& workflow, Outcomes& out) : workflow_(workflow), out_(out) {}

  void look() {
    entries(workflow_.env, {workflow_.asset(), "env"});
    for (const Job& job : workflow_.jobs) {
      const Asset asset = workflow_.asset(job);
      entries(job.env, {asset, "env"});
      entries(job.with, {asset, "with"});
      entries(job.secrets, {asset, "secrets"});
      for (const Step& step : job.steps) {
        look_at_step(job, step);
        for (const Step& inner : step.parallel) {
          look_at_step(job, inner);
        }
      }
    }
    if (!found_) {
      out_.pass(workflow_.asset(), workflow_.where);
    }
  }

 private:
  void look_at_step(const Job& job, const Step& step) {
    const Asset asset = workflow_.asset(job, step);
    entries(step.env, {asset, "env"});
    entries(step.with, {asset, "with"});
    if (const auto found = known_form(step.run.value)) {
      report({asset, "run"}, *found, step.run,
             step.run_node ? step.run_node->where(found->begin, found->end) : step.run.where,
             "run");
    }
  }

  void entries(const std::vector<Entry>& all, const TextPlaceOf& place) {
    for (const Entry& entry : all) {
      auto found = known_form(entry.value.value);
      if (!found && entry.value.value.find("${{") == std::string::npos) {
        found = secret_value(entry.name.value, entry.value.value);
      }
      if (found) {
        report({place.asset, place.anchor + "." + entry.name.value}, *found, entry.value,
               entry.value.where, entry.name.value);
      }
    }
  }

  void report(const TextPlaceOf& place, const FoundCredential& found, const Text& text,
              const SourceRef& where, const std::string& name) {
    found_ = true;
    if (!seen_.insert(place.asset.id + '\x1f' + place.anchor).second) {
      return;
    }
    const std::string value =
        masked(std::string_view(text.value).substr(found.begin, found.end - found.begin));
    out_.fail(place.asset, where, {WitnessKind::Text, {{"value", {value}}}})
        .arg("kind", found.kind)
        .arg("name", name)
        .arg("value", value)
        .anchor(place.anchor);
  }

  const Workflow& workflow_;
  Outcomes& out_;
  std::set<std::string> seen_;
  bool found_ = false;
};

void literal_credential(const AuditInput& input, Outcomes& out) {
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    LiteralSearch(workflow, out).look();
  }
}

const Register kLiteralCredentialCheck{
    "workflow-literal-credential", literal_credential, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
