// What the values of parameters must look like. A value goes into an ARN as it is, so a colon, a
// blank or a variable in it would change the ARN's shape.
#include <algorithm>

#include "checks/capability/templates.h"
#include "checks/policy/principals.h"
#include "checks/text/ascii.h"

namespace muster::capability {
namespace {

bool is_arn(std::string_view value) {
  return value.starts_with("arn:") && std::ranges::count(value, ':') >= 5 &&
         value.find_first_of(" \t\r\n\"{}") == std::string_view::npos;
}

bool is_name(std::string_view value) {
  return !value.empty() && value.find_first_of(": \t\r\n\"{}$") == std::string_view::npos;
}

/// `eu-central-1`, `us-gov-west-1`.
bool is_region(std::string_view value) {
  const std::size_t dash = value.rfind('-');
  return dash != std::string_view::npos && dash >= 4 && dash + 1 < value.size() &&
         text::is_digits(value.substr(dash + 1)) && value.find('-') < dash &&
         value.substr(0, dash).find_first_not_of("abcdefghijklmnopqrstuvwxyz-") ==
             std::string_view::npos;
}

}  // namespace

std::string problem_of(Form form, std::string_view value) {
  switch (form) {
    case Form::Name:
    case Form::Path:
    case Form::Folder:
      return is_name(value) ? ""
                            : "is no name; colons, blanks, quotes, braces and `$` are not allowed";
    case Form::NameOrArn:
    case Form::Secret:
    case Form::Parameter:
    case Form::Document:
      return is_name(value) || is_arn(value) ? "" : "is neither a name nor an ARN";
    case Form::Arn:
      return is_arn(value) ? "" : "is no ARN; expected `arn:aws:service:region:account:resource`";
    case Form::Region:
      return is_region(value) ? "" : "is no region; expected e.g. `eu-central-1`";
    case Form::Account:
      return policy::is_account(value) ? "" : "is no account id; expected 12 digits in quotes";
    case Form::Flag:
      return value == "true" || value == "false" ? "" : "is neither `true` nor `false`";
    case Form::Tags:
      return value.empty() || value.find_first_of("*?${}\"") != std::string_view::npos
                 ? "is no tag; wildcards and variables are not allowed"
                 : "";
  }
  return "";
}

}  // namespace muster::capability
