// A value that no log, report or error message may hold.
#pragma once

#include <string.h>  // explicit_bzero is not in <cstring>

#include <string>
#include <utility>

namespace muster::net {

/// A password, key or token. It has no way to a stream and compares with nothing, so that it cannot
/// be printed by mistake; its bytes are overwritten when it ends. Copies are secrets of their own.
class Secret {
 public:
  Secret() = default;

  explicit Secret(std::string text) : text_(std::move(text)) {}

  Secret(const Secret&) = default;

  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();
      text_ = other.text_;
    }
    return *this;
  }

  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const { return text_.empty(); }

  /// The value itself: only for what is sent to the service that it belongs to.
  [[nodiscard]] const std::string& reveal() const { return text_; }

 private:
  void wipe() { ::explicit_bzero(text_.data(), text_.size()); }

  std::string text_;
};

}  // namespace muster::net
