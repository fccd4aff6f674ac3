// One pass over the tokens with a list of what is still to be compiled: texts, subshells, function
// bodies. Jumps get their targets when the place is known.
#include "checks/workflow/shell_program.h"

#include <algorithm>

#include "checks/workflow/shell_compiler.h"

namespace muster::workflow {

std::size_t ShellCompiler::emit(ShellOp op) {
  if (here() >= kMostOps) {
    open("a script that is too long to be followed");
    return 0;
  }
  program_.ops.push_back(op);
  return here() - 1;
}

void ShellCompiler::open(std::string what) {
  if (program_.open.empty()) {
    program_.open = std::move(what);
  }
}

void ShellCompiler::land(std::size_t& jump) {
  if (jump != kNoJump) {
    program_.ops[jump].target = here();
    jump = kNoJump;
  }
}

void ShellCompiler::land_all(Places& jumps) {
  for (std::size_t jump : std::exchange(jumps, {})) {
    land(jump);
  }
}

void ShellCompiler::land_since(std::size_t from, Places& jumps) {
  std::erase_if(jumps, [&](std::size_t jump) {
    if (jump < from) {
      return false;
    }
    program_.ops[jump].target = here();
    return true;
  });
}

/// What ends a shell of its own, such as a part of a pipeline, ends nothing else: jumps out of it
/// go no further than here.
void ShellCompiler::confine(std::size_t from) {
  land_since(from, exits_.back());
  if (!returns_.empty()) {
    land_since(from, returns_.back());
  }
  for (Block& block : blocks_) {
    land_since(from, block.ends);
    land_since(from, block.continues);
  }
}

void ShellCompiler::guard(std::size_t from) {
  for (std::size_t i = from; i < here(); ++i) {
    program_.ops[i].guarded = true;
  }
}

void ShellCompiler::check() {
  exits_.back().push_back(emit({.kind = ShellOp::Kind::Check}));
}

int ShellCompiler::constant(const std::string& text) {
  return constants_.emplace(text, static_cast<int>(constants_.size())).first->second;
}

/// A program that is started does not see the variables of the script, unless they are exported;
/// whether they are is not looked at.
int ShellCompiler::variable(const std::string& name) {
  const auto [known, fresh] = variables_.emplace(
      std::pair(started_.empty() ? 0 : started_.back(), name), program_.variables);
  program_.variables += fresh ? 1 : 0;
  return known->second;
}

/// Puts a text on the list, to be compiled next in a shell of its own.
void ShellCompiler::push_shell(std::string text, int options, bool checked, bool timed) {
  const bool started = options != kErrexitOff;
  if (texts_ >= kDeepestTexts) {
    open("a text inside texts");
    return;
  }
  ++texts_;
  timed_ += timed ? 1U : 0U;
  sources_.push_back({std::move(text), {}});
  ShellSource& source = sources_.back();
  source.scanned = scan_script(source.text, {0, source.text.size()});
  if (source.scanned.cut) {
    open("a script that is too long to be followed");
  }
  tasks_.push_back({.what = Task::What::EndText, .started = started, .timed = timed});
  if (started) {
    started_.push_back(sources_.size());
  }
  tasks_.push_back({.what = Task::What::EndShell, .checked = checked});
  tasks_.push_back({.source = &source, .end = source.scanned.tokens.size()});
  tasks_.push_back({.what = Task::What::BeginShell, .options = options});
}

void ShellCompiler::begin_shell(int options) {
  shell_begins_.push_back(emit({.kind = ShellOp::Kind::Enter, .value = options}));
  exits_.emplace_back();
}

void ShellCompiler::end_shell(bool checked) {
  confine(shell_begins_.back());
  shell_begins_.pop_back();
  exits_.pop_back();
  emit({.kind = ShellOp::Kind::Leave});
  if (checked) {
    check();
  }
}

/// The place where a pipeline may begin is kept free for its `PipeBegin`.
void ShellCompiler::begin_element() {
  OpenList& list = blocks_.back().list;
  if (!list.begun) {
    list.begun = true;
    list.pipeline_begin = emit({.kind = ShellOp::Kind::Jump, .target = here() + 1});
    list.part_begin = here();
    asked_in_pipe_ = false;
  }
}

void ShellCompiler::end_part() {
  OpenList& list = blocks_.back().list;
  confine(list.part_begin);
  emit({.kind = ShellOp::Kind::PipePart});
  list.part_begin = here();
}

void ShellCompiler::end_pipeline(bool last) {
  OpenList& list = blocks_.back().list;
  if (!list.begun) {
    return;
  }
  if (list.piped) {
    end_part();
    emit({.kind = ShellOp::Kind::PipeEnd});
    check();
  }
  if (!last || list.negated) {
    guard(list.pipeline_begin);
  }
  if (list.negated) {
    emit({.kind = ShellOp::Kind::Not});
  }
  list.begun = list.piped = list.negated = false;
}

void ShellCompiler::end_list() {
  end_pipeline(true);
  land(blocks_.back().list.skip);
}

/// `&&` or `||`: what follows is jumped over by `kind`.
void ShellCompiler::join(ShellOp::Kind kind) {
  end_pipeline(false);
  OpenList& list = blocks_.back().list;
  land(list.skip);
  list.skip = emit({.kind = kind});
}

/// Remembers the body of a function, and goes on behind it.
void ShellCompiler::define(const std::string& name, Task& task) {
  const auto& tokens = task.source->scanned.tokens;
  const std::size_t begin = task.at;
  int depth = 0;
  for (; task.at < task.end; ++task.at) {
    const ShellToken& token = tokens[task.at];
    if (token.kind == ShellToken::Kind::Open) {
      ++depth;
    } else if (token.kind == ShellToken::Kind::Close) {
      --depth;
    } else if (token.kind == ShellToken::Kind::Command) {
      const ShellWords& words = task.source->scanned.commands[token.command].words;
      depth += std::ranges::count(words, "{") > 0 && !words.empty() && words[0] != "}" ? 1 : 0;
      depth -= !words.empty() && words[0] == "}" ? 1 : 0;
    } else {
      continue;
    }
    if (depth <= 0) {
      ++task.at;
      break;
    }
  }
  functions_[name] = {task.source, begin, task.at};
}

/// `|` behind a part of a pipeline.
void ShellCompiler::pipe() {
  OpenList& list = blocks_.back().list;
  begin_element();
  if (!list.piped) {
    list.piped = true;
    program_.ops[list.pipeline_begin] = {.kind = ShellOp::Kind::PipeBegin};
  }
  end_part();
}

/// What ends a job in the background ends nothing else.
void ShellCompiler::background() {
  const std::size_t begin = blocks_.back().list.pipeline_begin;
  end_list();
  confine(begin);
  emit({.kind = ShellOp::Kind::Background});
}

void ShellCompiler::end_subshell() {
  if (blocks_.back().form != Block::Form::Subshell) {
    open("a `)` that closes nothing");
    return;
  }
  end_list();
  end_compound();
  end_shell(true);
}

void ShellCompiler::token(const ShellToken& token, Task& task) {
  switch (token.kind) {
    case ShellToken::Kind::Command:
      tasks_.push_back({.what = Task::What::Command,
                        .source = task.source,
                        .at = token.command,
                        .words = task.source->scanned.commands[token.command].words});
      break;
    case ShellToken::Kind::Next:
      end_list();
      break;
    case ShellToken::Kind::And:
      join(ShellOp::Kind::IfFailed);
      break;
    case ShellToken::Kind::Or:
      join(ShellOp::Kind::IfSucceeded);
      break;
    case ShellToken::Kind::Pipe:
      pipe();
      break;
    case ShellToken::Kind::Background:
      background();
      break;
    case ShellToken::Kind::Open:
      begin_element();
      begin_shell(0);
      open_block(Block::Form::Subshell);
      break;
    case ShellToken::Kind::Close:
      end_subshell();
      break;
    case ShellToken::Kind::Pattern:
      begin_arm(token.name);
      break;
    case ShellToken::Kind::CaseNext:
      if (blocks_.back().form == Block::Form::Case) {
        end_arm();
      }
      break;
    case ShellToken::Kind::Function:
      define(token.name, task);
      break;
  }
}

/// The keywords of a command; what is left is put on the list, and before it its substitutions.
void ShellCompiler::command(Task task) {
  const RawCommand& raw = task.source->scanned.commands[task.at];
  while (!task.words.empty() && keyword(task.words)) {
  }
  if (!task.words.empty() && task.words[0] == "function") {
    open("a function without parentheses");
    return;
  }
  if (!task.words.empty()) {
    begin_element();
    task.begun = true;
    task.asked = asked_;
    tasks_.push_back(task);
  }
  for (auto piece = raw.substitutions.rbegin(); piece != raw.substitutions.rend(); ++piece) {
    // Without errexit: only POSIX mode hands it on.
    push_shell(task.source->text.substr(piece->begin, piece->end - piece->begin), kErrexitOff,
               false, false);
  }
}

void ShellCompiler::end_tokens() {
  end_list();
  while (blocks_.back().form != Block::Form::Text) {
    open("a compound command that does not end");
    blocks_.pop_back();
  }
  blocks_.pop_back();
}

void ShellCompiler::step() {
  Task& top = tasks_.back();
  if (top.what == Task::What::Tokens) {
    if (!std::exchange(top.begun, true)) {
      open_block(Block::Form::Text);
    }
    if (top.at < top.end) {
      const ShellToken& next = top.source->scanned.tokens[top.at++];
      token(next, top);
      return;
    }
  }
  Task task = std::move(tasks_.back());
  tasks_.pop_back();
  switch (task.what) {
    case Task::What::Tokens:
      end_tokens();
      break;
    case Task::What::Command:
      if (task.begun) {
        leaf(task);
      } else {
        command(std::move(task));
      }
      break;
    case Task::What::BeginShell:
      begin_shell(task.options);
      break;
    case Task::What::EndShell:
      end_shell(task.checked);
      break;
    case Task::What::EndText:
      --texts_;
      timed_ -= task.timed ? 1U : 0U;
      if (task.started) {
        started_.pop_back();
      }
      break;
    case Task::What::EndFunction:
      land_all(returns_.back());
      returns_.pop_back();
      check();
      break;
  }
}

ShellProgram ShellCompiler::compile(std::string_view script) {
  sources_.push_back({std::string(script), scan_script(script, {0, script.size()})});
  tasks_.push_back({.source = &sources_.back(), .end = sources_.back().scanned.tokens.size()});
  while (!tasks_.empty() && program_.open.empty()) {
    step();
  }
  land_all(exits_.front());
  program_.has_asked = asked_ > 0;
  program_.has_depends =
      !dependent.empty() || std::ranges::any_of(program_.ops, [](const ShellOp& op) {
        return op.kind == ShellOp::Kind::Depends;
      });
  return std::move(program_);
}

ShellProgram compile_shell(std::string_view script, const ShellOptions& options,
                           const IsAsked& is_asked) {
  ShellCompiler first(options, is_asked);
  ShellProgram program = first.compile(script);
  if (first.dependent.empty() && first.counters.empty()) {
    return program;
  }
  ShellCompiler second(options, is_asked);
  second.dependent = std::move(first.dependent);
  second.counters = std::move(first.counters);
  return second.compile(script);
}

}  // namespace muster::workflow
