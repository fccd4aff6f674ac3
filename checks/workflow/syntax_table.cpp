// Reads the table: names of types are put in place of what they stand for.
#include "checks/workflow/syntax_table.h"

#include <algorithm>
#include <charconv>

#include "checks/core/rule.h"
#include "checks/text/ascii.h"
#include "checks/text/tree.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

/// A shape whose entry is still to be read.
struct PendingShape {
  Shape* shape = nullptr;
  Node entry;
};

class TableReader {
 public:
  explicit TableReader(const Node& root)
      : types_(*root.find("types")), contexts_(*root.find("contexts")) {}

  SyntaxTable read();

 private:
  const Shape* shape_of(const Node& entry);
  const Shape* named(const std::string& name);
  void fill(Shape& shape, const Node& entry);
  void fill_word(Shape& shape, const std::string& word);
  void fill_mapping(Shape& shape, const Node& entry);
  SyntaxContext context_of(const Node& entry) const;

  Node types_;
  Node contexts_;
  SyntaxTable table_;
  std::map<std::string, const Shape*, std::less<>> named_;
  std::vector<PendingShape> pending_;
};

SyntaxContext TableReader::context_of(const Node& entry) const {
  SyntaxContext context;
  const Node list = entry.is(Type::String) ? *contexts_.find(entry.text()) : entry;
  for (std::size_t i = 0; i < list.size(); ++i) {
    context.names.emplace_back(list.at(i).text());
  }
  return context;
}

const Shape* TableReader::named(const std::string& name) {
  const auto known = named_.find(name);
  if (known != named_.end()) {
    return known->second;
  }
  Shape& shape = table_.shapes.emplace_back();
  named_.emplace(name, &shape);
  pending_.push_back({&shape, *types_.find(name)});
  return &shape;
}

const Shape* TableReader::shape_of(const Node& entry) {
  if (entry.is(Type::String) && entry.text().starts_with('#')) {
    return named(std::string(entry.text().substr(1)));
  }
  if (entry.is(Type::String) && entry.text() == "any") {
    return table_.any;
  }
  Shape& shape = table_.shapes.emplace_back();
  pending_.push_back({&shape, entry});
  return &shape;
}

void TableReader::fill_word(Shape& shape, const std::string& word) {
  shape.text = shape.text || word == "text";
  shape.filled_text = shape.filled_text || word == "text!";
  shape.boolean = shape.boolean || word == "bool";
  shape.number = shape.number || word == "number";
  shape.null = shape.null || word == "null";
  if (word.starts_with('\'')) {
    shape.constants.push_back(word.substr(1));
  }
}

void TableReader::fill_mapping(Shape& shape, const Node& entry) {
  ShapeKeys& mapping = table_.mappings.emplace_back();
  const auto keys = entry.find("keys");
  for (std::size_t i = 0; keys && i < keys->size(); ++i) {
    std::string key(keys->key_at(i).text());
    const bool required = key.ends_with('!');
    key.resize(key.size() - (required ? 1 : 0));
    mapping.keys.emplace(key, ShapeKey{shape_of(keys->at(i)), required});
  }
  if (const auto rest = entry.find("rest")) {
    mapping.rest = shape_of(*rest);
  }
  shape.mappings.push_back(&mapping);
}

/// Adds what the entry allows to the shape; alternatives one after another.
void TableReader::fill(Shape& shape, const Node& entry) {
  std::vector<Node> waiting{entry};
  while (!waiting.empty()) {
    const Node now = waiting.back();
    waiting.pop_back();
    if (now.is(Type::String) && now.text().starts_with('#')) {
      waiting.push_back(*types_.find(now.text().substr(1)));
    } else if (now.is(Type::String)) {
      fill_word(shape, std::string(now.text()));
    }
    if (const auto context = now.find("with")) {
      shape.context = shape.context.with(context_of(*context));
    }
    if (const auto alternatives = now.find("or")) {
      for (std::size_t i = alternatives->size(); i > 0; --i) {
        waiting.push_back(alternatives->at(i - 1));
      }
    }
    if (const auto items = now.find("list")) {
      shape.items = shape_of(*items);
    }
    if (now.find("keys") || now.find("rest")) {
      fill_mapping(shape, now);
    }
  }
}

SyntaxTable TableReader::read() {
  Shape& any = table_.shapes.emplace_back();
  any.null = any.boolean = any.number = any.text = true;
  any.items = &any;
  ShapeKeys& members = table_.mappings.emplace_back();
  members.rest = &any;
  any.mappings.push_back(&members);
  table_.any = &any;
  table_.root = named("workflow");
  while (!pending_.empty()) {
    const PendingShape next = pending_.back();
    pending_.pop_back();
    fill(*next.shape, next.entry);
  }
  table_.job_if = named_.at("job_if")->context;
  table_.step_if = named_.at("step_if")->context;
  return std::move(table_);
}

/// `hashFiles(1,255)`: the name, and how many arguments.
ExtraFunction function_of(std::string_view word) {
  const std::size_t open = word.find('(');
  const std::size_t comma = word.find(',');
  ExtraFunction function{word.substr(0, open), 0, 21'000};
  std::from_chars(word.data() + open + 1, word.data() + comma, function.least);
  std::from_chars(word.data() + comma + 1, word.data() + word.size() - 1, function.most);
  return function;
}

}  // namespace

SyntaxContext SyntaxContext::with(const SyntaxContext& more) const {
  SyntaxContext both = *this;
  for (const std::string& name : more.names) {
    if (!text::one_of(name, both.names)) {
      both.names.push_back(name);
    }
  }
  return both;
}

OwnVocabulary::OwnVocabulary(const SyntaxContext& context) : words_(context.names) {
  for (const std::string& word : words_) {
    if (word.find('(') == std::string::npos) {
      contexts_.push_back(word);
    } else {
      functions_.push_back(function_of(word));
    }
  }
}

const SyntaxTable& syntax_table() {
  static const SyntaxTable kTable = [] {
    const auto tree = text::parse_json(std::string(data_file("workflow-syntax.json")),
                                       SourceId("workflow-syntax.json"));
    return TableReader(tree.value().root()).read();
  }();
  return kTable;
}

}  // namespace muster::workflow
