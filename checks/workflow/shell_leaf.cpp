// Simple commands of shell_compiler.h: what each does to the status, the options and the variables.
#include <algorithm>
#include <array>
#include <utility>

#include "checks/text/ascii.h"
#include "checks/workflow/shell_compiler.h"
#include "checks/workflow/shell_wrap.h"

namespace muster::workflow {
namespace {

/// Launchers in front of one command: `sudo env timeout 5 nice …`.
constexpr int kMostLaunchers = 16;

/// Programs whose status tells something about what they read.
bool judges_input(const ShellWords& words) {
  static constexpr std::array<std::string_view, 14> kPrograms = {
      "grep", "egrep", "fgrep", "rg",   "diff", "cmp",     "awk",
      "gawk", "read",  "node",  "perl", "ruby", "python3", "python"};
  const std::string_view program = program_name(words[0]);
  const bool strict_jq =
      program == "jq" && std::ranges::any_of(words, [](const std::string& word) {
        return word == "--exit-status" || (word.starts_with('-') && !word.starts_with("--") &&
                                           word.find('e') != std::string::npos);
      });
  return strict_jq || text::one_of(program, kPrograms);
}

/// The options with which a shell is started: `bash -euo pipefail -c …`, `sh -e`.
int started_options(const ShellWords& words) {
  int options = kErrexitOff | kPipefailOff;
  for (std::size_t i = 1; i < words.size() && words[i].starts_with('-'); ++i) {
    const bool is_short = words[i].size() > 1 && words[i][1] != '-';
    options |= is_short && words[i].find('e') != std::string::npos ? kErrexitOn : 0;
    if (is_short && words[i].ends_with('o') && i + 1 < words.size()) {
      ++i;
      options |= words[i] == "pipefail" ? kPipefailOn : 0;
      options |= words[i] == "errexit" ? kErrexitOn : 0;
    }
  }
  return options;
}

bool is_shell(const ShellWords& words) {
  static constexpr std::array<std::string_view, 5> kShells = {"bash", "sh", "zsh", "ksh", "dash"};
  return text::one_of(program_name(words[0]), kShells);
}

}  // namespace

/// Whether the word holds one of the variables, or is one of the files.
bool ShellCompiler::names(std::string_view word, const Names& of) {
  return std::ranges::any_of(of, [&](const std::string& name) {
    return word == name || word.find("$" + name) != std::string_view::npos ||
           word.find("${" + name) != std::string_view::npos;
  });
}

bool ShellCompiler::depends(std::string_view word) const {
  return names(word, dependent);
}

/// `assumed`: nothing is known about the command but that it should do well.
void ShellCompiler::set(int status, bool assumed) {
  emit({.kind = ShellOp::Kind::Set, .value = status, .choice = assumed ? 1 : 0});
  if (status != 0) {
    check();
  }
}

void ShellCompiler::answer(const ShellTest& test) {
  using Kind = ShellOp::Kind;
  switch (test.kind) {
    case ShellTest::Kind::Constant:
      emit({.kind = Kind::Set, .value = test.truth ? 0 : 1});
      break;
    case ShellTest::Kind::Status:
      break;
    case ShellTest::Kind::Equals:
      emit({.kind = Kind::Equals,
            .value = constant(test.text),
            .variable = variable(test.variable),
            .choice = program_.choices++});
      break;
    case ShellTest::Kind::Other: {
      const bool some = asked_in_pipe_ || std::ranges::any_of(test.words, [&](const auto& word) {
                          return depends(word);
                        });
      const bool counts =
          std::ranges::any_of(test.words, [&](const auto& word) { return names(word, counters); });
      emit(some     ? ShellOp{.kind = Kind::Depends}
           : counts ? ShellOp{.kind = Kind::Counts}
                    : ShellOp{.kind = Kind::Choice, .value = program_.choices++});
      break;
    }
  }
  if (test.negated) {
    emit({.kind = Kind::Not});
  }
}

/// `x=…`, `x+=…`
void ShellCompiler::assign(const std::string& word, bool asked) {
  const std::size_t equals = word.find('=');
  const bool adds = equals > 0 && word[equals - 1] == '+';
  const std::string name = word.substr(0, equals - (adds ? 1 : 0));
  const std::string value = word.substr(equals + 1);
  const int number = variable(name);
  if (value == "$?") {
    emit({.kind = ShellOp::Kind::Remember, .variable = number});
    return;
  }
  const bool some = (asked && value.find("$()") != std::string::npos) || depends(value) ||
                    (adds && dependent.contains(name));
  if (some) {
    dependent.insert(name);
  }
  if (value.starts_with("$()") && !asked) {
    counters.insert(name);
  }
  const bool written = !adds && value.find_first_of("$`") == std::string::npos;
  emit({.kind = ShellOp::Kind::Assign,
        .value = some      ? kDependentText
                 : written ? constant(value)
                           : kUnsetText,
        .variable = number});
}

/// `exit`, `return` with the status that they give.
void ShellCompiler::leave_with(const ShellWords& words, Places& exits) {
  using Kind = ShellOp::Kind;
  const std::string status = words.size() > 1 ? words[1] : "$?";
  // `exit ${failed:-0}` is `exit $failed`: what an unset one gives is open in both.
  const std::size_t fallback = status.starts_with("${") ? status.find(":-") : std::string::npos;
  const std::string name =
      variable_name(fallback != std::string::npos ? status.substr(0, fallback) + "}" : status);
  if (!name.empty()) {
    emit({.kind = Kind::Recall, .variable = variable(name), .choice = program_.choices++});
  } else if (depends(status)) {
    emit({.kind = Kind::Depends});
  } else if (status.find_first_not_of("0123456789") == std::string::npos) {
    const bool zero = status.find_first_not_of('0') == std::string::npos;
    emit({.kind = Kind::Set, .value = zero ? 0 : 1});
  } else if (status != "$?") {
    emit({.kind = Kind::Choice, .value = program_.choices++});
  }
  exits.push_back(emit({.kind = Kind::Jump}));
}

/// `break 2`, `continue`
void ShellCompiler::leave_loop(const ShellWords& words, bool again) {
  std::size_t level = words.size() > 1 && words[1].size() == 1 && words[1][0] > '0'
                          ? static_cast<std::size_t>(words[1][0] - '0')
                          : 1;
  emit({.kind = ShellOp::Kind::Set, .value = 0});
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
    const bool loop = block->form == Block::Form::Loop || block->form == Block::Form::For;
    if (loop && --level == 0) {
      Places& jumps = again ? block->continues : block->ends;
      jumps.push_back(emit({.kind = ShellOp::Kind::Jump}));
      return;
    }
    if (block->form == Block::Form::Text || block->form == Block::Form::Subshell) {
      return;
    }
  }
}

void ShellCompiler::set_options(const ShellWords& words) {
  int options = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const bool on = words[i].starts_with('-');
    if (!on && !words[i].starts_with('+')) {
      break;
    }
    options |= words[i].find('e') != std::string::npos ? (on ? kErrexitOn : kErrexitOff) : 0;
    if (words[i].ends_with('o') && i + 1 < words.size()) {
      ++i;
      options |= words[i] == "pipefail" ? (on ? kPipefailOn : kPipefailOff) : 0;
      options |= words[i] == "errexit" ? (on ? kErrexitOn : kErrexitOff) : 0;
    }
  }
  emit({.kind = ShellOp::Kind::Options, .value = options});
  emit({.kind = ShellOp::Kind::Set, .value = 0});
}

/// Builtins that decide where the script goes on.
bool ShellCompiler::control(const ShellWords& words) {
  const std::string& name = words[0];
  if (name == "exit") {
    leave_with(words, exits_.back());
  } else if (name == "return") {
    leave_with(words, returns_.empty() ? exits_.back() : returns_.back());
  } else if (name == "break" || name == "continue") {
    leave_loop(words, name == "continue");
  } else if (name == "set") {
    set_options(words);
  } else if (name == "trap") {
    const bool matters = std::ranges::any_of(words, [](const std::string& word) {
      return word == "EXIT" || word == "ERR" || word == "0";
    });
    if (matters && words.size() > 1 && words[1].find("exit") != std::string::npos) {
      open("a trap that ends the script");
    }
    set(0);
  } else if (name == "wait") {
    emit({.kind = words.size() > 1 ? ShellOp::Kind::Wait : ShellOp::Kind::Set, .value = 0});
    check();
  } else {
    return false;
  }
  return true;
}

void ShellCompiler::call(const Function& function) {
  if (returns_.size() >= kDeepestTexts) {
    open("functions that call each other too deep");
    return;
  }
  returns_.emplace_back();
  tasks_.push_back({.what = Task::What::EndFunction});
  tasks_.push_back({.source = function.source, .at = function.begin, .end = function.end});
}

bool ShellCompiler::reads_asked(const ShellWords& words) const {
  return asked_in_pipe_ ||
         std::ranges::any_of(words, [&](const std::string& word) { return depends(word); });
}

void ShellCompiler::plain(const ShellWords& words, const RawCommand& raw) {
  if (is_asked_(words)) {
    emit({.kind = ShellOp::Kind::Asked});
    ++asked_;
    asked_in_pipe_ = true;
    dependent.insert(raw.outputs.begin(), raw.outputs.end());
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "-o" || words[i] == "--output" || words[i] == "-O") {
        dependent.insert(words[i + 1]);
      }
    }
    dependent.erase("/dev/null");
    check();
  } else if (const auto function = functions_.find(words[0]); function != functions_.end()) {
    call(function->second);
  } else if (const std::string name = variable_name(words[0]); !name.empty() && words.size() == 1) {
    ShellTest flag;
    flag.kind = ShellTest::Kind::Equals;
    flag.variable = name;
    flag.text = "true";
    answer(flag);
    check();
  } else if (judges_input(words) &&
             (reads_asked(words) || depends(raw.input) ||
              std::ranges::any_of(raw.here_strings,
                                  [&](const std::string& text) { return depends(text); }))) {
    emit({.kind = ShellOp::Kind::Depends});
    check();
  } else {
    asked_in_pipe_ = reads_asked(words);
    const bool known = words[0] == "true" || words[0] == ":" || words[0] == "false";
    set(words[0] == "false" ? 1 : 0, !known);
  }
}

/// What a shell reads: heredocs and here-strings are its script.
void ShellCompiler::shell_input(const ShellWords& words, const RawCommand& raw,
                                const ShellSource& source) {
  std::string text;
  for (const Stretch& body : raw.heredocs) {
    text += source.text.substr(body.begin, body.end - body.begin);
  }
  for (const std::string& one : raw.here_strings) {
    text += one + "\n";
  }
  if (text.empty()) {
    set(0, true);
    return;
  }
  push_shell(std::move(text), is_shell(words) ? started_options(words) : kErrexitOff | kPipefailOff,
             true, false);
}

/// Takes off programs that run another one. False when the words are for themselves.
bool ShellCompiler::handed(ShellWords& words, const RawCommand& raw, const ShellSource& source) {
  bool timed = false;
  for (int i = 0; i < kMostLaunchers; ++i) {
    const Handed inner = handed_on(words);
    timed = timed || program_name(words[0]) == "timeout";
    switch (inner.kind) {
      case Handed::Kind::Command:
        if (inner.words.empty() || is_asked_(words)) {
          return false;
        }
        words = inner.words;
        continue;
      case Handed::Kind::Text:
        push_shell(inner.text,
                   is_shell(words) ? started_options(words) : kErrexitOff | kPipefailOff, true,
                   timed);
        return true;
      case Handed::Kind::Input:
        shell_input(words, raw, source);
        return true;
      case Handed::Kind::Nothing:
      case Handed::Kind::File:
      case Handed::Kind::Silent:
        return false;
    }
  }
  return false;
}

void ShellCompiler::leaf(const Task& task) {
  static constexpr std::array<std::string_view, 5> kDeclaring = {"export", "local", "declare",
                                                                 "readonly", "typeset"};
  const RawCommand& raw = task.source->scanned.commands[task.at];
  ShellWords words = task.words;
  const bool asked = asked_ > task.asked;
  const bool declares = text::one_of(words[0], kDeclaring);
  const bool only_settings = std::ranges::all_of(words, is_assignment);
  if (declares || only_settings) {
    const bool keeps_status = only_settings && !raw.substitutions.empty();
    for (const std::string& word : words) {
      if (is_assignment(word)) {
        assign(word, asked);
      }
    }
    if (keeps_status) {
      check();
    } else {
      set(0);
    }
    return;
  }
  words.erase(words.begin(), std::ranges::find_if_not(words, is_assignment));
  if (const auto test = read_test(words)) {
    const bool inside = asked && std::ranges::any_of(words, [](const std::string& word) {
                          return word.find("$()") != std::string::npos;
                        });
    if (inside && test->kind != ShellTest::Kind::Constant) {
      emit({.kind = ShellOp::Kind::Depends});
    } else {
      answer(*test);
    }
    check();
  } else if (!control(words) && !handed(words, raw, *task.source)) {
    plain(words, raw);
  }
}

}  // namespace muster::workflow
