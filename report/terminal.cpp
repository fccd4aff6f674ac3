// Plain lines, wrapped; colour only marks the words that severity already says.
#include "report/terminal.h"

#include <algorithm>

#include "report/prose.h"
#include "report/sanitise.h"
#include "report/words.h"

namespace muster::report {
namespace {

constexpr std::size_t kItemsPerGroup = 5;
constexpr std::size_t kLinesOfUndecided = 10;

constexpr std::size_t kLeastWidth = 40;
constexpr const char* kCodeColour = "36";

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// What stands between two spaces; parts of it may be code.
struct Word {
  std::vector<Piece> parts;

  [[nodiscard]] std::size_t columns() const {
    std::size_t sum = 0;
    for (const Piece& part : parts) {
      sum += columns_of(part.text);
    }
    return sum;
  }
};

/// Adds the words of one piece. `joined`: the piece before ended inside a word, which goes on.
bool add_words(const Piece& piece, bool joined, std::vector<Word>& words) {
  std::size_t at = 0;
  while (at < piece.text.size()) {
    const std::size_t end = std::min(piece.text.find_first_of(" \n\t", at), piece.text.size());
    if (end > at && !joined) {
      words.emplace_back();
    }
    if (end > at) {
      words.back().parts.push_back({piece.text.substr(at, end - at), piece.code});
    }
    joined = end == piece.text.size();
    at = end + 1;
  }
  return joined;
}

std::vector<Word> words_of(const std::vector<Piece>& pieces) {
  std::vector<Word> words;
  bool joined = false;
  for (const Piece& piece : pieces) {
    joined = add_words(piece, joined, words);
  }
  return words;
}

class Printer {
 public:
  explicit Printer(const TerminalOptions& options)
      : options_(options), width_(std::max(options.width, kLeastWidth)) {}

  /// `text` wrapped at spaces; the first line begins with `first`, the others with as many spaces.
  void wrapped(const std::string& first, std::string_view text, const char* colour = "") {
    const std::size_t indent = columns_of(first);
    std::string line = first;
    std::size_t columns = indent;
    bool empty = true;
    const std::vector<Piece> pieces =
        options_.colour ? split_prose(text) : std::vector<Piece>{{text, false}};
    for (const Word& word : words_of(pieces)) {
      if (!empty && columns + 1 + word.columns() > width_) {
        finish(line, colour);
        line = std::string(indent, ' ');
        columns = indent;
        empty = true;
      }
      line += (empty ? "" : " ") + shown(word, colour);
      columns += (empty ? 0 : 1) + word.columns();
      empty = false;
    }
    finish(line, colour);
  }

  void line(const std::string& text = "", const char* colour = "") { finish(text, colour); }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  /// The word with its code coloured, on a line of colour `around`.
  [[nodiscard]] std::string shown(const Word& word, std::string_view around) const {
    std::string text;
    for (const Piece& part : word.parts) {
      if (part.code && options_.colour) {
        text += colour_on(kCodeColour) + std::string(part.text) + "\x1b[0m" + colour_on(around);
      } else {
        text += part.text;
      }
    }
    return text;
  }

  [[nodiscard]] static std::string colour_on(std::string_view colour) {
    return colour.empty() ? "" : "\x1b[0;" + std::string(colour) + "m";
  }

  void finish(const std::string& line, std::string_view colour) {
    const bool coloured = options_.colour && !colour.empty();
    out_ += coloured ? colour_on(colour) + line + "\x1b[0m\n" : no_command(line) + "\n";
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

/// `[new]`, `[open for 12 days]`; with the severity when it is not that of its group.
std::string tag_of(const Item& item, const Group& group) {
  const bool other = item.outcome.severity != group.severity;
  return "[" + state_text(item) +
         (other ? ", " + std::string(muster::to_string(item.outcome.severity)) : "") + "]";
}

void print_item(Printer& printer, const Item& item, const Group& group) {
  const Outcome& outcome = item.outcome;
  printer.line("  " + to_string(outcome.where) + "  " + tag_of(item, group), "1");
  printer.wrapped("    ", outcome.message + (outcome.reason.empty() ? "" : ": " + outcome.reason));
  if (!outcome.witness.fields.empty() && outcome.witness.kind != WitnessKind::Text) {
    printer.wrapped("    witness: ", witness_line(outcome.witness), "2");
  }
  for (const RelatedPlace& place : outcome.related) {
    printer.wrapped("    see ", to_string(place.where) + ": " + place.note, "2");
  }
}

void print_group(Printer& printer, const Group& group) {
  printer.line();
  printer.wrapped(upper(muster::to_string(group.severity)) + "  ",
                  std::string(group.rule->title) + " (" + std::string(group.rule->id) + ")",
                  colour_of(group.severity));
  for (std::size_t i = 0; i < std::min(group.items.size(), kItemsPerGroup); ++i) {
    print_item(printer, group.items[i], group);
  }
  if (group.items.size() > kItemsPerGroup) {
    printer.line("  … and " + std::to_string(group.items.size() - kItemsPerGroup) +
                 " more in the report");
  }
  if (!group.rule->fix_steps.empty()) {
    printer.wrapped("    fix: ", group.rule->fix_steps.front());
  }
}

/// What counts as accepted must stay in sight.
void print_accepted(Printer& printer, const Report& report) {
  if (report.waived.empty()) {
    return;
  }
  printer.line();
  printer.line("Accepted for now (" + plural(report.waived.size(), "finding") + ")", "1");
  for (std::size_t i = 0; i < std::min(report.waived.size(), kLinesOfUndecided); ++i) {
    const Outcome& outcome = report.waived[i].outcome;
    printer.wrapped("  - ", outcome.message + ": " + outcome.reason);
  }
  if (report.waived.size() > kLinesOfUndecided) {
    printer.line("  … and " + std::to_string(report.waived.size() - kLinesOfUndecided) +
                 " more in the report");
  }
}

void print_open_questions(Printer& printer, const Report& report) {
  std::vector<std::string> rows;
  rows.reserve(report.run.result.not_covered.size() + report.questions.size());
  for (const NotCovered& gap : report.run.result.not_covered) {
    rows.push_back(gap.what + ": " + gap.why);
  }
  for (const Question& question : report.questions) {
    rows.push_back(question.where + ": " + question.reason);
  }
  if (rows.empty()) {
    return;
  }
  printer.line();
  printer.line("Not judged (" + plural(report.counts.undecided, "check") + " undecided)", "1");
  for (std::size_t i = 0; i < std::min(rows.size(), kLinesOfUndecided); ++i) {
    printer.wrapped("  - ", rows[i]);
  }
  if (rows.size() > kLinesOfUndecided) {
    printer.line("  … and " + std::to_string(rows.size() - kLinesOfUndecided) +
                 " more in the report");
  }
}

std::string findings_line(const Report& report) {
  if (report.counts.fail == 0) {
    return "No findings.";
  }
  std::string severities;
  for (std::size_t i = std::size(report.by_severity); i-- > 0;) {
    if (report.by_severity[i] > 0) {
      severities += (severities.empty() ? "" : ", ") + std::to_string(report.by_severity[i]) + " " +
                    muster::to_string(static_cast<Severity>(i));
    }
  }
  return plural(report.counts.fail, "finding") + ": " + severities + "; " +
         std::to_string(report.gate.blocking) + " at or above " +
         muster::to_string(report.gate.fail_on) + " block.";
}

void print_counts(Printer& printer, const Report& report) {
  const Counts& counts = report.counts;
  printer.line();
  printer.wrapped("", findings_line(report));
  printer.wrapped(
      "", std::to_string(counts.pass) + " of " + plural(counts.decided(), "decided check") +
              " passed, " + std::to_string(counts.undecided) + " undecided" +
              (report.posture_permille < 0 ? "" : "; posture " + posture_text(report) + " %") +
              ".");
  if (!report.previous_run.empty()) {
    printer.wrapped("", "Since the last run: " + std::to_string(report.created) + " new, " +
                            std::to_string(report.reopened) + " reopened, " +
                            std::to_string(report.closed.size()) + " closed, " +
                            std::to_string(report.persisting) + " unchanged, " +
                            std::to_string(report.not_rechecked.size()) + " not looked at again.");
  }
}

}  // namespace

std::string to_terminal(const Report& report, const TerminalOptions& options) {
  Printer printer(options);
  const char* colour = report.gate.verdict == Verdict::Fails        ? "1;31"
                       : report.gate.verdict == Verdict::Incomplete ? "1;33"
                                                                    : "1;32";
  printer.wrapped(upper(to_string(report.gate.verdict)) + "  ", report.verdict, colour);
  if (!report.intent_declared) {
    printer.wrapped("",
                    "No muster.yaml: what is meant to be was inferred. `muster init` writes one to "
                    "check against.",
                    "2");
  }
  for (const Group& group : report.groups) {
    print_group(printer, group);
  }
  print_accepted(printer, report);
  print_open_questions(printer, report);
  print_counts(printer, report);
  for (const std::string& path : options.written) {
    printer.line("Report: " + path);
  }
  return printer.take();
}

}  // namespace muster::report
