// The strict JSON reader: one pass, an explicit stack, RFC 8259 to the letter.
#include <algorithm>
#include <string>
#include <unordered_set>

#include "checks/text/tree.h"
#include "checks/text/tree_data.h"
#include "checks/text/utf8.h"

namespace muster::text {
namespace {

constexpr std::size_t kKeysBeforeHashing = 32;

/// A collection whose end has not come yet.
struct OpenValue {
  std::uint32_t id = 0;
  /// Keys and values in turn, or items.
  std::vector<std::uint32_t> members;
};

/// What must come next in the text.
enum class Next { Value, Key, Separator };

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class JsonReader {
 public:
  JsonReader(std::string bytes, SourceId source, Limits limits)
      : data_(std::make_unique<TreeData>(std::move(bytes), std::move(source))),
        text_(data_->bytes),
        limits_(limits) {}

  Result<Tree> read();

 private:
  [[nodiscard]] Error fail(std::string message) const { return fail(std::move(message), at_); }

  [[nodiscard]] Error fail(std::string message, std::size_t begin) const {
    return error_at(*data_, ErrorCode::Syntax, std::move(message), begin,
                    std::min(begin + 1, text_.size()));
  }

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }

  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }

  /// Steps over one character if it is among `any`.
  void skip(std::string_view any) {
    if (!done() && any.find(peek()) != std::string_view::npos) {
      ++at_;
    }
  }

  void skip_space() {
    while (!done() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) {
      ++at_;
    }
  }

  void end_value() {
    complete_ = stack_.empty();
    next_ = Next::Separator;
  }

  std::uint32_t add(Type type, std::size_t begin);
  Status document();
  Status step();
  Status value();
  Status open(Type type);
  Status close();
  Status separator();
  Status key();
  Status scalar();
  Status literal(std::string_view word, Type type);
  Status number();
  Status string();
  Status escape();
  Result<std::uint32_t> hex4();
  Status check_duplicates(const OpenValue& mapping) const;

  std::unique_ptr<TreeData> data_;
  std::string_view text_;
  Limits limits_;
  std::size_t at_ = 0;
  std::vector<OpenValue> stack_;
  Next next_ = Next::Value;
  bool complete_ = false;
};

std::uint32_t JsonReader::add(Type type, std::size_t begin) {
  NodeData node;
  node.type = type;
  node.style = type == Type::String                              ? Style::DoubleQuoted
               : type == Type::Mapping || type == Type::Sequence ? Style::Flow
                                                                 : Style::Plain;
  node.begin = static_cast<std::uint32_t>(begin);
  node.end = static_cast<std::uint32_t>(at_);
  data_->nodes.push_back(node);
  const auto id = static_cast<std::uint32_t>(data_->nodes.size() - 1);
  if (stack_.empty()) {
    data_->root = id;
  } else {
    stack_.back().members.push_back(id);
  }
  return id;
}

Result<Tree> JsonReader::read() {
  if (text_.size() > limits_.bytes) {
    return error_at(*data_, ErrorCode::Limit,
                    "the text is larger than " + std::to_string(limits_.bytes) + " bytes", 0, 0);
  }
  MUSTER_CHECK_OK(document());
  return Tree(std::move(data_));
}

Status JsonReader::document() {
  if (text_.starts_with("\xEF\xBB\xBF")) {
    return fail("begins with a byte order mark, which JSON does not allow", 0);
  }
  data_->pool.reserve(text_.size());
  skip_space();
  if (done()) {
    return fail("the document is empty, expected a JSON value", 0);
  }
  while (!complete_) {
    MUSTER_CHECK_OK(step());
  }
  skip_space();
  if (!done()) {
    return fail("unexpected text after the end of the document");
  }
  return Done{};
}

Status JsonReader::step() {
  switch (next_) {
    case Next::Value:
      return value();
    case Next::Key:
      return key();
    case Next::Separator:
      return separator();
  }
  return Done{};
}

Status JsonReader::value() {
  skip_space();
  if (done()) {
    return fail("the document ends where a value is expected");
  }
  if (peek() == '{' || peek() == '[') {
    return open(peek() == '{' ? Type::Mapping : Type::Sequence);
  }
  MUSTER_CHECK_OK(scalar());
  end_value();
  return Done{};
}

Status JsonReader::open(Type type) {
  if (stack_.size() >= limits_.depth) {
    return error_at(*data_, ErrorCode::Limit,
                    "nested more than " + std::to_string(limits_.depth) + " deep", at_, at_ + 1);
  }
  const std::size_t begin = at_++;
  stack_.push_back({add(type, begin), {}});
  skip_space();
  if (peek() == (type == Type::Mapping ? '}' : ']')) {
    return close();
  }
  next_ = type == Type::Mapping ? Next::Key : Next::Value;
  return Done{};
}

Status JsonReader::close() {
  ++at_;
  const OpenValue open = std::move(stack_.back());
  stack_.pop_back();
  NodeData& node = data_->nodes[open.id];
  const bool mapping = node.type == Type::Mapping;
  node.end = static_cast<std::uint32_t>(at_);
  node.first = static_cast<std::uint32_t>(data_->children.size());
  node.count = static_cast<std::uint32_t>(open.members.size() / (mapping ? 2 : 1));
  if (mapping) {
    MUSTER_CHECK_OK(check_duplicates(open));
  }
  data_->children.insert(data_->children.end(), open.members.begin(), open.members.end());
  end_value();
  return Done{};
}

/// Between two members: a comma and the next one, or the end of the collection.
Status JsonReader::separator() {
  const bool mapping = data_->nodes[stack_.back().id].type == Type::Mapping;
  skip_space();
  if (done()) {
    return fail(mapping ? "the document ends inside an object, expected `,` or `}`"
                        : "the document ends inside a list, expected `,` or `]`");
  }
  if (peek() == (mapping ? '}' : ']')) {
    return close();
  }
  if (peek() != ',') {
    return fail(mapping ? "expected `,` or `}`" : "expected `,` or `]`");
  }
  ++at_;
  skip_space();
  if (peek() == (mapping ? '}' : ']')) {
    return fail("a comma before the closing bracket");
  }
  next_ = mapping ? Next::Key : Next::Value;
  return Done{};
}

Status JsonReader::key() {
  skip_space();
  if (done()) {
    return fail("the document ends where a key is expected");
  }
  if (peek() != '"') {
    return fail("expected a key in double quotes");
  }
  MUSTER_CHECK_OK(string());
  skip_space();
  if (peek() != ':' || done()) {
    return fail("expected `:` after the key");
  }
  ++at_;
  next_ = Next::Value;
  return Done{};
}

Status JsonReader::scalar() {
  const char first = peek();
  if (first == '"') {
    return string();
  }
  if (first == '-' || is_digit(first)) {
    return number();
  }
  if (first == 't') {
    return literal("true", Type::Bool);
  }
  if (first == 'f') {
    return literal("false", Type::Bool);
  }
  if (first == 'n') {
    return literal("null", Type::Null);
  }
  const bool broken =
      find_invalid_utf8(text_.substr(at_, 1)) && static_cast<unsigned char>(first) >= 0x80;
  return fail(broken ? "this byte is not valid UTF-8" : "expected a value");
}

Status JsonReader::literal(std::string_view word, Type type) {
  if (!text_.substr(at_).starts_with(word)) {
    return fail("expected a value; did you mean `" + std::string(word) + "`?");
  }
  const std::size_t begin = at_;
  at_ += word.size();
  data_->nodes[add(type, begin)].text = text_.substr(begin, word.size());
  return Done{};
}

Status JsonReader::number() {
  const std::size_t begin = at_;
  const auto digits = [&] {
    const std::size_t from = at_;
    while (is_digit(peek())) {
      ++at_;
    }
    return at_ - from;
  };
  skip("-");
  const bool zero = peek() == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) {
    return fail(whole == 0 ? "expected a digit" : "a number may not begin with 0", begin);
  }
  if (peek() == '.') {
    ++at_;
    if (digits() == 0) {
      return fail("expected a digit after the decimal point");
    }
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    skip("+-");
    if (digits() == 0) {
      return fail("expected a digit in the exponent");
    }
  }
  data_->nodes[add(Type::Number, begin)].text = text_.substr(begin, at_ - begin);
  return Done{};
}

/// Bytes of the UTF-8 sequence that a non-ASCII byte begins; 1 when it begins none.
std::size_t sequence_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

/// Whether a byte ends a run that can be taken as it is.
bool ends_run(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ||
         static_cast<unsigned char>(c) >= 0x80;
}

Status JsonReader::string() {
  const std::size_t begin = at_++;
  const std::size_t pool_begin = data_->pool.size();
  std::size_t run = at_;
  bool escaped = false;
  while (true) {
    while (!done() && !ends_run(peek())) {
      ++at_;
    }
    if (done()) {
      return fail("the text in quotes does not end", begin);
    }
    const char c = peek();
    if (c == '"') {
      break;
    }
    if (c == '\\') {
      data_->pool.append(text_.substr(run, at_ - run));
      MUSTER_CHECK_OK(escape());
      escaped = true;
      run = at_;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return fail("a control character inside quotes must be escaped");
    } else {
      const std::size_t length = sequence_length(c);
      if (find_invalid_utf8(text_.substr(at_, length))) {
        return fail("this byte is not valid UTF-8");
      }
      at_ += length;
    }
  }
  std::string_view decoded = text_.substr(run, at_ - run);
  if (escaped) {
    data_->pool.append(decoded);
    decoded = std::string_view(data_->pool).substr(pool_begin);
  }
  ++at_;
  data_->nodes[add(Type::String, begin)].text = decoded;
  return Done{};
}

Result<std::uint32_t> JsonReader::hex4() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = peek();
    const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!is_digit(c) && !letter) {
      return fail("expected four hexadecimal digits after `\\u`");
    }
    const auto digit = static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    value = value * 16 + digit;
  }
  return value;
}

Status JsonReader::escape() {
  const std::size_t begin = at_++;
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const char name = peek();
  const std::size_t known = done() ? std::string_view::npos : kNames.find(name);
  if (known != std::string_view::npos) {
    data_->pool += kValues[known];
    ++at_;
    return Done{};
  }
  if (name != 'u') {
    return fail("an escape that JSON does not have", begin);
  }
  ++at_;
  MUSTER_TRY(std::uint32_t code, hex4());
  if (code >= 0xD800 && code <= 0xDBFF && text_.substr(at_).starts_with("\\u")) {
    at_ += 2;
    MUSTER_TRY(const std::uint32_t low, hex4());
    if (low < 0xDC00 || low > 0xDFFF) {
      return fail("half of a surrogate pair", begin);
    }
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  } else if (code >= 0xD800 && code <= 0xDFFF) {
    return fail("half of a surrogate pair", begin);
  }
  append_utf8(data_->pool, code);
  return Done{};
}

Status JsonReader::check_duplicates(const OpenValue& mapping) const {
  const auto key = [&](std::size_t entry) -> const NodeData& {
    return data_->nodes[mapping.members[entry * 2]];
  };
  const auto duplicate = [&](const NodeData& node) {
    return error_at(*data_, ErrorCode::Syntax,
                    "the key `" + std::string(node.text) + "` stands twice in this object",
                    node.begin, node.end);
  };
  const std::size_t count = mapping.members.size() / 2;
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < count; ++i) {
    bool twice = false;
    if (count > kKeysBeforeHashing) {
      twice = !seen.insert(key(i).text).second;
    } else {
      for (std::size_t j = 0; j < i; ++j) {
        twice = twice || key(i).text == key(j).text;
      }
    }
    if (twice) {
      return duplicate(key(i));
    }
  }
  return Done{};
}

}  // namespace

Result<Tree> parse_json(std::string bytes, SourceId source, Limits limits) {
  return JsonReader(std::move(bytes), std::move(source), limits).read();
}

}  // namespace muster::text
