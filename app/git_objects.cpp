// One child process per question. Its standard input is fed while its output is read, so that
// neither side waits for the other.
#include "app/git_objects.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include "checks/text/ascii.h"

extern "C" {
extern char** environ;
}

namespace muster::app {
namespace {

/// More than all policies of any repository; what is longer is no answer to our questions.
constexpr std::size_t kOutputLimit = std::size_t{512} << 20U;
constexpr std::size_t kAtOnce = 512;
constexpr std::size_t kErrorLimit = std::size_t{16} << 10U;

struct Output {
  int status = -1;
  std::string out;
  std::string err;
  bool cut = false;
};

/// Closes its ends when it goes.
struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      ends = {-1, -1};
    }
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  ~Pipe() {
    close_end(0);
    close_end(1);
  }

  void close_end(std::size_t end) {
    if (ends[end] >= 0) {
      close(ends[end]);
      ends[end] = -1;
    }
  }

  std::array<int, 2> ends{};
};

/// The environment of the caller without what would lead git elsewhere.
std::vector<std::string> child_environment() {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with("GIT_") && !text.starts_with("LC_ALL=")) {
      kept.emplace_back(text);
    }
  }
  kept.insert(kept.end(), {"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
                           "GIT_NO_REPLACE_OBJECTS=1", "LC_ALL=C"});
  return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (std::string& text : texts) {
    found.push_back(text.data());
  }
  found.push_back(nullptr);
  return found;
}

/// Appends what can be read; false at the end.
bool drain(int descriptor, std::string& to, std::size_t limit, bool& cut) {
  std::array<char, 1U << 16U> chunk{};
  const ssize_t got = read(descriptor, chunk.data(), chunk.size());
  if (got <= 0) {
    return got < 0 && errno == EINTR;
  }
  const std::size_t room = limit - std::min(limit, to.size());
  cut = cut || static_cast<std::size_t>(got) > room;
  to.append(chunk.data(), std::min(room, static_cast<std::size_t>(got)));
  return true;
}

/// Feeds and reads until both outputs have ended.
void talk(Pipe& in, Pipe& out, Pipe& err, std::string_view input, Output& output) {
  bool ignored = false;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    if (input.empty()) {
      in.close_end(1);
    }
    std::array<pollfd, 3> polled{pollfd{in.ends[1], POLLOUT, 0}, pollfd{out.ends[0], POLLIN, 0},
                                 pollfd{err.ends[0], POLLIN, 0}};
    if (poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
      return;
    }
    if (polled[0].revents != 0) {
      // So much fits whenever the pipe takes anything (POSIX, PIPE_BUF): the write never waits.
      const ssize_t sent = write(in.ends[1], input.data(), std::min(input.size(), kAtOnce));
      // A child that reads no more has said what it had to say.
      input.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : input.size());
    }
    if (polled[1].revents != 0 &&
        (!drain(out.ends[0], output.out, kOutputLimit, output.cut) || output.cut)) {
      out.close_end(0);
    }
    if (polled[2].revents != 0 && !drain(err.ends[0], output.err, kErrorLimit, ignored)) {
      err.close_end(0);
    }
  }
}

Output run_program(std::vector<std::string> arguments, const std::string& input) {
  Output output;
  Pipe in;
  Pipe out;
  Pipe err;
  std::vector<std::string> environment = child_environment();
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  // A closed pipe is an answer here, not a reason to end.
  const auto before = signal(SIGPIPE, SIG_IGN);
  const pid_t child = fork();
  if (child == 0) {
    // Only calls that are safe after a fork.
    dup2(in.ends[0], STDIN_FILENO);
    dup2(out.ends[1], STDOUT_FILENO);
    dup2(err.ends[1], STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    execvpe(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  if (child > 0) {
    talk(in, out, err, input, output);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  signal(SIGPIPE, before);
  return output;
}

std::string first_line(std::string_view text) {
  const std::size_t start = text.starts_with("fatal: ") ? 7 : 0;
  return std::string(text::trim(text.substr(start, text.find('\n') - start)));
}

Error unreadable(std::string message) {
  return {ErrorCode::Unreadable, std::move(message), {}};
}

/// The next part of `text` up to `end`, which is taken off with it.
std::string_view take(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

std::size_t number(std::string_view text) {
  const std::string_view digits = text::trim(text);
  std::size_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

Result<std::string> GitObjects::run(std::vector<std::string> arguments,
                                    const std::string& input) const {
  // No transport: an object that was left out of a fetch is an error, never a call to a server.
  std::vector<std::string> all{"git", "--no-pager",      "-c", "protocol.allow=never",
                               "-c",  "core.fsmonitor=", "-C", root_.string()};
  all.insert(all.end(), std::make_move_iterator(arguments.begin()),
             std::make_move_iterator(arguments.end()));
  Output output = run_program(std::move(all), input);
  if (output.status == 127) {
    return Error{ErrorCode::Usage, "the program `git` is needed and cannot be run", {}};
  }
  if (output.cut) {
    return Error{ErrorCode::Limit, "git answers with more than 512 MiB", {}};
  }
  if (output.status != 0) {
    return Error{ErrorCode::NotFound, first_line(output.err), {}};
  }
  return std::move(output.out);
}

Result<GitObjects> GitObjects::open(const std::filesystem::path& root) {
  GitObjects opened(root);
  const auto inside = opened.run({"rev-parse", "--is-inside-work-tree"});
  if (!inside) {
    return Error{ErrorCode::Usage,
                 "`" + root.generic_string() + "` is no git checkout: " + inside.error().message,
                 {}};
  }
  if (text::trim(inside.value()) != "true") {
    return Error{ErrorCode::Usage,
                 "`" + root.generic_string() +
                     "` has no working tree: it is a bare repository, or the inside of `.git`",
                 {}};
  }
  return opened;
}

Result<std::string> GitObjects::commit(const std::string& name) const {
  auto found = run({"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"});
  if (!found) {
    return Error{ErrorCode::NotFound, "there is no commit `" + name + "` here", {}};
  }
  return std::string(text::trim(found.value()));
}

Result<std::string> GitObjects::merge_base(const std::string& a, const std::string& b) const {
  auto found = run({"merge-base", a, b});
  if (!found) {
    return Error{ErrorCode::NotFound, "the histories have no commit in common", {}};
  }
  const std::string bases = found.value();
  std::string_view rest = bases;
  return std::string(take(rest, '\n'));
}

bool GitObjects::is_shallow() const {
  const auto answer = run({"rev-parse", "--is-shallow-repository"});
  return answer && text::trim(answer.value()) == "true";
}

Result<std::string> GitObjects::tags() const {
  return run({"for-each-ref",
              "--format=%(objectname) %(objecttype) %(*objectname) %(refname:strip=2)",
              "refs/tags"});
}

Result<GitTree> GitObjects::tree(const std::string& commit) const {
  const auto listing = run({"ls-tree", "-r", "-z", "-l", commit});
  if (!listing) {
    return unreadable("cannot list commit `" + commit + "`: " + listing.error().message);
  }
  GitTree tree;
  std::string_view rest = listing.value();
  while (!rest.empty()) {
    // `100644 blob <id> <size>\t<path>`
    std::string_view entry = take(rest, '\0');
    const std::string_view mode = take(entry, ' ');
    take(entry, ' ');
    const std::string_view id = take(entry, ' ');
    const std::string_view size = take(entry, '\t');
    if (mode == "160000") {
      tree.submodules.emplace_back(entry);
    } else if (mode.starts_with("100")) {
      tree.blobs.push_back({std::string(entry), std::string(id), number(size)});
    }
  }
  std::ranges::sort(tree.blobs, {}, &GitBlob::path);
  return tree;
}

std::string GitObjects::name_of(const std::string& path) const {
  const auto found = run({"hash-object", "--no-filters", "--", path});
  return found ? std::string(text::trim(found.value())) : std::string();
}

Result<std::vector<std::string>> GitObjects::read(const std::vector<GitBlob>& blobs) const {
  std::string ids;
  for (const GitBlob& blob : blobs) {
    ids += blob.id + "\n";
  }
  const auto answer = run({"cat-file", "--batch"}, ids);
  if (!answer) {
    return unreadable("cannot read objects: " + answer.error().message);
  }
  std::vector<std::string> contents;
  std::string_view rest = answer.value();
  for (const GitBlob& blob : blobs) {
    // `<id> blob <size>\n<bytes>\n`
    std::string_view head = take(rest, '\n');
    take(head, ' ');
    if (take(head, ' ') != "blob" || number(head) != blob.size_bytes ||
        rest.size() < blob.size_bytes) {
      return unreadable("`" + blob.path +
                        "` is not in this clone: fetch it whole (in GitHub "
                        "Actions: `fetch-depth: 0` and no `filter`)");
    }
    contents.emplace_back(rest.substr(0, blob.size_bytes));
    rest.remove_prefix(std::min(blob.size_bytes + 1, rest.size()));
  }
  return contents;
}

}  // namespace muster::app
