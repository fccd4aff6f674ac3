// One pass over the characters with a small state; substitutions are put on a list and scanned
// after.
#include "checks/workflow/shell_scan.h"

#include <algorithm>
#include <utility>

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxPieces = 2000;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool is_shell_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A heredoc whose body has not come yet.
struct Awaited {
  std::string mark;
  bool literal = false;
  std::size_t command = 0;
};

class ShellScanner {
 public:
  ShellScanner(std::string_view script, Stretch part, std::vector<Stretch>& pieces, Scanned& found)
      : script_(script), at_(part.begin), end_(part.end), pieces_(pieces), found_(found) {}

  void scan();

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < end_ ? script_[at_ + ahead] : '\0';
  }

  [[nodiscard]] bool looking_at(std::string_view text) const {
    return script_.substr(at_, end_ - at_).starts_with(text);
  }

  void begin_word();
  void end_word();
  void end_command();
  void separator();
  void mark(ShellToken::Kind kind);
  void arithmetic();
  void pattern_end();
  [[nodiscard]] bool is_case_head() const;
  void open_parenthesis();
  void close_parenthesis();
  void single_quoted();
  void double_quoted();
  void ansi_quoted();
  void add_piece(Stretch piece);
  bool substitution();
  bool process_substitution();
  void braces();
  void skip_expression();
  bool redirection();
  void heredoc_operator();
  void read_heredocs();
  void substitutions_in(Stretch body);
  void array_literal();
  void comment();
  void word_character();
  void character();
  std::size_t closing(std::size_t open) const;

  std::string_view script_;
  std::size_t at_;
  std::size_t end_;
  std::vector<Stretch>& pieces_;
  Scanned& found_;
  RawCommand now_;
  std::string word_;
  bool in_word_ = false;
  bool quoted_ = false;
  /// Between `[[` and `]]`.
  bool in_test_ = false;
  /// Before the `)` of a pattern of `case`.
  bool in_pattern_ = false;
  bool next_piped_ = false;
  /// The next word is the target of a redirection: 'o' output, 'i' input, 's' here-string.
  char redirected_ = '\0';
  std::size_t groups_ = 0;
  std::vector<Awaited> awaited_;
};

void ShellScanner::begin_word() {
  if (!in_word_) {
    in_word_ = true;
    quoted_ = false;
    if (now_.words.empty()) {
      now_.place.begin = at_;
    }
  }
}

void ShellScanner::end_word() {
  if (!in_word_) {
    return;
  }
  in_word_ = false;
  now_.place.end = at_;
  const std::string word = std::move(word_);
  word_.clear();
  if (redirected_ == 'i') {
    now_.input = word;
  } else if (redirected_ == 'o') {
    now_.outputs.push_back(word);
  } else if (redirected_ == 's') {
    now_.here_strings.push_back(word);
  } else if (redirected_ == '\0') {
    const std::size_t equals = word.find('=');
    const bool named = equals != std::string::npos && equals > 0 &&
                       std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                                   is_shell_name_char);
    if (named) {
      found_.assigned[word.substr(0, equals)].push_back({word.substr(equals + 1)});
    }
    found_.runs_arguments = found_.runs_arguments || word == "$@" || word == "${@}";
    in_test_ = !quoted_ && (word == "[[" || (in_test_ && word != "]]"));
    in_pattern_ = in_pattern_ && (quoted_ || word != "esac");
    now_.words.push_back(word);
    if (word == "in" && is_case_head()) {
      end_command();
      in_pattern_ = true;
    }
  }
  redirected_ = '\0';
}

/// `case WORD in`, perhaps behind a keyword.
bool ShellScanner::is_case_head() const {
  const std::size_t count = now_.words.size();
  return count >= 3 && now_.words[count - 3] == "case";
}

void ShellScanner::mark(ShellToken::Kind kind) {
  found_.tokens.push_back({kind, found_.commands.size()});
}

void ShellScanner::end_command() {
  end_word();
  redirected_ = '\0';
  const bool something = !now_.words.empty() || !now_.heredocs.empty();
  const bool expected = std::any_of(awaited_.begin(), awaited_.end(), [&](const Awaited& one) {
    return one.command == found_.commands.size();
  });
  if (something || expected) {
    now_.piped = next_piped_;
    mark(ShellToken::Kind::Command);
    found_.commands.push_back(std::move(now_));
    next_piped_ = false;
  }
  now_ = {};
  in_test_ = false;
}

/// `;`, `&`, `|`, a line's end and their doubles.
void ShellScanner::separator() {
  const char c = peek();
  end_command();
  if (c == '|' && peek(1) != '|') {
    mark(ShellToken::Kind::Pipe);
    next_piped_ = true;
    at_ += peek(1) == '&' ? 2U : 1U;
    return;
  }
  const bool twice = c != '\n' && peek(1) == c;
  const bool next_case = c == ';' && (twice || peek(1) == '&');
  in_pattern_ = in_pattern_ || next_case;
  mark(next_case           ? ShellToken::Kind::CaseNext
       : c == '|'          ? ShellToken::Kind::Or
       : c == '&' && twice ? ShellToken::Kind::And
       : c == '&'          ? ShellToken::Kind::Background
                           : ShellToken::Kind::Next);
  // A pipe goes on over the end of its line.
  next_piped_ = next_piped_ && c == '\n';
  at_ += twice || next_case ? 2U : 1U;
  at_ += next_case && twice && peek() == '&' ? 1U : 0U;
  if (c == '\n') {
    read_heredocs();
  }
}

/// The parenthesis that closes the one at `open`; quotes are looked at, nesting is counted.
std::size_t ShellScanner::closing(std::size_t open) const {
  int depth = 0;
  char quote = '\0';
  for (std::size_t at = open; at < end_; ++at) {
    const char c = script_[at];
    if (c == '\\' && quote != '\'') {
      ++at;
    } else if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    if (depth == 0) {
      return at;
    }
  }
  return end_;
}

/// `name=( a b )`
void ShellScanner::array_literal() {
  const std::size_t stop = closing(at_);
  const std::string name = word_.substr(0, word_.find_first_of("+="));
  Scanned inside;
  std::vector<Stretch> pieces;
  ShellScanner(script_, {at_ + 1, stop}, pieces, inside).scan();
  pieces_.insert(pieces_.end(), pieces.begin(), pieces.end());
  std::vector<std::string> words;
  for (const RawCommand& line : inside.commands) {
    words.insert(words.end(), line.words.begin(), line.words.end());
  }
  found_.assigned[name].push_back(std::move(words));
  at_ = std::min(stop + 1, end_);
  word_.clear();
  in_word_ = false;
}

void ShellScanner::open_parenthesis() {
  if (in_word_ && word_.ends_with('=') && !quoted_) {
    array_literal();
    return;
  }
  if (!in_test_ && peek(1) == ')' && (in_word_ || now_.words.size() == 1)) {
    const std::string name = in_word_ ? word_ : now_.words[0];
    found_.functions.insert(name);
    mark(ShellToken::Kind::Function);
    found_.tokens.back().name = name;
    in_word_ = false;
    word_.clear();
    now_ = {};
    at_ += 2;
    return;
  }
  if (in_word_ || in_test_) {
    begin_word();
    word_ += '(';
    ++at_;
    return;
  }
  if (peek(1) == '(') {
    arithmetic();
    return;
  }
  end_command();
  mark(ShellToken::Kind::Open);
  ++groups_;
  ++at_;
}

/// `(( … ))` is one word; what stands in it is no command.
void ShellScanner::arithmetic() {
  const std::size_t close = closing(at_);
  begin_word();
  word_ = script_.substr(at_, std::min(close + 1, end_) - at_);
  at_ = std::min(close + 1, end_);
  end_word();
}

/// Ends a subshell; without one it ends a pattern of `case`.
void ShellScanner::close_parenthesis() {
  if (in_test_) {
    begin_word();
    word_ += ')';
  } else if (in_pattern_) {
    pattern_end();
  } else if (groups_ > 0) {
    end_command();
    mark(ShellToken::Kind::Close);
    --groups_;
  } else {
    pattern_end();
  }
  ++at_;
}

void ShellScanner::pattern_end() {
  end_word();
  mark(ShellToken::Kind::Pattern);
  for (const std::string& word : now_.words) {
    found_.tokens.back().name += word + "\n";
  }
  in_pattern_ = false;
  now_ = {};
}

void ShellScanner::single_quoted() {
  quoted_ = true;
  const std::size_t close = std::min(script_.find('\'', at_ + 1), end_);
  word_ += script_.substr(at_ + 1, close - at_ - 1);
  at_ = std::min(close + 1, end_);
}

/// `$'…'`
void ShellScanner::ansi_quoted() {
  quoted_ = true;
  for (at_ += 2; at_ < end_ && peek() != '\''; ++at_) {
    if (peek() == '\\') {
      ++at_;
      word_ += peek() == 'n' ? '\n' : peek() == 't' ? '\t' : peek();
    } else {
      word_ += peek();
    }
  }
  at_ = std::min(at_ + 1, end_);
}

void ShellScanner::add_piece(Stretch piece) {
  pieces_.push_back(piece);
  now_.substitutions.push_back(piece);
}

/// `$( … )` or backticks: remembered as a script of its own; a placeholder stays in the word.
bool ShellScanner::substitution() {
  if (peek() == '`') {
    const std::size_t close = std::min(script_.find('`', at_ + 1), end_);
    add_piece({at_ + 1, close});
    word_ += "$()";
    at_ = std::min(close + 1, end_);
    return true;
  }
  if (!looking_at("$(")) {
    return false;
  }
  const std::size_t close = closing(at_ + 1);
  if (!looking_at("$((")) {
    add_piece({at_ + 2, close});
  }
  word_ += "$()";
  at_ = std::min(close + 1, end_);
  return true;
}

/// `<( … )`, `>( … )`
bool ShellScanner::process_substitution() {
  if (!looking_at("<(") && !looking_at(">(")) {
    return false;
  }
  begin_word();
  const std::size_t close = closing(at_ + 1);
  pieces_.push_back({at_ + 2, close});
  word_ += "$<()";
  at_ = std::min(close + 1, end_);
  return true;
}

/// `${ … }` stays in the word as it is, blanks and quotes included.
void ShellScanner::braces() {
  std::size_t depth = 0;
  for (; at_ < end_; ++at_) {
    const char c = peek();
    depth += c == '{' ? 1U : 0U;
    depth -= c == '}' ? 1U : 0U;
    word_ += c;
    if (c == '}' && depth == 0) {
      ++at_;
      return;
    }
  }
}

void ShellScanner::skip_expression() {
  const std::size_t close = script_.find("}}", at_);
  const std::size_t stop = close == std::string_view::npos ? end_ : std::min(close + 2, end_);
  word_ += script_.substr(at_, stop - at_);
  at_ = stop;
}

void ShellScanner::double_quoted() {
  quoted_ = true;
  ++at_;
  while (at_ < end_ && peek() != '"') {
    if (peek() == '\\' && at_ + 1 < end_) {
      // Inside double quotes a backslash quotes these alone.
      const bool quotes = std::string_view("\"\\$`\n").find(peek(1)) != std::string_view::npos;
      word_ += quotes ? std::string() : std::string("\\");
      word_ += peek(1) == '\n' ? std::string() : std::string(1, peek(1));
      at_ += 2;
    } else if (looking_at("${{")) {
      skip_expression();
    } else if (looking_at("${")) {
      braces();
    } else if (!substitution()) {
      word_ += peek();
      ++at_;
    }
  }
  at_ = std::min(at_ + 1, end_);
}

/// `> file`, `2>&1`, `< file`, `<<< text`: the target is no word of the command.
bool ShellScanner::redirection() {
  if (in_test_ || (peek() != '<' && peek() != '>')) {
    return false;
  }
  const bool number =
      in_word_ && !word_.empty() && word_.find_first_not_of("0123456789&") == std::string::npos;
  if (number) {
    word_.clear();
    in_word_ = false;
  }
  end_word();
  if (looking_at("<<<")) {
    redirected_ = 's';
    at_ += 3;
    return true;
  }
  redirected_ = peek() == '<' && peek(1) != '&' ? 'i' : 'o';
  ++at_;
  at_ += peek() == '>' || peek() == '&' || peek() == '|' ? 1U : 0U;
  return true;
}

/// `<<WORD`, `<<-'WORD'`: the text until a line that holds only WORD goes to the command.
void ShellScanner::heredoc_operator() {
  end_word();
  if (now_.words.empty()) {
    now_.place.begin = at_;
  }
  at_ += 2;
  at_ += peek() == '-' ? 1U : 0U;
  while (is_space(peek())) {
    ++at_;
  }
  Awaited one{{}, false, found_.commands.size()};
  while (at_ < end_ && std::string_view(" \t\r\n;)|&<>").find(peek()) == std::string_view::npos) {
    const bool quote = peek() == '\'' || peek() == '"' || peek() == '\\';
    one.literal = one.literal || quote;
    one.mark += quote ? std::string() : std::string(1, peek());
    ++at_;
  }
  now_.place.end = at_;
  awaited_.push_back(std::move(one));
}

/// Substitutions in a heredoc that the shell expands.
void ShellScanner::substitutions_in(Stretch body) {
  const std::size_t behind = std::exchange(at_, body.begin);
  const std::size_t end = std::exchange(end_, body.end);
  std::string dropped;
  std::swap(dropped, word_);
  const std::vector<Stretch> of_command = now_.substitutions;
  while (at_ < end_) {
    if (peek() == '\\') {
      at_ += 2;
    } else if (!substitution()) {
      ++at_;
    }
  }
  std::swap(dropped, word_);
  now_.substitutions = of_command;
  at_ = behind;
  end_ = end;
}

void ShellScanner::read_heredocs() {
  for (const Awaited& one : std::exchange(awaited_, {})) {
    const std::size_t begin = at_;
    std::size_t stop = end_;
    while (at_ < end_ && stop == end_) {
      const std::size_t line_end = std::min(script_.find('\n', at_), end_);
      std::string_view line = script_.substr(at_, line_end - at_);
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      line.remove_suffix(line.ends_with('\r') ? 1 : 0);
      stop = line == one.mark ? at_ : stop;
      at_ = std::min(line_end + 1, end_);
    }
    if (one.command < found_.commands.size()) {
      found_.commands[one.command].heredocs.push_back({begin, stop});
    }
    if (!one.literal) {
      substitutions_in({begin, stop});
    }
  }
}

void ShellScanner::comment() {
  while (at_ < end_ && peek() != '\n') {
    ++at_;
  }
}

void ShellScanner::word_character() {
  begin_word();
  const char c = peek();
  if (c == '\'') {
    single_quoted();
  } else if (c == '"') {
    double_quoted();
  } else if (looking_at("$'")) {
    ansi_quoted();
  } else if (looking_at("${{")) {
    skip_expression();
  } else if (looking_at("${")) {
    braces();
  } else if (c == '\\' && at_ + 1 < end_) {
    word_ += peek(1);
    at_ += 2;
  } else if (!substitution()) {
    word_ += c;
    ++at_;
  }
}

void ShellScanner::character() {
  const char c = peek();
  const bool test_operator = in_test_ && (c == '&' || c == '|' || c == '<' || c == '>');
  if (is_space(c)) {
    end_word();
    ++at_;
  } else if (c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
    at_ += peek(1) == '\n' ? 2U : 3U;
  } else if (c == '#' && !in_word_) {
    comment();
  } else if (in_pattern_ && (c == '|' || c == '(' || c == '\n')) {
    end_word();
    at_ += in_pattern_ ? 1U : 0U;
  } else if (c == '&' && peek(1) == '>') {
    end_word();
    ++at_;
  } else if (c == '\n' || ((c == ';' || c == '|' || c == '&') && !test_operator)) {
    separator();
  } else if (c == '(') {
    open_parenthesis();
  } else if (c == ')') {
    close_parenthesis();
  } else if (!in_test_ && process_substitution()) {
    return;
  } else if (looking_at("<<") && !looking_at("<<<") && !in_test_) {
    heredoc_operator();
  } else if (!redirection()) {
    word_character();
  }
}

void ShellScanner::scan() {
  while (at_ < end_) {
    character();
  }
  end_command();
}

}  // namespace

Scanned scan_script(std::string_view script, Stretch part) {
  Scanned found;
  std::vector<Stretch> pieces{part};
  std::vector<ShellToken> own;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i == kMaxPieces) {
      found.cut = true;
      break;
    }
    const Stretch piece = pieces[i];
    ShellScanner(script, piece, pieces, found).scan();
    if (i == 0) {
      own = std::move(found.tokens);
    }
    found.tokens.clear();
  }
  found.tokens = std::move(own);
  return found;
}

}  // namespace muster::workflow
