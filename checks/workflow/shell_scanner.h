// The inside of shell_scan.h: shell_scan.cpp cuts a script into commands, shell_scan_words.cpp
// reads what stands inside a word: quotes, expansions, heredocs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/shell_scan.h"

namespace muster::workflow {

[[nodiscard]] constexpr bool is_shell_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// A heredoc whose body has not come yet.
struct AwaitedText {
  std::string mark;
  bool literal = false;
  std::size_t command = 0;
};

/// Scans one stretch of a script; the substitutions in it are put on `pieces`.
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
  std::vector<AwaitedText> awaited_;
};

}  // namespace muster::workflow
