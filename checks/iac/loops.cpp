// A copy of the tree from the leaves up; what an identifier stands for goes down with it.
#include "checks/iac/loops.h"

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "checks/text/ascii.h"
#include "checks/text/tree_builder.h"

namespace muster::iac {
namespace {

using text::Node;
using text::Type;
using Id = text::TreeBuilder::Id;

/// As many nodes as a template may have.
constexpr std::size_t kLoopNodes = 5'000'000;
constexpr std::size_t kLoopBytes = 1U << 28U;
/// Of all loops together; a stack has 500 resources.
constexpr std::size_t kRounds = 100'000;
/// What CloudFormation allows, and some more.
constexpr std::size_t kNested = 16;

/// What the identifiers of the loops around stand for.
struct Binding {
  std::string name;
  std::string value;
  const Binding* outer = nullptr;
  std::size_t depth = 1;
};

/// A node of the template under these bindings.
struct Bound {
  Node node;
  const Binding* binding;
};

void replace_each(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string letters_of(const std::string& value) {
  std::string kept;
  for (const char c : value) {
    const bool digit = c >= '0' && c <= '9';
    const char folded = text::lower(c);
    if (digit || (folded >= 'a' && folded <= 'z')) {
      kept += c;
    }
  }
  return kept;
}

/// `${Name}` is the item, `&{Name}` its letters and digits.
std::string bound_text(std::string_view text, const Binding* binding) {
  std::string made(text);
  for (; binding != nullptr; binding = binding->outer) {
    replace_each(made, "${" + binding->name + "}", binding->value);
    replace_each(made, "&{" + binding->name + "}", letters_of(binding->value));
  }
  return made;
}

/// The value of `{"Ref": identifier}`.
const Binding* referred_binding(const Node& node, const Binding* binding) {
  if (!node.is(Type::Mapping) || node.size() != 1 || node.key_at(0).text() != "Ref") {
    return nullptr;
  }
  const std::string_view name = node.at(0).text();
  while (binding != nullptr && binding->name != name) {
    binding = binding->outer;
  }
  return binding;
}

class LoopWriter {
 public:
  explicit LoopWriter(const Node& root) : root_(root), out_(root.where().source) {}

  [[nodiscard]] Result<std::optional<text::Tree>> write();

 private:
  /// An entry of a mapping after its loops are worked out.
  struct Entry {
    std::string key;
    Span where;
    Bound value;
  };

  struct Frame {
    Bound at;
    std::vector<Entry> entries;
    std::vector<Id> done;
  };

  [[nodiscard]] std::vector<Entry> entries_of(const Bound& mapping);
  [[nodiscard]] std::optional<std::vector<std::string>> items_of(const Bound& list) const;
  [[nodiscard]] std::optional<std::vector<std::string>> default_of(std::string_view name) const;
  [[nodiscard]] std::optional<std::vector<Bound>> rounds_of(const Bound& loop);
  [[nodiscard]] Frame frame_of(const Bound& at);
  [[nodiscard]] Id finished(Frame& frame);

  const Node root_;
  text::TreeBuilder out_;
  std::deque<Binding> bindings_;
  bool changed_ = false;
};

/// The default of a parameter that is a list of texts.
std::optional<std::vector<std::string>> LoopWriter::default_of(std::string_view name) const {
  const auto parameters = root_.find("Parameters");
  const auto parameter = parameters ? parameters->find(name) : std::nullopt;
  const auto value = parameter ? parameter->find("Default") : std::nullopt;
  const std::string type = parameter ? parameter->string_under("Type") : std::string();
  if (!value || (type != "CommaDelimitedList" && type != "List<String>")) {
    return std::nullopt;
  }
  std::vector<std::string> items;
  std::string_view rest = value->text();
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    items.emplace_back(text::trim(rest.substr(0, comma)));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return items;
}

std::optional<std::vector<std::string>> LoopWriter::items_of(const Bound& list) const {
  if (list.node.is(Type::Mapping) && list.node.size() == 1 && list.node.key_at(0).text() == "Ref") {
    return default_of(list.node.at(0).text());
  }
  if (!list.node.is(Type::Sequence)) {
    return std::nullopt;
  }
  std::vector<std::string> items;
  for (std::size_t i = 0; i < list.node.size(); ++i) {
    const Node item = list.node.at(i);
    const Binding* named = referred_binding(item, list.binding);
    if (named != nullptr) {
      items.push_back(named->value);
    } else if (item.is(Type::Mapping) || item.is(Type::Sequence) || item.is(Type::Null)) {
      return std::nullopt;
    } else {
      items.push_back(bound_text(item.text(), list.binding));
    }
  }
  return items;
}

/// The body of a loop, once for each item; nothing when only the deployment knows the items.
std::optional<std::vector<Bound>> LoopWriter::rounds_of(const Bound& loop) {
  const std::size_t depth = loop.binding == nullptr ? 0 : loop.binding->depth;
  if (!loop.node.is(Type::Sequence) || loop.node.size() != 3 || depth >= kNested ||
      !loop.node.at(0).is(Type::String) || !loop.node.at(2).is(Type::Mapping)) {
    return std::nullopt;
  }
  const auto items = items_of({loop.node.at(1), loop.binding});
  if (!items) {
    return std::nullopt;
  }
  std::vector<Bound> rounds;
  for (const std::string& item : *items) {
    bindings_.push_back({std::string(loop.node.at(0).text()), item, loop.binding, depth + 1});
    rounds.push_back({loop.node.at(2), &bindings_.back()});
  }
  return rounds;
}

std::vector<LoopWriter::Entry> LoopWriter::entries_of(const Bound& mapping) {
  std::vector<Entry> entries;
  // The next one is at the back.
  std::vector<Entry> pending;
  const auto push = [&](const Bound& from) {
    for (std::size_t i = from.node.size(); i > 0; --i) {
      const Node key = from.node.key_at(i - 1);
      pending.push_back({bound_text(key.text(), from.binding),
                         key.where().span,
                         {from.node.at(i - 1), from.binding}});
    }
  };
  push(mapping);
  while (!pending.empty() && bindings_.size() <= kRounds) {
    Entry entry = std::move(pending.back());
    pending.pop_back();
    const auto rounds = is_loop(entry.key) ? rounds_of(entry.value) : std::nullopt;
    if (!rounds) {
      entries.push_back(std::move(entry));
      continue;
    }
    changed_ = true;
    for (std::size_t i = rounds->size(); i > 0; --i) {
      push((*rounds)[i - 1]);
    }
  }
  return entries;
}

LoopWriter::Frame LoopWriter::frame_of(const Bound& at) {
  return {at, at.node.is(Type::Mapping) ? entries_of(at) : std::vector<Entry>{}, {}};
}

Id LoopWriter::finished(Frame& frame) {
  const Node& node = frame.at.node;
  const Span where = node.where().span;
  if (node.is(Type::Sequence)) {
    return out_.sequence(std::move(frame.done), where);
  }
  std::vector<Id> members;
  for (std::size_t i = 0; i < frame.entries.size(); ++i) {
    members.push_back(out_.scalar(Type::String, frame.entries[i].key, frame.entries[i].where));
    members.push_back(frame.done[i]);
  }
  return out_.mapping(std::move(members), where);
}

Result<std::optional<text::Tree>> LoopWriter::write() {
  std::vector<Frame> frames;
  frames.push_back(frame_of({root_, nullptr}));
  std::optional<Id> made;
  while (!frames.empty()) {
    const bool too_large = out_.size() > kLoopNodes || out_.bytes() > kLoopBytes;
    if (too_large || bindings_.size() > kRounds) {
      return Error{ErrorCode::Limit, "the loops of the template make too many values",
                   root_.where()};
    }
    Frame& frame = frames.back();
    if (made) {
      frame.done.push_back(*std::exchange(made, std::nullopt));
    }
    const bool mapping = frame.at.node.is(Type::Mapping);
    const std::size_t count = mapping ? frame.entries.size() : frame.at.node.size();
    if (frame.done.size() == count) {
      made = finished(frame);
      frames.pop_back();
      continue;
    }
    const Bound next = mapping ? frame.entries[frame.done.size()].value
                               : Bound{frame.at.node.at(frame.done.size()), frame.at.binding};
    const Span where = next.node.where().span;
    if (const Binding* named = referred_binding(next.node, next.binding)) {
      made = out_.scalar(Type::String, named->value, where);
    } else if (next.node.is(Type::Mapping) || next.node.is(Type::Sequence)) {
      frames.push_back(frame_of(next));
    } else {
      made = out_.scalar(next.node.type(), bound_text(next.node.text(), next.binding), where);
    }
  }
  return changed_ ? std::optional(std::move(out_).build(*made)) : std::optional<text::Tree>();
}

/// A look at the keys, so that templates without loops are not copied.
bool has_loops(const Node& root) {
  std::vector<Node> pending{root};
  while (!pending.empty()) {
    const Node next = pending.back();
    pending.pop_back();
    for (std::size_t i = 0; i < next.size(); ++i) {
      if (next.is(Type::Mapping) && is_loop(next.key_at(i).text())) {
        return true;
      }
      pending.push_back(next.at(i));
    }
  }
  return false;
}

}  // namespace

bool is_loop(std::string_view key) {
  return key.starts_with("Fn::ForEach::");
}

Result<std::optional<text::Tree>> without_loops(const Node& root) {
  if (!has_loops(root)) {
    return std::optional<text::Tree>();
  }
  return LoopWriter(root).write();
}

}  // namespace muster::iac
