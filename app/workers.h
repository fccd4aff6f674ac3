// The threads that share the work of one audit.
#pragma once

#include <cstddef>

#include "checks/core/check.h"

namespace muster::app {

/// As many threads as the program may use processors, and at most eight: what each keeps in memory
/// counts too. They live for one call of `run`, in which the caller's thread is one of them. Where
/// the system gives fewer, those do all the work.
class Threads : public Workers {
 public:
  Threads();

  /// REQUIRES: `size` is at least 1.
  explicit Threads(std::size_t size) : size_(size) {}

  [[nodiscard]] std::size_t size() const override { return size_; }

  /// An exception of a piece is thrown again when all threads have ended.
  void run(std::size_t count, const Work& work) const override;

 private:
  std::size_t size_;
};

}  // namespace muster::app
