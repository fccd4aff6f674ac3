// The inside of shell_program.h: shell_program.cpp goes through the tokens, compound commands are
// compiled in shell_blocks.cpp, simple ones in shell_leaf.cpp.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checks/workflow/shell_program.h"
#include "checks/workflow/shell_scan.h"
#include "checks/workflow/shell_test.h"

namespace muster::workflow {

inline constexpr std::size_t kMostOps = 20'000;
inline constexpr std::size_t kDeepestTexts = 8;
inline constexpr std::size_t kNoJump = static_cast<std::size_t>(-1);

using ShellWords = std::vector<std::string>;
using Places = std::vector<std::size_t>;
using Names = std::set<std::string, std::less<>>;

/// A text with its tokens.
struct ShellSource {
  std::string text;
  Scanned scanned;
};

/// Pipelines joined by `&&` and `||`, as far as they were read.
struct OpenList {
  std::size_t pipeline_begin = 0;
  std::size_t part_begin = 0;
  bool piped = false;
  bool negated = false;
  bool begun = false;
  /// The jump over what stands behind the last `&&` or `||`.
  std::size_t skip = kNoJump;
};

struct Block {
  enum class Form { Text, Group, Subshell, If, Loop, For, Case };

  Form form = Form::Text;
  OpenList list;
  std::size_t begin = 0;
  bool until = false;
  bool once = false;
  /// The jump to the next condition or arm.
  std::size_t miss = kNoJump;
  /// Jumps behind the block; for loops, by the condition and to the next round.
  Places ends;
  Places leaves;
  Places continues;
  /// `Loop`: the variable that holds the status of its body. `Case`: the word.
  int status = 0;
  std::string subject;
  std::size_t asked = 0;
};

class ShellCompiler {
 public:
  ShellCompiler(const ShellOptions& options, const IsAsked& is_asked) : is_asked_(is_asked) {
    program_.options = options;
    constant("0");
  }

  ShellProgram compile(std::string_view script);

  /// Names whose contents depend on asked commands, for a second round: a loop may read first what
  /// it writes later.
  Names dependent;
  /// Variables that the script computes.
  Names counters;

 private:
  /// Something that is still to be done; the last comes first.
  struct Task {
    enum class What { Tokens, Command, BeginShell, EndShell, EndText, EndFunction };

    What what = What::Tokens;
    const ShellSource* source = nullptr;
    /// `Tokens`: the next one, and the end. `Command`: its index.
    std::size_t at = 0;
    std::size_t end = 0;
    bool begun = false;
    /// `Command`: without keywords, once its substitutions are compiled.
    ShellWords words{};
    /// Asked commands before its substitutions.
    std::size_t asked = 0;
    /// `BeginShell`: as in `ShellOp::Enter`.
    int options = 0;
    /// `EndShell`: it is a command of its own.
    bool checked = false;
    /// `EndText`: it is another program's; it stands under `timeout`.
    bool started = false;
    bool timed = false;
  };

  struct Function {
    const ShellSource* source = nullptr;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  [[nodiscard]] std::size_t here() const { return program_.ops.size(); }

  std::size_t emit(ShellOp op);
  void land(std::size_t& jump);
  void land_all(Places& jumps);
  void land_since(std::size_t from, Places& jumps);
  void confine(std::size_t from);
  void guard(std::size_t from);
  void check();
  void open(std::string what);
  int constant(const std::string& text);
  int variable(const std::string& name);

  void push_shell(std::string text, int options, bool checked, bool timed);
  void begin_shell(int options);
  void end_shell(bool checked);
  void step();
  void end_tokens();
  void token(const ShellToken& token, Task& task);
  void command(Task task);
  void pipe();
  void background();
  void end_subshell();
  void begin_element();
  void end_part();
  void end_pipeline(bool last);
  void end_list();
  void join(ShellOp::Kind kind);
  void end_compound();

  bool keyword(ShellWords& words);
  void opening_keyword(const ShellWords& words);
  bool closing_keyword(const std::string& word);
  void open_block(Block::Form form);
  void then();
  void another_branch(bool has_condition);
  void end_if();
  [[nodiscard]] bool is_constant(std::size_t from) const;
  void body_begins();
  void end_loop();
  void begin_for(const ShellWords& words);
  void begin_arm(const std::string& patterns);
  void end_arm();
  void end_case();
  void define(const std::string& name, Task& task);
  [[nodiscard]] static bool names(std::string_view word, const Names& of);
  /// Whether it depends on an asked command.
  [[nodiscard]] bool depends(std::string_view word) const;

  void leaf(const Task& task);
  void assign(const std::string& word, bool asked);
  void set(int status, bool assumed = false);
  bool control(const ShellWords& words);
  void leave_loop(const ShellWords& words, bool again);
  void leave_with(const ShellWords& words, Places& exits);
  void set_options(const ShellWords& words);
  bool handed(ShellWords& words, const RawCommand& raw, const ShellSource& source);
  void shell_input(const ShellWords& words, const RawCommand& raw, const ShellSource& source);
  void answer(const ShellTest& test);
  void call(const Function& function);
  void plain(const ShellWords& words, const RawCommand& raw);
  [[nodiscard]] bool reads_asked(const ShellWords& words) const;

  const IsAsked& is_asked_;
  ShellProgram program_;
  std::deque<ShellSource> sources_;
  std::vector<Task> tasks_;
  std::vector<Block> blocks_;
  /// Jumps to the end of each open shell, and of each open function.
  std::vector<Places> exits_{1};
  std::vector<Places> returns_;
  std::vector<std::size_t> shell_begins_;
  std::map<std::string, Function, std::less<>> functions_;
  std::map<std::string, int> constants_;
  std::map<std::pair<std::size_t, std::string>, int> variables_;
  /// The started program that is being compiled, by number; those around it before.
  std::vector<std::size_t> started_;
  /// An asked command stands in the open pipeline, or in the substitutions of the command.
  bool asked_in_pipe_ = false;
  std::size_t asked_ = 0;
  std::size_t texts_ = 0;
  std::size_t timed_ = 0;
};

}  // namespace muster::workflow
