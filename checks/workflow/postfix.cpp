// Operator precedence by the shunting-yard method. Grammar: `||` < `&&` < `== !=` < `< <= > >=` <
// `!` < property, call, group, literal; all operators are left-associative.
#include "checks/workflow/postfix.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxLength = 21'000;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_identifier_char(char c) {
  return is_letter(c) || is_digit(c) || c == '-';
}

struct OperatorSign {
  std::string_view text;
  Operator operation;
  int rank;
};

/// Longer signs first.
constexpr std::array<OperatorSign, 9> kSigns = {{{"||", Operator::Or, 1},
                                                 {"&&", Operator::And, 2},
                                                 {"==", Operator::Equal, 3},
                                                 {"!=", Operator::NotEqual, 3},
                                                 {"<=", Operator::Order, 4},
                                                 {">=", Operator::Order, 4},
                                                 {"<", Operator::Order, 4},
                                                 {">", Operator::Order, 4},
                                                 {"!", Operator::Not, 5}}};

/// What waits on the operator stack: an operator, or an open parenthesis with its function's name.
struct Waiting {
  const OperatorSign* sign = nullptr;
  /// Empty for a plain group.
  std::string function;
  std::size_t arguments = 0;
};

class Translator {
 public:
  explicit Translator(std::string_view text) : text_(text) {}

  std::optional<std::vector<Instruction>> run();

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool operand();
  bool after_operand();
  bool literal_text();
  bool number();
  void name();
  std::string path();
  void emit(Instruction::Kind kind, Value value, std::size_t arguments);
  void apply(const OperatorSign& sign);
  bool close();
  bool comma();
  const OperatorSign* sign_here() const;

  std::string_view text_;
  std::size_t at_ = 0;
  bool wants_operand_ = true;
  std::vector<Waiting> waiting_;
  std::vector<Instruction> done_;
};

void Translator::emit(Instruction::Kind kind, Value value, std::size_t arguments) {
  Instruction step;
  step.kind = kind;
  step.value = std::move(value);
  step.arguments = arguments;
  done_.push_back(std::move(step));
}

void Translator::apply(const OperatorSign& sign) {
  Instruction step;
  step.kind = Instruction::Kind::Operator;
  step.operation = sign.operation;
  step.arguments = sign.operation == Operator::Not ? 1 : 2;
  done_.push_back(std::move(step));
}

const OperatorSign* Translator::sign_here() const {
  const auto found = std::find_if(kSigns.begin(), kSigns.end(), [&](const OperatorSign& sign) {
    return text_.substr(at_).starts_with(sign.text);
  });
  return found == kSigns.end() ? nullptr : &*found;
}

/// `'it''s'`
bool Translator::literal_text() {
  std::string text;
  for (++at_; at_ < text_.size(); ++at_) {
    if (peek() == '\'' && peek(1) != '\'') {
      ++at_;
      emit(Instruction::Kind::Literal, {Value::Type::Text, text}, 0);
      return true;
    }
    at_ += peek() == '\'' ? 1U : 0U;
    text += peek();
  }
  return false;
}

/// `1.0` becomes `1`, as it is shown when it ends up in a text.
std::string shown_number(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.15g", number);
  return text.data();
}

bool Translator::number() {
  const std::size_t begin = at_;
  while (is_identifier_char(peek()) || peek() == '.' || peek() == '+') {
    ++at_;
  }
  const auto value = to_number(text_.substr(begin, at_ - begin));
  if (at_ == begin || !value) {
    return false;
  }
  emit(Instruction::Kind::Literal, {Value::Type::Number, shown_number(*value)}, 0);
  return true;
}

/// `.name`, `.*`, `['name']` and `[…]` behind a name, a call or a group; `['x']` is written `.x`.
std::string Translator::path() {
  std::string path;
  while (peek() == '.' || peek() == '[') {
    if (peek() == '.') {
      const std::size_t begin = at_++;
      while (is_identifier_char(peek()) || peek() == '*') {
        ++at_;
      }
      path += text_.substr(begin, at_ - begin);
      continue;
    }
    const std::size_t close = std::min(text_.find(']', at_), text_.size());
    const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    const bool quoted = inside.size() > 2 && inside.front() == '\'' && inside.back() == '\'';
    path += quoted ? "." + std::string(inside.substr(1, inside.size() - 2))
                   : "[" + std::string(inside) + "]";
    at_ = std::min(close + 1, text_.size());
  }
  return path;
}

void Translator::name() {
  const std::size_t begin = at_;
  while (is_identifier_char(peek())) {
    ++at_;
  }
  const std::string word(text_.substr(begin, at_ - begin));
  if (word == "true" || word == "false") {
    emit(Instruction::Kind::Literal, {Value::Type::Bool, word}, 0);
  } else if (word == "NaN" || word == "Infinity") {
    emit(Instruction::Kind::Literal, {Value::Type::Number, word}, 0);
  } else if (word == "null") {
    emit(Instruction::Kind::Literal, {}, 0);
  } else if (peek() == '(') {
    ++at_;
    waiting_.push_back({nullptr, word, 0});
    wants_operand_ = true;
    return;
  } else {
    emit(Instruction::Kind::Name, {Value::Type::Text, word + path()}, 0);
  }
  wants_operand_ = false;
}

bool Translator::operand() {
  const char c = peek();
  if (is_letter(c)) {
    name();
    return true;
  }
  if (c == '!' && peek(1) != '=') {
    ++at_;
    waiting_.push_back({&kSigns.back(), {}, 0});
    return true;
  }
  if (c == '(') {
    ++at_;
    waiting_.push_back({nullptr, {}, 0});
    return true;
  }
  if (c == ')' && !waiting_.empty() && !waiting_.back().function.empty() &&
      waiting_.back().arguments == 0) {
    ++at_;
    emit(Instruction::Kind::Call, {Value::Type::Text, waiting_.back().function}, 0);
    waiting_.pop_back();
    wants_operand_ = false;
    return true;
  }
  wants_operand_ = false;
  return c == '\'' ? literal_text() : number();
}

/// A closing parenthesis: ends the group or the call it belongs to.
bool Translator::close() {
  while (!waiting_.empty() && waiting_.back().sign != nullptr) {
    apply(*waiting_.back().sign);
    waiting_.pop_back();
  }
  if (waiting_.empty()) {
    return false;
  }
  const Waiting open = std::move(waiting_.back());
  waiting_.pop_back();
  if (!open.function.empty()) {
    emit(Instruction::Kind::Call, {Value::Type::Text, open.function}, open.arguments + 1);
  }
  const std::string property = path();
  if (!property.empty()) {
    emit(Instruction::Kind::Property, {Value::Type::Text, open.function + "(…)" + property}, 1);
  }
  return true;
}

bool Translator::comma() {
  while (!waiting_.empty() && waiting_.back().sign != nullptr) {
    apply(*waiting_.back().sign);
    waiting_.pop_back();
  }
  if (waiting_.empty() || waiting_.back().function.empty()) {
    return false;
  }
  ++waiting_.back().arguments;
  wants_operand_ = true;
  return true;
}

bool Translator::after_operand() {
  if (peek() == ')') {
    ++at_;
    return close();
  }
  if (peek() == ',') {
    ++at_;
    return comma();
  }
  const OperatorSign* sign = sign_here();
  if (sign == nullptr || sign->operation == Operator::Not) {
    return false;
  }
  while (!waiting_.empty() && waiting_.back().sign != nullptr &&
         waiting_.back().sign->rank >= sign->rank) {
    apply(*waiting_.back().sign);
    waiting_.pop_back();
  }
  waiting_.push_back({sign, {}, 0});
  at_ += sign->text.size();
  wants_operand_ = true;
  return true;
}

std::optional<std::vector<Instruction>> Translator::run() {
  if (text_.size() > kMaxLength) {
    return std::nullopt;
  }
  for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
    if (!(wants_operand_ ? operand() : after_operand())) {
      return std::nullopt;
    }
  }
  while (!waiting_.empty() && waiting_.back().sign != nullptr) {
    apply(*waiting_.back().sign);
    waiting_.pop_back();
  }
  if (wants_operand_ || !waiting_.empty()) {
    return std::nullopt;
  }
  return std::move(done_);
}

}  // namespace

std::optional<std::vector<Instruction>> to_postfix(std::string_view expression) {
  return Translator(expression).run();
}

}  // namespace muster::workflow
