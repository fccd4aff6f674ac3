// Loads a case exactly as `muster audit` loads a repository.
#include "tests/golden/golden_case.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/audit_input.h"
#include "app/repository.h"
#include "checks/core/run.h"

namespace muster::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// The time of every case's audit.
constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(parent)) {
    if (entry.is_directory()) {
      folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::string place(const SourceRef& where) {
  if (where.span.line == 0) {
    return to_string(where);
  }
  return to_string(where) + "-" + std::to_string(where.span.end_line) + ":" +
         std::to_string(where.span.end_column);
}

ordered_json witness_json(const Witness& witness) {
  ordered_json fields = ordered_json::object();
  for (const WitnessField& field : witness.fields) {
    fields[field.name] = field.values;
  }
  return {{"kind", to_string(witness.kind)}, {"fields", fields}};
}

ordered_json finding_json(const Outcome& outcome) {
  ordered_json finding = {
      {"outcome", to_string(outcome.kind)}, {"severity", to_string(outcome.severity)},
      {"asset", outcome.asset.id},          {"anchor", outcome.anchor},
      {"where", place(outcome.where)},      {"message", outcome.message}};
  if (!outcome.witness.fields.empty()) {
    finding["witness"] = witness_json(outcome.witness);
  }
  if (!outcome.reason.empty()) {
    finding["reason"] = outcome.reason;
  }
  return finding;
}

/// `past-tags.json`: what earlier runs saw; `git-tags.txt`: the tags of the checkout.
void add_tags(const fs::path& folder, Facts& facts) {
  if (std::ifstream in(folder / "past-tags.json"); in) {
    for (const auto& one : ordered_json::parse(in)) {
      facts.past_tags.push_back({{one.at("place"), one.at("tag"), one.at("target")},
                                 parse_utc(one.at("first_seen").get<std::string>()).value(),
                                 parse_utc(one.at("last_seen").get<std::string>()).value()});
    }
  }
  if (std::ifstream in(folder / "git-tags.txt"); in) {
    facts.documents.push_back(
        {DocumentKind::GitTags, SourceId(".git/refs/tags"),
         std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>())});
  }
}

/// `drills.json`: what the journal of drills tells, the newest first.
void add_drills(const fs::path& folder, Facts& facts) {
  std::ifstream in(folder / "drills.json");
  if (!in) {
    return;
  }
  for (const auto& one : ordered_json::parse(in)) {
    PastDrill drill{one.at("id"),
                    one.at("target"),
                    one.at("outcome"),
                    one.value("reason", ""),
                    parse_utc(one.at("at").get<std::string>()).value(),
                    {}};
    if (one.contains("same_path")) {
      drill.same_path = one.at("same_path").get<bool>();
    }
    facts.drills.push_back(std::move(drill));
  }
}

}  // namespace

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const fs::path& rule : folders_in(fs::path(MUSTER_SOURCE_DIR) / "tests/golden")) {
    for (const fs::path& folder : folders_in(rule)) {
      cases.push_back({rule.filename().string(), folder.filename().string(), folder});
    }
  }
  return cases;
}

Result<AuditResult> run(const Case& golden) {
  Intent intent;
  if (fs::exists(golden.folder / "muster.yaml")) {
    MUSTER_TRY(intent, app::load_intent(golden.folder / "muster.yaml", SourceId("muster.yaml")));
  }
  intent.exclude.push_back("expected.json");
  MUSTER_TRY(auto repository, app::read_repository(golden.folder, {}, intent));
  add_drills(golden.folder, repository.facts);
  add_tags(golden.folder, repository.facts);
  return audit({repository.facts, intent, kNow}, registered_checks());
}

std::string findings_json(const Case& golden, const AuditResult& result) {
  ordered_json findings = ordered_json::array();
  for (const Outcome& outcome : result.outcomes) {
    const bool shown = outcome.kind == OutcomeKind::Fail || outcome.kind == OutcomeKind::Waived ||
                       outcome.kind == OutcomeKind::Undecided;
    if (outcome.rule == golden.rule && shown) {
      findings.push_back(finding_json(outcome));
    }
  }
  return findings.dump(2) + "\n";
}

}  // namespace muster::golden
