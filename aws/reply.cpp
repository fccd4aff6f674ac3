// What a service answered: a value, or an error by its code. The code decides
// and not the status: a throttle is 400, 429 or 503, depending on the service.
// Source: botocore, parsers.py and retries/standard.py; SDKs and Tools
// Reference Guide, "Retry behavior"; EC2 API Reference, "Error codes".
#include <algorithm>
#include <array>

#include "aws/call.h"

namespace muster::aws {
namespace {

bool speaks_json(Protocol protocol) {
  return protocol == Protocol::Json10 || protocol == Protocol::Json11 ||
         protocol == Protocol::RestJson;
}

// ---- errors
// --------------------------------------------------------------------------------------

struct Said {
  std::string code;
  std::string message;
};

/// `com.amazonaws.ecr#RepositoryNotFoundException:http://…` ->
/// `RepositoryNotFoundException`.
std::string bare_code(std::string_view code) {
  code.remove_prefix(std::min(code.find('#') + 1, code.size()));
  return std::string(code.substr(0, code.find(':')));
}

std::string first_of(const Value& value, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::string text = value.text_of(name); !text.empty()) {
      return text;
    }
  }
  return {};
}

Said json_error(const net::Reply& reply) {
  const auto body = parse_json(reply.body);
  const Value value = body ? body.value() : Value{};
  const auto header = net::find_header(reply.headers, "x-amzn-errortype");
  return {bare_code(header ? *header : first_of(value, {"__type", "code", "Code"})),
          first_of(value, {"message", "Message", "errorMessage", "error_description"})};
}

/// `<ErrorResponse><Error>`, `<Response><Errors><Error>` and `<Error>` alone.
Said xml_error(const net::Reply& reply) {
  const auto body = parse_xml(reply.body, {.lists = {"Errors"}});
  if (!body) {
    return {};
  }
  const Value* error = &body.value();
  if (const auto& errors = error->items_of("Errors"); !errors.empty()) {
    error = &errors.front();
  } else if (const Value* const inner = error->find("Error")) {
    error = inner;
  }
  return {bare_code(error->text_of("Code")), first_of(*error, {"Message", "message"})};
}

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& codes, std::string_view code) {
  return std::ranges::find(codes, code) != codes.end();
}

constexpr std::array<std::string_view, 14> kThrottles = {"Throttling",
                                                         "ThrottlingException",
                                                         "ThrottledException",
                                                         "RequestThrottled",
                                                         "RequestThrottledException",
                                                         "TooManyRequestsException",
                                                         "ProvisionedThroughputExceededException",
                                                         "TransactionInProgressException",
                                                         "RequestLimitExceeded",
                                                         "BandwidthLimitExceeded",
                                                         "LimitExceededException",
                                                         "SlowDown",
                                                         "PriorRequestNotComplete",
                                                         "EC2ThrottledException"};
constexpr std::array<std::string_view, 5> kTransients = {
    "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure",
    "IDPCommunicationError"};
constexpr std::array<std::string_view, 3> kExpired = {"ExpiredToken", "ExpiredTokenException",
                                                      "RequestExpired"};
constexpr std::array<std::string_view, 6> kDenied = {
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess",
    "Forbidden",    "ForbiddenException"};
constexpr std::array<std::string_view, 11> kCredentials = {
    "InvalidClientTokenId",  "UnrecognizedClientException",  "InvalidAccessKeyId",
    "SignatureDoesNotMatch", "InvalidSignatureException",    "AuthFailure",
    "IncompleteSignature",   "IncompleteSignatureException", "MissingAuthenticationToken",
    "UnauthorizedException", "InvalidIdentityToken"};

/// Services word a wrong clock as a wrong signature; the message tells.
bool tells_of_time(std::string_view message) {
  return message.find("Signature expired") != std::string_view::npos ||
         message.find("not yet current") != std::string_view::npos;
}

ErrorKind kind_of(const Said& said, int status) {
  if (is_one_of(kThrottles, said.code) || status == 429) {
    return ErrorKind::Throttle;
  }
  if (is_one_of(kExpired, said.code)) {
    return ErrorKind::Expired;
  }
  if (said.code == "RequestTimeTooSkewed" || said.code == "RequestInTheFuture" ||
      (is_one_of(kCredentials, said.code) && tells_of_time(said.message))) {
    return ErrorKind::Skew;
  }
  if (is_one_of(kDenied, said.code)) {
    return ErrorKind::Denied;
  }
  if (is_one_of(kCredentials, said.code)) {
    return ErrorKind::Credentials;
  }
  constexpr std::array<int, 4> kServerTrouble = {500, 502, 503, 504};
  const bool trouble = std::ranges::find(kServerTrouble, status) != kServerTrouble.end();
  return trouble || is_one_of(kTransients, said.code) ? ErrorKind::Transient : ErrorKind::Refused;
}

/// The first line of a service's text, without control characters, at most 400 bytes. Behind the
/// first line AWS repeats the request that it could not verify, with the token of the session.
std::string one_line(std::string text) {
  text.erase(0, text.find_first_not_of("\r\n\t "));
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  if (const std::size_t bad = find_bad_utf8(text); bad != std::string::npos) {
    text.resize(bad);
  }
  if (text.size() > 400) {
    text.resize(400);
    const std::size_t cut = find_bad_utf8(text);
    text.resize(std::min(cut, text.size()));
    text += "…";
  }
  return text;
}

CallError error_of(const Call& call, const net::Reply& reply) {
  Said said = speaks_json(call.service.protocol) ? json_error(reply) : xml_error(reply);
  CallError error{.kind = kind_of(said, reply.status),
                  .code = one_line(std::move(said.code)),
                  .message = one_line(std::move(said.message)),
                  .status = reply.status};
  if (error.code.empty() && error.message.empty()) {
    error.message = "an answer that is no error of AWS";
  }
  return error;
}

CallError failure_of(const net::Reply& reply) {
  const bool hopeless = reply.failure == net::Failure::Refused ||
                        reply.failure == net::Failure::Certificate ||
                        reply.failure == net::Failure::TooLarge;
  return {.kind = hopeless ? ErrorKind::Refused : ErrorKind::Transient,
          .message = one_line(reply.why),
          .status = 0};
}

CallError broken(const net::Reply& reply, std::string why) {
  return {.kind = ErrorKind::Transient,
          .message = "the answer is broken: " + std::move(why),
          .status = reply.status};
}

// ---- answers
// -------------------------------------------------------------------------------------

/// CloudFront counts what it hands out, and leaves the list out when there is nothing in it.
bool has_lost_items(const Value& list) {
  return list.text_of("Quantity") != std::to_string(list.items_of("Items").size());
}

/// The value inside the envelope of a Query answer: `<XResponse><XResult>`;
/// nullptr without one.
const Value* inside(const Call& call, const Value& root) {
  return call.service.protocol == Protocol::Query ? root.find(std::string(call.action) + "Result")
                                                  : &root;
}

}  // namespace

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Transient:
      return "transient";
    case ErrorKind::Throttle:
      return "throttle";
    case ErrorKind::Skew:
      return "skew";
    case ErrorKind::Expired:
      return "expired";
    case ErrorKind::Denied:
      return "denied";
    case ErrorKind::Credentials:
      return "credentials";
    case ErrorKind::Refused:
      return "refused";
    case ErrorKind::TooMany:
      return "too many";
  }
  return "";
}

std::string to_string(const CallError& error) {
  std::string text = error.service + " " + error.action;
  text += error.account.empty() ? "" : ", account " + error.account;
  text += error.region.empty() ? "" : ", " + error.region;
  text += ": " + (error.code.empty() ? "" : error.code + (error.message.empty() ? "" : ": ")) +
          error.message;
  text += error.status == 0 ? "" : " (HTTP " + std::to_string(error.status) + ")";
  text += error.attempts > 1 ? " after " + std::to_string(error.attempts) + " attempts" : "";
  return text;
}

Error to_error(const CallError& error) {
  return {ErrorCode::Unreadable, to_string(error), {}};
}

Answer read_reply(const Call& call, const net::Reply& reply) {
  if (reply.failure != net::Failure::None) {
    return failure_of(reply);
  }
  if (reply.status != 200) {
    return error_of(call, reply);
  }
  const bool json = speaks_json(call.service.protocol) || !call.text_member.empty();
  auto parsed = json ? parse_json(reply.body) : parse_xml(reply.body, call.shape);
  if (!parsed) {
    return broken(reply, parsed.error().message);
  }
  if (!call.text_member.empty()) {
    return parsed.value().kind == Value::Kind::Object
               ? Answer(object_value({{std::string(call.text_member), text_value(reply.body)}}))
               : Answer(broken(reply, "no object in it"));
  }
  const Value* const value = inside(call, parsed.value());
  if (value == nullptr || value->kind != Value::Kind::Object) {
    return broken(reply, "no result in it");
  }
  for (const std::string_view member : call.expects) {
    if (value->find_path(member) == nullptr) {
      return broken(reply, "no `" + std::string(member) + "` in it");
    }
  }
  if (call.service.id == "cloudfront" && has_lost_items(*value)) {
    return broken(reply, "another number of items than it says");
  }
  if (call.expects.empty() && (value->find("Error") != nullptr || value->find("Code") != nullptr)) {
    return broken(reply, "an error with status 200");
  }
  return *value;
}

}  // namespace muster::aws
