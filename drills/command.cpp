// posix_spawn: safe beside the threads of the probes. Poll and wait by turns, because a daemon that
// the command leaves behind may keep the pipe open for ever.
#include "drills/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>

namespace muster::drills {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kTail = 4096;
constexpr std::chrono::milliseconds kGrace{2000};

void keep_tail(std::string& tail, std::string_view more) {
  tail.append(more);
  if (tail.size() > kTail) {
    tail.erase(0, tail.size() - kTail);
  }
}

/// Reads what is there; false once the pipe has ended.
bool drain(int pipe, std::string& tail) {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count > 0) {
      keep_tail(tail, {buffer.data(), static_cast<std::size_t>(count)});
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      return false;
    } else if (errno == EAGAIN) {
      return true;
    }
  }
}

struct Spawned {
  pid_t pid = -1;
  int output = -1;
};

Result<Spawned> spawn(const std::vector<std::string>& words, const std::string& folder,
                      const std::string& input) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return Error{ErrorCode::Unreadable, std::string("no pipe: ") + ::strerror(errno), {}};
  }
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  posix_spawn_file_actions_addopen(&files, 0, input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  posix_spawn_file_actions_adddup2(&files, ends[1], 2);
  posix_spawnattr_t how{};
  posix_spawnattr_init(&how);
  // Signals that we block or ignore are the command's own business.
  sigset_t none{};
  sigemptyset(&none);
  sigset_t all{};
  sigfillset(&all);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(
        word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): execve's type
  }
  arguments.push_back(nullptr);
  Spawned spawned{-1, ends[0]};
  const int error =
      ::posix_spawnp(&spawned.pid, arguments[0], &files, &how, arguments.data(), environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return Error{ErrorCode::Unreadable, "cannot run `" + words[0] + "`: " + ::strerror(error), {}};
  }
  return spawned;
}

}  // namespace

Result<Ended> run_command(const std::vector<std::string>& words, const std::string& folder,
                          std::chrono::milliseconds limit, const std::string& input) {
  MUSTER_TRY(const Spawned child, spawn(words, folder, input));
  Ended ended;
  const Clock::time_point start = Clock::now();
  bool open = true;
  int status = 0;
  while (::waitpid(child.pid, &status, WNOHANG) == 0) {
    const auto over = Clock::now() - start - limit;
    if (over > std::chrono::milliseconds(0)) {
      ended.timed_out = true;
      ::kill(-child.pid, over > kGrace ? SIGKILL : SIGTERM);
    }
    pollfd wait{child.output, POLLIN, 0};
    ::poll(open ? &wait : nullptr, open ? 1 : 0, ended.timed_out ? 50 : 10);
    open = open && drain(child.output, ended.tail);
  }
  drain(child.output, ended.tail);
  ::close(child.output);
  if (WIFEXITED(status)) {
    ended.status = WEXITSTATUS(status);
  }
  return ended;
}

}  // namespace muster::drills
