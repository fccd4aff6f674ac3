#include "drills/watchdog.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

namespace muster::drills {
namespace {

/// Where the pipe's end is in the watchdog.
constexpr int kReady = 3;
constexpr std::chrono::milliseconds kArming{2000};
constexpr std::string_view kArmed = "armed\n";

Error not_armed(const std::string& why) {
  return Error{ErrorCode::Unreadable, "the watchdog is not armed: " + why, {}};
}

Result<pid_t> spawn(const WatchOrder& order, int ready) {
  std::vector<std::string> words = {
      "muster",    "drill",  "watch",    "--journal", order.journal,         "--id",
      order.drill, "--lock", order.lock, "--ready",   std::to_string(kReady)};
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&files, 0, 1);
  posix_spawn_file_actions_adddup2(&files, 0, 2);
  posix_spawn_file_actions_adddup2(&files, ready, kReady);
  posix_spawnattr_t how{};
  posix_spawnattr_init(&how);
  sigset_t all{};
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, "/proc/self/exe", &files, &how, arguments.data(), environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    return not_armed(::strerror(error));
  }
  return pid;
}

/// Reads until `armed`, the end, or the limit.
bool hears_armed(int pipe) {
  std::string heard;
  const auto end = std::chrono::steady_clock::now() + kArming;
  while (heard.size() < kArmed.size()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd wait{pipe, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) {
      return false;
    }
    std::array<char, 16> buffer{};
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count <= 0) {
      return false;
    }
    heard.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return heard == kArmed;
}

}  // namespace

Result<Watchdog> Watchdog::arm(const WatchOrder& order) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return not_armed(::strerror(errno));
  }
  auto pid = spawn(order, ends[1]);
  ::close(ends[1]);
  const bool armed = pid && hears_armed(ends[0]);
  ::close(ends[0]);
  if (!pid) {
    return std::move(pid).error();
  }
  Watchdog watchdog(pid.value());
  if (!armed) {
    watchdog.dismiss();
    return not_armed("it did not say so within two seconds");
  }
  return watchdog;
}

void Watchdog::dismiss() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
}

void say_armed(int descriptor) {
  // Whoever waits for it may be gone already; then the lock is free, and that is what counts.
  ::signal(SIGPIPE, SIG_IGN);
  if (::write(descriptor, kArmed.data(), kArmed.size()) < 0) {
    // Nothing to do.
  }
  ::close(descriptor);
}

}  // namespace muster::drills
