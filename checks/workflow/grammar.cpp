// Recursive descent: every level of nesting counts towards GitHub's limit of 50, so the depth of
// calls is bounded whatever the input.
#include "checks/workflow/grammar.h"

#include <algorithm>
#include <array>
#include <limits>

#include "checks/text/ascii.h"
#include "checks/workflow/value.h"

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxExpressionLength = 21'000;
constexpr int kMaxExpressionDepth = 50;

constexpr std::array<ExtraFunction, 8> kLanguageFunctions = {{{"case", 3, 21'000},
                                                              {"contains", 2, 2},
                                                              {"endswith", 2, 2},
                                                              {"format", 1, 255},
                                                              {"fromjson", 1, 1},
                                                              {"join", 1, 2},
                                                              {"startswith", 2, 2},
                                                              {"tojson", 1, 1}}};
constexpr std::array<ExtraFunction, 4> kStatusFunctions = {
    {{"success", 0, 21'000}, {"failure", 0, 21'000}, {"always", 0, 0}, {"cancelled", 0, 0}}};

bool is_boundary(char c) {
  return std::string_view("([)],.!><=&| \t\r\n\v\f").find(c) != std::string_view::npos;
}

bool is_name(std::string_view word) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !word.empty() && letter(word.front()) &&
         std::all_of(word.begin(), word.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

struct ExpressionToken {
  /// `n` name, `d` number, `s` string, `k` keyword, `$` end; else the sign: `(`, `==`.
  std::string kind;
  std::string text;
  double number = 0;
};

class ExpressionLexer {
 public:
  explicit ExpressionLexer(std::string_view text) : text_(text) {}

  Result<std::vector<ExpressionToken>> run();

 private:
  Status number();
  Status word();
  Status string();
  bool sign();

  [[nodiscard]] Error unexpected_symbol(std::size_t begin) const {
    return Error{ErrorCode::Invalid,
                 "unexpected symbol `" + std::string(text_.substr(begin, at_ - begin)) + "`",
                 {}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<ExpressionToken> tokens_;
};

Status ExpressionLexer::number() {
  const std::size_t begin = at_++;
  while (at_ < text_.size() && (!is_boundary(text_[at_]) || text_[at_] == '.')) {
    ++at_;
  }
  const std::string_view word = text_.substr(begin, at_ - begin);
  const auto value = to_number(word);
  if (!value) {
    return unexpected_symbol(begin);
  }
  tokens_.push_back({"d", std::string(word), *value});
  return Done{};
}

Status ExpressionLexer::word() {
  static constexpr std::array<std::string_view, 3> kWords = {"true", "false", "null"};
  const std::size_t begin = at_++;
  while (at_ < text_.size() && !is_boundary(text_[at_])) {
    ++at_;
  }
  const std::string word(text_.substr(begin, at_ - begin));
  if (!is_name(word)) {
    return unexpected_symbol(begin);
  }
  const bool property = !tokens_.empty() && tokens_.back().kind == ".";
  if (!property && text::one_of(word, kWords)) {
    tokens_.push_back({"k", word, 0});
  } else if (!property && (word == "NaN" || word == "Infinity")) {
    tokens_.push_back(
        {"d", word, to_number(word).value_or(std::numeric_limits<double>::quiet_NaN())});
  } else {
    tokens_.push_back({"n", word, 0});
  }
  return Done{};
}

/// `'it''s'`
Status ExpressionLexer::string() {
  const std::size_t begin = at_;
  std::string value;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] != '\'') {
      value += text_[at_];
    } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
      value += text_[at_++];
    } else {
      ++at_;
      tokens_.push_back({"s", std::move(value), 0});
      return Done{};
    }
  }
  return unexpected_symbol(begin);
}

bool ExpressionLexer::sign() {
  static constexpr std::array<std::string_view, 15> kSigns = {
      "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", "*"};
  const auto* const found = std::find_if(kSigns.begin(), kSigns.end(), [&](std::string_view one) {
    return text_.substr(at_).starts_with(one);
  });
  if (found == kSigns.end()) {
    return false;
  }
  tokens_.push_back({std::string(*found), std::string(*found), 0});
  at_ += found->size();
  return true;
}

Result<std::vector<ExpressionToken>> ExpressionLexer::run() {
  static constexpr std::array<std::string_view, 4> kBeforeDot = {"n", "]", ")", "*"};
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at_;
      continue;
    }
    const bool property =
        c == '.' && !tokens_.empty() && text::one_of(tokens_.back().kind, kBeforeDot);
    if (property) {
      tokens_.push_back({".", ".", 0});
      ++at_;
    } else if (c == '.' || c == '-' || c == '+' || (c >= '0' && c <= '9')) {
      MUSTER_CHECK_OK(number());
    } else if (c == '\'') {
      MUSTER_CHECK_OK(string());
    } else if (!sign()) {
      MUSTER_CHECK_OK(word());
    }
  }
  tokens_.push_back({"$", "the end", 0});
  return std::move(tokens_);
}

class ExpressionParser {
 public:
  ExpressionParser(std::vector<ExpressionToken> tokens, const Vocabulary& vocabulary)
      : tokens_(std::move(tokens)), vocabulary_(vocabulary) {}

  Result<ParsedExpression> run();

 private:
  using Kind = ExpressionStep::Kind;

  [[nodiscard]] bool check(std::string_view kind) const { return tokens_[at_].kind == kind; }

  bool match(std::string_view kind) {
    const bool found = check(kind) && kind != "$";
    at_ += found ? 1U : 0U;
    return found;
  }

  [[nodiscard]] Error unexpected_token() const {
    return Error{ErrorCode::Invalid, "unexpected symbol `" + tokens_[at_].text + "`", {}};
  }

  Status expect(std::string_view kind) { return match(kind) ? Status(Done{}) : unexpected_token(); }

  Status deeper();
  void emit(Kind kind, std::string text, std::size_t operands);
  Status expression();
  Status chain(std::string_view sign, Kind kind);
  Status operand(std::string_view sign);
  Status equality();
  Status comparison();
  Status unary();
  Status postfix();
  Status accesses();
  Status primary(bool& may_be_indexed);
  Status literal();
  Status name();
  Status call(const std::string& function);
  [[nodiscard]] Status check_call(const std::string& function, std::size_t count) const;

  std::vector<ExpressionToken> tokens_;
  const Vocabulary& vocabulary_;
  std::size_t at_ = 0;
  int depth_ = 0;
  ParsedExpression done_;
};

Status ExpressionParser::deeper() {
  if (++depth_ > kMaxExpressionDepth) {
    return Error{ErrorCode::Limit, "the expression is nested more than 50 deep", {}};
  }
  return Done{};
}

void ExpressionParser::emit(Kind kind, std::string text, std::size_t operands) {
  ExpressionStep step;
  step.kind = kind;
  step.text = std::move(text);
  step.operands = operands;
  done_.steps.push_back(std::move(step));
}

Status ExpressionParser::expression() {
  MUSTER_CHECK_OK(deeper());
  MUSTER_CHECK_OK(chain("||", Kind::Or));
  --depth_;
  return Done{};
}

Status ExpressionParser::operand(std::string_view sign) {
  return sign == "||" ? chain("&&", Kind::And) : equality();
}

/// Operands joined by one sign.
Status ExpressionParser::chain(std::string_view sign, Kind kind) {
  MUSTER_CHECK_OK(operand(sign));
  if (!check(sign)) {
    return Done{};
  }
  MUSTER_CHECK_OK(deeper());
  std::size_t count = 1;
  for (; match(sign); ++count) {
    MUSTER_CHECK_OK(operand(sign));
  }
  --depth_;
  emit(kind, "", count);
  return Done{};
}

Status ExpressionParser::equality() {
  MUSTER_CHECK_OK(comparison());
  while (check("==") || check("!=")) {
    const Kind kind = match("==") ? Kind::Equal : Kind::NotEqual;
    at_ += kind == Kind::NotEqual ? 1U : 0U;
    MUSTER_CHECK_OK(comparison());
    emit(kind, "", 2);
  }
  return Done{};
}

Status ExpressionParser::comparison() {
  static constexpr std::array<std::pair<std::string_view, Kind>, 4> kSigns = {
      {{"<", Kind::Less},
       {"<=", Kind::LessEqual},
       {">", Kind::Greater},
       {">=", Kind::GreaterEqual}}};
  MUSTER_CHECK_OK(unary());
  while (true) {
    const auto* const found = std::find_if(kSigns.begin(), kSigns.end(),
                                           [&](const auto& sign) { return check(sign.first); });
    if (found == kSigns.end()) {
      return Done{};
    }
    ++at_;
    MUSTER_CHECK_OK(unary());
    emit(found->second, "", 2);
  }
}

Status ExpressionParser::unary() {
  if (!match("!")) {
    return postfix();
  }
  MUSTER_CHECK_OK(deeper());
  MUSTER_CHECK_OK(unary());
  --depth_;
  emit(Kind::Not, "", 1);
  return Done{};
}

Status ExpressionParser::postfix() {
  bool may_be_indexed = false;
  MUSTER_CHECK_OK(primary(may_be_indexed));
  const int before = depth_;
  if (may_be_indexed) {
    MUSTER_CHECK_OK(accesses());
  }
  depth_ = before;
  return Done{};
}

/// `.name`, `.*`, `[…]`, `[*]`, any number of them.
Status ExpressionParser::accesses() {
  while (true) {
    if (match("[")) {
      const bool star = match("*");
      if (!star) {
        MUSTER_CHECK_OK(expression());
      }
      MUSTER_CHECK_OK(expect("]"));
      MUSTER_CHECK_OK(deeper());
      emit(star ? Kind::Star : Kind::Index, "", star ? 1 : 2);
    } else if (match(".")) {
      MUSTER_CHECK_OK(deeper());
      if (match("*")) {
        emit(Kind::Star, "", 1);
      } else {
        emit(Kind::String, tokens_[at_].text, 0);
        MUSTER_CHECK_OK(expect("n"));
        emit(Kind::Index, "", 2);
      }
    } else {
      return Done{};
    }
  }
}

Status ExpressionParser::primary(bool& may_be_indexed) {
  may_be_indexed = check("n") || check("(");
  if (check("n")) {
    return name();
  }
  if (match("(")) {
    MUSTER_CHECK_OK(expression());
    return expect(")");
  }
  return literal();
}

Status ExpressionParser::literal() {
  const ExpressionToken& token = tokens_[at_];
  if (token.kind == "s") {
    emit(Kind::String, token.text, 0);
  } else if (token.kind == "d") {
    emit(Kind::Number, "", 0);
    done_.steps.back().number = token.number;
  } else if (token.kind == "k") {
    emit(token.text == "null" ? Kind::Null : Kind::Bool, "", 0);
    done_.steps.back().boolean = token.text == "true";
  } else {
    return unexpected_token();
  }
  ++at_;
  return Done{};
}

Status ExpressionParser::name() {
  const std::string word = tokens_[at_++].text;
  if (match("(")) {
    return call(word);
  }
  const std::string context = text::lower(word);
  if (!text::one_of(context, vocabulary_.contexts)) {
    return Error{ErrorCode::Invalid, "`" + word + "` is no context that may stand here", {}};
  }
  emit(Kind::Context, context, 0);
  return Done{};
}

Status ExpressionParser::check_call(const std::string& function, std::size_t count) const {
  const auto by_name = [&](const ExtraFunction& one) { return text::lower(one.name) == function; };
  const auto own = std::find_if(kLanguageFunctions.begin(), kLanguageFunctions.end(), by_name);
  const auto extra =
      std::find_if(vocabulary_.functions.begin(), vocabulary_.functions.end(), by_name);
  if (own == kLanguageFunctions.end() && extra == vocabulary_.functions.end()) {
    return Error{ErrorCode::Invalid, "`" + function + "` is no function that may stand here", {}};
  }
  const ExtraFunction& found = own != kLanguageFunctions.end() ? *own : *extra;
  if (count < found.least || count > found.most || (function == "case" && count % 2 == 0)) {
    return Error{ErrorCode::Invalid,
                 "`" + function + "` does not take " + std::to_string(count) + " arguments",
                 {}};
  }
  return Done{};
}

Status ExpressionParser::call(const std::string& function) {
  const std::string lower = text::lower(function);
  std::size_t count = 0;
  // A comma may stand before the closing parenthesis.
  for (; !match(")"); ++count) {
    MUSTER_CHECK_OK(expression());
    if (!check(")")) {
      MUSTER_CHECK_OK(expect(","));
    }
  }
  MUSTER_CHECK_OK(check_call(lower, count));
  done_.asks_for_status = done_.asks_for_status ||
                          std::any_of(kStatusFunctions.begin(), kStatusFunctions.end(),
                                      [&](const ExtraFunction& one) { return one.name == lower; });
  emit(Kind::Call, lower, count);
  return Done{};
}

Result<ParsedExpression> ExpressionParser::run() {
  MUSTER_CHECK_OK(expression());
  if (!check("$")) {
    return unexpected_token();
  }
  return std::move(done_);
}

}  // namespace

std::span<const ExtraFunction> status_functions() {
  return kStatusFunctions;
}

Vocabulary whole_vocabulary() {
  static constexpr std::array<std::string_view, 12> kContexts = {
      "env",   "github", "inputs",  "job",   "jobs",     "matrix",
      "needs", "runner", "secrets", "steps", "strategy", "vars"};
  static const auto functions = [] {
    std::vector<ExtraFunction> all(kStatusFunctions.begin(), kStatusFunctions.end());
    all.push_back({"hashfiles", 1, 255});
    return all;
  }();
  return {kContexts, functions};
}

Result<ParsedExpression> parse_expression(std::string_view text, const Vocabulary& vocabulary) {
  if (text.size() > kMaxExpressionLength) {
    return Error{ErrorCode::Limit, "the expression has more than 21,000 characters", {}};
  }
  MUSTER_TRY(auto tokens, ExpressionLexer(text).run());
  return ExpressionParser(std::move(tokens), vocabulary).run();
}

}  // namespace muster::workflow
