// Fills the template's places. No markup is written here.
#include "report/html.h"

#include <ctemplate/template.h>

#include <algorithm>
#include <map>

#include "checks/core/digest.h"
#include "report/embedded.h"
#include "report/html_template.h"
#include "report/path_drawing.h"
#include "report/replay.h"
#include "report/words.h"

namespace muster::report {
namespace {

using ctemplate::TemplateDictionary;

constexpr std::size_t kPlacesPerGroup = 10;
constexpr std::size_t kPlacesInAll = 200;
constexpr std::size_t kRowsPerList = 200;
constexpr std::size_t kDecisions = 5;
constexpr std::size_t kFieldsPerWitness = 16;

/// A share of the checks in percent with one decimal, for SVG.
std::string share(std::size_t part, std::size_t whole) {
  const std::size_t permille = whole == 0 ? 0 : part * 1000 / whole;
  return std::to_string(permille / 10) + "." + std::to_string(permille % 10);
}

class Page {
 public:
  explicit Page(const Report& report) : report_(report), root_("report") {}

  TemplateDictionary& fill();

 private:
  void head();
  void figures();
  void decisions();
  void first_questions(TemplateDictionary& section) const;
  void findings();
  void group(const Group& group, bool open);
  void item(TemplateDictionary& parent, const Item& item, Severity usual);
  void gaps();
  void waived();
  void undecided();
  void unseen();
  void closed();
  void passed();
  void evidence();

  /// Shows a section only if `condition` holds.
  void show(const char* section, bool condition) {
    if (condition) {
      root_.ShowSection(section);
    }
  }

  /// The first entries of `entries` as rows of a section, and how many more there are.
  template <class Entries, class Fill>
  void list(const std::string& section, const Entries& entries, const Fill& fill) {
    std::size_t rows = 0;
    for (const auto& entry : entries) {
      if (rows++ < kRowsPerList) {
        fill(*root_.AddSectionDictionary(section), entry);
      }
    }
    if (rows > kRowsPerList) {
      root_.AddSectionDictionary("MORE_" + section)
          ->SetValue("COUNT", std::to_string(rows - kRowsPerList));
    }
  }

  void number(const char* name, std::size_t value) { root_.SetValue(name, std::to_string(value)); }

  const Report& report_;
  TemplateDictionary root_;
  std::size_t places_left_ = kPlacesInAll;
};

void Page::head() {
  const std::string_view css = embedded_file("report.css");
  root_.SetValue("CSS", std::string(css));
  root_.SetValue("CSP", "default-src 'none'; style-src 'sha256-" + base64(sha256(css)) +
                            "'; base-uri 'none'; form-action 'none'; require-trusted-types-for "
                            "'script'; trusted-types 'none'");
  root_.SetValue("SUBJECT", report_.subject);
  root_.SetValue("AS_OF", to_utc(report_.run.as_of));
  root_.SetValue("AS_OF_PROSE", prose_time(report_.run.as_of));
  root_.SetValue("RUN", report_.run.id);
  root_.SetValue("VERDICT", to_string(report_.gate.verdict));
  root_.SetValue("VERDICT_WORD", upper(to_string(report_.gate.verdict)));
  root_.SetValue("SENTENCE", report_.verdict);
  root_.SetValue("FAIL_ON", muster::to_string(report_.gate.fail_on));
  root_.SetValue("GATE", "Gate: " + plural(report_.gate.blocking, "finding") + " at or above " +
                             muster::to_string(report_.gate.fail_on) + ", " +
                             plural(report_.gate.open_questions, "open question") + ".");
  show("INFERRED", !report_.intent_declared);
}

void Page::figures() {
  const Counts& counts = report_.counts;
  root_.SetValue("POSTURE", posture_text(report_));
  show("HAS_POSTURE", report_.posture_permille >= 0);
  number("PASS", counts.pass);
  number("FAIL", counts.fail);
  number("WAIVED", counts.waived);
  number("UNDECIDED", counts.undecided);
  number("DECIDED", counts.decided());
  number("GAPS", report_.run.result.not_covered.size());
  number("OPEN", counts.undecided + report_.run.result.not_covered.size());
  number("BLOCKING", report_.gate.blocking);
  number("CREATED", report_.created);
  number("REOPENED", report_.reopened);
  number("PERSISTING", report_.persisting);
  number("CLOSED_COUNT", report_.closed.size());
  root_.SetValue("CLOSED_HOW", report_.previous_run.empty()
                                   ? "no run before"
                                   : std::to_string(fixed_count(report_)) + " by a fix");
  const std::size_t all = counts.decided() + counts.undecided;
  root_.SetValue("PASS_WIDTH", share(counts.pass, all));
  root_.SetValue("FAIL_WIDTH", share(counts.fail, all));
}

void fill_question(TemplateDictionary& row, const Question& question) {
  row.SetValue("WHERE", question.where);
  row.SetValue("REASON", question.reason);
  const std::size_t rules = question.rules.size();
  if (rules > 0) {
    row.SetValue("TITLES",
                 rules == 1 ? question.rules.front() : plural(rules, "check") + " wait for it");
  }
}

void Page::decisions() {
  std::size_t blocking = 0;
  for (const Group& group : report_.groups) {
    if (group.severity < report_.gate.fail_on || ++blocking > kDecisions) {
      continue;
    }
    TemplateDictionary& decision = *root_.AddSectionDictionary("DECISION");
    decision.SetValue("RULE", std::string(group.rule->id));
    decision.SetValue("TITLE", std::string(group.rule->title));
    decision.SetValue("SEVERITY", muster::to_string(group.severity));
    decision.SetValue("PLACE", to_string(group.items.front().outcome.where));
    if (group.items.size() > 1) {
      decision.AddSectionDictionary("OTHERS")->SetValue(
          "COUNT", plural(group.items.size() - 1, "more place"));
    }
    decision.SetValue("FIX", std::string(group.rule->fix_steps.front()));
  }
  const std::size_t questions = report_.gate.open_questions;
  show("HAS_DECISIONS", blocking > 0);
  show("NO_DECISIONS", blocking == 0 && questions == 0);
  if (blocking > kDecisions) {
    root_.AddSectionDictionary("MORE_DECISIONS")
        ->SetValue("COUNT", plural(blocking - kDecisions, "more kind"));
  }
  if (questions > 0) {
    TemplateDictionary& section = *root_.AddSectionDictionary("QUESTIONS");
    section.SetValue("COUNT",
                     plural(questions, "open question") + (questions == 1 ? " keeps" : " keep"));
    first_questions(section);
  }
}

/// What to find out or repair first: what could not be read at all, then what most checks wait for.
void Page::first_questions(TemplateDictionary& section) const {
  std::vector<Question> all;
  all.reserve(report_.run.result.not_covered.size() + report_.questions.size());
  for (const NotCovered& gap : report_.run.result.not_covered) {
    all.push_back({gap.what, gap.why, {}, gap.blocks});
  }
  all.insert(all.end(), report_.questions.begin(), report_.questions.end());
  std::size_t shown = 0;
  for (const Question& question : all) {
    if (question.blocks && shown++ < kDecisions) {
      fill_question(*section.AddSectionDictionary("FIRST"), question);
    }
  }
}

void fill_line(TemplateDictionary& row, const DrawnLine& line) {
  row.SetValue("Y", std::to_string(line.y));
  row.SetValue("TEXT", line.text);
}

void fill_drawing(TemplateDictionary& witness, const Witness& path) {
  const PathDrawing drawing = draw_path(path);
  TemplateDictionary& picture = *witness.AddSectionDictionary("DRAWING");
  picture.SetValue("HEIGHT", std::to_string(drawing.height));
  std::string names;
  for (const DrawnBox& box : drawing.boxes) {
    names += (names.empty() ? "" : ", ") + box.name.text;
    TemplateDictionary& row = *picture.AddSectionDictionary("BOX");
    row.SetValue("LOOK", box.look);
    row.SetValue("Y", std::to_string(box.y));
    row.SetValue("HEIGHT", std::to_string(box.height));
    fill_line(*row.AddSectionDictionary("NAME"), box.name);
    for (const DrawnLine& line : box.lines) {
      fill_line(*row.AddSectionDictionary("LINE"), line);
    }
    if (&box != &drawing.boxes.back()) {
      row.AddSectionDictionary("ARROW")->SetValue("Y", std::to_string(box.y + box.height));
    }
  }
  picture.SetValue("NAMES", names);
}

void fill_witness(TemplateDictionary& place, const Outcome& outcome) {
  if (outcome.witness.fields.empty()) {
    return;
  }
  TemplateDictionary& witness = *place.AddSectionDictionary("WITNESS");
  witness.SetValue("KIND", witness_title(outcome.witness.kind));
  if (outcome.witness.kind == WitnessKind::Path) {
    fill_drawing(witness, outcome.witness);
    witness.ShowSection("DRAWN");
  }
  for (std::size_t i = 0; i < std::min(outcome.witness.fields.size(), kFieldsPerWitness); ++i) {
    const WitnessField& field = outcome.witness.fields[i];
    TemplateDictionary& row = *witness.AddSectionDictionary("FIELD");
    row.SetValue("NAME", field.name);
    std::string values;
    for (const std::string& value : field.values) {
      values += (values.empty() ? "" : ", ") + value;
    }
    row.SetValue("VALUE", values);
  }
  const std::string replay = replay_command(outcome);
  if (!replay.empty()) {
    witness.AddSectionDictionary("REPLAY")->SetValue("COMMAND", replay);
  }
}

void Page::item(TemplateDictionary& parent, const Item& item, Severity usual) {
  TemplateDictionary& place = *parent.AddSectionDictionary("ITEM");
  const Outcome& outcome = item.outcome;
  place.SetValue("FINGERPRINT", outcome.fingerprint);
  place.SetValue("WHERE", to_string(outcome.where));
  place.SetValue("STATE", state_text(item));
  place.SetValue("MESSAGE", sentence(outcome.message));
  place.SetValue("ASSET", outcome.asset.id);
  if (outcome.severity != usual) {
    place.AddSectionDictionary("OWN_SEVERITY")
        ->SetValue("SEVERITY", muster::to_string(outcome.severity));
  }
  if (!outcome.anchor.empty()) {
    place.SetValueAndShowSection("ANCHOR", outcome.anchor, "HAS_ANCHOR");
  }
  if (!outcome.reason.empty()) {
    place.SetValueAndShowSection("REASON", outcome.reason, "HAS_REASON");
  }
  fill_witness(place, outcome);
  for (const RelatedPlace& related : outcome.related) {
    TemplateDictionary& row = *place.AddSectionDictionary("RELATED");
    row.SetValue("PLACE", to_string(related.where));
    row.SetValue("NOTE", related.note);
  }
}

void fill_fix(TemplateDictionary& section, const Rule& rule) {
  for (const std::string_view step : rule.fix_steps) {
    section.AddSectionDictionary("STEP")->SetValue("TEXT", std::string(step));
  }
  for (const auto& [language, code] : {std::pair{"AWS CLI", rule.fix_cli},
                                       {"Terraform", rule.fix_terraform},
                                       {"Workflow", rule.fix_workflow}}) {
    if (!code.empty()) {
      TemplateDictionary& snippet = *section.AddSectionDictionary("SNIPPET");
      snippet.SetValue("LANGUAGE", language);
      snippet.SetValue("CODE", std::string(code));
    }
  }
  std::string controls;
  for (const std::string_view control : rule.controls) {
    controls += (controls.empty() ? "" : ", ") + std::string(control);
  }
  if (!controls.empty()) {
    section.AddSectionDictionary("CONTROLS")->SetValue("LIST", controls);
  }
}

void Page::group(const Group& group, bool open) {
  TemplateDictionary& section = *root_.AddSectionDictionary("GROUP");
  const Rule& rule = *group.rule;
  section.SetValue("RULE", std::string(rule.id));
  section.SetValue("SEVERITY", muster::to_string(group.severity));
  section.SetValue("TITLE", std::string(rule.title));
  section.SetValue("FIRST", to_string(group.items.front().outcome.where));
  section.SetValue("CHANGE", change_text(group));
  section.SetValue("PLACES", plural(group.items.size(), "place"));
  section.SetValue("WHY", std::string(rule.why));
  if (open) {
    section.ShowSection("OPENED");
  }
  if (group.severity < report_.gate.fail_on) {
    section.ShowSection("HARMLESS");
  }
  const std::size_t shown = std::min({group.items.size(), kPlacesPerGroup, places_left_});
  places_left_ -= shown;
  for (std::size_t i = 0; i < shown; ++i) {
    item(section, group.items[i], group.severity);
  }
  if (shown < group.items.size()) {
    section.AddSectionDictionary("MORE")->SetValue("COUNT",
                                                   std::to_string(group.items.size() - shown));
  }
  fill_fix(section, rule);
}

void Page::findings() {
  show("NO_FINDINGS", report_.groups.empty());
  bool first = true;
  for (const Group& entry : report_.groups) {
    group(entry, first);
    first = false;
  }
}

void Page::waived() {
  show("HAS_WAIVED", !report_.waived.empty());
  list("ACCEPTED", report_.waived, [](TemplateDictionary& row, const Item& item) {
    row.SetValue("WHERE", to_string(item.outcome.where));
    row.SetValue("MESSAGE", item.outcome.message);
    row.SetValue("REASON", item.outcome.reason);
    row.SetValue("SEVERITY", muster::to_string(item.outcome.severity));
    row.SetValue("RULE", item.outcome.rule);
  });
}

void Page::gaps() {
  const auto& gaps = report_.run.result.not_covered;
  show("NO_OPEN", gaps.empty() && report_.undecided.empty() && report_.not_rechecked.empty());
  show("HAS_GAPS", !gaps.empty());
  list("GAP", gaps, [](TemplateDictionary& row, const NotCovered& gap) {
    row.SetValue("WHAT", gap.what);
    row.SetValue("WHY", gap.why);
    if (gap.blocks) {
      row.ShowSection("BLOCKS");
    }
  });
}

void Page::undecided() {
  show("HAS_UNDECIDED", !report_.undecided.empty());
  list("QUESTION", report_.questions, fill_question);
}

void Page::unseen() {
  show("HAS_UNSEEN", !report_.not_rechecked.empty());
  list("UNSEEN", report_.not_rechecked, [](TemplateDictionary& row, const PastFinding& past) {
    row.SetValue("WHERE", to_string(past.where));
    row.SetValue("MESSAGE", sentence(past.message));
    row.SetValue("SEVERITY", muster::to_string(past.severity));
    row.SetValue("RULE", past.rule);
  });
}

void Page::closed() {
  show("HAS_CLOSED", !report_.closed.empty());
  if (report_.closed.empty()) {
    root_.AddSectionDictionary("NO_CLOSED")
        ->SetValue("NOTE", report_.previous_run.empty() ? "This is the first run in this history."
                                                        : "Nothing closed.");
  }
  list("PAST", report_.closed, [](TemplateDictionary& row, const PastFinding& past) {
    row.SetValue("REASON", past.closed ? muster::to_string(*past.closed) : "");
    row.SetValue("MESSAGE", sentence(past.message));
    row.SetValue("ASSET", past.asset.id);
  });
}

void Page::passed() {
  std::map<std::string_view, std::map<std::string_view, std::size_t>> areas;
  for (const Item& item : report_.passes) {
    if (item.rule != nullptr) {
      ++areas[item.rule->area][item.rule->id];
    }
  }
  show("NO_PASSED", areas.empty());
  for (const auto& [area, rules] : areas) {
    TemplateDictionary& section = *root_.AddSectionDictionary("AREA");
    section.SetValue("NAME", area_title(area));
    std::size_t total = 0;
    for (const auto& [id, count] : rules) {
      TemplateDictionary& row = *section.AddSectionDictionary("CHECK");
      row.SetValue("RULE", std::string(id));
      row.SetValue("TITLE", std::string(find_rule(id)->title));
      row.SetValue("COUNT", plural(count, "asset"));
      total += count;
    }
    section.SetValue("COUNT", plural(total, "check"));
  }
}

void Page::evidence() {
  const Run& run = report_.run;
  root_.SetValue("ROOT", run.root);
  root_.SetValue("STARTED", to_utc(run.started));
  root_.SetValue("FINISHED", to_utc(run.finished));
  root_.SetValue("VERSION", run.tool_version);
  root_.SetValue("RULES_HASH", run.rules_sha256.substr(0, 16));
  number("INPUTS", run.inputs.size());
  if (!report_.previous_run.empty()) {
    root_.AddSectionDictionary("PREVIOUS")->SetValue("ID", report_.previous_run);
  }
  for (const DataDate& file : report_.data) {
    TemplateDictionary& row = *root_.AddSectionDictionary("DATA");
    row.SetValue("NAME", file.name);
    row.SetValue("DATE", file.date);
  }
  list("INPUT", run.inputs, [](TemplateDictionary& row, const InputFile& input) {
    row.SetValue("PATH", input.path);
    row.SetValue("HASH", input.sha256);
  });
}

TemplateDictionary& Page::fill() {
  head();
  figures();
  decisions();
  findings();
  waived();
  gaps();
  undecided();
  unseen();
  closed();
  passed();
  evidence();
  return root_;
}

}  // namespace

Result<std::string> to_html(const Report& report) {
  Page page(report);
  return expand_page(page.fill());
}

}  // namespace muster::report
