// Quotes are taken off; a substitution leaves a mark in the word and is scanned later.
#include <algorithm>
#include <utility>

#include "checks/workflow/shell_scanner.h"

namespace muster::workflow {

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

/// `<<WORD`, `<<-'WORD'`: the text until a line that holds only WORD goes to the command.
void ShellScanner::heredoc_operator() {
  end_word();
  if (now_.words.empty()) {
    now_.place.begin = at_;
  }
  at_ += 2;
  at_ += peek() == '-' ? 1U : 0U;
  while (is_shell_blank(peek())) {
    ++at_;
  }
  AwaitedText one{{}, false, found_.commands.size()};
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
  for (const AwaitedText& one : std::exchange(awaited_, {})) {
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

}  // namespace muster::workflow
