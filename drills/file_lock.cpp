#include "drills/file_lock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

namespace muster::drills {
namespace {

/// A network file system may tell two machines that each has the lock. Magic numbers: statfs(2).
bool is_remote(int descriptor) {
  struct statfs system{};
  if (::fstatfs(descriptor, &system) != 0) {
    return true;
  }
  constexpr std::array<unsigned long, 5> kRemote = {0x6969, 0xff534d42, 0xfe534d42, 0x01021997,
                                                    0x65735546};
  for (const unsigned long magic : kRemote) {
    if (static_cast<unsigned long>(system.f_type) == magic) {
      return true;
    }
  }
  return false;
}

Error trouble(const std::string& path, const std::string& why) {
  return Error{ErrorCode::Unwritable, "cannot lock `" + path + "`: " + why, {}};
}

}  // namespace

Result<FileLock> FileLock::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
  if (descriptor < 0) {
    return trouble(path, ::strerror(errno));
  }
  FileLock lock(descriptor);
  if (is_remote(descriptor)) {
    return trouble(path, "it lies on a network file system, where a lock is not safe");
  }
  return lock;
}

Result<std::optional<FileLock>> FileLock::take(const std::string& path,
                                               std::chrono::milliseconds limit) {
  MUSTER_TRY(FileLock lock, open(path));
  const auto end = std::chrono::steady_clock::now() + limit;
  while (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return trouble(path, ::strerror(errno));
    }
    if (std::chrono::steady_clock::now() >= end) {
      return std::optional<FileLock>();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::optional<FileLock>(std::move(lock));
}

Result<FileLock> FileLock::wait(const std::string& path) {
  MUSTER_TRY(FileLock lock, open(path));
  while (::flock(lock.descriptor_, LOCK_EX) != 0) {
    if (errno != EINTR) {
      return trouble(path, ::strerror(errno));
    }
  }
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

std::string holder_of(const std::string& path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) {
    return "nobody";
  }
  std::array<char, 64> wanted{};
  std::snprintf(wanted.data(), wanted.size(), "%02x:%02x:%lu", major(file.st_dev),
                minor(file.st_dev), file.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, advice, access, pid, place;
    words >> number >> kind >> advice >> access >> pid >> place;
    if (kind == "FLOCK" && place == wanted.data()) {
      std::ifstream named("/proc/" + pid + "/comm");
      std::string name;
      std::getline(named, name);
      return pid + (name.empty() ? "" : " (" + name + ")");
    }
  }
  return "an unknown process";
}

}  // namespace muster::drills
