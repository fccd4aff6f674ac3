// Any bytes as YAML: spans inside the text, bounds held, every error with its place. Folding the
// case of keys refuses more and changes nothing else; a text that is JSON too means the same in
// both readers, but for the line breaks that only YAML 1.1 knows.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::fuzz;
using text::Node;

bool same_scalar(const Node& a, const Node& b) {
  return a.type() == b.type() && a.size() == b.size() && a.text() == b.text();
}

/// Same types, keys and texts all over.
bool same_content(const text::Tree& left, const text::Tree& right) {
  std::vector<std::pair<Node, Node>> open{{left.root(), right.root()}};
  while (!open.empty()) {
    const auto [a, b] = open.back();
    open.pop_back();
    if (!same_scalar(a, b)) {
      return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a.is(text::Type::Mapping) && !same_scalar(a.key_at(i), b.key_at(i))) {
        return false;
      }
      open.emplace_back(a.at(i), b.at(i));
    }
  }
  return true;
}

/// A line break of YAML 1.1 that JSON takes as an ordinary character: libyaml folds it.
bool has_other_breaks(const std::string& bytes) {
  return bytes.find("\xC2\x85") != std::string::npos ||
         bytes.find("\xE2\x80\xA8") != std::string::npos ||
         bytes.find("\xE2\x80\xA9") != std::string::npos;
}

void require_comments_inside(const text::Tree& tree, const Lines& lines) {
  for (const text::Comment& comment : tree.comments()) {
    lines.require_inside(comment.span);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Lines lines(bytes);
  const SourceId source("x.yml");
  const auto exact = text::parse_yaml(bytes, source, text::KeyCase::Exact);
  const auto folded = text::parse_yaml(bytes, source, text::KeyCase::Folded);
  if (!exact) {
    require_complete(exact.error(), lines);
    require(!folded);
    return 0;
  }
  require_bounded(exact.value(), lines, {});
  require_comments_inside(exact.value(), lines);
  require(folded ? same_content(exact.value(), folded.value()) : folded.error().where.has_value());
  const auto json = text::parse_json(bytes, SourceId("x.json"));
  require(!json || has_other_breaks(bytes) || same_content(exact.value(), json.value()));
  return 0;
}
