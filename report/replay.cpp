// Claims lines as `muster trust test` reads them.
#include "report/replay.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace muster::report {
namespace {

using nlohmann::ordered_json;

/// `text` as one word of a shell: as it is when nothing in it is special, else in single quotes.
std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-").find(c) != std::string_view::npos;
  });
  if (plain) {
    return text;
  }
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return word + "'";
}

ordered_json value_of(const WitnessField& field) {
  return field.values.size() == 1 ? ordered_json(field.values.front()) : ordered_json(field.values);
}

/// The issuer in an anchor such as `provider:gitlab.com/stmt:Deploy`; empty for any other anchor.
/// An issuer may have a path, whose parts hold no colon.
std::string issuer_of(const std::string& anchor) {
  constexpr std::string_view kPrefix = "provider:";
  if (!anchor.starts_with(kPrefix)) {
    return "";
  }
  const std::string issuer = anchor.substr(kPrefix.size());
  const std::size_t colon = issuer.find(':');
  return "https://" +
         (colon == std::string::npos ? issuer : issuer.substr(0, issuer.rfind('/', colon)));
}

/// Claims of the token; keys that are no claims stand beside it. A policy that names no provider or
/// several needs to be told the issuer.
ordered_json token_line(const Outcome& outcome) {
  ordered_json line = ordered_json::object();
  const std::string issuer = issuer_of(outcome.anchor);
  if (!issuer.empty()) {
    line["iss"] = issuer;
  }
  for (const WitnessField& field : outcome.witness.fields) {
    if (field.name.find(':') == std::string::npos) {
      line[field.name] = value_of(field);
    } else {
      line["request"]["extra_context"][field.name] = value_of(field);
    }
  }
  return line;
}

/// A caller that is no OIDC provider.
ordered_json request_line(const Witness& witness) {
  ordered_json request = {{"context", ordered_json::object()}};
  for (const WitnessField& field : witness.fields) {
    const bool own = field.name == "principal" || field.name == "action";
    (own ? request : request["context"])[field.name] = value_of(field);
  }
  return {{"request", request}};
}

bool has_field(const Outcome& outcome, std::string_view name) {
  return std::ranges::any_of(outcome.witness.fields,
                             [&](const WitnessField& field) { return field.name == name; });
}

/// The name in a role's ARN; empty for any other asset.
std::string role_of(const Asset& asset) {
  const bool role = asset.kind == "iam-role" && asset.id.starts_with("arn:");
  return role ? asset.id.substr(asset.id.rfind('/') + 1) : "";
}

}  // namespace

std::string replay_command(const Outcome& outcome) {
  const std::string& path = outcome.where.source.path();
  const bool token = outcome.witness.kind == WitnessKind::Token;
  // A request on a resource is about permissions: no trust policy answers it.
  const bool asked =
      token || (outcome.witness.kind == WitnessKind::Request && !has_field(outcome, "resource"));
  if (!asked || outcome.witness.fields.empty() || !path.ends_with(".json")) {
    return "";
  }
  const ordered_json line = token ? token_line(outcome) : request_line(outcome.witness);
  const std::string text = line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  const std::string role = role_of(outcome.asset);
  return "printf '%s\\n' " + shell_word(text) + " | muster trust test " +
         shell_word(path.starts_with('-') ? "./" + path : path) +
         (role.empty() ? "" : " --role " + shell_word(role)) + " --claims /dev/stdin";
}

}  // namespace muster::report
