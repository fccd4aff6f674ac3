// Values as texts, and texts of JSON as values.
#include "checks/workflow/datum_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "checks/text/ascii.h"
#include "checks/text/json_writer.h"
#include "checks/workflow/calculate.h"
#include "checks/workflow/value.h"

namespace muster::workflow {
namespace {

using Kind = Datum::Kind;

/// A list or mapping that is being read: which collection it becomes, and its next item.
struct ReadNode {
  text::Node node;
  std::size_t collection = 0;
  std::size_t next = 0;
};

Datum scalar_datum(const text::Node& node) {
  Datum datum;
  datum.text = std::string(node.text());
  if (node.is(text::Type::Bool)) {
    datum.kind = Kind::Bool;
    datum.boolean = node.boolean().value_or(false);
    datum.text.clear();
  } else if (node.is(text::Type::Number)) {
    datum.kind = Kind::Number;
    datum.number = to_number(datum.text).value_or(0);
    datum.text.clear();
  } else if (node.is(text::Type::String)) {
    datum.kind = Kind::String;
  } else {
    datum.text.clear();
  }
  return datum;
}

bool is_collection(const text::Node& node) {
  return node.is(text::Type::Sequence) || node.is(text::Type::Mapping);
}

}  // namespace

Datum string_datum(std::string_view text) {
  Datum datum;
  datum.kind = Kind::String;
  datum.text = text;
  return datum;
}

std::string js_number(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-Infinity" : "Infinity";
  }
  if (number == 0) {
    return "0";
  }
  std::array<char, 64> buffer{};
  const auto wrote = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number),
                                   std::chars_format::scientific);
  const std::string text(buffer.data(), wrote.ptr);
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::size_t digits_at = e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + digits_at, text.data() + text.size(), exponent);
  std::string digits = text.substr(0, e);
  std::erase(digits, '.');
  const int count = static_cast<int>(digits.size());
  const auto at = static_cast<std::size_t>(std::max(exponent + 1, 0));
  std::string result;
  if (exponent >= 21 || exponent < -6) {
    result = digits.substr(0, 1) + (count > 1 ? "." + digits.substr(1) : "") + "e" +
             (exponent < 0 ? "-" : "+") + std::to_string(std::abs(exponent));
  } else if (exponent < 0) {
    result = "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else if (count <= exponent + 1) {
    result = digits + std::string(at - digits.size(), '0');
  } else {
    result = digits.substr(0, at) + "." + digits.substr(at);
  }
  return (number < 0 ? "-" : "") + result;
}

std::string number_text(double number) {
  if (!std::isfinite(number) || std::fabs(number) >= 1e21) {
    return js_number(number);
  }
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.15f", number);
  return js_number(to_number(buffer.data()).value_or(number));
}

Datum DataPool::array(std::vector<Datum> items, bool filtered) {
  Datum datum;
  datum.kind = Kind::Array;
  datum.filtered = filtered;
  datum.collection = all_.size();
  all_.push_back({{}, std::move(items)});
  return datum;
}

Datum DataPool::object(Collection members) {
  Datum datum;
  datum.kind = Kind::Object;
  datum.collection = all_.size();
  all_.push_back(std::move(members));
  return datum;
}

Datum DataPool::read(const text::Node& node) {
  const auto open = [&](const text::Node& one) {
    Datum datum = array({});
    datum.kind = one.is(text::Type::Mapping) ? Kind::Object : Kind::Array;
    return datum;
  };
  if (!is_collection(node)) {
    return scalar_datum(node);
  }
  const Datum root = open(node);
  std::vector<ReadNode> waiting{{node, root.collection, 0}};
  while (!waiting.empty()) {
    ReadNode& now = waiting.back();
    if (now.next == now.node.size()) {
      waiting.pop_back();
      continue;
    }
    const std::size_t index = now.next++;
    const text::Node child = now.node.at(index);
    Collection& collection = all_[now.collection];
    if (now.node.is(text::Type::Mapping)) {
      const std::string name(now.node.key_at(index).text());
      // Of names that differ in case alone the first counts.
      const bool known = std::any_of(
          collection.names.begin(), collection.names.end(),
          [&](const std::string& one) { return text::equals_ignoring_case(one, name); });
      if (known) {
        continue;
      }
      collection.names.push_back(name);
    }
    if (!is_collection(child)) {
      collection.items.push_back(scalar_datum(child));
      continue;
    }
    const Datum inner = open(child);
    all_[now.collection].items.push_back(inner);
    waiting.push_back({child, inner.collection, 0});
  }
  return root;
}

std::string shown(const Datum& datum) {
  switch (datum.kind) {
    case Kind::Null:
      return "";
    case Kind::Bool:
      return datum.boolean ? "true" : "false";
    case Kind::Number:
      return number_text(datum.number);
    case Kind::String:
      return datum.text;
    case Kind::Array:
      return "Array";
    case Kind::Object:
      return "Object";
  }
  return "";
}

namespace {

/// A text in quotes with the short escapes that JavaScript has.
std::string js_quoted(const std::string& value) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kShort = {
      {{"\\u0008", "\\b"},
       {"\\u0009", "\\t"},
       {"\\u000a", "\\n"},
       {"\\u000c", "\\f"},
       {"\\u000d", "\\r"}}};
  const std::string quoted = text::json_quoted(value);
  std::string result;
  for (std::size_t at = 0; at < quoted.size();) {
    const std::string_view rest = std::string_view(quoted).substr(at);
    const auto found = std::find_if(kShort.begin(), kShort.end(), [&](const auto& escape) {
      return rest.starts_with(escape.first);
    });
    const bool pair = rest.starts_with("\\\\");
    result += found != kShort.end() ? found->second : rest.substr(0, pair ? 2 : 1);
    at += found != kShort.end() ? found->first.size() : pair ? 2 : 1;
  }
  return result;
}

std::string scalar_json(const Datum& datum) {
  if (datum.kind == Kind::String) {
    return js_quoted(datum.text);
  }
  if (datum.kind == Kind::Number) {
    return std::isfinite(datum.number) ? js_number(datum.number) : "null";
  }
  return datum.kind == Kind::Null ? "null" : datum.boolean ? "true" : "false";
}

/// An array or object that is being written.
struct OpenDatum {
  Datum datum;
  std::size_t next = 0;
};

}  // namespace

std::string to_json_text(const Datum& datum, const DataPool& pool) {
  std::string text;
  std::vector<OpenDatum> open;
  const auto write = [&](const Datum& one) {
    const bool collection = one.kind == Kind::Array || one.kind == Kind::Object;
    const bool empty = collection && pool.of(one).items.empty();
    const std::string_view brackets = one.kind == Kind::Array ? "[]" : "{}";
    if (collection && !empty) {
      text += brackets[0];
      open.push_back({one, 0});
    } else {
      text += collection ? std::string(brackets) : scalar_json(one);
    }
  };
  write(datum);
  while (!open.empty()) {
    const std::size_t depth = open.size();
    OpenDatum& now = open.back();
    const Collection& collection = pool.of(now.datum);
    const bool object = now.datum.kind == Kind::Object;
    if (now.next == collection.items.size()) {
      text += "\n" + std::string(2 * (depth - 1), ' ') + (object ? "}" : "]");
      open.pop_back();
      continue;
    }
    const std::size_t index = now.next++;
    text += (index > 0 ? ",\n" : "\n") + std::string(2 * depth, ' ');
    text += object ? js_quoted(collection.names[index]) + ": " : std::string();
    write(collection.items[index]);
  }
  return text;
}

}  // namespace muster::workflow
