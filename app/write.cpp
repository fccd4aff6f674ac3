// POSIX calls, because only they tell when the disk is full (at write, fsync or close).
#include "app/write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

namespace muster::app {
namespace {

Error failure(const std::filesystem::path& path, const std::string& reason) {
  return Error{
      ErrorCode::Unwritable, "cannot write `" + path.generic_string() + "`: " + reason, {}};
}

/// The reason of the first call that fails, else empty.
std::string write_all(int file, std::string_view bytes, Outlives outlives) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return std::strerror(errno);
    }
    bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  return outlives == Outlives::Program || ::fsync(file) == 0 ? "" : std::strerror(errno);
}

}  // namespace

Status write_file(const std::filesystem::path& path, std::string_view bytes, Outlives outlives) {
  std::error_code error;
  if (path.has_parent_path()) {
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) {
      return failure(path, error.message());
    }
  }
  std::string temporary = path.string() + ".XXXXXX";
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) {
    return failure(path, std::strerror(errno));
  }
  std::string reason = write_all(file, bytes, outlives);
  constexpr mode_t kReadable = 0644;
  if (::fchmod(file, kReadable) != 0 && reason.empty()) {
    reason = std::strerror(errno);
  }
  if (::close(file) != 0 && reason.empty()) {
    reason = std::strerror(errno);
  }
  if (reason.empty() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    reason = std::strerror(errno);
  }
  if (!reason.empty()) {
    ::unlink(temporary.c_str());
    return failure(path, reason);
  }
  return Done{};
}

Status sync_all(const std::filesystem::path& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool good = folder >= 0 && ::syncfs(folder) == 0;
  const int reason = errno;
  if (folder >= 0) {
    ::close(folder);
  }
  return good ? Status(Done{}) : Status(failure(path, std::strerror(reason)));
}

}  // namespace muster::app
