// One context per question: what Z3 learned from another one cannot help or hurt.
#include "tests/z3/encoding/encoding.h"

#include <ctime>

#include "tests/z3/encoding/callers.h"
#include "tests/z3/encoding/keys.h"

namespace muster::z3_oracle {
namespace {

using policy::Effect;
using policy::Policy;
using policy::Statement;

double processor_seconds() {
  timespec own{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
  return static_cast<double>(own.tv_sec) + static_cast<double>(own.tv_nsec) / 1e9;
}

void require_no_variable(const std::vector<policy::Text>& values) {
  for (const policy::Text& value : values) {
    if (value.value.find("${") != std::string::npos) {
      throw OutsideOfEncoding{"policy variables"};
    }
  }
}

void require_encodable(const Policy& policy) {
  for (const Statement& statement : policy.statements) {
    if (statement.not_principals) {
      throw OutsideOfEncoding{"NotPrincipal"};
    }
    for (const auto* list : {&statement.resources, &statement.not_resources}) {
      if (*list && policy.version == policy::Version::V2012_10_17) {
        require_no_variable(**list);
      }
    }
    for (const policy::Condition& condition : statement.conditions) {
      if (policy.version == policy::Version::V2012_10_17) {
        require_no_variable(condition.values);
      }
    }
  }
}

class Question {
 public:
  Question(const Policy& a, const Policy& b)
      : texts_(context_),
        keys_(context_, texts_, {&a, &b}),
        action_(texts_.new_action()),
        resource_(texts_.new_arn("resource")),
        caller_(context_.int_const("caller")) {
    std::vector<policy::Principal> named;
    for (const Policy* policy : {&a, &b}) {
      require_encodable(*policy);
      for (const Statement& statement : policy->statements) {
        if (statement.principals) {
          named.insert(named.end(), statement.principals->begin(), statement.principals->end());
        }
      }
    }
    callers_ = callers_of(named);
  }

  z3::expr allows(const Policy& policy) {
    z3::expr_vector granted(context_);
    z3::expr_vector denied(context_);
    for (const Statement& statement : policy.statements) {
      (statement.effect == Effect::Allow ? granted : denied).push_back(applies(statement));
    }
    return z3::mk_or(granted) && !z3::mk_or(denied);
  }

  Answer solve(const z3::expr& formula, unsigned milliseconds) {
    z3::solver solver(context_);
    solver.set("timeout", milliseconds);
    solver.add(texts_.domain(action_));
    solver.add(texts_.resource_domain(resource_));
    solver.add(keys_.domain());
    solver.add(caller_ >= 0 && caller_ < static_cast<int>(callers_.size()));
    solver.add(formula);
    Answer answer;
    const double begin = processor_seconds();
    const z3::check_result result = solver.check();
    answer.solving = processor_seconds() - begin;
    if (result == z3::unknown) {
      answer.outcome = Outcome::Limit;
      answer.reason = solver.reason_unknown();
    } else if (result == z3::unsat) {
      answer.outcome = Outcome::None;
    } else {
      answer.outcome = Outcome::Found;
      answer.request = read(solver.get_model());
    }
    return answer;
  }

 private:
  template <class Match>
  z3::expr any(const std::vector<policy::Text>& values, const Match& match) {
    z3::expr_vector some(context_);
    for (const policy::Text& value : values) {
      some.push_back(match(value.value));
    }
    return z3::mk_or(some);
  }

  z3::expr names_action(const Statement& statement) {
    const auto match = [&](const std::string& text) { return texts_.names(text, action_); };
    if (statement.actions) {
      return any(*statement.actions, match);
    }
    return statement.not_actions ? !any(*statement.not_actions, match) : context_.bool_val(false);
  }

  z3::expr names_resource(const Statement& statement) {
    const auto match = [&](const std::string& text) { return texts_.names(text, resource_); };
    if (statement.resources) {
      return any(*statement.resources, match);
    }
    return statement.not_resources ? !any(*statement.not_resources, match)
                                   : context_.bool_val(true);
  }

  z3::expr names_caller(const Statement& statement) {
    if (!statement.principals) {
      return context_.bool_val(true);
    }
    z3::expr_vector some(context_);
    for (std::size_t i = 0; i < callers_.size(); ++i) {
      for (const policy::Principal& entry : *statement.principals) {
        if (names(entry, callers_[i])) {
          some.push_back(caller_ == static_cast<int>(i));
          break;
        }
      }
    }
    return z3::mk_or(some);
  }

  z3::expr applies(const Statement& statement) {
    z3::expr_vector parts(context_);
    parts.push_back(names_action(statement));
    parts.push_back(names_resource(statement));
    parts.push_back(names_caller(statement));
    for (const policy::Condition& condition : statement.conditions) {
      parts.push_back(keys_.clause(condition));
    }
    return z3::mk_and(parts);
  }

  std::optional<policy::Request> read(const z3::model& model) {
    const auto service = TextTerms::read(model, action_.service);
    const auto name = TextTerms::read(model, action_.name);
    const auto resource = TextTerms::read(model, resource_);
    if (!service || !name || !resource) {
      return std::nullopt;
    }
    policy::Request request;
    request.action = *service + ":" + *name;
    request.resource = *resource;
    const auto caller = static_cast<std::size_t>(model.eval(caller_, true).get_numeral_int());
    request.principal = callers_.at(caller).text;
    if (!keys_.read(model, request)) {
      return std::nullopt;
    }
    return request;
  }

  z3::context context_;
  TextTerms texts_;
  Keys keys_;
  ActionTerm action_;
  ArnTerm resource_;
  z3::expr caller_;
  std::vector<NamedCaller> callers_;
};

Answer ask(const Policy& a, const Policy& b, bool outside, unsigned milliseconds) {
  const double begin = processor_seconds();
  try {
    Question question(a, b);
    const z3::expr first = question.allows(a);
    const z3::expr second = question.allows(b);
    const double building = processor_seconds() - begin;
    Answer answer = question.solve(first && (outside ? !second : second), milliseconds);
    answer.building = building;
    return answer;
  } catch (const OutsideOfEncoding& left_out) {
    return {.outcome = Outcome::Outside, .reason = left_out.reason};
  } catch (const z3::exception& error) {
    return {.outcome = Outcome::Limit, .reason = error.msg()};
  }
}

}  // namespace

Answer find_outside(const Policy& a, const Policy& b, unsigned milliseconds) {
  return ask(a, b, true, milliseconds);
}

Answer find_common(const Policy& a, const Policy& b, unsigned milliseconds) {
  return ask(a, b, false, milliseconds);
}

}  // namespace muster::z3_oracle
