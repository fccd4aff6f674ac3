// Reads the files, asks the search, prints words or JSON.
#include "app/trust_explain.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/repository.h"
#include "app/trust_document.h"
#include "app/trust_json.h"
#include "app/trust_words.h"
#include "checks/intent/read.h"
#include "checks/oidc/explanation.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using oidc::Explanation;
using oidc::KindVerdict;
using oidc::Who;

const char* word(Who who) {
  switch (who) {
    case Who::Repository:
      return "repository";
    case Who::RepositoryId:
      return "repository_id";
    case Who::Owner:
      return "owner";
    case Who::OwnerId:
      return "owner_id";
    case Who::Outsider:
      return "outsider";
  }
  return "";
}

ordered_json answer(const Proof& proof) {
  return proof.is_undecided() ? ordered_json("undecided") : ordered_json(proof.is_yes());
}

ordered_json kind_json(const KindVerdict& verdict, std::string_view provider) {
  ordered_json json{{"who", word(verdict.kind.who)}};
  if (!verdict.kind.name.empty()) {
    json["name"] = verdict.kind.name;
  }
  if (verdict.kind.context) {
    json["context"] = to_string(*verdict.kind.context);
  }
  json["admitted"] = answer(verdict.admitted);
  if (verdict.admitted.is_yes()) {
    json["all"] = verdict.all;
    if (verdict.kind.who == Who::Owner || verdict.kind.who == Who::Outsider) {
      json["any_name"] = verdict.any_name;
    }
    ordered_json forms = ordered_json::array();
    for (const oidc::SubjectForm form : verdict.forms) {
      forms.push_back(form == oidc::SubjectForm::Classic ? "classic" : "immutable");
    }
    json["forms"] = std::move(forms);
    json["values"] = verdict.values;
    json["complete"] = verdict.all || (!verdict.values.empty() && verdict.beyond.is_no());
    json["example"] = token_json(verdict.admitted.witness(), provider);
  }
  if (verdict.beyond.is_yes()) {
    json["beyond"] = token_json(verdict.beyond.witness(), provider);
  }
  if (verdict.except) {
    json["except"] = {{"example", token_json(verdict.except->token, provider)},
                      {"refused_by", refusal_json(verdict.except->clauses)}};
  }
  if (verdict.refusal) {
    json["example"] = token_json(verdict.refusal->token, provider);
    json["refused_by"] = refusal_json(verdict.refusal->clauses);
  }
  if (verdict.admitted.is_undecided()) {
    json["reason"] = verdict.admitted.reason();
  }
  return json;
}

ordered_json proof_json(const Proof& proof, std::string_view provider) {
  ordered_json json{{"admitted", answer(proof)}};
  if (proof.is_yes()) {
    json["example"] = token_json(proof.witness(), provider);
  } else if (proof.is_undecided()) {
    json["reason"] = proof.reason();
  }
  return json;
}

bool is_undecided(const Explanation& explanation) {
  return explanation.forged_by_outsider.is_undecided() ||
         explanation.forged_by_sibling.is_undecided() ||
         explanation.custom_template.is_undecided() ||
         std::any_of(explanation.kinds.begin(), explanation.kinds.end(),
                     [](const KindVerdict& verdict) { return verdict.admitted.is_undecided(); });
}

ordered_json explanation_json(const Explanation& explanation) {
  ordered_json json{{"provider", explanation.provider},
                    {"issuer", explanation.issuer.name},
                    {"guard", to_string(explanation.guard.verdict)},
                    {"dead", is_dead(explanation)},
                    {"trusted_owners", explanation.trusted_owners},
                    {"trusted_repositories", explanation.trusted_repositories}};
  ordered_json kinds = ordered_json::array();
  for (const KindVerdict& verdict : explanation.kinds) {
    kinds.push_back(kind_json(verdict, explanation.provider));
  }
  json["kinds"] = std::move(kinds);
  json["forged_by_outsider"] = proof_json(explanation.forged_by_outsider, explanation.provider);
  json["forged_by_sibling"] = proof_json(explanation.forged_by_sibling, explanation.provider);
  json["custom_template"] = proof_json(explanation.custom_template, explanation.provider);
  return json;
}

Result<oidc::Universe> read_universe(const std::string& config) {
  if (config.empty()) {
    return oidc::Universe{};
  }
  const SourceId source(config);
  MUSTER_TRY(std::string bytes, read_file(config, source, kIntentBytes));
  MUSTER_TRY(const Intent intent, read_intent(std::move(bytes), source));
  return oidc::universe_of(intent);
}

/// What one run of the command says.
struct Output {
  ordered_json trusts = ordered_json::array();
  int code = kClean;
};

void explain_document(const TrustDocument& document, const oidc::Universe& universe,
                      const TrustExplainOptions& options, const Console& console, Output& output) {
  const std::vector<std::string> providers = options.provider.empty()
                                                 ? oidc::providers_of(document.policy)
                                                 : std::vector<std::string>{options.provider};
  ordered_json json{{"role", document.role_arn},
                    {"file", document.policy.where.source.path()},
                    {"allowed_callers", allowed_callers(document.policy)},
                    {"providers", ordered_json::array()}};
  if (!options.json) {
    console.out << (document.role_arn.empty() ? document.name : document.role_arn) << "\n";
    if (providers.empty()) {
      print_other_callers(document.policy, console.out);
    }
  }
  for (const std::string& provider : providers) {
    const Explanation explanation =
        oidc::explain(oidc::TrustSearch(document.policy, provider, universe));
    output.code = is_undecided(explanation) ? std::max<int>(output.code, kIncomplete) : output.code;
    if (options.json) {
      json["providers"].push_back(explanation_json(explanation));
    } else {
      print_explanation(explanation, console.out);
    }
  }
  output.trusts.push_back(std::move(json));
}

}  // namespace

int trust_explain(const TrustExplainOptions& options, const Console& console) {
  const Result<oidc::Universe> universe = read_universe(options.config);
  if (!universe) {
    report_error(console, universe.error());
    return kUsage;
  }
  if (!options.provider.empty() && !oidc::parse_provider_arn(options.provider).ok()) {
    return report_error(
        console,
        {ErrorCode::Usage, "`" + options.provider + "` is not the ARN of an IAM OIDC provider",
         std::nullopt});
  }
  Output output;
  for (const std::string& file : options.files) {
    const auto documents = read_trust_documents(file, options.role);
    if (!documents) {
      output.code = std::max(output.code, report_error(console, documents.error()));
      continue;
    }
    for (const TrustDocument& document : documents.value()) {
      explain_document(document, universe.value(), options, console, output);
    }
  }
  if (options.json) {
    const ordered_json whole{{"data_date", oidc::issuer_data_date()},
                             {"trusts", std::move(output.trusts)}};
    console.out << whole.dump(2) << "\n";
  }
  return output.code;
}

}  // namespace muster::app
