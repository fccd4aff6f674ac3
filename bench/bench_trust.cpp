// How long one question about a trust policy takes. Each question is asked of every pair of policy
// and OIDC provider; the policies are the committed ones and, where they are at hand, those of the
// reference cases.
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/measure.h"
#include "checks/oidc/admitted.h"

namespace {

using namespace muster;
using nlohmann::ordered_json;
using oidc::TrustSearch;

constexpr int kRuns = 5;
constexpr const char* kRepository = "acme/shop";

struct Question {
  const char* name;
  std::function<Proof(const TrustSearch&)> ask;
};

oidc::TokenSet production_job() {
  oidc::TokenSet set;
  set.repository = kRepository;
  set.context = oidc::ContextKind::Environment;
  set.environment = "production";
  set.refs = {"refs/heads/main"};
  return set;
}

std::vector<Question> exposure_questions() {
  return {
      {"any_repository", [](const auto& s) { return s.admits_any_repository(); }},
      {"fresh_owner", [](const auto& s) { return s.admits_fresh_owner(); }},
      {"owner_outside", [](const auto& s) { return s.admits_owner_outside(s.trusted_owners()); }},
      {"fresh_repository", [](const auto& s) { return s.admits_fresh_repository("acme"); }},
      {"repository_outside",
       [](const auto& s) {
         return s.admits_repository_outside(s.trusted_owners(), s.trusted_repositories());
       }},
      {"pull_request", [](const auto& s) { return s.admits_pull_request(kRepository); }},
      {"fresh_branch", [](const auto& s) { return s.admits_fresh_branch(kRepository); }},
      {"fresh_tag", [](const auto& s) { return s.admits_fresh_tag(kRepository); }},
      {"fresh_environment", [](const auto& s) { return s.admits_fresh_environment(kRepository); }},
      {"branch_outside",
       [](const auto& s) { return s.admits_branch_outside(kRepository, {"refs/heads/main"}); }},
      {"merge_ref_in_environment",
       [](const auto& s) { return s.admits_merge_ref_in_environment(kRepository); }},
      {"fresh_workflow_ref", [](const auto& s) { return s.admits_fresh_workflow_ref(); }},
      {"fresh_owner_id", [](const auto& s) { return s.admits_fresh_owner_id(kRepository); }},
      {"forged_by_outsider", [](const auto& s) { return s.admits_forged_by_outsider(); }},
      {"forged_by_sibling", [](const auto& s) { return s.admits_forged_by_sibling(); }},
  };
}

std::vector<Question> questions() {
  std::vector<Question> all = {
      {"anything", [](const auto& s) { return s.admits_anything(); }},
      {"dead", [](const auto& s) { return s.is_dead(); }},
      {"job_admitted", [](const auto& s) { return s.admits_some(production_job()); }},
      {"job_refused", [](const auto& s) { return s.refuses_some(production_job()); }},
      {"beyond_declared", [](const auto& s) { return s.admits_beyond({production_job()}); }},
      {"only_classic", [](const auto& s) { return s.only_classic(kRepository); }},
  };
  for (Question& question : exposure_questions()) {
    all.push_back(std::move(question));
  }
  return all;
}

std::vector<policy::Policy> policies() {
  std::vector<bench::Input> texts = bench::json_files(bench::committed() / "trust");
  for (const bench::Input& file : bench::json_files(bench::shared() / "reference")) {
    if (file.name == "oidc-cases.json") {
      const ordered_json reference = ordered_json::parse(file.bytes);
      for (const auto& entry : reference["cases"]) {
        texts.push_back({entry["id"], entry["trust_policy"].dump()});
      }
    }
  }
  std::vector<policy::Policy> parsed;
  for (bench::Input& text : texts) {
    auto policy = policy::parse_policy(text.bytes, SourceId(text.name), policy::PolicyType::Trust);
    if (policy) {
      parsed.push_back(std::move(policy).value());
    }
  }
  return parsed;
}

oidc::Universe universe() {
  oidc::Universe universe;
  universe.repositories.push_back({kRepository, "", ""});
  return universe;
}

struct Subjects {
  std::vector<TrustSearch> searches;
  std::vector<double> compile;
};

Subjects subjects(const std::vector<policy::Policy>& all) {
  Subjects result;
  for (const policy::Policy& policy : all) {
    for (const std::string& provider : oidc::providers_of(policy)) {
      result.compile.push_back(bench::median_seconds(kRuns, [&] {
        bench::keep(TrustSearch(policy, provider, universe()).provider().size());
      }));
      result.searches.emplace_back(policy, provider, universe());
    }
  }
  return result;
}

/// What the answers were, so that a faster engine with other answers is seen at once.
struct Tally {
  std::size_t yes = 0;
  std::size_t no = 0;
  std::size_t undecided = 0;

  void add(const Proof& proof) { ++(proof.is_yes() ? yes : proof.is_no() ? no : undecided); }

  [[nodiscard]] ordered_json json() const {
    return {{"yes", yes}, {"no", no}, {"undecided", undecided}};
  }
};

}  // namespace

int main() {
  const std::vector<policy::Policy> all = policies();
  const Subjects tested = subjects(all);
  if (tested.searches.empty()) {
    std::cerr << "bench_trust: no policies found\n";
    return 1;
  }
  std::vector<double> samples;
  Tally total;
  ordered_json by_question;
  for (const Question& question : questions()) {
    std::vector<double> own;
    Tally tally;
    for (const TrustSearch& search : tested.searches) {
      const Proof answer = question.ask(search);
      tally.add(answer);
      total.add(answer);
      own.push_back(bench::median_seconds(
          kRuns, [&] { bench::keep(question.ask(search).is_yes() ? 1 : 0); }));
    }
    by_question[question.name] = {{"ms", bench::milliseconds(own)}, {"answers", tally.json()}};
    samples.insert(samples.end(), own.begin(), own.end());
  }
  bench::print("trust", {{"policies", all.size()},
                         {"policy_provider_pairs", tested.searches.size()},
                         {"samples", samples.size()},
                         {"ms_per_question", bench::milliseconds(samples)},
                         {"answers", total.json()},
                         {"ms_to_prepare_a_policy", bench::milliseconds(tested.compile)},
                         {"questions", by_question}});
  return 0;
}
