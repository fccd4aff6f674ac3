// Short ways to policies and answers for the tests of checks/prover.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "checks/prover/prover.h"

namespace muster::prover {

/// The policies with these statements (a JSON object or list).
inline Policies policies_of(std::string_view statements,
                            policy::PolicyType type = policy::PolicyType::Identity) {
  auto result = policy::parse_policy(
      R"({"Version":"2012-10-17","Statement":)" + std::string(statements) + "}", SourceId("p.json"),
      type);
  if (!result) {
    FAIL(to_string(result.error()));
  }
  Policies policies;
  policies.push_back(std::move(result).value());
  return policies;
}

/// One Allow statement for everything, with this `Condition` object.
inline Policies with_condition(std::string_view condition) {
  return policies_of(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":)" +
                     std::string(condition) + "}");
}

inline Policies everything() {
  return policies_of(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
}

/// `action resource key=value,value …` of a witness.
inline std::string words(const Answer& answer) {
  if (!answer.witness) {
    return {};
  }
  std::string out = answer.witness->action + " " + answer.witness->resource;
  for (const auto& [key, value] : answer.witness->context) {
    out += " " + key + "=";
    for (std::size_t i = 0; i < value.values.size(); ++i) {
      out += (i == 0 ? "" : ",") + value.values[i];
    }
  }
  return out;
}

inline doctest::String toString(Verdict verdict) {
  return verdict == Verdict::Yes ? "yes" : verdict == Verdict::No ? "no" : "undecided";
}

inline doctest::String toString(Relation relation) {
  return doctest::toString(static_cast<int>(relation));
}

}  // namespace muster::prover
