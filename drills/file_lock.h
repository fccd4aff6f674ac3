// Kernel locks: freed at the death of whoever holds them, zombie or not.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "checks/core/result.h"

namespace muster::drills {

/// An exclusive flock on a file, which is made if it is not there; freed at the end of the object.
/// Its descriptor is closed in every program that we start.
class FileLock {
 public:
  /// Nothing when another process holds it until `limit` is over. Errors: the file cannot be
  /// opened, or does not lie on a local file system.
  [[nodiscard]] static Result<std::optional<FileLock>> take(const std::string& path,
                                                            std::chrono::milliseconds limit);

  /// Waits as long as it takes.
  [[nodiscard]] static Result<FileLock> wait(const std::string& path);

  FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }

  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  static Result<FileLock> open(const std::string& path);

  int descriptor_;
};

/// Who holds a lock on the file, as /proc/locks tells it: `4711 (deploy.sh)`; `an unknown process`
/// when it does not.
[[nodiscard]] std::string holder_of(const std::string& path);

}  // namespace muster::drills
