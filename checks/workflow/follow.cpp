// Files are put on a list and read after the text that runs them; depth and number are bounded, so
// cycles end.
#include "checks/workflow/follow.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "checks/text/ascii.h"
#include "checks/text/tree.h"
#include "checks/workflow/foreign.h"
#include "checks/workflow/makefile.h"
#include "checks/workflow/shell_wrap.h"

namespace muster::workflow {
namespace {

constexpr int kMaxFileDepth = 3;
constexpr std::size_t kMaxFollowed = 200;

enum class Language { Shell, Python, Other };

/// By the program that is given the file, else by its name, else by its first line.
Language language_of(const FileRun& run, const Document& file) {
  const std::string& path = file.source.path();
  const std::string_view head =
      std::string_view(file.bytes).substr(0, std::min<std::size_t>(file.bytes.find('\n'), 80));
  const bool shebang = head.starts_with("#!");
  if (run.program.starts_with("python") || path.ends_with(".py") ||
      (run.program.empty() && shebang && text::contains_any(head, {"python"}))) {
    return Language::Python;
  }
  const bool shell = run.program == "source" || run.program.ends_with("sh") ||
                     (run.program.empty() && (!shebang || text::contains_any(head, {"sh"})) &&
                      !text::contains_any(path, {".js", ".mjs", ".cjs", ".ts", ".rb", ".pl"}));
  return shell ? Language::Shell : Language::Other;
}

/// Programs of build tools that come with a repository or are made in it: not what deploys.
bool is_tool(const std::string& path) {
  const std::string_view name = program_name(path);
  return name == "gradlew" || name == "mvnw" ||
         text::contains_any(path, {"node_modules/", "vendor/bin/", ".venv/", "venv/", "target/"});
}

/// Files of the runner's own set-up: `. "$HOME/.cargo/env"`.
bool is_set_up(const FileRun& run) {
  return run.program == "source" &&
         (run.path.find_first_of("~$/") == 0 || run.path.ends_with("activate"));
}

/// The path behind a name of the workspace or of the script's own folder, and which of the two.
struct Rooted {
  std::string path;
  bool root = false;
  bool home = false;
};

Rooted rooted(const std::string& path) {
  static constexpr std::array<std::string_view, 3> kRoots = {
      "$GITHUB_WORKSPACE/", "${GITHUB_WORKSPACE}/", "${{ github.workspace }}/"};
  static constexpr std::array<std::string_view, 3> kHomes = {
      "$GITHUB_ACTION_PATH/", "${GITHUB_ACTION_PATH}/", "${{ github.action_path }}/"};
  for (const std::string_view name : kRoots) {
    if (path.starts_with(name)) {
      return {path.substr(name.size()), true, false};
    }
  }
  for (const std::string_view name : kHomes) {
    if (path.starts_with(name)) {
      return {path.substr(name.size()), false, true};
    }
  }
  // `$(dirname "$0")/x.sh`, `$SCRIPT_DIR/x.sh`
  const std::size_t slash = path.find('/');
  const bool expansion = path.starts_with('$') && slash != std::string::npos;
  return expansion ? Rooted{path.substr(slash + 1), false, true} : Rooted{path, false, false};
}

bool is_make(const Command& command) {
  const std::string_view program = program_name(command.words[0]);
  return program == "make" || program == "gmake";
}

bool is_package_runner(const Command& command) {
  static constexpr std::array<std::string_view, 4> kRunners = {"npm", "yarn", "pnpm", "bun"};
  return text::one_of(program_name(command.words[0]), kRunners);
}

/// What `make` was asked for.
struct MakeCall {
  std::string folder;
  std::string file;
  std::vector<std::string> targets;
  Variables variables;
  bool rehearsal = false;
};

MakeCall read_make(const Command& command) {
  MakeCall call;
  const auto& words = command.words;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::size_t equals = word.find('=');
    const bool has_next = i + 1 < words.size();
    if (word == "-C" || word == "--directory") {
      call.folder = has_next ? words[++i] : "";
    } else if (word.starts_with("-C") || word.starts_with("--directory=")) {
      call.folder = word.substr(word.starts_with("-C") ? 2 : equals + 1);
    } else if (word == "-f" || word == "--file" || word == "--makefile") {
      call.file = has_next ? words[++i] : "";
    } else if (word == "-n" || word == "--dry-run" || word == "--just-print") {
      call.rehearsal = true;
    } else if (word == "-j" && has_next &&
               words[i + 1].find_first_not_of("0123456789") == std::string::npos) {
      ++i;
    } else if (!word.starts_with('-') && equals != std::string::npos) {
      call.variables.insert_or_assign(word.substr(0, equals), word.substr(equals + 1));
    } else if (!word.starts_with('-')) {
      call.targets.push_back(word);
    }
  }
  return call;
}

/// The script's name in `npm run x`, `yarn x`; empty for other subcommands.
std::string package_script(const Command& command) {
  static constexpr std::array<std::string_view, 2> kRun = {"run", "run-script"};
  const auto& words = command.words;
  std::size_t at = 1;
  while (at < words.size() && words[at].starts_with('-')) {
    at += words[at] == "--prefix" || words[at] == "-C" || words[at] == "--cwd" ? 2U : 1U;
  }
  if (at < words.size() && text::one_of(words[at], kRun)) {
    return at + 1 < words.size() ? words[at + 1] : "";
  }
  const bool bare = at < words.size() && (words[0] == "yarn" || words[0] == "pnpm");
  return bare ? words[at] : "";
}

}  // namespace

SourceRef TextPlace::at(std::size_t begin, std::size_t end) const {
  if (fixed) {
    return *fixed;
  }
  return lines != nullptr ? SourceRef{source, lines->span(begin, end)}
                          : step->run_node->where(begin, end);
}

void Follower::open(std::string what, const SourceRef& where, const Reading& reading) {
  all_.open.push_back({reading.step, where, std::move(what), reading.via, reading.remote});
}

/// How a file that is called at `where` is read.
Reading Follower::inside(const Document& file, const SourceRef& where,
                         const Reading& reading) const {
  Reading inner = reading;
  inner.home = folder_of(file.source.path());
  inner.via.push_back(where);
  ++inner.depth;
  return inner;
}

void Follower::add(Script script, const TextPlace& place, const Reading& reading) {
  std::vector<Command> beside;
  std::copy_if(script.commands.begin(), script.commands.end(), std::back_inserter(beside),
               [&](const Command& command) { return command.remote || reading.remote; });
  for (Command& command : script.commands) {
    const SourceRef where = place.at(command.begin, command.end);
    command.remote = command.remote || reading.remote;
    hosts_.take_in(command, reading.folder);
    if (is_make(command) && !command.remote) {
      follow_make(command, where, reading);
    } else if (is_package_runner(command) && !command.remote) {
      follow_package(command, where, reading);
    }
    all_.commands.push_back({reading.step, std::move(command), where, reading.via});
  }
  for (const OpenText& text : script.open) {
    open("runs " + text.what + ", which is not written out in the file",
         place.at(text.begin, text.end), reading);
  }
  for (FileRun& run : script.files) {
    const SourceRef where = place.at(run.begin, run.end);
    Reading inner = reading;
    inner.remote = reading.remote || run.remote;
    // What a text on another machine calls is there too.
    run.elsewhere = run.elsewhere || reading.remote;
    const Document* copy = run.elsewhere ? hosts_.find(run, beside) : nullptr;
    pending_.push_back({std::move(run), where, std::move(inner), copy});
  }
}

void Follower::read(std::string_view text, const TextPlace& place, const Reading& reading) {
  add(read_script(text, reading.known), place, reading);
  // A file's own text is read by `follow`, whose files are on the list already.
  while (reading.depth == 0 && !pending_.empty()) {
    const PendingFile next = std::move(pending_.front());
    pending_.pop_front();
    follow(next);
  }
}

void Follower::read_foreign_text(std::string_view text, const TextPlace& place,
                                 const Reading& reading, bool is_python) {
  add(read_foreign(text, is_python), place, reading);
}

const Document* Follower::find_file(const FileRun& run, const Reading& reading) const {
  const Rooted path = rooted(run.path);
  if (path.path.find('$') != std::string::npos) {
    return nullptr;
  }
  std::vector<std::string> bases;
  if (!path.root && !path.home) {
    const auto folder = path_in(reading.folder, run.folder);
    bases = {folder.value_or(""), reading.folder};
  }
  if (path.home) {
    bases = {reading.home, reading.folder};
  }
  bases.emplace_back();
  for (const std::string& base : bases) {
    const auto whole = path_in(base, path.path);
    const Document* found = whole ? sources_.script(*whole) : nullptr;
    if (found != nullptr) {
      return found;
    }
  }
  return nullptr;
}

void Follower::follow(const PendingFile& pending) {
  const FileRun& run = pending.run;
  if (run.path == "-") {
    TextPlace place;
    place.fixed = pending.where;
    read_foreign_text(run.text, place, pending.reading, run.program.starts_with("python"));
    return;
  }
  if (is_tool(run.path)) {
    return;
  }
  if (run.elsewhere && pending.copy == nullptr) {
    open("runs `" + run.path + "` on another machine", pending.where, pending.reading);
    return;
  }
  const Document* file = run.elsewhere ? pending.copy : find_file(run, pending.reading);
  if (file == nullptr) {
    if (!is_set_up(run)) {
      open("runs `" + run.path + "`, which is no file of the repository", pending.where,
           pending.reading);
    }
    return;
  }
  if (pending.reading.depth >= kMaxFileDepth || ++files_ > kMaxFollowed) {
    open("runs `" + run.path + "` through too many files", pending.where, pending.reading);
    return;
  }
  Reading reading = inside(*file, pending.where, pending.reading);
  const auto folder = path_in(pending.reading.folder, run.folder);
  reading.folder = folder.value_or(reading.folder);
  const LineIndex lines(file->bytes);
  const TextPlace place{std::nullopt, nullptr, &lines, file->source};
  const Language language = language_of(run, *file);
  if (language == Language::Shell) {
    read(file->bytes, place, reading);
  } else {
    read_foreign_text(file->bytes, place, reading, language == Language::Python);
  }
}

/// The recipes of the targets and of all that they need, needs first.
void Follower::follow_target(const Makefile& makefile, const Document& file,
                             const std::vector<std::string>& targets, const Reading& reading) {
  const LineIndex lines(file.bytes);
  std::vector<std::string> waiting(targets.rbegin(), targets.rend());
  std::set<std::string> seen;
  while (!waiting.empty()) {
    const std::string target = waiting.back();
    waiting.pop_back();
    const auto rule = makefile.rules.find(target);
    if (!seen.insert(target).second || rule == makefile.rules.end()) {
      continue;
    }
    for (const std::string& need : rule->second.needs) {
      waiting.push_back(expand_make(need, makefile.variables, target));
    }
    for (const Recipe& recipe : rule->second.recipes) {
      TextPlace place;
      place.fixed = SourceRef{file.source, lines.span(recipe.begin, recipe.end)};
      read(expand_make(recipe.text, makefile.variables, target), place, reading);
    }
  }
}

void Follower::follow_make(const Command& command, const SourceRef& where, const Reading& reading) {
  const MakeCall call = read_make(command);
  const std::string folder = path_in(reading.folder, call.folder).value_or("");
  const Document* file = nullptr;
  for (const std::string& name :
       {call.file, std::string("GNUmakefile"), std::string("makefile"), std::string("Makefile")}) {
    const auto path = name.empty() ? std::nullopt : path_in(folder, name);
    file = file == nullptr && path ? sources_.script(*path) : file;
  }
  if (call.rehearsal) {
    return;
  }
  if (file == nullptr || reading.depth >= kMaxFileDepth || ++files_ > kMaxFollowed) {
    open("runs `make`, and its Makefile is not among the files of the repository", where, reading);
    return;
  }
  Makefile makefile = parse_makefile(file->bytes);
  for (const std::string& name : makefile.includes) {
    const auto path = path_in(folder, name);
    const Document* included = path ? sources_.script(*path) : nullptr;
    if (included != nullptr) {
      // Places of included recipes are those of the including file's call.
      Makefile inner = parse_makefile(included->bytes);
      inner.variables.merge(makefile.variables);
      makefile.variables = inner.variables;
      Reading again = inside(*included, where, reading);
      again.folder = folder;
      follow_target(inner, *included, call.targets, again);
    }
  }
  for (const auto& [name, value] : call.variables) {
    makefile.variables.insert_or_assign(name, value);
  }
  Reading inner = inside(*file, where, reading);
  inner.folder = folder;
  follow_target(makefile, *file,
                call.targets.empty() ? std::vector<std::string>{makefile.first} : call.targets,
                inner);
}

void Follower::follow_package(const Command& command, const SourceRef& where,
                              const Reading& reading) {
  const std::string name = package_script(command);
  const auto path = path_in(reading.folder, "package.json");
  const Document* file = path ? sources_.script(*path) : nullptr;
  if (name.empty() || file == nullptr || reading.depth >= kMaxFileDepth ||
      ++files_ > kMaxFollowed) {
    return;
  }
  const auto tree = text::parse_json(file->bytes, file->source);
  const auto scripts = tree ? tree.value().root().find("scripts") : std::nullopt;
  const auto text = scripts ? scripts->find(name) : std::nullopt;
  if (text && text->is(text::Type::String)) {
    TextPlace place;
    place.fixed = text->where();
    read(text->text(), place, inside(*file, where, reading));
  }
}

}  // namespace muster::workflow
