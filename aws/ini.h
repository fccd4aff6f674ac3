// The INI dialect of `~/.aws/config` and `~/.aws/credentials`, as the AWS CLI
// reads it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"

namespace muster::aws {

struct IniValue {
  /// Lines of a continued value are joined by line breaks; empty when there are
  /// settings below.
  std::string text;
  /// The indented `key = value` lines below a key without a value.
  std::map<std::string, std::string, std::less<>> nested;
  /// Of the key.
  SourceRef where;
};

struct IniSection {
  /// What stands between the brackets.
  std::string name;
  /// Keys in lower case.
  std::map<std::string, IniValue, std::less<>> values;
  SourceRef where;

  /// The text under a key; empty when it is absent.
  [[nodiscard]] std::string text(std::string_view key) const;
};

/// Reads a file of at most a mebibyte. `#` and `;` begin comment lines; inside
/// a line they are text. `key = value` or `key: value`; an indented line goes
/// on with the value before it. Errors with `path:line:col`, never with a value
/// (it may be a secret): `Syntax` for bytes that are not UTF-8, control
/// characters, lines that are none of these, a section or key that stands
/// twice; `Limit`. Source: Python's `configparser.RawConfigParser`, which the
/// AWS CLI uses.
[[nodiscard]] Result<std::vector<IniSection>> parse_ini(std::string_view bytes,
                                                        const SourceId& source);

}  // namespace muster::aws
