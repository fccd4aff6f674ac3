// Builds one climb per trust, and turns one rung into outcomes.
#include "checks/oidc/ladder.h"

#include <map>

#include "checks/core/model.h"
#include "checks/oidc/climber.h"
#include "checks/oidc/deciding.h"
#include "checks/policy/print.h"
#include "checks/text/json_writer.h"

namespace muster::oidc {
namespace {

std::string declared_words(const Trust& trust) {
  return trust.is_declared ? "that muster.yaml declares" : "that the policy names";
}

void report(const Trust& trust, const Step& step, Outcomes& out) {
  const Asset asset = trust.asset();
  if (!step.answer.is_yes()) {
    out.fail_if(step.answer, asset, trust.role->where).anchor(step.anchor);
    return;
  }
  const Witness& token = step.answer.witness();
  const Deciding by = deciding_clause(trust, token);
  OutcomeDraft draft = out.fail(asset, by.where, token);
  for (const WitnessField& field : token.fields) {
    draft.arg(field.name, field.values.empty() ? std::string() : field.values.front());
  }
  draft.arg("name", step.name)
      .arg("through", by.through)
      .arg("declared", declared_words(trust))
      .anchor(step.anchor)
      .severity(step.severity);
}

void print_text(std::string_view key, const std::optional<std::string>& text,
                text::JsonWriter& out) {
  if (text) {
    out.key(key).text(*text);
  }
}

void print_list(std::string_view key, const std::vector<std::string>& texts,
                text::JsonWriter& out) {
  out.key(key).open_list();
  for (const std::string& text : texts) {
    out.text(text);
  }
  out.close_list();
}

void print_set(const TokenSet& set, text::JsonWriter& out) {
  out.open_object();
  out.key("context").text(to_string(set.context));
  print_text("repository", set.repository, out);
  print_text("environment", set.environment, out);
  print_text("workflow", set.workflow, out);
  print_text("file", set.workflow_file, out);
  print_text("audience", set.audience, out);
  print_text("label", set.label, out);
  print_list("refs", set.refs, out);
  out.close_object();
}

/// All that tells the answers about one trust from those about another under the same intent: its
/// policy as written, its provider, what is declared and trusted, and how much the role may do.
std::string print_question(const Trust& trust) {
  text::JsonWriter out(text::JsonLayout::Compact);
  out.open_object().key("policy");
  policy::print_policy(trust.policy(), out);
  out.key("provider").text(trust.search.provider());
  out.key("privilege").text(std::to_string(static_cast<int>(trust.role->privilege)));
  out.key("declared").open_list();
  for (const TokenSet& set : trust.declared) {
    print_set(set, out);
  }
  out.close_list();
  out.key("is_declared").number(trust.is_declared ? 1 : 0);
  print_list("owners", trust.owners, out);
  print_list("repositories", trust.repositories, out);
  out.close_object();
  return out.bytes();
}

}  // namespace

Ladders Ladders::build(const AuditInput& input) {
  Ladders result;
  // The roles of one application, or of one template, are mostly trusted in the same words.
  std::map<std::string, std::size_t> asked;
  std::vector<std::size_t> first;
  std::vector<std::size_t> same_as;
  for (const Trust* trust : input.model<Trusts>().github()) {
    const std::size_t number = result.climbs_.size();
    const auto [known, fresh] = asked.try_emplace(print_question(*trust), number);
    if (fresh) {
      first.push_back(number);
    }
    same_as.push_back(known->second);
    result.climbs_.push_back({trust, {}});
  }
  input.each(first.size(), [&](const muster::Piece& piece) {
    Climb& climb = result.climbs_[first[piece.number]];
    climb.steps = Climber(*climb.trust, input.intent()).climb();
  });
  for (std::size_t i = 0; i < same_as.size(); ++i) {
    if (same_as[i] != i) {
      result.climbs_[i].steps = result.climbs_[same_as[i]].steps;
    }
  }
  return result;
}

void report_rung(const AuditInput& input, Rung rung, Outcomes& out) {
  for (const Climb& climb : input.model<Ladders>().all()) {
    for (const Step& step : climb.steps) {
      if (step.rung == rung) {
        report(*climb.trust, step, out);
      }
    }
  }
}

}  // namespace muster::oidc

template std::shared_ptr<const void> muster::built<muster::oidc::Ladders>(const AuditInput&);
