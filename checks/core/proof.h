// A three-valued answer that carries its evidence, so that no check can turn "do not know" into
// `pass`.
#pragma once

#include <string>
#include <utility>

#include "checks/core/outcome.h"

namespace muster {

/// "Does the defect exist?": yes with a witness, no, or undecided with a reason.
class [[nodiscard]] Proof {
 public:
  static Proof yes(Witness witness) { return Proof(Answer::Yes, std::move(witness), {}); }

  static Proof no() { return Proof(Answer::No, {}, {}); }

  /// `reason`: what is missing, in words ("the search reached its limit of 2000000
  /// configurations").
  static Proof undecided(std::string reason) {
    return Proof(Answer::Undecided, {}, std::move(reason));
  }

  [[nodiscard]] bool is_yes() const { return answer_ == Answer::Yes; }

  [[nodiscard]] bool is_no() const { return answer_ == Answer::No; }

  [[nodiscard]] bool is_undecided() const { return answer_ == Answer::Undecided; }

  [[nodiscard]] const Witness& witness() const { return witness_; }

  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  enum class Answer { Yes, No, Undecided };

  Proof(Answer answer, Witness witness, std::string reason)
      : answer_(answer), witness_(std::move(witness)), reason_(std::move(reason)) {}

  Answer answer_;
  Witness witness_;
  std::string reason_;
};

}  // namespace muster
