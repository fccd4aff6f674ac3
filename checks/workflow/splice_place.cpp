// A walk over the characters with a stack of what is open. Substitutions are commands of their own;
// everything in heredocs, single quotes, arithmetic, patterns and programs of other languages is
// closed.
#include "checks/workflow/splice_place.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "checks/text/ascii.h"
#include "checks/workflow/expression.h"

namespace muster::workflow {
namespace {

using PlaceKind = SplicePlace::Kind;

/// Programs that read one of their arguments as a program or hand it to another shell.
constexpr std::array<std::string_view, 20> kReadersOfText = {
    "eval", "ssh", "su",   "trap", "xargs",        "watch", "parallel", "sed",  "awk",   "gawk",
    "jq",   "yq",  "perl", "ruby", "send-command", "find",  "let",      "make", "gmake", "just"};
/// Programs that do with an option such as `-c` or `-e`.
constexpr std::array<std::string_view, 17> kInterpreters = {
    "bash", "sh",   "zsh",   "dash", "ksh",  "fish",    "python",     "python3", "node",
    "php",  "deno", "mysql", "psql", "pwsh", "sqlite3", "powershell", "bun"};
/// Words behind which a command begins.
constexpr std::array<std::string_view, 14> kLeadingWords = {
    "if", "then", "elif", "else", "do",   "while", "until",
    "!",  "{",    "time", "exec", "sudo", "env",   "nohup"};

bool is_blank_byte(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool ends_word(char c) {
  return is_blank_byte(c) || std::string_view(";|&()<>").find(c) != std::string_view::npos;
}

/// `NAME=` or `NAME+=` in front of a value.
bool is_assignment_prefix(std::string_view word) {
  const std::size_t mark = word.find('=');
  if (mark == std::string_view::npos || mark == 0) {
    return false;
  }
  const std::string_view name = word.substr(0, mark - (word[mark - 1] == '+' ? 1 : 0));
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), text::is_word_char);
}

/// Where the expressions stand, whatever is around them.
std::vector<SplicePlace> expression_places(std::string_view script) {
  std::vector<SplicePlace> places;
  for (const std::string_view expression : expressions_of(script)) {
    const auto at = static_cast<std::size_t>(expression.data() - script.data());
    const std::size_t open = script.rfind("${{", at);
    const std::size_t close = script.find("}}", at + expression.size());
    if (open == std::string_view::npos || close == std::string_view::npos) {
      continue;
    }
    SplicePlace place;
    place.begin = open;
    place.end = close + 2;
    places.push_back(place);
  }
  return places;
}

/// Something that is open in the walk.
struct OpenShell {
  enum class Kind { Command, Double, Parameter, Arithmetic, Backtick, List };

  Kind kind = Kind::Command;
  /// Of a command: its words so far, without what is being read.
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  /// `case`, whose patterns end with `)`, has been seen.
  bool has_case = false;
};

class ShellWalk {
 public:
  explicit ShellWalk(std::string_view script)
      : script_(script), places_(expression_places(script)), assigned_(places_.size()) {
    open_.emplace_back();
  }

  std::vector<SplicePlace> walk() {
    while (at_ < script_.size()) {
      if (next_ < places_.size() && at_ == places_[next_].begin) {
        place_splice(places_[next_++]);
      } else if (open_.back().kind == OpenShell::Kind::Command) {
        in_command();
      } else {
        in_quotes();
      }
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
      finish(places_[i], assigned_[i]);
    }
    return std::move(places_);
  }

 private:
  using Kind = OpenShell::Kind;

  [[nodiscard]] bool sees(std::string_view text) const {
    return script_.substr(at_).starts_with(text);
  }

  void close(SplicePlace& place, std::string because) {
    place.kind = PlaceKind::Closed;
    place.because = std::move(because);
  }

  void add(char c) {
    open_.back().word += c;
    open_.back().in_word = true;
  }

  /// Jumps to `to`; expressions before it are in something closed.
  void skip_closed(std::size_t to, const std::string& because) {
    for (; next_ < places_.size() && places_[next_].begin < to; ++next_) {
      close(places_[next_], because);
    }
    at_ = std::max(to, at_ + 1);
  }

  void end_word() {
    OpenShell& open = open_.back();
    if (open.in_word) {
      if (text::one_of(open.word, kReadersOfText)) {
        reads_texts_ = true;
      }
      open.has_case = open.has_case || open.word == "case";
      const bool leads = open.words.empty() && text::one_of(open.word, kLeadingWords);
      const bool assigns = open.words.empty() && is_assignment_prefix(open.word);
      if (!leads && !assigns) {
        open.words.push_back(open.word);
      }
    }
    open.word.clear();
    open.in_word = false;
  }

  void end_command() {
    end_word();
    open_.back().words.clear();
  }

  void push(Kind kind, std::size_t bytes) {
    constexpr std::size_t kDeepest = 32;
    if (open_.size() >= kDeepest) {
      skip_closed(script_.size(), "it stands too deep in the script");
      return;
    }
    open_.back().in_word = true;
    open_.emplace_back();
    open_.back().kind = kind;
    at_ += bytes;
  }

  void pop(std::size_t bytes) {
    if (open_.back().kind == Kind::Command) {
      end_command();
    }
    open_.pop_back();
    if (open_.empty()) {
      open_.emplace_back();
    }
    at_ += bytes;
  }

  /// `$(`, `${`, `$((`, backticks; whether one begins here.
  bool opens_substitution() {
    if (sees("$((")) {
      push(Kind::Arithmetic, 3);
    } else if (sees("$(")) {
      push(Kind::Command, 2);
    } else if (sees("${")) {
      push(Kind::Parameter, 2);
    } else if (sees("`")) {
      push(Kind::Backtick, 1);
    } else {
      return false;
    }
    return true;
  }

  void in_quotes() {
    const Kind kind = open_.back().kind;
    const char c = script_[at_];
    if (c == '\\') {
      at_ += 2;
    } else if ((kind == Kind::Double && c == '"') || (kind == Kind::Parameter && c == '}') ||
               (kind == Kind::Backtick && c == '`') || (kind == Kind::List && c == ')')) {
      pop(1);
    } else if (kind == Kind::Arithmetic && sees("))")) {
      pop(2);
    } else if (kind == Kind::Double && opens_substitution()) {
      return;
    } else if (kind == Kind::List && c == '\'') {
      skip_closed(after_quote(at_ + 1), "it stands in single quotes");
    } else if (kind == Kind::List && c == '"') {
      push(Kind::Double, 1);
    } else {
      ++at_;
    }
  }

  [[nodiscard]] std::size_t after_quote(std::size_t from) const {
    const std::size_t end = script_.find('\'', from);
    return end == std::string_view::npos ? script_.size() : end + 1;
  }

  /// The end of `$'…'`, in which a backslash keeps the quote.
  [[nodiscard]] std::size_t after_ansi_quote(std::size_t from) const {
    for (std::size_t i = from; i < script_.size(); ++i) {
      if (script_[i] == '\\') {
        ++i;
      } else if (script_[i] == '\'') {
        return i + 1;
      }
    }
    return script_.size();
  }

  /// `<<WORD` and `<<-WORD`: the word is kept for the end of the line.
  void open_heredoc() {
    at_ += 2;
    const bool tabs = at_ < script_.size() && script_[at_] == '-';
    at_ += tabs ? 1 : 0;
    while (at_ < script_.size() && (script_[at_] == ' ' || script_[at_] == '\t')) {
      ++at_;
    }
    std::string word;
    for (; at_ < script_.size() && !ends_word(script_[at_]); ++at_) {
      if (std::string_view("'\"\\").find(script_[at_]) == std::string_view::npos) {
        word += script_[at_];
      }
    }
    heredocs_.push_back({word, tabs});
  }

  /// Behind a line's end: the bodies of its heredocs.
  void skip_heredocs() {
    for (const auto& [word, tabs] : heredocs_) {
      std::size_t from = at_;
      bool found = false;
      while (from < script_.size() && !found) {
        const std::size_t end = std::min(script_.find('\n', from), script_.size());
        std::string_view line = script_.substr(from, end - from);
        while (tabs && line.starts_with('\t')) {
          line.remove_prefix(1);
        }
        line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
        found = line == word;
        from = end + 1;
      }
      if (from > at_) {
        skip_closed(std::min(from, script_.size()), "it stands in a heredoc");
      }
    }
    heredocs_.clear();
  }

  void in_comment() {
    const std::size_t end = std::min(script_.find('\n', at_), script_.size());
    for (; next_ < places_.size() && places_[next_].begin < end; ++next_) {
      places_[next_].kind = PlaceKind::Comment;
    }
    at_ = end;
  }

  void in_command() {
    const char c = script_[at_];
    OpenShell& open = open_.back();
    if (c == '\\') {
      if (!sees("\\\n")) {
        add('\\');
      }
      at_ += 2;
    } else if (c == '\'') {
      open.in_word = true;
      skip_closed(after_quote(at_ + 1), "it stands in single quotes");
    } else if (sees("$'")) {
      open.in_word = true;
      skip_closed(after_ansi_quote(at_ + 2), "it stands in single quotes");
    } else if (c == '"') {
      push(Kind::Double, 1);
    } else if (sees("((") && !open.in_word) {
      push(Kind::Arithmetic, 2);
    } else if (opens_substitution()) {
      return;
    } else if (c == '#' && !open.in_word) {
      in_comment();
    } else if (c == '(' && open.in_word && open.word.ends_with('=')) {
      push(Kind::List, 1);
    } else if (sees("<(") || sees(">(")) {
      push(Kind::Command, 2);
    } else if (sees("<<") && !sees("<<<")) {
      end_word();
      open_heredoc();
    } else {
      in_plain(c);
    }
  }

  void in_plain(char c) {
    if (c == '(') {
      push(Kind::Command, 1);
    } else if (c == ')') {
      close_parenthesis();
    } else if (c == ' ' || c == '\t' || c == '\r') {
      end_word();
      ++at_;
    } else if (c == '<' || c == '>') {
      end_word();
      ++at_;
    } else if (c == '&' && is_redirection()) {
      ++at_;
    } else if (c == ';' || c == '|' || c == '&' || c == '\n') {
      end_command();
      ++at_;
      if (c == '\n') {
        skip_heredocs();
      }
    } else {
      add(c);
      ++at_;
    }
  }

  /// `2>&1`, `&> file`.
  [[nodiscard]] bool is_redirection() const {
    const char before = at_ == 0 ? '\0' : script_[at_ - 1];
    return before == '>' || before == '<' || sees("&>");
  }

  void close_parenthesis() {
    if (open_.size() == 1) {
      end_command();
      ++at_;
    } else if (open_.back().has_case) {
      skip_closed(script_.size(), "it stands behind a `case` inside parentheses");
    } else {
      pop(1);
    }
  }

  /// The command around the place, innermost.
  [[nodiscard]] const OpenShell* command_around() const {
    for (std::size_t i = open_.size(); i-- > 0;) {
      if (open_[i].kind == Kind::Command) {
        return &open_[i];
      }
    }
    return nullptr;
  }

  /// Why the arguments of the command are more than words, or nothing.
  [[nodiscard]] static std::string program_read_by(const OpenShell& command) {
    const auto base = [](const std::string& word) {
      return word.substr(word.rfind('/') == std::string::npos ? 0 : word.rfind('/') + 1);
    };
    bool interprets = false;
    for (const std::string& word : command.words) {
      const std::string name = base(word);
      interprets = interprets || word.starts_with('$') || text::one_of(name, kInterpreters);
      const bool option = word.size() > 1 && word[0] == '-' && word[1] != '-' &&
                          word.find_first_of("ceC") != std::string::npos;
      const bool reads = text::one_of(name, kReadersOfText) ||
                         (interprets && (option || word == "--command" || word == "--eval"));
      if (reads) {
        return "`" + name + "` reads the text as a program again";
      }
    }
    return "";
  }

  void place_splice(SplicePlace& place) {
    const OpenShell& command = *command_around();
    const Kind kind = open_.back().kind;
    const std::string reader = program_read_by(command);
    const bool escaped = place.begin > 0 && script_[place.begin - 1] == '\\';
    const bool only_quotes = std::all_of(open_.begin(), open_.end(), [](const OpenShell& open) {
      return open.kind == Kind::Command || open.kind == Kind::Double;
    });
    if (kind == Kind::List) {
      close(place, "it stands in a list of words");
    } else if (!only_quotes) {
      close(place, "it stands in an expansion of the shell");
    } else if (escaped) {
      close(place, "a backslash stands in front of it");
    } else if (!reader.empty()) {
      close(place, reader);
    } else if (kind == Kind::Double) {
      place.kind = PlaceKind::Quoted;
    } else {
      place_word(place, command);
    }
    assigned_[next_ - 1] = command.words.empty();
    open_.back().in_word = true;
    open_.back().word += kind == Kind::Command ? "\x01" : "";
    at_ = place.end;
  }

  void place_word(SplicePlace& place, const OpenShell& command) {
    const bool whole =
        !command.in_word && (place.end >= script_.size() || ends_word(script_[place.end]));
    const std::string_view first = command.words.empty() ? "" : std::string_view(command.words[0]);
    place.kind = PlaceKind::Word;
    if (command.words.empty()) {
      // Behind a redirection there is a command to come.
      const std::size_t before = script_.substr(0, place.begin).find_last_not_of(" \t");
      const bool target =
          before != std::string_view::npos && (script_[before] == '>' || script_[before] == '<');
      if (!command.in_word && !target) {
        close(place, "it is the command itself");
      }
      return;
    }
    if (first == "for" || first == "select" || first == "set") {
      close(place, "it stands in a list of words");
    } else if (first == "[[" && command.words.size() > 1 &&
               text::one_of(command.words.back(), kPatternOperators)) {
      close(place, "it stands where a pattern stands");
    } else if (first != "echo" && first != "printf" && first != "[" && first != "[[" &&
               first != "test" && first != "case" && first != "export") {
      place.splits = whole;
    }
  }

  /// What only the whole script tells: texts that are read again later.
  void finish(SplicePlace& place, bool assigned) {
    if (place.kind == PlaceKind::Closed && place.because.empty()) {
      place.because = "where it stands is not understood";
    }
    if (reads_texts_ && assigned && place.kind != PlaceKind::Closed) {
      close(place, "the script has texts read as programs, perhaps this one");
    }
  }

  static constexpr std::array<std::string_view, 4> kPatternOperators = {"=~", "==", "=", "!="};

  std::string_view script_;
  std::vector<SplicePlace> places_;
  /// Of each place: whether its command had no words yet, so that it may be an assignment.
  std::vector<bool> assigned_;
  std::vector<OpenShell> open_;
  std::vector<std::pair<std::string, bool>> heredocs_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
  bool reads_texts_ = false;
};

/// PowerShell, line by line: inside `"…"` without anything else in it, or a word between blanks.
void place_in_power_shell(std::string_view script, SplicePlace& place) {
  const std::size_t begin = script.substr(0, place.begin).rfind('\n') + 1;
  const std::string_view before = script.substr(begin, place.begin - begin);
  const bool here_string = script.substr(0, place.begin).find("@\"") != std::string_view::npos ||
                           script.substr(0, place.begin).find("@'") != std::string_view::npos;
  const bool odd = before.find_first_of("'`#$(){}@=|;&") != std::string_view::npos;
  place.because = "it stands where PowerShell may read more than a word";
  if (here_string || odd || before.find_first_not_of(" \t") == std::string_view::npos) {
    return;
  }
  if (std::count(before.begin(), before.end(), '"') % 2 == 1) {
    place.kind = PlaceKind::Quoted;
  } else if (before.ends_with(' ') &&
             (place.end >= script.size() || is_blank_byte(script[place.end]))) {
    place.kind = PlaceKind::Word;
  }
}

}  // namespace

std::vector<SplicePlace> splice_places(std::string_view script, ShellKind shell) {
  constexpr std::size_t kMostSplices = 500;
  std::vector<SplicePlace> places = expression_places(script);
  if (places.size() > kMostSplices) {
    for (SplicePlace& place : places) {
      place.because = "the script has too many expressions";
    }
    return places;
  }
  if (shell == ShellKind::Posix) {
    return ShellWalk(script).walk();
  }
  for (SplicePlace& place : places) {
    place_in_power_shell(script, place);
  }
  return places;
}

}  // namespace muster::workflow
