// An explicit stack walks the values; every function sees arguments that are worked out already.
#include "checks/iac/resolver.h"

#include <algorithm>
#include <utility>

#include "checks/iac/cloudformation.h"
#include "checks/text/number.h"

namespace muster::iac {
namespace {

using text::Node;
using text::Type;

/// CloudFormation itself refuses templates above 1 MB; functions can make more of them.
constexpr std::size_t kMaxNodes = 6'000'000;
constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;
constexpr std::size_t kMaxText = std::size_t{64} << 10U;

/// The function that a mapping calls; empty when it is an ordinary one.
std::string_view function_of(const Node& node) {
  if (!node.is(Type::Mapping) || node.size() != 1) {
    return {};
  }
  const std::string_view key = node.key_at(0).text();
  return key == "Ref" || key.starts_with("Fn::") ? key : std::string_view();
}

/// The function that stands among other keys: a macro that adds to them, a loop. Empty when there
/// is none.
std::string_view function_among(const Node& node) {
  for (std::size_t i = 0; node.is(Type::Mapping) && i < node.size(); ++i) {
    const std::string_view key = node.key_at(i).text();
    if (key.starts_with("Fn::")) {
      return key;
    }
  }
  return {};
}

struct Frame {
  Node node;
  std::vector<Resolver::Id> done;
  std::size_t next = 0;
  /// It holds the arguments of a function.
  bool arguments = false;
};

bool is_list_type(std::string_view type) {
  return type == "CommaDelimitedList" || type.starts_with("List<");
}

std::string default_of(const Node& declaration) {
  return declaration.text_under("Default");
}

/// A name of the template for a reason; a long one is cut.
std::string quoted(std::string_view name) {
  constexpr std::size_t kLongest = 128;
  if (name.size() <= kLongest) {
    return "`" + std::string(name) + "`";
  }
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return "`" + std::string(name.substr(0, end)) + "…`";
}

std::vector<std::string> pieces(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(delimiter); at != std::string_view::npos;
       at = text.find(delimiter)) {
    found.emplace_back(text.substr(0, at));
    text.remove_prefix(at + delimiter.size());
  }
  found.emplace_back(text);
  return found;
}

}  // namespace

bool has_mark(std::string_view text) {
  return text.find(kMarkBegin) != std::string_view::npos;
}

Resolver::Resolver(const Node& root, std::string_view account, text::TreeBuilder& out)
    : root_(root),
      account_(account.empty() ? kSomeAccount : account),
      out_(out),
      nothing_(out.scalar(Type::Null, {}, {})) {}

std::string Resolver::mark(std::string why) {
  unknown.push_back(std::move(why));
  return kMarkBegin + std::to_string(unknown.size() - 1) + kMarkEnd;
}

Resolver::Id Resolver::unknown_value(std::string why, const Span& where) {
  return out_.scalar(Type::String, mark(std::move(why)), where);
}

Resolver::Id Resolver::text_value(std::string text, const Span& where) {
  if (text.size() > kMaxText) {
    return unknown_value("a value is longer than 64 KiB", where);
  }
  return out_.scalar(Type::String, std::move(text), where);
}

bool Resolver::is_text(Id id) const {
  const Type type = out_.type(id);
  return type == Type::String || type == Type::Bool;
}

const std::vector<Resolver::Id>* Resolver::arguments(const Call& call, std::size_t least) const {
  const bool list = out_.type(call.argument) == Type::Sequence;
  return list && out_.members(call.argument).size() >= least ? &out_.members(call.argument)
                                                             : nullptr;
}

Result<Resolver::Id> Resolver::resolve(const Node& node) {
  std::vector<Frame> stack;
  std::optional<Id> result;
  const auto give = [&](Id id) {
    if (stack.empty()) {
      result = id;
    } else {
      stack.back().done.push_back(id);
    }
  };
  const auto enter = [&](const Node& next) {
    if (next.is(Type::Sequence) || next.is(Type::Mapping)) {
      const bool arguments = !stack.empty() && !function_of(stack.back().node).empty();
      stack.push_back({next, {}, 0, arguments});
    } else {
      give(scalar(next));
    }
  };
  enter(node);
  while (!stack.empty()) {
    if (out_.size() > kMaxNodes || out_.bytes() > kMaxBytes) {
      return Error{ErrorCode::Limit, "the values of the template are too large", node.where()};
    }
    Frame& top = stack.back();
    if (top.next < top.node.size()) {
      enter(top.node.at(top.next++));
      continue;
    }
    const Id id = combine(top.node, std::move(top.done), top.arguments);
    stack.pop_back();
    give(id);
  }
  return *result;
}

Resolver::Id Resolver::scalar(const Node& node) {
  const Span where = node.where().span;
  const std::string_view text = node.text();
  if (text.find("{{resolve:") != std::string_view::npos) {
    return unknown_value("`{{resolve:…}}` is read when the stack is deployed", where);
  }
  if (has_mark(text) || text.find(kMarkEnd) != std::string_view::npos) {
    return unknown_value("a value holds a control character", where);
  }
  // CloudFormation hands numbers on as text: an account id without quotes is one.
  const Type type = node.is(Type::Number) ? Type::String : node.type();
  return out_.scalar(type, std::string(text), where);
}

Resolver::Id Resolver::combine(const Node& node, std::vector<Id> done, bool arguments) {
  const Span where = node.where().span;
  if (const std::string_view function = function_of(node); !function.empty()) {
    return apply({function, done.front(), where});
  }
  if (const std::string_view function = function_among(node); !function.empty()) {
    return unknown_value(quoted(function) + " adds to it when it is deployed", where);
  }
  std::vector<Id> members;
  const bool mapping = node.is(Type::Mapping);
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (is_nothing(done[i]) && !arguments) {
      continue;
    }
    if (mapping) {
      const Node key = node.key_at(i);
      members.push_back(out_.scalar(Type::String, std::string(key.text()), key.where().span));
    }
    members.push_back(done[i]);
  }
  return mapping ? out_.mapping(std::move(members), where)
                 : out_.sequence(std::move(members), where);
}

Resolver::Id Resolver::apply(const Call& call) {
  using Function = Id (Resolver::*)(const Call&);
  static const std::map<std::string_view, Function> kFunctions = {
      {"Ref", &Resolver::reference},      {"Fn::GetAtt", &Resolver::attribute},
      {"Fn::Sub", &Resolver::substitute}, {"Fn::Join", &Resolver::join},
      {"Fn::Select", &Resolver::select},  {"Fn::Split", &Resolver::split},
      {"Fn::If", &Resolver::choose},      {"Fn::FindInMap", &Resolver::look_up}};
  const auto known = kFunctions.find(call.function);
  if (known != kFunctions.end()) {
    return (this->*known->second)(call);
  }
  const std::string name(call.function);
  return unknown_value(name == "Fn::ImportValue"
                           ? "`Fn::ImportValue` takes a value of another stack"
                           : quoted(name) + " is not worked out",
                       call.where);
}

std::optional<std::string> Resolver::pseudo(std::string_view name) {
  if (name == "AWS::AccountId") {
    return account_;
  }
  if (name == "AWS::Region") {
    return std::string(kSomeRegion);
  }
  if (name == "AWS::Partition") {
    return "aws";
  }
  if (name == "AWS::URLSuffix") {
    return "amazonaws.com";
  }
  if (name.starts_with("AWS::")) {
    return mark(quoted(name) + " is known only in a stack");
  }
  return std::nullopt;
}

Resolver::Id Resolver::parameter(const Node& declaration, const std::string& name,
                                 const Span& where) {
  const std::string type = declaration.text_under("Type");
  const auto value = declaration.find("Default");
  const bool scalar_default = value && !value->is(Type::Sequence) && !value->is(Type::Mapping);
  if (!scalar_default) {
    return unknown_value("the parameter " + quoted(name) + " has no default", where);
  }
  if (type.starts_with("AWS::SSM::Parameter::")) {
    return unknown_value("the parameter " + quoted(name) + " is read from SSM", where);
  }
  const std::string text = default_of(declaration);
  if (declaration.text_under("NoEcho") == "true" || has_mark(text) ||
      text.find("{{resolve:") != std::string::npos) {
    return unknown_value("the parameter " + quoted(name) + " is a secret", where);
  }
  if (!is_list_type(type)) {
    return text_value(text, where);
  }
  std::vector<Id> items;
  for (std::string& piece : pieces(text, ",")) {
    const std::size_t first = std::min(piece.find_first_not_of(' '), piece.size());
    items.push_back(text_value(piece.substr(first), where));
  }
  return out_.sequence(std::move(items), where);
}

std::string Resolver::reference_text(const std::string& name) {
  if (auto text = pseudo(name)) {
    return *text;
  }
  const auto parameters = root_.find("Parameters");
  if (const auto declared = parameters ? parameters->find(name) : std::nullopt) {
    return is_list_type(declared->text_under("Type")) ? mark(quoted(name) + " is a list")
                                                      : out_.text(parameter(*declared, name, {}));
  }
  const auto resource = resources.find(name);
  if (resource == resources.end()) {
    return mark(quoted(name) + " is neither a parameter nor a resource");
  }
  if (!resource->second.ref) {
    return mark("the name of " + quoted(name) + " is not known");
  }
  return resource->second.ref->empty()
             ? mark("what `Ref` gives for " + quoted(name) + " is known only in a stack")
             : *resource->second.ref;
}

Resolver::Id Resolver::reference(const Call& call) {
  if (!is_text(call.argument)) {
    return unknown_value("`Ref` without a name", call.where);
  }
  const std::string name = out_.text(call.argument);
  if (name == "AWS::NoValue") {
    return nothing_;
  }
  const auto parameters = root_.find("Parameters");
  if (const auto declared = parameters ? parameters->find(name) : std::nullopt) {
    return parameter(*declared, name, call.where);
  }
  return text_value(reference_text(name), call.where);
}

std::string Resolver::attribute_text(const std::string& name, const std::string& attribute) {
  const auto resource = resources.find(name);
  if (resource == resources.end()) {
    return mark(quoted(name) + " is no resource");
  }
  const std::string& arn = resource->second.arn;
  if (!arn.empty() && attribute == resource->second.arn_attribute) {
    return arn;
  }
  return mark(quoted(name + "." + attribute) + " is known only in a stack");
}

Resolver::Id Resolver::attribute(const Call& call) {
  if (is_text(call.argument)) {
    const std::string text = out_.text(call.argument);
    const std::size_t dot = std::min(text.find('.'), text.size());
    return text_value(
        attribute_text(text.substr(0, dot), text.substr(std::min(dot + 1, text.size()))),
        call.where);
  }
  const std::vector<Id>* parts = arguments(call, 2);
  if (parts == nullptr || !is_text((*parts)[0]) || !is_text((*parts)[1])) {
    return unknown_value("`Fn::GetAtt` without a resource and an attribute", call.where);
  }
  return text_value(attribute_text(out_.text((*parts)[0]), out_.text((*parts)[1])), call.where);
}

Resolver::Id Resolver::substitute(const Call& call) {
  const std::vector<Id>* parts = arguments(call, 2);
  const Id pattern = parts == nullptr ? call.argument : parts->front();
  if (!is_text(pattern)) {
    return unknown_value("`Fn::Sub` without a text", call.where);
  }
  std::map<std::string, Id> own;
  if (parts != nullptr && out_.type((*parts)[1]) == Type::Mapping) {
    const std::vector<Id>& entries = out_.members((*parts)[1]);
    for (std::size_t i = 0; i + 1 < entries.size(); i += 2) {
      own.emplace(out_.text(entries[i]), entries[i + 1]);
    }
  }
  const std::string text = out_.text(pattern);
  std::string made;
  std::size_t at = 0;
  while (at < text.size() && made.size() <= kMaxText) {
    const std::size_t open = text.find("${", at);
    const std::size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) {
      break;
    }
    made.append(text, at, open - at);
    at = close + 1;
    const std::string name = text.substr(open + 2, close - open - 2);
    if (name.starts_with('!')) {
      made += "${" + name.substr(1) + "}";
    } else if (const auto given = own.find(name); given != own.end()) {
      made +=
          is_text(given->second) ? out_.text(given->second) : mark(quoted(name) + " is no text");
    } else if (const std::size_t dot = name.find('.'); dot != std::string::npos) {
      made += attribute_text(name.substr(0, dot), name.substr(dot + 1));
    } else {
      made += reference_text(name);
    }
  }
  made.append(text, at, std::string::npos);
  return text_value(std::move(made), call.where);
}

Resolver::Id Resolver::join(const Call& call) {
  const std::vector<Id>* parts = arguments(call, 2);
  if (parts != nullptr && is_text((*parts)[1])) {
    return (*parts)[1];
  }
  if (parts == nullptr || !is_text((*parts)[0]) || out_.type((*parts)[1]) != Type::Sequence) {
    return unknown_value("`Fn::Join` without a delimiter and a list", call.where);
  }
  std::string made;
  bool first = true;
  for (const Id item : out_.members((*parts)[1])) {
    if (!is_text(item)) {
      return unknown_value("`Fn::Join` of something that is no text", call.where);
    }
    made += (first ? "" : out_.text((*parts)[0])) + out_.text(item);
    first = false;
    if (made.size() > kMaxText) {
      break;
    }
  }
  return text_value(std::move(made), call.where);
}

Resolver::Id Resolver::select(const Call& call) {
  const std::vector<Id>* parts = arguments(call, 2);
  if (parts != nullptr && is_text((*parts)[1]) && has_mark(out_.text((*parts)[1]))) {
    return (*parts)[1];
  }
  if (parts == nullptr || !is_text((*parts)[0]) || out_.type((*parts)[1]) != Type::Sequence) {
    return unknown_value("`Fn::Select` without an index and a list", call.where);
  }
  const auto index = text::whole_number<std::size_t>(out_.text((*parts)[0]));
  const std::vector<Id>& items = out_.members((*parts)[1]);
  if (!index || *index >= items.size()) {
    return unknown_value("`Fn::Select` takes an item that is not there", call.where);
  }
  return items[*index];
}

Resolver::Id Resolver::split(const Call& call) {
  const std::vector<Id>* parts = arguments(call, 2);
  if (parts == nullptr || !is_text((*parts)[0]) || !is_text((*parts)[1]) ||
      out_.text((*parts)[0]).empty()) {
    return unknown_value("`Fn::Split` without a delimiter and a text", call.where);
  }
  if (has_mark(out_.text((*parts)[1]))) {
    return (*parts)[1];
  }
  std::vector<Id> items;
  for (std::string& piece : pieces(out_.text((*parts)[1]), out_.text((*parts)[0]))) {
    items.push_back(text_value(std::move(piece), call.where));
  }
  return out_.sequence(std::move(items), call.where);
}

bool Resolver::same(Id a, Id b) const {
  std::vector<std::pair<Id, Id>> pending{{a, b}};
  while (!pending.empty()) {
    const auto [x, y] = pending.back();
    pending.pop_back();
    if (x == y) {
      continue;
    }
    const std::vector<Id>& left = out_.members(x);
    const std::vector<Id>& right = out_.members(y);
    if (out_.type(x) != out_.type(y) || out_.text(x) != out_.text(y) ||
        left.size() != right.size()) {
      return false;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
      pending.emplace_back(left[i], right[i]);
    }
  }
  return true;
}

/// Which branch a stack takes is decided by the parameters that it is given.
Resolver::Id Resolver::choose(const Call& call) {
  const std::vector<Id>* parts = arguments(call, 3);
  if (parts == nullptr) {
    return unknown_value("`Fn::If` without a condition and two values", call.where);
  }
  if (same((*parts)[1], (*parts)[2])) {
    return (*parts)[1];
  }
  const std::string name = is_text((*parts)[0]) ? out_.text((*parts)[0]) : std::string();
  return unknown_value("a value depends on the condition " + quoted(name), call.where);
}

Resolver::Id Resolver::look_up(const Call& call) {
  const std::vector<Id>* parts = arguments(call, 3);
  std::optional<Node> found = parts == nullptr ? std::nullopt : root_.find("Mappings");
  for (std::size_t i = 0; found && i < 3; ++i) {
    found = is_text((*parts)[i]) ? found->find(out_.text((*parts)[i])) : std::nullopt;
  }
  if (!found || found->is(Type::Mapping)) {
    return unknown_value("`Fn::FindInMap` finds no value before the stack is deployed", call.where);
  }
  if (!found->is(Type::Sequence)) {
    return scalar(*found);
  }
  std::vector<Id> items;
  for (std::size_t i = 0; i < found->size(); ++i) {
    items.push_back(scalar(found->at(i)));
  }
  return out_.sequence(std::move(items), call.where);
}

}  // namespace muster::iac
