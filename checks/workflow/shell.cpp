// From raw commands to what runs: programs that hand on a command are taken off, texts that are run
// are put on a list and read after.
#include "checks/workflow/shell.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "checks/text/ascii.h"
#include "checks/workflow/shell_scan.h"
#include "checks/workflow/shell_wrap.h"

namespace muster::workflow {
namespace {

constexpr int kMaxTextDepth = 8;
constexpr std::size_t kMaxTexts = 500;
constexpr std::size_t kMaxCommands = 5000;
/// Launchers in front of one command: `sudo env timeout 5 nice …`.
constexpr int kMaxLaunchers = 16;

using Words = std::vector<std::string>;

struct StandardInput;

/// A text that is still to be read.
struct PendingText {
  const std::string* text = nullptr;
  Stretch part;
  /// Where its commands stand, when not at their own place.
  std::optional<Stretch> place;
  int depth = 0;
  bool remote = false;
  /// What its commands read unless they say otherwise; null = nothing known.
  const StandardInput* input = nullptr;
};

/// A command whose input goes on to the text that it runs: `ssh host 'bash -s' <<EOF`.
struct StandardInput {
  RawCommand command;
  std::optional<RawCommand> before;
  PendingText from;
};

bool is_keyword(std::string_view word) {
  static constexpr std::array<std::string_view, 10> kWords = {
      "if", "then", "else", "elif", "while", "until", "do", "!", "{", "("};
  return text::one_of(word, kWords);
}

void strip_front(Words& words) {
  std::size_t first = 0;
  while (first < words.size() && (is_keyword(words[first]) || is_assignment(words[first]))) {
    ++first;
  }
  if (first + 1 < words.size() && words[first] == "function") {
    first += 2;
    while (first < words.size() && is_keyword(words[first])) {
      ++first;
    }
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(first));
}

/// The name in `$NAME`, `${NAME}`, `${NAME[@]}`; empty for any other word.
std::string_view variable_of(std::string_view word) {
  if (word.starts_with("${{") && word.ends_with("}}")) {
    return text::trim(word.substr(3, word.size() - 5));
  }
  if (!word.starts_with('$')) {
    return {};
  }
  word.remove_prefix(word.starts_with("${") ? 2 : 1);
  for (const std::string_view end : {"[@]}", "[*]}", "}"}) {
    if (word.ends_with(end)) {
      word.remove_suffix(end.size());
      break;
    }
  }
  const bool plain =
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
      std::string_view::npos;
  return plain ? word : std::string_view();
}

Words split_words(const std::string& value) {
  Words words;
  for (std::size_t at = value.find_first_not_of(" \t\n"); at != std::string::npos;
       at = value.find_first_not_of(" \t\n", at)) {
    const std::size_t end = std::min(value.find_first_of(" \t\n", at), value.size());
    words.push_back(value.substr(at, end - at));
    at = end;
  }
  return words;
}

/// `docker -H ssh://…`, `docker --context prod`: a daemon elsewhere.
bool names_other_daemon(const Words& words) {
  if (words.size() < 3 || program_name(words[0]) != "docker") {
    return false;
  }
  const std::string& option = words[1];
  return option == "-H" || option == "--host" || option.starts_with("--host=ssh:") ||
         ((option == "--context" || option == "-c") && words[2] != "default");
}

class ShellReader {
 public:
  explicit ShellReader(const Variables& known) : known_(known) {}

  Script read(std::string_view script);

 private:
  void add_text(std::string text, const PendingText& from, Stretch place, bool remote);
  void hand_input_on(const RawCommand& raw, const RawCommand* before, const PendingText& from);
  void one_text(const PendingText& pending);
  void one_command(const RawCommand& raw, const RawCommand* before, const PendingText& from);
  bool unwrap(Words& words, bool& remote, const RawCommand& raw, const RawCommand* before,
              const PendingText& from);
  void input(const RawCommand& raw, const RawCommand* before, const PendingText& from, bool remote);
  void piped_input(const RawCommand& before, const PendingText& from, Stretch place, bool remote);
  void file(FileRun run, Stretch place);
  static std::string inline_text(const Handed& handed, const RawCommand& raw,
                                 const PendingText& from);
  void open(std::string what, Stretch place);
  void emit(const Words& words, Stretch place, bool remote);
  static void change_folder(const Words& words, std::string& folder);
  void expand_first(Words& words) const;
  bool skip_function(Words& words) const;

  const Variables& known_;
  Script script_;
  /// Stable addresses: pending texts point into it.
  std::deque<std::string> texts_;
  std::deque<PendingText> pending_;
  std::deque<StandardInput> inputs_;
  std::map<std::string, std::vector<Words>, std::less<>> assigned_;
  std::set<std::string, std::less<>> functions_;
  bool runs_arguments_ = false;
  bool other_daemon_ = false;
  std::string folder_;
  /// Where `cd` has gone on the other machine since the login.
  std::string host_folder_;
};

void ShellReader::open(std::string what, Stretch place) {
  script_.open.push_back({std::move(what), place.begin, place.end});
}

void ShellReader::emit(const Words& words, Stretch place, bool remote) {
  const bool docker = !words.empty() && program_name(words[0]).starts_with("docker");
  const bool elsewhere = names_other_daemon(words) || (other_daemon_ && docker);
  script_.commands.push_back({words, place.begin, place.end, remote || elsewhere});
}

void ShellReader::add_text(std::string text, const PendingText& from, Stretch place, bool remote) {
  if (from.depth >= kMaxTextDepth || texts_.size() >= kMaxTexts) {
    open("a text inside texts", place);
    return;
  }
  texts_.push_back(std::move(text));
  pending_.push_back({&texts_.back(), {0, texts_.back().size()}, place, from.depth + 1, remote});
}

void ShellReader::file(FileRun run, Stretch place) {
  if (run.path.find("$<()") != std::string::npos || run.path.starts_with("/dev/")) {
    return;
  }
  run.folder = run.elsewhere ? host_folder_ : folder_;
  run.begin = place.begin;
  run.end = place.end;
  script_.files.push_back(std::move(run));
}

/// `cd x`, `pushd x`; a folder that is not written out stays open.
void ShellReader::change_folder(const Words& words, std::string& folder) {
  const std::string to = words.size() > 1 ? words.back() : "~";
  const bool absolute = to.starts_with('/') || to.starts_with('$') || to.starts_with('~');
  folder = absolute || folder.empty() ? to : folder + "/" + to;
}

/// What goes into a shell by the pipe in front of it.
void ShellReader::piped_input(const RawCommand& before, const PendingText& from, Stretch place,
                              bool remote) {
  Words words = before.words;
  strip_front(words);
  const std::string_view program = words.empty() ? "" : program_name(words[0]);
  if (program == "echo" || program == "printf") {
    std::string text;
    for (std::size_t i = 1; i < words.size(); ++i) {
      text += words[i] + " ";
    }
    for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at)) {
      text.replace(at, 2, "\n");
    }
    add_text(text, from, place, remote);
  } else if (!before.heredocs.empty()) {
    for (const Stretch& body : before.heredocs) {
      pending_.push_back({from.text, body, from.place, from.depth + 1, remote});
    }
  } else if (program == "cat" && words.size() == 2) {
    file({"bash", words[1], {}, {}, {}, 0, 0, remote, false}, place);
  } else if (program != "curl" && program != "wget") {
    open("what `" + (program.empty() ? std::string("a pipe") : std::string(program)) +
             "` writes, run by a shell",
         place);
  }
}

/// A shell that runs what it reads.
void ShellReader::input(const RawCommand& raw, const RawCommand* before, const PendingText& from,
                        bool remote) {
  const Stretch place = from.place.value_or(raw.place);
  if (from.depth >= kMaxTextDepth) {
    open("a text inside texts", place);
    return;
  }
  for (const Stretch& body : raw.heredocs) {
    pending_.push_back({from.text, body, from.place, from.depth + 1, remote});
  }
  for (const std::string& text : raw.here_strings) {
    add_text(text, from, place, remote);
  }
  if (!raw.input.empty()) {
    file({"bash", raw.input, {}, {}, {}, 0, 0, remote, false}, place);
  }
  const bool given = !raw.heredocs.empty() || !raw.here_strings.empty() || !raw.input.empty();
  if (!given && raw.piped && before != nullptr) {
    piped_input(*before, from, place, remote);
  } else if (!given && !raw.piped && from.input != nullptr) {
    const StandardInput& outer = *from.input;
    input(outer.command, outer.before ? &*outer.before : nullptr, outer.from, remote);
  }
}

/// Replaces a variable in front of a command by its only value.
void ShellReader::expand_first(Words& words) const {
  for (int i = 0; i < kMaxLaunchers && !words.empty(); ++i) {
    const std::string_view name = variable_of(words[0]);
    const auto own = assigned_.find(name);
    const auto given = known_.find(name);
    Words value;
    if (!name.empty() && own != assigned_.end()) {
      if (own->second.size() != 1) {
        return;
      }
      const Words& only = own->second.front();
      value = only.size() == 1 ? split_words(only.front()) : only;
    } else if (!name.empty() && given != known_.end()) {
      value = split_words(given->second);
    }
    if (value.empty()) {
      return;
    }
    words.erase(words.begin());
    words.insert(words.begin(), value.begin(), value.end());
  }
}

/// `retry 3 aws …`, where the script's own function runs its arguments.
bool ShellReader::skip_function(Words& words) const {
  if (!runs_arguments_ || !functions_.contains(words[0])) {
    return false;
  }
  std::size_t at = 1;
  while (at < words.size() && words[at].find_first_not_of("0123456789.smh-") == std::string::npos) {
    ++at;
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
  return !words.empty();
}

/// The script of another language that stands in the command: behind `-c`, or in a heredoc.
std::string ShellReader::inline_text(const Handed& handed, const RawCommand& raw,
                                     const PendingText& from) {
  if (handed.words[0] != "-") {
    return {};
  }
  if (handed.words.size() > 1) {
    return handed.words[1];
  }
  std::string text;
  for (const Stretch& body : raw.heredocs) {
    text += from.text->substr(body.begin, body.end - body.begin);
  }
  for (const std::string& one : raw.here_strings) {
    text += one;
  }
  return text;
}

/// The text that was just put on the list reads what its command reads.
void ShellReader::hand_input_on(const RawCommand& raw, const RawCommand* before,
                                const PendingText& from) {
  if (pending_.empty() ||
      (raw.heredocs.empty() && raw.here_strings.empty() && raw.input.empty() && !raw.piped)) {
    return;
  }
  inputs_.push_back({raw, before != nullptr ? std::optional(*before) : std::nullopt, from});
  pending_.back().input = &inputs_.back();
}

/// Takes off what stands in front, once. False when nothing is left to take off, or to run.
bool ShellReader::unwrap(Words& words, bool& remote, const RawCommand& raw,
                         const RawCommand* before, const PendingText& from) {
  const Stretch place = from.place.value_or(raw.place);
  const Handed handed = handed_on(words);
  remote = remote || handed.remote;
  if (handed.keeps && handed.kind != Handed::Kind::File) {
    emit(words, place, from.remote);
  }
  switch (handed.kind) {
    case Handed::Kind::Nothing:
      return skip_function(words);
    case Handed::Kind::Command:
      words = handed.words;
      return true;
    case Handed::Kind::Text:
      add_text(handed.text, from, place, remote);
      hand_input_on(raw, before, from);
      break;
    case Handed::Kind::Input:
      input(raw, before, from, remote);
      break;
    case Handed::Kind::File:
      file({handed.text,
            handed.words[0],
            inline_text(handed, raw, from),
            {handed.words.begin() + 1, handed.words.end()},
            {},
            0,
            0,
            remote,
            remote},
           place);
      if (handed.keeps) {
        emit(words, place, remote);
      }
      break;
    case Handed::Kind::Silent:
      break;
  }
  words.clear();
  return false;
}

void ShellReader::one_command(const RawCommand& raw, const RawCommand* before,
                              const PendingText& from) {
  Words words = raw.words;
  bool remote = from.remote;
  for (int i = 0; i < kMaxLaunchers; ++i) {
    strip_front(words);
    expand_first(words);
    strip_front(words);
    if (words.empty() || !unwrap(words, remote, raw, before, from)) {
      break;
    }
  }
  if (words.empty() || words[0].starts_with("((")) {
    return;
  }
  const Stretch place = from.place.value_or(raw.place);
  const std::string_view program = program_name(words[0]);
  if (program.find_first_of("$`") != std::string::npos) {
    if (program != "$@" && program != "$*" && program != "${@}") {
      open("`" + words[0] + "`", place);
    }
    return;
  }
  if (program == "cd" || program == "pushd") {
    change_folder(words, remote ? host_folder_ : folder_);
  }
  emit(words, place, remote);
}

void ShellReader::one_text(const PendingText& pending) {
  Scanned scanned = scan_script(*pending.text, pending.part);
  for (auto& [name, values] : scanned.assigned) {
    auto& all = assigned_[name];
    all.insert(all.end(), values.begin(), values.end());
  }
  functions_.merge(scanned.functions);
  runs_arguments_ = runs_arguments_ || scanned.runs_arguments;
  const Stretch whole = pending.place.value_or(pending.part);
  host_folder_.clear();
  for (std::size_t i = 0; i < scanned.commands.size(); ++i) {
    if (script_.commands.size() >= kMaxCommands) {
      scanned.cut = true;
      break;
    }
    const RawCommand* before = i > 0 ? &scanned.commands[i - 1] : nullptr;
    one_command(scanned.commands[i], before, pending);
  }
  if (scanned.cut) {
    open("a script that is too long to be read", whole);
  }
}

Script ShellReader::read(std::string_view script) {
  const auto daemon = known_.find("DOCKER_HOST");
  other_daemon_ = script.find("DOCKER_HOST=ssh:") != std::string_view::npos ||
                  (daemon != known_.end() && daemon->second.starts_with("ssh:"));
  texts_.emplace_back(script);
  pending_.push_back({&texts_.back(), {0, script.size()}, std::nullopt, 0, false});
  while (!pending_.empty()) {
    const PendingText next = pending_.front();
    pending_.pop_front();
    one_text(next);
  }
  const auto by_place = [](const auto& a, const auto& b) { return a.begin < b.begin; };
  std::stable_sort(script_.commands.begin(), script_.commands.end(), by_place);
  std::stable_sort(script_.files.begin(), script_.files.end(), by_place);
  std::stable_sort(script_.open.begin(), script_.open.end(), by_place);
  return std::move(script_);
}

}  // namespace

bool Command::starts_with(std::string_view prefix) const {
  // Checks ask each command for many programs: nearly all of them differ in the first letter.
  const std::string_view first = words.empty() ? std::string_view() : words[0];
  const std::string_view name = first.substr(first.rfind('/') + 1);
  if (!prefix.empty() && !name.starts_with(prefix.front())) {
    return false;
  }
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
    const bool same =
        word < words.size() && (word == 0 ? program_name(words[0]) : words[word]) == wanted;
    if (!same) {
      return false;
    }
    ++word;
  }
  return true;
}

bool Command::starts_with_any(std::initializer_list<std::string_view> prefixes) const {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return starts_with(prefix); });
}

bool Command::starts_with_any(std::span<const std::string> prefixes) const {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return starts_with(prefix); });
}

namespace {

/// Whether the word is `name` or `name=value`.
bool is_named(std::string_view word, std::string_view name) {
  return word.starts_with(name) && (word.size() == name.size() || word[name.size()] == '=');
}

}  // namespace

std::string Command::option(std::string_view name) const {
  const auto values = options(name);
  return values.empty() ? "" : values.front();
}

std::vector<std::string> Command::options(std::string_view name) const {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == name) {
      values.push_back(i + 1 < words.size() ? words[i + 1] : "");
    } else if (is_named(words[i], name)) {
      values.push_back(words[i].substr(name.size() + 1));
    }
  }
  return values;
}

bool Command::has_option(std::string_view name) const {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_named(word, name); });
}

Script read_script(std::string_view script, const Variables& known) {
  return ShellReader(known).read(script);
}

std::vector<Command> shell_commands(std::string_view script) {
  return read_script(script).commands;
}

}  // namespace muster::workflow
