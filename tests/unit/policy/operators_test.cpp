// Operator names taken apart.
#include "checks/policy/operators.h"

#include "support.h"

using namespace muster;
using namespace muster::policy;

TEST_CASE("an operator name gives kind, negation, IfExists and quantifier") {
  struct Row {
    std::string_view name;
    OperatorKind kind;
    bool negated, if_exists;
    Quantifier quantifier;
  };

  using K = OperatorKind;
  constexpr Quantifier kNone = Quantifier::None;
  constexpr Quantifier kAll = Quantifier::ForAllValues;
  constexpr Quantifier kAny = Quantifier::ForAnyValue;
  for (const Row& row : {
           Row{"StringEquals", K::StringEquals, false, false, kNone},
           Row{"StringNotEquals", K::StringEquals, true, false, kNone},
           Row{"StringEqualsIgnoreCase", K::StringEqualsIgnoreCase, false, false, kNone},
           Row{"StringNotEqualsIgnoreCase", K::StringEqualsIgnoreCase, true, false, kNone},
           Row{"StringLike", K::StringLike, false, false, kNone},
           Row{"StringNotLike", K::StringLike, true, false, kNone},
           Row{"NumericEquals", K::NumericEquals, false, false, kNone},
           Row{"NumericNotEquals", K::NumericEquals, true, false, kNone},
           Row{"NumericLessThan", K::NumericLessThan, false, false, kNone},
           Row{"NumericLessThanEquals", K::NumericLessThanEquals, false, false, kNone},
           Row{"NumericGreaterThan", K::NumericGreaterThan, false, false, kNone},
           Row{"NumericGreaterThanEquals", K::NumericGreaterThanEquals, false, false, kNone},
           Row{"DateEquals", K::DateEquals, false, false, kNone},
           Row{"DateNotEquals", K::DateEquals, true, false, kNone},
           Row{"DateLessThan", K::DateLessThan, false, false, kNone},
           Row{"DateLessThanEquals", K::DateLessThanEquals, false, false, kNone},
           Row{"DateGreaterThan", K::DateGreaterThan, false, false, kNone},
           Row{"DateGreaterThanEquals", K::DateGreaterThanEquals, false, false, kNone},
           Row{"Bool", K::Bool, false, false, kNone},
           Row{"BinaryEquals", K::BinaryEquals, false, false, kNone},
           Row{"IpAddress", K::IpAddress, false, false, kNone},
           Row{"NotIpAddress", K::IpAddress, true, false, kNone},
           Row{"ArnEquals", K::ArnEquals, false, false, kNone},
           Row{"ArnNotEquals", K::ArnEquals, true, false, kNone},
           Row{"ArnLike", K::ArnLike, false, false, kNone},
           Row{"ArnNotLike", K::ArnLike, true, false, kNone},
           Row{"Null", K::Null, false, false, kNone},
           Row{"stringequals", K::StringEquals, false, false, kNone},
           Row{"StringLikeIfExists", K::StringLike, false, true, kNone},
           Row{"stringnotlikeifexists", K::StringLike, true, true, kNone},
           Row{"ForAllValues:StringLike", K::StringLike, false, false, kAll},
           Row{"FORANYVALUE:ArnNotLikeIfExists", K::ArnLike, true, true, kAny},
           Row{"NullIfExists", K::Unknown, false, true, kNone},
           Row{"ForAnyValue:Null", K::Unknown, false, false, kAny},
           Row{"StringEqual", K::Unknown, false, false, kNone},
           Row{"ForAnyValues:StringEquals", K::Unknown, false, false, kNone},
           Row{"IfExists", K::Unknown, false, true, kNone},
           Row{"", K::Unknown, false, false, kNone},
       }) {
    CAPTURE(row.name);
    const Operator op = parse_operator(Text{std::string(row.name), {}});
    CHECK(op.kind == row.kind);
    CHECK(op.negated == row.negated);
    CHECK(op.if_exists == row.if_exists);
    CHECK(op.quantifier == row.quantifier);
  }
}

TEST_CASE("a misspelt operator has a suggestion when one is near") {
  CHECK(suggest_operator("StringEqual") == "StringEquals");
  CHECK(suggest_operator("ForAnyValue:StringLikes") == "ForAnyValue:StringLike");
  CHECK(suggest_operator("StringLkeIfExists") == "StringLikeIfExists");
  CHECK(suggest_operator("NullIfExists") == "Null");
  CHECK(suggest_operator("Regex") == "");
}
