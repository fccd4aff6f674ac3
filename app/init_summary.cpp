// Foreign names pass the same gate as everywhere before they reach a terminal or a runner's log.
#include "app/init_summary.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/init_roles.h"
#include "report/sanitise.h"
#include "report/words.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownQuestions = 20;

/// Text as JSON may carry it: valid UTF-8, nothing invisible.
std::string clean(const std::string& text) {
  return report::sanitise(text);
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(clean(text));
}

ordered_json texts(const std::vector<std::string>& list) {
  ordered_json json = ordered_json::array();
  for (const std::string& text : list) {
    json.push_back(clean(text));
  }
  return json;
}

ordered_json shown_places(const std::vector<SourceRef>& used) {
  ordered_json json = ordered_json::array();
  for (const SourceRef& where : used) {
    json.push_back(clean(place(where)));
  }
  return json;
}

ordered_json variables_json(const std::vector<DraftVariable>& list) {
  ordered_json json = ordered_json::array();
  for (const DraftVariable& variable : list) {
    json.push_back({{"name", clean(variable.name)}, {"used", shown_places(variable.used)}});
  }
  return json;
}

ordered_json subject_json(const DraftSubject& draft) {
  const IntentSubject& subject = draft.subject;
  return {{"declared", !draft.open},
          {"environment", text_or_null(subject.environment.value_or(""))},
          {"branches", texts(subject.branches)},
          {"tags", texts(subject.tags)},
          {"pull_request", subject.pull_request},
          {"from", texts(draft.from)},
          {"warning", text_or_null(draft.warning)},
          {"notes", texts(draft.notes)}};
}

ordered_json role_json(const DraftRole& role) {
  ordered_json subjects = ordered_json::array();
  for (const DraftSubject& subject : role.subjects) {
    subjects.push_back(subject_json(subject));
  }
  const bool known = role.privilege != Privilege::Unknown;
  return {{"name", clean(role.name)},
          {"declared", role.is_known()},
          {"arn", text_or_null(role.arn)},
          {"used", shown_places(role.used)},
          {"facts", text_or_null(role.facts)},
          {"trust", text_or_null(role.trust.value)},
          {"trust_candidates", texts(role.trust_candidates)},
          {"permissions", texts(role.permissions)},
          {"privilege", known ? ordered_json(to_string(role.privilege)) : ordered_json(nullptr)},
          {"environments", texts(role.environments)},
          {"subjects", subjects}};
}

ordered_json environment_json(const DraftEnvironment& environment) {
  const bool known = environment.kind != EnvironmentClass::Unknown;
  return {{"name", clean(environment.name)},
          {"class", known ? ordered_json(to_string(environment.kind)) : ordered_json(nullptr)},
          {"used", shown_places(environment.used)},
          {"variables", variables_json(environment.variables)}};
}

}  // namespace

std::string draft_json(const Draft& draft, const std::string& path) {
  ordered_json environments = ordered_json::array();
  for (const DraftEnvironment& environment : draft.environments) {
    environments.push_back(environment_json(environment));
  }
  ordered_json roles = ordered_json::array();
  for (const DraftRole& role : draft.roles) {
    roles.push_back(role_json(role));
  }
  ordered_json questions = ordered_json::array();
  for (const Question& question : draft.questions) {
    const bool placed = !question.where.source.path().empty();
    questions.push_back({{"question", clean(question.text)},
                         {"where", text_or_null(placed ? place(question.where) : "")}});
  }
  const ordered_json json = {{"path", clean(path)},
                             {"repository", text_or_null(draft.repository.value)},
                             {"default_branch", clean(draft.default_branch.value)},
                             {"environments", environments},
                             {"roles", roles},
                             {"variables", variables_json(draft.variables)},
                             {"unreadable", texts(draft.unreadable)},
                             {"open_questions", questions}};
  return json.dump(2) + "\n";
}

std::string draft_words(const Draft& draft, const std::string& path, const std::string& root) {
  const std::string who =
      draft.repository.value.empty() ? "repository unknown" : draft.repository.value;
  std::string words =
      report::safe_line(fmt::format("Wrote {}: {}, {}, {}, {}.", path, who,
                                    report::plural(draft.environments.size(), "environment"),
                                    report::plural(draft.roles.size(), "role"),
                                    report::plural(draft.questions.size(), "open question"))) +
      "\n";
  for (std::size_t i = 0; i < draft.questions.size() && i < kShownQuestions; ++i) {
    const Question& question = draft.questions[i];
    const bool placed = !question.where.source.path().empty();
    words += report::safe_line("  - " + question.text +
                               (placed ? " (" + place(question.where) + ")" : "")) +
             "\n";
  }
  if (draft.questions.size() > kShownQuestions) {
    words += fmt::format("  … and {} more in the file\n", draft.questions.size() - kShownQuestions);
  }
  const std::string folder = root == "." ? "" : " " + root;
  return words +
         report::safe_line("Next: correct the file, then run `muster audit" + folder + "`.") + "\n";
}

}  // namespace muster::app
