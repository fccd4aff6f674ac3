// One call of a service: what is asked, what must come back, what went wrong.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "aws/service.h"
#include "aws/value.h"
#include "net/http.h"

namespace muster::aws {

struct Call {
  const Service& service;
  /// `ListRoles`.
  std::string_view action;
  /// The parameters, an Object. A form or the query of a REST `GET` is made of
  /// them, or the JSON body.
  Value input = object_value({});
  /// Members that an answer must have (paths as in `Value::find_path`), below
  /// the element
  /// `<ActionResult>` of Query services. An answer without one is broken: it
  /// never means "nothing there".
  std::vector<std::string_view> expects{};
  XmlShape shape{};
  /// For REST services. The path is percent-encoded.
  std::string method = "POST";
  std::string path = "/";
  std::vector<net::Header> headers{};
  /// Stands before the host of AWS, but not before one that the user has set: `111122223333.`
  std::string host_prefix{};
  /// The body is a text of JSON by itself, which becomes this member, as the AWS CLI prints it.
  std::string_view text_member{};
  /// No signature and no credentials: calls that carry their own proof.
  bool anonymous = false;
};

/// What an error means for the caller.
enum class ErrorKind {
  /// Service, network or answer broken: worth another attempt.
  Transient,
  /// Too many calls: worth another attempt, later.
  Throttle,
  /// The signature's time is too far from the service's.
  Skew,
  /// The session has ended: worth one attempt with new credentials.
  Expired,
  /// The credentials may not do this.
  Denied,
  /// There are no credentials, or the service does not know them.
  Credentials,
  /// The service answered no for any other reason; `code` says which
  /// (`NoSuchEntity`).
  Refused,
  /// There is more than muster asks for.
  TooMany,
};

[[nodiscard]] std::string_view to_string(ErrorKind kind);

struct CallError {
  ErrorKind kind = ErrorKind::Refused;
  /// As the service words it, without the prefix of its model: `AccessDenied`.
  /// Empty when there was no answer or none that could be read.
  std::string code{};
  /// For people; of one line and bounded length.
  std::string message{};
  /// 0 when there was no answer.
  int status = 0;
  std::string service{};
  std::string action{};
  /// Empty where it is not known yet.
  std::string account{};
  std::string region{};
  int attempts = 0;
};

/// `iam ListRoles, account 111122223333, us-east-1: AccessDenied: … (HTTP
/// 403)`.
[[nodiscard]] std::string to_string(const CallError& error);

/// The same as an error of the program (`Unreadable`).
[[nodiscard]] Error to_error(const CallError& error);

/// What came of a call.
class [[nodiscard]] Answer {
 public:
  Answer(Value value) : state_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Answer(CallError error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }

  /// REQUIRES: `ok()`.
  [[nodiscard]] const Value& value() const { return *std::get_if<0>(&state_); }

  /// REQUIRES: `!ok()`.
  [[nodiscard]] const CallError& error() const { return *std::get_if<1>(&state_); }

  /// Whether the service said no with this code: its way to say "not
  /// configured".
  [[nodiscard]] bool failed_with(std::string_view code) const {
    return !ok() && error().code == code;
  }

 private:
  std::variant<Value, CallError> state_;
};

// ---- the wire: pure functions
// --------------------------------------------------------------------

/// The request of a call, without signature.
[[nodiscard]] net::Request request_of(const Call& call, const Endpoint& endpoint);

/// Reads a reply to the call: its value, or kind, code and message of an error.
/// Any status but 200, a body that cannot be read and a missing member are
/// errors.
[[nodiscard]] Answer read_reply(const Call& call, const net::Reply& reply);

}  // namespace muster::aws
