// Any bytes as JSON. What we accept, nlohmann accepts with the same content; what only we refuse is
// one of the few things that we refuse on purpose; every error has its place.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::fuzz;

/// A document as a flat list: `{`, keys, values, `}`.
using Content = std::vector<std::string>;

/// Numbers compare by value: the readers keep them in different forms.
std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "#%.17g", value == 0 ? 0.0 : value);
  return text;
}

/// Collects what nlohmann reads.
class Peer final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Content content;
  /// A number beyond a double: right by the grammar, refused by nlohmann only.
  bool number_too_large = false;

  bool null() override { return add("null"); }

  bool boolean(bool value) override { return add(value ? "true" : "false"); }

  bool number_integer(number_integer_t value) override {
    return add(number(static_cast<double>(value)));
  }

  bool number_unsigned(number_unsigned_t value) override {
    return add(number(static_cast<double>(value)));
  }

  bool number_float(number_float_t value, const string_t&) override { return add(number(value)); }

  bool string(string_t& value) override { return add("\"" + value); }

  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return add("{"); }

  bool key(string_t& value) override { return add(":" + value); }

  bool end_object() override { return add("}"); }

  bool start_array(std::size_t) override { return add("["); }

  bool end_array() override { return add("]"); }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    constexpr int kOutOfRange = 406;
    number_too_large = error.id == kOutOfRange;
    return false;
  }

 private:
  bool add(std::string item) {
    content.push_back(std::move(item));
    return true;
  }
};

std::string scalar(const text::Node& node) {
  switch (node.type()) {
    case text::Type::Number:
      return number(std::strtod(std::string(node.text()).c_str(), nullptr));
    case text::Type::String:
      return "\"" + std::string(node.text());
    case text::Type::Null:
    case text::Type::Bool:
    case text::Type::Sequence:
    case text::Type::Mapping:
      return std::string(node.text());
  }
  return {};
}

struct Level {
  text::Node node;
  std::size_t next = 0;
};

Content content_of(const text::Tree& tree) {
  Content content;
  std::vector<Level> levels;
  const auto enter = [&](const text::Node& node) {
    const bool mapping = node.is(text::Type::Mapping);
    const bool collection = mapping || node.is(text::Type::Sequence);
    content.push_back(mapping ? "{" : collection ? "[" : scalar(node));
    if (collection) {
      levels.push_back({node, 0});
    }
  };
  enter(tree.root());
  while (!levels.empty()) {
    Level& level = levels.back();
    const bool mapping = level.node.is(text::Type::Mapping);
    if (level.next == level.node.size()) {
      content.push_back(mapping ? "}" : "]");
      levels.pop_back();
      continue;
    }
    const std::size_t at = level.next++;
    if (mapping) {
      content.push_back(":" + std::string(level.node.key_at(at).text()));
    }
    enter(level.node.at(at));
  }
  return content;
}

/// What this reader refuses on purpose although it is JSON for nlohmann, which takes a byte order
/// mark and a second key of the same name, and stops at a NUL byte.
bool refused_on_purpose(const Error& error, const std::string& bytes) {
  return error.code == ErrorCode::Limit ||
         error.message.find("stands twice") != std::string::npos ||
         bytes.starts_with("\xEF\xBB\xBF") || bytes.find('\0') != std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Lines lines(bytes);
  Peer peer;
  const bool peer_accepts = nlohmann::json::sax_parse(bytes, &peer);
  const auto tree = text::parse_json(bytes, SourceId("x.json"));
  if (tree) {
    require_bounded(tree.value(), lines, {});
    require(peer.number_too_large || (peer_accepts && content_of(tree.value()) == peer.content));
  } else {
    require_complete(tree.error(), lines);
    require(!peer_accepts || refused_on_purpose(tree.error(), bytes));
  }
  return 0;
}
