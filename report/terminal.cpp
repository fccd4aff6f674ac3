// Plain lines, wrapped; colour only marks the words that severity already says.
#include "report/terminal.h"

#include <algorithm>

namespace muster::report {
namespace {

constexpr std::size_t kItemsPerGroup = 5;
constexpr std::size_t kLinesOfUndecided = 10;

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

class Printer {
 public:
  explicit Printer(const TerminalOptions& options)
      : options_(options), width_(std::max<std::size_t>(options.width, 60)) {}

  /// `text` wrapped at spaces; the first line begins with `first`, the others with as many spaces.
  void wrapped(const std::string& first, std::string_view text, const char* colour = "") {
    std::string line = first;
    const std::size_t indent = columns_of(first);
    bool empty = true;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
      const std::string_view word = text.substr(at, end - at);
      if (!empty && columns_of(line) + 1 + columns_of(word) > width_) {
        finish(line, colour);
        line = std::string(indent, ' ');
        empty = true;
      }
      line += (empty ? "" : " ") + std::string(word);
      empty = false;
      at = end + 1;
    }
    finish(line, colour);
  }

  void line(const std::string& text = "", const char* colour = "") { finish(text, colour); }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void finish(std::string_view line, std::string_view colour) {
    const bool coloured = options_.colour && !colour.empty();
    out_ += coloured ? "\x1b[" + std::string(colour) + "m" : "";
    out_ += line;
    out_ += coloured ? "\x1b[0m\n" : "\n";
  }

  const TerminalOptions& options_;
  std::size_t width_;
  std::string out_;
};

const char* colour_of(Severity severity) {
  switch (severity) {
    case Severity::Critical:
      return "1;35";
    case Severity::High:
      return "1;31";
    case Severity::Medium:
      return "33";
    case Severity::Low:
      return "36";
    case Severity::Info:
      return "2";
  }
  return "";
}

std::string witness_line(const Witness& witness) {
  std::string text;
  std::size_t shown = 0;
  for (const WitnessField& field : witness.fields) {
    if (shown++ == 4) {
      return text + ", …";
    }
    text += (text.empty() ? "" : ", ") + field.name + " = ";
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      text += (i > 0 ? " | " : "") + field.values[i];
    }
  }
  return text;
}

void print_item(Printer& printer, const Item& item) {
  const Outcome& outcome = item.outcome;
  const bool old = item.state == FindingState::Persisting;
  const std::string state =
      old ? std::to_string(item.age_days) + " d" : muster::to_string(item.state);
  printer.line("  " + to_string(outcome.where) + "  [" + state + "]", "1");
  printer.wrapped("    ", outcome.message + (outcome.reason.empty() ? "" : ": " + outcome.reason));
  if (!outcome.witness.fields.empty() && outcome.witness.kind != WitnessKind::Text) {
    printer.wrapped("    witness: ", witness_line(outcome.witness), "2");
  }
  for (const RelatedPlace& place : outcome.related) {
    printer.wrapped("    see " + to_string(place.where) + ": ", place.note, "2");
  }
}

void print_group(Printer& printer, const Group& group) {
  std::string severity = muster::to_string(group.severity);
  std::transform(severity.begin(), severity.end(), severity.begin(),
                 [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  printer.line();
  printer.wrapped(severity + "  ",
                  std::string(group.rule->title) + "  (" + std::string(group.rule->id) + ")",
                  colour_of(group.severity));
  for (std::size_t i = 0; i < std::min(group.items.size(), kItemsPerGroup); ++i) {
    print_item(printer, group.items[i]);
  }
  if (group.items.size() > kItemsPerGroup) {
    printer.line("  … and " + std::to_string(group.items.size() - kItemsPerGroup) +
                 " more in the report");
  }
  if (!group.rule->fix_steps.empty()) {
    printer.wrapped("    fix: ", group.rule->fix_steps.front());
  }
}

void print_open_questions(Printer& printer, const Report& report) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const NotCovered& gap : report.run.result.not_covered) {
    rows.emplace_back(gap.what + ": ", gap.why);
  }
  // One broken document leaves many rules undecided: its reason is said once.
  for (const Item& item : report.undecided) {
    const std::pair<std::string, std::string> row{to_string(item.outcome.where) + ": ",
                                                  item.outcome.reason};
    if (std::find(rows.begin(), rows.end(), row) == rows.end()) {
      rows.push_back(row);
    }
  }
  if (rows.empty()) {
    return;
  }
  printer.line();
  printer.line("Not judged (" + std::to_string(report.counts.undecided) + " checks undecided)",
               "1");
  for (std::size_t i = 0; i < std::min(rows.size(), kLinesOfUndecided); ++i) {
    printer.wrapped("  " + rows[i].first, rows[i].second);
  }
  if (rows.size() > kLinesOfUndecided) {
    printer.line("  … and " + std::to_string(rows.size() - kLinesOfUndecided) +
                 " more in the report");
  }
}

void print_counts(Printer& printer, const Report& report) {
  const auto severity = [&](Severity value) {
    return std::to_string(report.by_severity[static_cast<std::size_t>(value)]) + " " +
           muster::to_string(value);
  };
  printer.line();
  printer.wrapped(
      "", std::to_string(report.counts.pass) + " passed, " + std::to_string(report.counts.fail) +
              " failed (" + severity(Severity::Critical) + ", " + severity(Severity::High) + ", " +
              severity(Severity::Medium) + ", " + severity(Severity::Low) + ", " +
              severity(Severity::Info) + "), " + std::to_string(report.counts.undecided) +
              " undecided; posture " + posture_text(report) + " %");
  if (!report.previous_run.empty()) {
    printer.wrapped("", "Since the last run: " + std::to_string(report.created) + " new, " +
                            std::to_string(report.reopened) + " reopened, " +
                            std::to_string(report.closed.size()) + " closed, " +
                            std::to_string(report.persisting) + " unchanged.");
  }
}

}  // namespace

std::string to_terminal(const Report& report, const TerminalOptions& options) {
  Printer printer(options);
  const char* colour = report.gate.verdict == Verdict::Fails        ? "1;31"
                       : report.gate.verdict == Verdict::Incomplete ? "1;33"
                                                                    : "1;32";
  std::string word = to_string(report.gate.verdict);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  printer.wrapped(word + "  ", report.verdict, colour);
  if (!report.intent_declared) {
    printer.wrapped("",
                    "No muster.yaml: what is meant to be was inferred. `muster init` writes one to "
                    "check against.",
                    "2");
  }
  for (const Group& group : report.groups) {
    print_group(printer, group);
  }
  print_open_questions(printer, report);
  print_counts(printer, report);
  for (const std::string& path : options.written) {
    printer.line("Report: " + path);
  }
  return printer.take();
}

}  // namespace muster::report
