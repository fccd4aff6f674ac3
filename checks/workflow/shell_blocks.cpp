// Compound commands of a script: what their keywords open, and where the jumps out of them land.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/shell_compiler.h"

namespace muster::workflow {
namespace {

bool is_opening(const std::string& word) {
  static constexpr std::array<std::string_view, 8> kWords = {"if", "while",  "until", "for",
                                                             "{",  "select", "case",  "!"};
  return text::one_of(word, kWords);
}

}  // namespace

void ShellCompiler::open_block(Block::Form form) {
  Block block;
  block.form = form;
  block.begin = here();
  blocks_.push_back(std::move(block));
}

void ShellCompiler::end_compound() {
  blocks_.pop_back();
}

void ShellCompiler::then() {
  Block& block = blocks_.back();
  end_list();
  guard(block.begin);
  block.miss = emit({.kind = ShellOp::Kind::IfFailed});
}

void ShellCompiler::another_branch(bool has_condition) {
  Block& block = blocks_.back();
  end_list();
  block.ends.push_back(emit({.kind = ShellOp::Kind::Jump}));
  land(block.miss);
  block.begin = here();
  if (!has_condition) {
    block.miss = kNoJump;
  }
}

void ShellCompiler::end_if() {
  Block& block = blocks_.back();
  end_list();
  if (block.miss != kNoJump) {
    block.ends.push_back(emit({.kind = ShellOp::Kind::Jump}));
    land(block.miss);
    emit({.kind = ShellOp::Kind::Set, .value = 0});
  }
  land_all(block.ends);
  end_compound();
}

/// Whether something in the condition can change from round to round.
bool ShellCompiler::is_constant(std::size_t from) const {
  return std::all_of(
      program_.ops.begin() + static_cast<std::ptrdiff_t>(from), program_.ops.end(),
      [](const ShellOp& op) { return op.kind != ShellOp::Kind::Set || op.choice == 0; });
}

void ShellCompiler::body_begins() {
  Block& block = blocks_.back();
  end_list();
  if (block.form != Block::Form::Loop) {
    return;
  }
  guard(block.begin);
  if (!is_constant(block.begin)) {
    // A command that nobody knows ends the loop at some time: `while read line`.
    block.leaves.push_back(emit({.kind = ShellOp::Kind::Either}));
  }
  block.leaves.push_back(
      emit({.kind = block.until ? ShellOp::Kind::IfSucceeded : ShellOp::Kind::IfFailed}));
}

void ShellCompiler::end_loop() {
  Block& block = blocks_.back();
  end_list();
  land_all(block.continues);
  if (block.form == Block::Form::For && !block.once) {
    emit({.kind = ShellOp::Kind::Either, .target = block.begin});
  } else if (block.form == Block::Form::Loop) {
    emit({.kind = ShellOp::Kind::Remember, .variable = block.status});
    if (timed_ > 0) {
      const std::size_t again = emit({.kind = ShellOp::Kind::Either});
      emit({.kind = ShellOp::Kind::Set, .value = 1});
      exits_.back().push_back(emit({.kind = ShellOp::Kind::Jump}));
      program_.ops[again].target = here();
    }
    emit({.kind = ShellOp::Kind::Jump, .target = block.begin});
    land_all(block.leaves);
    emit({.kind = ShellOp::Kind::Recall, .variable = block.status});
  }
  land_all(block.ends);
  end_compound();
}

void ShellCompiler::begin_for(const ShellWords& words) {
  const bool some = std::ranges::any_of(words, [&](const auto& word) { return depends(word); });
  if (words.size() > 1) {
    emit({.kind = ShellOp::Kind::Assign,
          .value = some ? kDependentText : kUnsetText,
          .variable = variable(words[1])});
  }
  open_block(Block::Form::For);
  // `for x in` and one word: there is one round.
  blocks_.back().once = words.size() == 4 && words[3].find_first_of("$*?[{`") == std::string::npos;
}

void ShellCompiler::begin_arm(const std::string& patterns) {
  if (blocks_.back().form != Block::Form::Case || blocks_.back().list.begun) {
    open("a `)` that closes nothing");
    return;
  }
  Block& block = blocks_.back();
  land(block.miss);
  if (("\n" + patterns).ends_with("\n*\n")) {
    return;
  }
  const bool one_text = std::ranges::count(patterns, '\n') == 1 &&
                        patterns.find_first_of("*?[$") == std::string::npos;
  ShellTest arm;
  arm.words = {block.subject};
  arm.variable = one_text ? variable_name(block.subject) : std::string();
  arm.kind = arm.variable.empty() ? ShellTest::Kind::Other : ShellTest::Kind::Equals;
  arm.text = patterns.substr(0, patterns.find('\n'));
  if (block.subject.find("$()") != std::string::npos && asked_ > block.asked) {
    emit({.kind = ShellOp::Kind::Depends});
  } else {
    answer(arm);
  }
  block.miss = emit({.kind = ShellOp::Kind::IfFailed});
}

void ShellCompiler::end_arm() {
  end_list();
  blocks_.back().ends.push_back(emit({.kind = ShellOp::Kind::Jump}));
}

void ShellCompiler::end_case() {
  end_arm();
  Block& block = blocks_.back();
  land(block.miss);
  emit({.kind = ShellOp::Kind::Set, .value = 0});
  land_all(block.ends);
  end_compound();
}

void ShellCompiler::opening_keyword(const ShellWords& words) {
  begin_element();
  const std::string& word = words.front();
  if (word == "!") {
    OpenList& list = blocks_.back().list;
    list.negated = !list.negated;
  } else if (word == "{") {
    open_block(Block::Form::Group);
  } else if (word == "if") {
    open_block(Block::Form::If);
  } else if (word == "case") {
    open_block(Block::Form::Case);
    blocks_.back().subject = words.size() > 1 ? words[1] : "";
    blocks_.back().asked = asked_;
  } else if (word == "for" || word == "select") {
    begin_for(words);
  } else {
    const int status = variable("\n" + std::to_string(here()));
    emit({.kind = ShellOp::Kind::Assign, .value = 0, .variable = status});
    open_block(Block::Form::Loop);
    blocks_.back().until = word == "until";
    blocks_.back().status = status;
  }
}

bool ShellCompiler::closing_keyword(const std::string& word) {
  const Block::Form form = blocks_.back().form;
  const bool loop = form == Block::Form::Loop || form == Block::Form::For;
  if (word == "then" && form == Block::Form::If) {
    then();
  } else if ((word == "elif" || word == "else") && form == Block::Form::If) {
    another_branch(word == "elif");
  } else if (word == "fi" && form == Block::Form::If) {
    end_if();
  } else if (word == "do" && loop) {
    body_begins();
  } else if (word == "done" && loop) {
    end_loop();
  } else if (word == "esac" && form == Block::Form::Case) {
    end_case();
  } else if (word == "}" && form == Block::Form::Group) {
    end_list();
    end_compound();
  } else {
    return word == "time";
  }
  return true;
}

/// Takes a keyword off the front. False when there is none: the words are a simple command.
bool ShellCompiler::keyword(ShellWords& words) {
  const std::string word = words.front();
  if (is_opening(word)) {
    opening_keyword(words);
  } else if (!closing_keyword(word)) {
    return false;
  }
  const bool header = word == "for" || word == "select" || word == "case";
  words.erase(words.begin(), header ? words.end() : words.begin() + 1);
  return true;
}

}  // namespace muster::workflow
