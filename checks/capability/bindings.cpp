// Arguments become values, values go into templates. A template is filled once per combination.
#include "checks/capability/bindings.h"

#include <algorithm>
#include <utility>

#include "checks/policy/arn.h"
#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"
#include "checks/text/quoted.h"

namespace muster::capability {
namespace {

constexpr std::size_t kMaxCombinations = 10'000;

using text::quoted;

/// Names with these prefixes are reserved for documents of AWS.
/// Source: AWS Systems Manager API Reference, CreateDocument, `Name`.
bool is_owned_by_aws(std::string_view document) {
  const std::string name = text::lower(document);
  return name.starts_with("aws") || name.starts_with("amazon") || name.starts_with("amzn");
}

std::string without_slash(std::string_view text) {
  return std::string(text.substr(text.starts_with('/') ? 1 : 0));
}

Value value_of(Form form, const std::string& text) {
  Value value{text, text.starts_with("arn:"), {}};
  if (form == Form::Path || (form == Form::Parameter && !value.arn)) {
    value.text = without_slash(text);
  } else if (form == Form::Folder) {
    value.text = without_slash(text);
    value.text += value.text.empty() || value.text.ends_with('/') ? "" : "/";
  } else if (form == Form::Secret && !value.arn) {
    value.text += "-??????";
  }
  return value;
}

/// A piece of a template: literal text, or the name inside `{…}`.
struct Piece {
  std::string_view text;
  bool placeholder = false;
};

/// `${…}` is a policy variable and stays as it is.
std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    if (at > 0 && text[at - 1] == '$') {
      continue;
    }
    const std::size_t end = text.find('}', at);
    pieces.push_back({text.substr(begin, at - begin)});
    pieces.push_back({text.substr(at + 1, end - at - 1), true});
    begin = end + 1;
    at = end;
  }
  pieces.push_back({text.substr(begin)});
  return pieces;
}

/// `document` of `document.account`.
std::string parameter_of(std::string_view placeholder) {
  return std::string(placeholder.substr(0, placeholder.find('.')));
}

/// One of a template's parameters, and which of its values is at hand.
struct Wheel {
  const std::vector<Value>* values = nullptr;
  std::size_t at = 0;
};

using Wheels = std::map<std::string, Wheel>;

/// Steps to the next combination; false when all were there.
bool step(Wheels& wheels) {
  for (auto wheel = wheels.rbegin(); wheel != wheels.rend(); ++wheel) {
    if (++wheel->second.at < wheel->second.values->size()) {
      return true;
    }
    wheel->second.at = 0;
  }
  return false;
}

std::string filled(const std::vector<Piece>& pieces, const Wheels& wheels) {
  std::string out;
  for (const Piece& piece : pieces) {
    if (!piece.placeholder) {
      out += piece.text;
      continue;
    }
    const Wheel& wheel = wheels.at(parameter_of(piece.text));
    const Value& value = (*wheel.values)[wheel.at];
    if (piece.text.ends_with(".account")) {
      out += value.account;
    } else {
      out = value.arn ? value.text : out + value.text;
    }
  }
  return out;
}

std::string arn_part(const std::string& arn, std::string_view policy_part) {
  const auto parts = policy::split_arn(arn);
  return parts ? std::string(policy_part == "account" ? parts->account : parts->partition) : "";
}

}  // namespace

Status Bindings::bind_argument(const Parameter& parameter, const IntentArgument& argument) {
  const std::string name = quoted(capability_ + "." + parameter.name);
  if (argument.entries.empty()) {
    return Error{ErrorCode::Usage, name + " is empty", argument.where};
  }
  if (!parameter.list && parameter.form != Form::Tags && argument.entries.size() > 1) {
    return Error{ErrorCode::Usage, name + " takes one value, no list", argument.where};
  }
  for (const Variable& entry : argument.entries) {
    const bool bad_name =
        parameter.form == Form::Tags && !problem_of(Form::Tags, entry.name).empty();
    const std::string& text = bad_name ? entry.name : entry.value;
    const std::string problem = problem_of(parameter.form, text);
    if (!problem.empty()) {
      return Error{ErrorCode::Usage, quoted(text) + " of " + name + " " + problem, argument.where};
    }
    if (parameter.form == Form::Tags) {
      tags_[entry.name].push_back(entry.value);
    } else if (parameter.form != Form::Flag) {
      values_[parameter.name].push_back(value_of(parameter.form, entry.value));
    }
  }
  const bool counts = parameter.form != Form::Flag || argument.entries.front().value == "true";
  if (counts) {
    given_[parameter.name] = true;
  }
  return Done{};
}

Status Bindings::check_given(const Template& entry) const {
  for (const Parameter& parameter : entry.parameters) {
    if (parameter.required && !given(parameter.name)) {
      return Error{ErrorCode::Usage,
                   "capability " + quoted(entry.name) + " needs " + quoted(parameter.name), where_};
    }
  }
  std::string names;
  for (const std::string& name : entry.one_of) {
    if (given(name)) {
      return Done{};
    }
    names += (names.empty() ? "" : " or ") + quoted(name);
  }
  if (!names.empty()) {
    return Error{ErrorCode::Usage, "capability " + quoted(entry.name) + " needs " + names, where_};
  }
  return Done{};
}

void Bindings::add_defaults(const Intent& intent, const IntentRole& role) {
  const std::string partition = arn_part(role.arn, "partition");
  values_["partition"] = {Value{partition.empty() ? "aws" : partition, false, {}}};
  const std::string& region = role.region.empty() ? intent.region : role.region;
  if (!given("region") && !region.empty()) {
    values_["region"] = {Value{region, false, {}}};
  }
  const std::string account = arn_part(role.arn, "account");
  if (!given("account") && !account.empty()) {
    values_["account"] = {Value{account, false, {}}};
  }
}

Status Bindings::add_document_accounts(const Template& entry) {
  const std::vector<Value> accounts = values_["account"];
  for (const Parameter& parameter : entry.parameters) {
    if (parameter.form != Form::Document) {
      continue;
    }
    for (Value& value : values_[parameter.name]) {
      const bool own = !value.arn && !is_owned_by_aws(value.text);
      if (own && accounts.empty()) {
        return Error{ErrorCode::Usage,
                     "capability " + quoted(capability_) +
                         " needs `account`: name it there, or the role's `arn`",
                     where_};
      }
      value.account = own ? accounts.front().text : "";
    }
  }
  return Done{};
}

Result<Bindings> Bindings::bind(const Template& entry, const IntentCapability& given,
                                const Intent& intent, const IntentRole& role) {
  Bindings bindings;
  bindings.capability_ = entry.name;
  bindings.where_ = given.where;
  std::vector<std::string_view> known;
  for (const Parameter& parameter : entry.parameters) {
    known.push_back(parameter.name);
  }
  for (const IntentArgument& argument : given.arguments) {
    const Parameter* parameter = entry.find(argument.name);
    if (parameter == nullptr) {
      return Error{ErrorCode::Usage,
                   "capability " + quoted(entry.name) + " has no parameter " +
                       quoted(argument.name) + text::did_you_mean(argument.name, known),
                   argument.where};
    }
    MUSTER_CHECK_OK(bindings.bind_argument(*parameter, argument));
  }
  MUSTER_CHECK_OK(bindings.check_given(entry));
  for (const Parameter& parameter : entry.parameters) {
    if (parameter.fallback && !bindings.given(parameter.name)) {
      bindings.values_[parameter.name] = {Value{*parameter.fallback, false, {}}};
    }
  }
  bindings.add_defaults(intent, role);
  MUSTER_CHECK_OK(bindings.add_document_accounts(entry));
  return bindings;
}

Result<std::vector<std::string>> Bindings::fill(std::string_view text) const {
  const std::vector<Piece> pieces = pieces_of(text);
  Wheels wheels;
  std::size_t combinations = 1;
  for (const Piece& piece : pieces) {
    if (!piece.placeholder) {
      continue;
    }
    const std::string name = parameter_of(piece.text);
    const auto values = values_.find(name);
    if (values == values_.end() || values->second.empty()) {
      return Error{
          ErrorCode::Usage,
          "capability " + quoted(capability_) + " needs " + quoted(name) +
              (name == "region" ? ": name it there, for the role, or at the top of the file"
                                : ": name it there, or the role's `arn`"),
          where_};
    }
    if (wheels.emplace(name, Wheel{&values->second, 0}).second) {
      combinations *= values->second.size();
    }
    if (combinations > kMaxCombinations) {
      return Error{ErrorCode::Limit,
                   "the lists of capability " + quoted(capability_) + " give more than " +
                       std::to_string(kMaxCombinations) + " resources",
                   where_};
    }
  }
  std::vector<std::string> texts;
  do {
    std::string one = filled(pieces, wheels);
    if (!text::one_of(one, texts)) {
      texts.push_back(std::move(one));
    }
  } while (step(wheels));
  return texts;
}

}  // namespace muster::capability
