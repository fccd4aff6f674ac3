// Errors are values here: `Result<T>` holds a value or an `Error`. Exceptions never cross a .cpp
// file.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "checks/core/source.h"

namespace muster {

/// What went wrong, as a closed set. Switches over it have no `default`.
enum class ErrorCode {
  /// The text is not what its format demands (syntax, encoding, duplicate key).
  Syntax,
  /// The text is well-formed but its content breaks the model (wrong type, unknown element).
  Invalid,
  /// A size, depth or count limit was reached.
  Limit,
  /// A file, folder or database cannot be read.
  Unreadable,
  /// A file, folder or database cannot be written.
  Unwritable,
  /// The configuration or the command line is wrong.
  Usage,
  /// Something is not there that was asked for by name (a run, a rule, a file).
  NotFound,
};

/// An error for an administrator who never saw the code. Message style: no capital, no full stop,
/// no line break, user input in backticks, causes joined by `: `.
struct Error {
  ErrorCode code = ErrorCode::Invalid;
  std::string message;
  std::optional<SourceRef> where;

  friend bool operator==(const Error&, const Error&) = default;
};

/// `deploy.yml:41:9: cannot read `permissions`: …`, or the bare message when the place is unknown.
[[nodiscard]] std::string to_string(const Error& error);

/// The value of an operation that only succeeds or fails.
struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};

/// A value of type `T`, or the `Error` that kept us from having one. Dropping one unread is a
/// compiler warning.
template <class T>
class [[nodiscard]] Result {
  static_assert(!std::is_same_v<T, Error> && !std::is_pointer_v<T> && !std::is_reference_v<T>);

 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }

  explicit operator bool() const noexcept { return ok(); }

  /// REQUIRES: `ok()`.
  [[nodiscard]] const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }

  const T&& value() const&& = delete;

  /// REQUIRES: `!ok()`.
  [[nodiscard]] const Error& error() const& {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

  [[nodiscard]] Error&& error() && {
    assert(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

  const Error&& error() const&& = delete;

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Done>;

}  // namespace muster

// NOLINTBEGIN(cppcoreguidelines-macro-usage,bugprone-macro-parentheses)
#define MUSTER_CAT_IMPL(a, b) a##b
#define MUSTER_CAT(a, b) MUSTER_CAT_IMPL(a, b)
#define MUSTER_TRY_IMPL(tmp, decl, expr) \
  auto tmp = (expr);                     \
  if (!tmp) {                            \
    return std::move(tmp).error();       \
  }                                      \
  decl = std::move(tmp).value()
/// `MUSTER_TRY(const auto policy, parse_policy(bytes, source));` binds the value or returns the
/// error to the caller. Expands to several statements: always inside braces. No comma in the
/// declared type.
#define MUSTER_TRY(decl, expr) MUSTER_TRY_IMPL(MUSTER_CAT(muster_try_, __COUNTER__), decl, expr)
/// The same for a `Status`, whose value nobody wants.
#define MUSTER_CHECK_OK(expr)                                                                      \
  if (auto MUSTER_CAT(muster_status_, __LINE__) = (expr); !MUSTER_CAT(muster_status_, __LINE__)) { \
    return std::move(MUSTER_CAT(muster_status_, __LINE__)).error();                                \
  }
// NOLINTEND(cppcoreguidelines-macro-usage,bugprone-macro-parentheses)
