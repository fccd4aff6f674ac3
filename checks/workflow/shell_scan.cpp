// One pass over the characters with a small state; substitutions are put on a list and scanned
// after.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/shell_scanner.h"

namespace muster::workflow {

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
                                   text::is_word_char);
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
  const bool expected = std::any_of(awaited_.begin(), awaited_.end(), [&](const AwaitedText& one) {
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

void ShellScanner::comment() {
  while (at_ < end_ && peek() != '\n') {
    ++at_;
  }
}

void ShellScanner::character() {
  const char c = peek();
  const bool test_operator = in_test_ && (c == '&' || c == '|' || c == '<' || c == '>');
  if (is_shell_blank(c)) {
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

Scanned scan_script(std::string_view script, Stretch part) {
  constexpr std::size_t kMaxPieces = 2000;
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
