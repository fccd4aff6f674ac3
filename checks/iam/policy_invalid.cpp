// A policy document of the repository that AWS refuses, or a part of which can never apply: the
// errors of `muster policy lint`, but for names that the catalogue does not know. Trust policies
// have rules of their own; what an account holds already was accepted by AWS.
#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "checks/core/check.h"
#include "checks/iam/documents.h"
#include "checks/lint/lint.h"

namespace muster::iam {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

/// Whether the text is filled in before AWS sees it: `${ACCOUNT_ID}` (no policy variable is without
/// a colon), `{{account}}`, `<account>`, `__ACCOUNT__`, `%ACCOUNT%`.
bool is_template(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos;
       at = text.find("${", at + 1)) {
    const std::string_view name = text.substr(at + 2, text.find('}', at) - at - 2);
    if (!name.empty() && kLetters.find(name.front()) != std::string_view::npos &&
        name.find(':') == std::string_view::npos) {
      return true;
    }
  }
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"{{", "}}"},
                                    {"<", ">"},
                                    {"__", "__"},
                                    {"%", "%"}}) {
    const std::size_t at = text.find(open);
    const std::size_t end = at == std::string_view::npos ? at : text.find(close, at + open.size());
    if (end != std::string_view::npos &&
        text.substr(at + open.size(), end - at - open.size()).find_first_of("\"\n") ==
            std::string_view::npos) {
      return true;
    }
  }
  return false;
}

/// `Statement[0].Action[1]`
std::string path_words(const lint::Location& place) {
  std::string words;
  for (const lint::Step& step : place.path) {
    words += step.kind == lint::Step::Kind::Index ? "[" + std::to_string(step.index) + "]"
                                                  : (words.empty() ? "" : ".") + step.name;
  }
  return words;
}

/// Names that the catalogue lacks may be newer than it, and AWS takes a policy with them.
bool rests_on_names(lint::Code code) {
  constexpr std::array kNames = {lint::Code::InvalidAction,
                                 lint::Code::InvalidServiceInAction,
                                 lint::Code::InvalidService,
                                 lint::Code::InvalidGlobalConditionKey,
                                 lint::Code::InvalidServiceConditionKey,
                                 lint::Code::InvalidServicePrincipalFormat,
                                 lint::Code::MissingQualifier};
  return std::ranges::find(kNames, code) != kNames.end();
}

/// The errors that AWS would find too, by code; of one code the first finding and how many more.
struct Defect {
  const lint::Finding* first = nullptr;
  std::size_t more = 0;
};

std::map<lint::Code, Defect> defects(const lint::Findings& findings) {
  std::map<lint::Code, Defect> found;
  for (const lint::Finding& finding : findings.list) {
    const bool error = lint::info(finding.code).type == lint::FindingType::Error;
    if (!error || rests_on_names(finding.code)) {
      continue;
    }
    Defect& defect = found[finding.code];
    defect.more += defect.first == nullptr ? 0 : 1;
    defect.first = defect.first == nullptr ? &finding : defect.first;
  }
  return found;
}

void report(const Asset& asset, const Defect& defect, Outcomes& out) {
  const lint::CodeInfo& code = lint::info(defect.first->code);
  const lint::Location& place = defect.first->locations.front();
  const std::string path = path_words(place);
  out.fail(asset, place.where,
           {WitnessKind::Text, {{"code", {std::string(code.id)}}, {"path", {path}}}})
      .arg("code", std::string(code.id))
      .arg("detail",
           defect.first->message +
               (defect.more == 0 ? "" : " (and " + std::to_string(defect.more) + " more)"))
      .anchor(std::string(code.id));
}

void judge(const Document& document, Outcomes& out) {
  const Asset asset{"iam-policy", document.source.path()};
  const SourceRef where{document.source, {}};
  const auto findings =
      lint::lint(document.bytes, document.source, std::nullopt, policy::embedded_catalogue());
  if (!findings) {
    out.undecided(asset, where, findings.error().message);
    return;
  }
  const std::map<lint::Code, Defect> found = defects(findings.value());
  if (!found.empty() && is_template(document.bytes)) {
    out.undecided(asset, where, "the document has places that are filled in before AWS sees it");
    return;
  }
  for (const auto& [code, defect] : found) {
    report(asset, defect, out);
  }
  if (found.empty()) {
    out.pass(asset, where);
  }
}

void policy_invalid(const AuditInput& input, Outcomes& out) {
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::IamPolicy) {
      continue;
    }
    const auto tree = text::parse_json(document.bytes, document.source);
    if (!tree) {
      // What the text is meant to be is not known: a trust policy, or no policy at all.
      out.undecided({"iam-policy", document.source.path()}, {document.source, {}},
                    tree.error().message);
    } else if (!is_trust_policy(tree.value().root())) {
      judge(document, out);
    }
  }
}

const Register kPolicyInvalidCheck{"iam-policy-invalid", policy_invalid, {}};

}  // namespace
}  // namespace muster::iam
