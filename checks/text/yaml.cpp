// YAML: libyaml's events become the tree. The only user of libyaml, with yaml_comments.cpp.
#include <yaml.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "checks/text/ascii.h"
#include "checks/text/tree.h"
#include "checks/text/tree_data.h"
#include "checks/text/utf8.h"
#include "checks/text/yaml_scalar.h"

namespace muster::text {
namespace {

/// Owns libyaml's parser and its current event.
class Events {
 public:
  explicit Events(std::string_view text) {
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }

  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  ~Events() {
    yaml_event_delete(&event);
    yaml_parser_delete(&parser);
  }

  [[nodiscard]] bool next() {
    yaml_event_delete(&event);
    return yaml_parser_parse(&parser, &event) != 0;
  }

  yaml_parser_t parser{};
  yaml_event_t event{};
};

struct OpenCollection {
  std::uint32_t id = 0;
  std::vector<std::uint32_t> members;
  std::string anchor;
  /// Made for a short form around the collection that comes next; ends with it.
  bool wrapper = false;
};

/// Which tags have a meaning.
enum class Tags { CoreSchema, CloudFormation };

/// The long forms of CloudFormation's functions, each with `!` and its name as short form.
constexpr std::array<std::string_view, 23> kFunctions = {
    "Fn::And",          "Fn::Base64",      "Fn::Cidr",      "Fn::Contains", "Fn::EachMemberEquals",
    "Fn::EachMemberIn", "Fn::Equals",      "Fn::FindInMap", "Fn::GetAZs",   "Fn::GetAtt",
    "Fn::If",           "Fn::ImportValue", "Fn::Join",      "Fn::Length",   "Fn::Not",
    "Fn::Or",           "Fn::RefAll",      "Fn::Select",    "Fn::Split",    "Fn::Sub",
    "Fn::ToJsonString", "Fn::Transform",   "Fn::ValueOf"};

/// The long form of a short one; empty when it is none.
std::string_view long_form(std::string_view tag) {
  if (tag == "!Ref") {
    return "Ref";
  }
  if (tag == "!Condition") {
    return "Condition";
  }
  const auto found = std::find_if(kFunctions.begin(), kFunctions.end(), [&](std::string_view name) {
    return tag.starts_with('!') && tag.substr(1) == name.substr(4);
  });
  return found == kFunctions.end() ? std::string_view() : *found;
}

std::string text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

Style style_of(yaml_scalar_style_t style) {
  if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE) {
    return Style::SingleQuoted;
  }
  if (style == YAML_DOUBLE_QUOTED_SCALAR_STYLE) {
    return Style::DoubleQuoted;
  }
  if (style == YAML_LITERAL_SCALAR_STYLE) {
    return Style::Literal;
  }
  return style == YAML_FOLDED_SCALAR_STYLE ? Style::Folded : Style::Plain;
}

class YamlReader {
 public:
  YamlReader(std::string bytes, SourceId source, KeyCase key_case, Limits limits,
             Tags tags = Tags::CoreSchema)
      : data_(std::make_unique<TreeData>(std::move(bytes), std::move(source))),
        key_case_(key_case),
        tags_(tags),
        limits_(limits) {
    data_->yaml = true;
  }

  Result<Tree> read();

 private:
  [[nodiscard]] Error fail(const Span& span, std::string message,
                           ErrorCode code = ErrorCode::Syntax) const {
    return Error{code, std::move(message), SourceRef{data_->source, span}};
  }

  [[nodiscard]] Span span_of(const yaml_mark_t& start, const yaml_mark_t& end) const;

  [[nodiscard]] Span span_of(const yaml_event_t& event) const {
    return span_of(event.start_mark, event.end_mark);
  }

  Status check_bytes() const;
  Error parser_error(const Events& events) const;
  Status events();
  Status handle(const yaml_event_t& event);
  Status document_start(const yaml_event_t& event);
  Status scalar(const yaml_event_t& event);
  Status alias(const yaml_event_t& event);
  Status open(const yaml_event_t& event, Type type);
  Status close(const yaml_event_t& event);
  Status close_one(const yaml_event_t& event);
  Result<bool> wrap(const yaml_event_t& event, std::string& tag);
  Status check_keys(const OpenCollection& mapping);
  Result<Type> tagged_type(const yaml_event_t& event, const std::string& tag, Type untagged) const;
  std::uint32_t attach(NodeData node);
  void remember(const std::string& anchor, std::uint32_t id);
  Span trimmed(const yaml_event_t& event) const;
  std::string_view keep(std::string_view text);

  std::unique_ptr<TreeData> data_;
  KeyCase key_case_;
  Tags tags_;
  Limits limits_;
  std::vector<OpenCollection> stack_;
  std::unordered_map<std::string, std::uint32_t> anchors_;
  /// Nodes below each node after following every alias, saturating.
  std::vector<std::size_t> expanded_;
  std::size_t aliases_ = 0;
  std::size_t documents_ = 0;
};

/// From libyaml's code-point numbers, not from its lines: it ends lines at U+0085, U+2028, U+2029
/// and at a lone carriage return too, where nobody else counts one. A byte order mark has no number
/// and takes no column.
Span YamlReader::span_of(const yaml_mark_t& start, const yaml_mark_t& end) const {
  const std::uint32_t mark = data_->bytes.starts_with("\xEF\xBB\xBF") ? 1 : 0;
  const LineIndex& lines = data_->lines;
  Span span = lines.span(lines.byte_of(start.index + mark), lines.byte_of(end.index + mark));
  span.column -= span.line == 1 ? mark : 0;
  span.end_column -= span.end_line == 1 ? mark : 0;
  return span;
}

Status YamlReader::check_bytes() const {
  if (data_->bytes.size() > limits_.bytes) {
    return fail({}, "the text is larger than " + std::to_string(limits_.bytes) + " bytes",
                ErrorCode::Limit);
  }
  const std::string_view bytes = data_->bytes;
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    return fail({1, 1, 1, 1}, "the text is UTF-16; expected UTF-8");
  }
  if (const auto bad = find_invalid_utf8(bytes)) {
    const LineIndex valid_part(bytes.substr(0, *bad));
    return fail(valid_part.span(*bad, *bad), "this byte is not valid UTF-8");
  }
  return Done{};
}

/// What libyaml complains about, with a hint for the mistake that people make most.
Error YamlReader::parser_error(const Events& events) const {
  const yaml_parser_t& parser = events.parser;
  if (parser.error == YAML_READER_ERROR) {
    const Span span = data_->lines.span(parser.problem_offset, parser.problem_offset + 1);
    return fail(span, parser.problem == nullptr ? "unreadable text" : parser.problem);
  }
  if (parser.error == YAML_MEMORY_ERROR) {
    return fail({}, "not enough memory", ErrorCode::Limit);
  }
  const Span span = span_of(parser.problem_mark, parser.problem_mark);
  std::string message = parser.problem == nullptr ? "not valid YAML" : parser.problem;
  if (parser.context != nullptr) {
    message += std::string(" ") + parser.context;
  }
  const std::size_t line = std::min<std::size_t>(span.line, data_->lines.line_count());
  if (data_->lines.line(line).find(": !") != std::string_view::npos) {
    message += "; a value that begins with `!` needs quotes or `${{ }}`";
  }
  return fail(span, message);
}

Result<Tree> YamlReader::read() {
  MUSTER_CHECK_OK(check_bytes());
  MUSTER_CHECK_OK(events());
  if (documents_ == 0) {
    return fail({1, 1, 1, 1}, "the file is empty, expected a YAML document");
  }
  return Tree(std::move(data_));
}

Status YamlReader::events() {
  // Decoded text is never longer than its source, except for escapes such as `\L` that need one
  // byte more.
  data_->pool.reserve(data_->bytes.size() * 2 + 16);
  Events events(data_->bytes);
  while (true) {
    if (!events.next()) {
      return parser_error(events);
    }
    if (events.event.type == YAML_STREAM_END_EVENT) {
      return Done{};
    }
    MUSTER_CHECK_OK(handle(events.event));
  }
}

Status YamlReader::handle(const yaml_event_t& event) {
  switch (event.type) {
    case YAML_DOCUMENT_START_EVENT:
      return document_start(event);
    case YAML_SCALAR_EVENT:
      return scalar(event);
    case YAML_ALIAS_EVENT:
      return alias(event);
    case YAML_SEQUENCE_START_EVENT:
      return open(event, Type::Sequence);
    case YAML_MAPPING_START_EVENT:
      return open(event, Type::Mapping);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close(event);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
      return Done{};
  }
  return Done{};
}

Status YamlReader::document_start(const yaml_event_t& event) {
  if (++documents_ > 1) {
    return fail(span_of(event), "a second document begins here; one file holds one document");
  }
  return Done{};
}

std::uint32_t YamlReader::attach(NodeData node) {
  const auto id = static_cast<std::uint32_t>(data_->nodes.size());
  expanded_.push_back(node.alias ? expanded_[node.target] : 1);
  data_->nodes.push_back(node);
  if (stack_.empty()) {
    data_->root = id;
  } else {
    stack_.back().members.push_back(id);
  }
  return id;
}

void YamlReader::remember(const std::string& anchor, std::uint32_t id) {
  if (!anchor.empty()) {
    anchors_.insert_or_assign(anchor, id);
  }
}

std::string_view YamlReader::keep(std::string_view text) {
  // INVARIANT of TreeData::pool: no growth. An alias adds no text, so two bytes per source byte
  // always suffice.
  const std::size_t begin = data_->pool.size();
  data_->pool.append(text);
  return std::string_view(data_->pool).substr(begin, text.size());
}

/// The place of a scalar. libyaml lets a block scalar run on over blank lines to the next token.
Span YamlReader::trimmed(const yaml_event_t& event) const {
  Span span = span_of(event);
  const yaml_scalar_style_t style = event.data.scalar.style;
  if (style != YAML_LITERAL_SCALAR_STYLE && style != YAML_FOLDED_SCALAR_STYLE) {
    return span;
  }
  std::size_t line = std::min<std::size_t>(span.end_line, data_->lines.line_count());
  line -= span.end_column == 1 && line > span.line ? 1 : 0;
  while (line > span.line &&
         data_->lines.line(line).find_first_not_of(" \t") == std::string_view::npos) {
    --line;
  }
  span.end_line = static_cast<std::uint32_t>(line);
  span.end_column = static_cast<std::uint32_t>(count_code_points(data_->lines.line(line)) + 1);
  return span;
}

Result<Type> YamlReader::tagged_type(const yaml_event_t& event, const std::string& tag,
                                     Type untagged) const {
  static const std::unordered_map<std::string, Type> kTags = {
      {"tag:yaml.org,2002:str", Type::String},   {"tag:yaml.org,2002:int", Type::Number},
      {"tag:yaml.org,2002:float", Type::Number}, {"tag:yaml.org,2002:bool", Type::Bool},
      {"tag:yaml.org,2002:null", Type::Null},    {"tag:yaml.org,2002:seq", Type::Sequence},
      {"tag:yaml.org,2002:map", Type::Mapping},
  };
  if (tag.empty()) {
    return untagged;
  }
  const Span span = span_of(event);
  const auto known = kTags.find(tag);
  if (known == kTags.end() && tags_ == Tags::CloudFormation) {
    return fail(span, "`" + tag + "` is no function of CloudFormation");
  }
  if (known == kTags.end()) {
    return fail(
        span, "`" + tag +
                  "` is read as a YAML tag; a value that begins with `!` needs quotes or `${{ }}`");
  }
  const bool collection = untagged == Type::Sequence || untagged == Type::Mapping;
  const bool fits = known->second == Type::String ? !collection : known->second == untagged;
  if (!fits) {
    return fail(span, "the tag `" + tag + "` does not fit this value");
  }
  return known->second;
}

/// Opens the mapping that a short form stands for, with its key; the value comes next. The tag is
/// taken off then. An anchor names the value alone, so it cannot stand beside a short form.
Result<bool> YamlReader::wrap(const yaml_event_t& event, std::string& tag) {
  const std::string_view name = tags_ == Tags::CloudFormation ? long_form(tag) : std::string_view();
  if (name.empty()) {
    return false;
  }
  const Span span = span_of(event);
  if (stack_.size() >= limits_.depth) {
    return fail(span, "nested more than " + std::to_string(limits_.depth) + " deep",
                ErrorCode::Limit);
  }
  NodeData mapping;
  mapping.type = Type::Mapping;
  mapping.style = Style::Flow;
  mapping.span = span;
  OpenCollection open;
  open.id = attach(mapping);
  open.wrapper = true;
  stack_.push_back(std::move(open));
  NodeData key;
  key.type = Type::String;
  key.span = {span.line, span.column, span.line,
              span.column + static_cast<std::uint32_t>(tag.size())};
  // Not from the pool: a `%TAG` directive could make the tag longer than what stands in the text.
  key.text = name;
  attach(key);
  tag.clear();
  return true;
}

Status YamlReader::scalar(const yaml_event_t& event) {
  const auto& scalar = event.data.scalar;
  const std::string_view value(reinterpret_cast<const char*>(scalar.value), scalar.length);
  NodeData node;
  node.style = style_of(scalar.style);
  const Type untagged = node.style == Style::Plain ? core_schema_type(value) : Type::String;
  std::string tag = text_of(scalar.tag);
  MUSTER_TRY(const bool wrapped, wrap(event, tag));
  if (wrapped && scalar.anchor != nullptr) {
    return fail(span_of(event), "an anchor cannot stand beside a short form");
  }
  // The arguments of functions are texts.
  MUSTER_TRY(node.type, tagged_type(event, tag, wrapped ? Type::String : untagged));
  node.span = trimmed(event);
  node.text = keep(value);
  if (node.style == Style::Literal || node.style == Style::Folded) {
    index_block(*data_, node);
  }
  remember(text_of(scalar.anchor), attach(node));
  return wrapped ? close_one(event) : Status(Done{});
}

Status YamlReader::alias(const yaml_event_t& event) {
  const std::string name = text_of(event.data.alias.anchor);
  const Span span = span_of(event);
  if (++aliases_ > limits_.aliases) {
    return fail(span, "more than " + std::to_string(limits_.aliases) + " aliases",
                ErrorCode::Limit);
  }
  const bool inside = std::any_of(stack_.begin(), stack_.end(),
                                  [&](const OpenCollection& open) { return open.anchor == name; });
  const auto target = anchors_.find(name);
  if (inside || target == anchors_.end()) {
    return fail(span, inside ? "the alias `*" + name + "` contains itself"
                             : "the alias `*" + name + "` has no anchor `&" + name + "` before it");
  }
  NodeData node = data_->nodes[target->second];
  node.alias = true;
  node.target =
      data_->nodes[target->second].alias ? data_->nodes[target->second].target : target->second;
  node.span = span;
  attach(node);
  return Done{};
}

Status YamlReader::open(const yaml_event_t& event, Type type) {
  const bool mapping = type == Type::Mapping;
  const Span span = span_of(event);
  if (stack_.size() >= limits_.depth) {
    return fail(span, "nested more than " + std::to_string(limits_.depth) + " deep",
                ErrorCode::Limit);
  }
  const auto& start = event.data;
  std::string tag = text_of(mapping ? start.mapping_start.tag : start.sequence_start.tag);
  MUSTER_TRY(const bool wrapped, wrap(event, tag));
  MUSTER_TRY(const Type tagged, tagged_type(event, tag, type));
  const bool flow = mapping ? start.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                            : start.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
  NodeData node;
  node.type = tagged;
  node.style = flow ? Style::Flow : Style::Block;
  node.span = span;
  OpenCollection open;
  open.anchor = text_of(mapping ? start.mapping_start.anchor : start.sequence_start.anchor);
  if (wrapped && !open.anchor.empty()) {
    return fail(span, "an anchor cannot stand beside a short form");
  }
  open.id = attach(node);
  remember(open.anchor, open.id);
  stack_.push_back(std::move(open));
  return Done{};
}

Status YamlReader::close(const yaml_event_t& event) {
  MUSTER_CHECK_OK(close_one(event));
  return !stack_.empty() && stack_.back().wrapper ? close_one(event) : Status(Done{});
}

Status YamlReader::close_one(const yaml_event_t& event) {
  const OpenCollection open = std::move(stack_.back());
  stack_.pop_back();
  NodeData& node = data_->nodes[open.id];
  const bool mapping = node.type == Type::Mapping;
  node.first = static_cast<std::uint32_t>(data_->children.size());
  node.count = static_cast<std::uint32_t>(open.members.size() / (mapping ? 2 : 1));
  data_->children.insert(data_->children.end(), open.members.begin(), open.members.end());
  // A block collection "ends" at the next token, behind comments and blank lines: its last child is
  // the real end.
  const bool own_end = (node.style == Style::Flow && !open.wrapper) || open.members.empty();
  const Span end = own_end ? span_of(event) : data_->nodes[open.members.back()].span;
  node.span.end_line = end.end_line;
  node.span.end_column = end.end_column;
  std::size_t total = 1;
  for (const std::uint32_t member : open.members) {
    total = std::min(total + expanded_[member], limits_.expanded_nodes + 1);
  }
  expanded_[open.id] = total;
  if (total > limits_.expanded_nodes) {
    return fail(node.span,
                "with its aliases expanded it has more than " +
                    std::to_string(limits_.expanded_nodes) + " values",
                ErrorCode::Limit);
  }
  return mapping ? check_keys(open) : Done{};
}

Status YamlReader::check_keys(const OpenCollection& mapping) {
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < mapping.members.size(); i += 2) {
    const NodeData& key = data_->nodes[mapping.members[i]];
    if (key.type == Type::Sequence || key.type == Type::Mapping) {
      return fail(key.span, "a key must be text");
    }
    if (key.text == "<<" && key.style == Style::Plain) {
      return fail(key.span,
                  "merge keys (`<<`) are not supported; repeat the values or use an alias for the "
                  "whole value");
    }
    const bool fold = key_case_ == KeyCase::Folded;
    if (!seen.insert(fold ? lower(key.text) : std::string(key.text)).second) {
      return fail(key.span, "the key `" + std::string(key.text) + "` stands twice in this mapping" +
                                (fold ? " (keys are compared without case)" : ""));
    }
  }
  return Done{};
}

}  // namespace

Result<Tree> parse_yaml(std::string bytes, SourceId source, KeyCase key_case, Limits limits) {
  return YamlReader(std::move(bytes), std::move(source), key_case, limits).read();
}

Result<Tree> parse_template_yaml(std::string bytes, SourceId source, Limits limits) {
  return YamlReader(std::move(bytes), std::move(source), KeyCase::Exact, limits,
                    Tags::CloudFormation)
      .read();
}

}  // namespace muster::text
