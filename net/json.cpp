// nlohmann-json reads the text, this file builds the tree: bounded depth, no
// name twice.
#include <nlohmann/json.hpp>

#include "net/value.h"

namespace muster::net {
namespace {

/// Takes nlohmann's events. Values stand on a stack until their list or object
/// ends.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({}); }

  bool boolean(bool value) override { return add(bool_value(value)); }

  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }

  bool number_unsigned(number_unsigned_t value) override {
    return add_number(std::to_string(value));
  }

  bool number_float(number_float_t, const string_t& written) override {
    return add_number(written);
  }

  bool string(string_t& value) override { return add(text_value(value)); }

  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(object_value({})); }

  bool start_array(std::size_t) override { return open(list_value({})); }

  bool end_object() override { return close(); }

  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& members = stack_.back().members;
    for (const Member& member : members) {
      if (member.name == name) {
        return fail(ErrorCode::Syntax, "a name stands twice in one object");
      }
    }
    members.push_back({std::move(name), {}});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return fail(ErrorCode::Syntax, "not JSON at byte " + std::to_string(position));
  }

  [[nodiscard]] Result<Value> result() && {
    return error_.message.empty() ? Result<Value>(std::move(root_))
                                  : Result<Value>(std::move(error_));
  }

 private:
  bool fail(ErrorCode code, std::string message) {
    error_ = {code, std::move(message), {}};
    return false;
  }

  bool add_number(std::string written) {
    return add({Value::Kind::Number, std::move(written), {}, {}});
  }

  bool open(Value container) {
    if (stack_.size() >= kMaxDepth) {
      return fail(ErrorCode::Limit,
                  "JSON is nested deeper than " + std::to_string(kMaxDepth) + " levels");
    }
    stack_.push_back(std::move(container));
    return true;
  }

  bool close() {
    Value done = std::move(stack_.back());
    stack_.pop_back();
    return add(std::move(done));
  }

  bool add(Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (stack_.back().kind == Value::Kind::List) {
      stack_.back().items.push_back(std::move(value));
    } else {
      stack_.back().members.back().value = std::move(value);
    }
    return true;
  }

  std::vector<Value> stack_;
  Value root_;
  Error error_;
};

/// What `to_json` still has to write: a value of which `next` children are
/// written.
struct Open {
  const Value* value;
  std::size_t next = 0;
};

class Writer {
 public:
  explicit Writer(Layout layout) : layout_(layout) {}

  std::string write(const Value& root) {
    begin(root);
    while (!open_.empty()) {
      step();
    }
    return std::move(out_);
  }

 private:
  static std::size_t size(const Value& value) {
    return value.kind == Value::Kind::List ? value.items.size() : value.members.size();
  }

  void begin(const Value& value) {
    switch (value.kind) {
      case Value::Kind::Null:
        out_ += "null";
        return;
      case Value::Kind::Bool:
      case Value::Kind::Number:
        out_ += value.text;
        return;
      case Value::Kind::Text:
        out_ += quoted(value.text);
        return;
      case Value::Kind::List:
      case Value::Kind::Object:
        out_ += value.kind == Value::Kind::List ? '[' : '{';
        open_.push_back({&value});
    }
  }

  void step() {
    const Value& value = *open_.back().value;
    const std::size_t index = open_.back().next++;
    if (index == size(value)) {
      open_.pop_back();
      if (index > 0) {
        new_line();
      }
      out_ += value.kind == Value::Kind::List ? ']' : '}';
      return;
    }
    out_ += index > 0 ? "," : "";
    new_line();
    if (value.kind == Value::Kind::List) {
      begin(value.items[index]);
    } else {
      out_ += quoted(value.members[index].name) + (layout_ == Layout::Indented ? ": " : ":");
      begin(value.members[index].value);
    }
  }

  void new_line() {
    if (layout_ == Layout::Indented) {
      out_ += "\n" + std::string(2 * open_.size(), ' ');
    }
  }

  static std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

  Layout layout_;
  std::string out_;
  std::vector<Open> open_;
};

}  // namespace

Result<Value> parse_json(std::string_view bytes) {
  TreeBuilder builder;
  nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder);
  return std::move(builder).result();
}

std::string to_json(const Value& value, Layout layout) {
  return Writer(layout).write(value);
}

}  // namespace muster::net
