// One pass over the characters with a small state; substitutions are put on a list and scanned
// after.
#include "checks/workflow/shell.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxPieces = 2000;

/// A stretch of the script that is scanned as a script of its own.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     is_name_char);
}

/// Words that stand in front of a command without being it.
bool is_prefix_word(std::string_view word) {
  static constexpr std::array<std::string_view, 20> kWords = {
      "if",   "then", "else", "elif",    "while", "until", "do",    "!",       "{",     "(",
      "sudo", "env",  "time", "timeout", "nice",  "exec",  "xargs", "command", "nohup", "eval"};
  return text::one_of(word, kWords) || is_assignment(word);
}

/// An option or number of such a word: `sudo -E`, `timeout 10m`.
bool is_setting(std::string_view word) {
  return !word.empty() && (word.front() == '-' || (word.front() >= '0' && word.front() <= '9'));
}

bool prints_only(std::string_view word) {
  static constexpr std::array<std::string_view, 8> kWords = {"echo", "printf", "true", ":",
                                                             "fi",   "done",   "esac", "}"};
  return text::one_of(word, kWords);
}

class Scanner {
 public:
  Scanner(std::string_view script, Piece piece, std::vector<Piece>& pieces,
          std::vector<Command>& commands)
      : script_(script), at_(piece.begin), end_(piece.end), pieces_(pieces), commands_(commands) {}

  void scan();

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < end_ ? script_[at_ + ahead] : '\0';
  }

  [[nodiscard]] bool looking_at(std::string_view text) const {
    return script_.substr(at_, end_ - at_).starts_with(text);
  }

  void begin_word() {
    if (!in_word_) {
      in_word_ = true;
      if (words_.empty()) {
        command_begin_ = at_;
      }
    }
  }

  void end_word();
  void end_command();
  void single_quoted();
  void double_quoted();
  bool substitution();
  void skip_expression();
  void heredoc_operator();
  void skip_heredocs();
  void comment();
  void character();

  std::string_view script_;
  std::size_t at_;
  std::size_t end_;
  std::vector<Piece>& pieces_;
  std::vector<Command>& commands_;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;
  std::size_t command_begin_ = 0;
  std::size_t word_end_ = 0;
  std::vector<std::string> heredocs_;
};

void Scanner::end_word() {
  if (in_word_) {
    words_.push_back(word_);
    word_.clear();
    in_word_ = false;
    word_end_ = at_;
  }
}

void Scanner::end_command() {
  end_word();
  std::size_t first = 0;
  while (first < words_.size() &&
         (is_prefix_word(words_[first]) || (first > 0 && is_setting(words_[first])))) {
    ++first;
  }
  if (first < words_.size() && !prints_only(words_[first])) {
    commands_.push_back({{words_.begin() + static_cast<std::ptrdiff_t>(first), words_.end()},
                         command_begin_,
                         word_end_});
  }
  words_.clear();
}

void Scanner::single_quoted() {
  const std::size_t close = std::min(script_.find('\'', at_ + 1), end_);
  word_ += script_.substr(at_ + 1, close - at_ - 1);
  at_ = std::min(close + 1, end_);
}

/// `$( … )` or backticks: remembered as a script of its own; a placeholder stays in the word.
bool Scanner::substitution() {
  if (peek() == '`') {
    const std::size_t close = std::min(script_.find('`', at_ + 1), end_);
    pieces_.push_back({at_ + 1, close});
    word_ += "$()";
    at_ = std::min(close + 1, end_);
    return true;
  }
  if (!looking_at("$(") || looking_at("$((")) {
    return false;
  }
  int depth = 0;
  std::size_t close = at_ + 1;
  for (; close < end_; ++close) {
    depth += script_[close] == '(' ? 1 : script_[close] == ')' ? -1 : 0;
    if (depth == 0) {
      break;
    }
  }
  pieces_.push_back({at_ + 2, std::min(close, end_)});
  word_ += "$()";
  at_ = std::min(close + 1, end_);
  return true;
}

void Scanner::skip_expression() {
  const std::size_t close = script_.find("}}", at_);
  const std::size_t stop = close == std::string_view::npos ? end_ : std::min(close + 2, end_);
  word_ += script_.substr(at_, stop - at_);
  at_ = stop;
}

void Scanner::double_quoted() {
  ++at_;
  while (at_ < end_ && peek() != '"') {
    if (peek() == '\\' && at_ + 1 < end_) {
      word_ += peek(1) == '\n' ? std::string() : std::string(1, peek(1));
      at_ += 2;
    } else if (looking_at("${{")) {
      skip_expression();
    } else if (!substitution()) {
      word_ += peek();
      ++at_;
    }
  }
  at_ = std::min(at_ + 1, end_);
}

/// `<<WORD`, `<<-'WORD'`: the text until a line that holds only WORD is data.
void Scanner::heredoc_operator() {
  at_ += 2;
  at_ += peek() == '-' ? 1U : 0U;
  while (is_space(peek())) {
    ++at_;
  }
  std::string mark;
  while (at_ < end_ && !is_space(peek()) && peek() != '\n' && peek() != ';' && peek() != ')') {
    if (peek() != '\'' && peek() != '"' && peek() != '\\') {
      mark += peek();
    }
    ++at_;
  }
  heredocs_.push_back(mark);
}

void Scanner::skip_heredocs() {
  for (const std::string& mark : heredocs_) {
    while (at_ < end_) {
      const std::size_t line_end = std::min(script_.find('\n', at_), end_);
      std::string_view line = script_.substr(at_, line_end - at_);
      while (!line.empty() && (is_space(line.front()))) {
        line.remove_prefix(1);
      }
      at_ = std::min(line_end + 1, end_);
      if (line == mark) {
        break;
      }
    }
  }
  heredocs_.clear();
}

void Scanner::comment() {
  while (at_ < end_ && peek() != '\n') {
    ++at_;
  }
}

void Scanner::character() {
  const char c = peek();
  if (is_space(c)) {
    end_word();
    ++at_;
  } else if (c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
    at_ += peek(1) == '\n' ? 2U : 3U;
  } else if (c == '#' && !in_word_) {
    comment();
  } else if (c == '\n' || c == ';' || c == '|' || c == ')' || (c == '(' && !in_word_)) {
    end_command();
    ++at_;
    if (c == '\n') {
      skip_heredocs();
    }
  } else if (c == '&' && !(in_word_ && (word_.ends_with('>') || word_.ends_with('<')))) {
    end_command();
    ++at_;
  } else if (looking_at("<<") && !looking_at("<<<")) {
    end_word();
    heredoc_operator();
  } else {
    begin_word();
    if (c == '\'') {
      single_quoted();
    } else if (c == '"') {
      double_quoted();
    } else if (looking_at("${{")) {
      skip_expression();
    } else if (c == '\\' && at_ + 1 < end_) {
      word_ += peek(1);
      at_ += 2;
    } else if (!substitution()) {
      word_ += c;
      ++at_;
    }
  }
}

void Scanner::scan() {
  while (at_ < end_) {
    character();
  }
  end_command();
}

}  // namespace

bool Command::starts_with(std::string_view prefix) const {
  std::size_t word = 0;
  while (!prefix.empty()) {
    const std::size_t space = prefix.find(' ');
    const std::string_view wanted = prefix.substr(0, space);
    prefix = space == std::string_view::npos ? std::string_view() : prefix.substr(space + 1);
    if (word > 0) {
      // Global options may stand between the program and its subcommand; one without `=` takes the
      // next word along.
      while (word < words.size() && words[word].starts_with('-') && words[word] != wanted) {
        const bool joined = words[word].find('=') != std::string::npos;
        const bool takes_value = !joined && word + 1 < words.size() && words[word + 1] != wanted &&
                                 !words[word + 1].starts_with('-');
        word += takes_value ? 2 : 1;
      }
    }
    if (word >= words.size() || words[word] != wanted) {
      return false;
    }
    ++word;
  }
  return true;
}

std::string Command::option(std::string_view name) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == name) {
      return i + 1 < words.size() ? words[i + 1] : "";
    }
    if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=') {
      return std::string(word.substr(name.size() + 1));
    }
  }
  return "";
}

namespace {

std::vector<Command> plain_commands(std::string_view script) {
  std::vector<Command> commands;
  std::vector<Piece> pieces{{0, script.size()}};
  for (std::size_t i = 0; i < pieces.size() && i < kMaxPieces; ++i) {
    const Piece piece = pieces[i];
    Scanner(script, piece, pieces, commands).scan();
  }
  return commands;
}

bool is_shell(std::string_view program) {
  static constexpr std::array<std::string_view, 5> kShells = {"sh", "bash", "dash", "ksh", "zsh"};
  return text::one_of(program.substr(program.rfind('/') + 1), kShells);
}

/// The script that a command takes as a word: `bash -euo pipefail -c '…'`, and what `eval "…"`
/// leaves.
std::string inner_script(const Command& command) {
  const auto& words = command.words;
  if (words.size() == 1 && words[0].find_first_of(" \t\n") != std::string::npos) {
    return words[0];
  }
  for (std::size_t i = 1; i + 1 < words.size() && is_shell(words[0]); ++i) {
    const std::string& word = words[i];
    if (word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')) {
      return words[i + 1];
    }
  }
  return {};
}

/// Adds the commands of inner scripts, at the place of the command that holds them. An inner script
/// is shorter than its command, so this ends.
void add_inner_commands(std::vector<Command>& commands) {
  for (std::size_t i = 0; i < commands.size() && commands.size() < kMaxPieces; ++i) {
    const Command outer = commands[i];
    for (Command& inner : plain_commands(inner_script(outer))) {
      inner.begin = outer.begin;
      inner.end = outer.end;
      commands.push_back(std::move(inner));
    }
  }
}

}  // namespace

std::vector<Command> shell_commands(std::string_view script) {
  std::vector<Command> commands = plain_commands(script);
  add_inner_commands(commands);
  std::stable_sort(commands.begin(), commands.end(),
                   [](const Command& a, const Command& b) { return a.begin < b.begin; });
  return commands;
}

}  // namespace muster::workflow
