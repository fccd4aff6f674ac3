#include "aws/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

namespace muster::aws {
namespace {

/// An open file that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}

  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }

  ~Descriptor() { close(); }

  void close() {
    if (number_ >= 0) {
      ::close(std::exchange(number_, -1));
    }
  }

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// Both ends of a pipe that no other program inherits.
struct Pipe {
  Descriptor read;
  Descriptor write;

  [[nodiscard]] bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      return false;
    }
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return true;
  }
};

Error cannot_start(const std::string& program, int error) {
  return {ErrorCode::NotFound,
          "cannot start `" + program + "`: " + std::generic_category().message(error),
          {}};
}

Result<pid_t> start(const std::vector<std::string>& words, const Pipe& output, const Pipe& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write.number(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  arguments.reserve(copies.size() + 1);
  for (std::string& word : copies) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return cannot_start(words[0], failed);
  }
  return child;
}

/// Reads once from a stream that is ready; closes it at its end.
void read_some(Descriptor& stream, std::string& into) {
  std::array<char, 4096> bytes{};
  const ssize_t count = ::read(stream.number(), bytes.data(), bytes.size());
  if (count > 0) {
    into.append(bytes.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    stream.close();
  }
}

/// Reads both streams to their ends. A sentence when a limit was reached, else
/// nothing.
std::optional<std::string> read_all(Pipe& output, Pipe& errors, const ProcessLimits& limits,
                                    Ended& ended) {
  const auto deadline = std::chrono::steady_clock::now() + limits.time;
  while (output.read.number() >= 0 || errors.read.number() >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    std::array<pollfd, 2> streams{
        {{output.read.number(), POLLIN, 0}, {errors.read.number(), POLLIN, 0}}};
    if (left.count() <= 0) {
      return "takes longer than " +
             std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limits.time).count()) +
             " s";
    }
    if (::poll(streams.data(), streams.size(), static_cast<int>(left.count())) <= 0) {
      continue;
    }
    if (streams[0].revents != 0) {
      read_some(output.read, ended.output);
    }
    if (streams[1].revents != 0) {
      read_some(errors.read, ended.errors);
    }
    if (ended.output.size() > limits.output_bytes || ended.errors.size() > limits.output_bytes) {
      return "writes more than " + std::to_string(limits.output_bytes) + " bytes";
    }
  }
  return std::nullopt;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<Ended> run_process(const std::vector<std::string>& words, const ProcessLimits& limits) {
  Pipe output;
  Pipe errors;
  if (!output.open() || !errors.open()) {
    return cannot_start(words[0], errno);
  }
  MUSTER_TRY(const pid_t child, start(words, output, errors));
  output.write.close();
  errors.write.close();
  Ended ended;
  const auto limit = read_all(output, errors, limits, ended);
  if (limit) {
    ::kill(child, SIGKILL);
  }
  ended.status = wait_for(child);
  if (limit) {
    return Error{ErrorCode::Limit, "`" + words[0] + "` " + *limit, {}};
  }
  return ended;
}

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (quote == '\0' && blank) {
      if (std::exchange(in_word, false)) {
        words.push_back(std::exchange(word, {}));
      }
      continue;
    }
    in_word = true;
    const bool escapes = quote == '\0' || (quote == '"' && at + 1 < line.size() &&
                                           (line[at + 1] == '"' || line[at + 1] == '\\'));
    if (c == '\\' && escapes) {
      if (++at == line.size()) {
        return Error{ErrorCode::Syntax, "a backslash at the end of a command", {}};
      }
      word += line[at];
    } else if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      word += c;
    }
  }
  if (quote != '\0') {
    return Error{ErrorCode::Syntax, "a quote that is not closed", {}};
  }
  if (in_word) {
    words.push_back(word);
  }
  return words;
}

}  // namespace muster::aws
