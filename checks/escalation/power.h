// What one principal may do by its policies: is there a request with this action that they let
// through? Requests are put together from what is known and what the caller may choose, and every
// one is put to the policy evaluator.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks/iam/account.h"
#include "checks/policy/stack.h"

namespace muster::escalation {

struct KeyChoices;

enum class Verdict {
  /// Something known stands in the way.
  Blocked,
  /// It depends on something that no fact tells.
  Possible,
  Proven,
};

/// `blocked`, `possible`, `proven`.
[[nodiscard]] const char* to_string(Verdict verdict);

/// What is known about the tags of the resource.
enum class TagKnowledge {
  Unknown,
  /// Exactly `Ask::tags`.
  Listed,
  /// The caller makes the resource, so it chooses them.
  Chosen,
};

/// What decides about a request beside the caller's own policies.
struct ResourceSide {
  /// The policy of the resource, or the trust policy of the role that is to be assumed; null =
  /// none.
  const policy::Policy* policy = nullptr;
  /// It may have one that no fact tells.
  bool open = false;
  /// Who owns it: 12 digits; empty = as the ARN says, else the caller's account.
  std::string account;
  /// Levels of resource control policies of that account; null = not given.
  const std::vector<std::vector<iam::IdentityPolicy>>* rcp = nullptr;
};

/// Adds the policies of the organisation that limit the resource, as far as they name the action.
void add_rcp(const ResourceSide& side, std::string_view lower_action, policy::Stack& stack);

/// One question about one principal.
struct Ask {
  const iam::Principal& principal;
  std::string action;
  /// Tried in order; one suffices.
  std::vector<std::string> resources;
  /// Condition keys (lower case) with the value that this way gives them; nothing = absent.
  std::map<std::string, std::optional<std::string>> keys{};
  TagKnowledge tag_knowledge = TagKnowledge::Unknown;
  std::vector<iam::Tag> tags{};
  /// Null: nothing but the caller's side decides.
  const ResourceSide* resource_side = nullptr;
};

/// The answer with its evidence.
struct Reply {
  Verdict verdict = Verdict::Blocked;
  /// The request that is allowed; for a blocked one, the request that came closest.
  policy::Request request;
  /// Possible: what is not known. Blocked: what stands in the way.
  std::string because;
  /// The statement that allows it, or the one that stands in the way.
  SourceRef where;
  /// How near a blocked one came; only for comparison.
  int closeness = 0;
};

/// Which of the actions of `ways()` some Allow statement names; one bit each.
using ActionBits = std::vector<bool>;

/// Reads each shared text once.
class ActionIndex {
 public:
  ActionIndex();

  [[nodiscard]] std::optional<std::size_t> number(std::string_view action) const;
  /// Adds what the text names.
  void add(const iam::SharedPolicy& policy, ActionBits& bits);

  [[nodiscard]] ActionBits none() const { return ActionBits(actions_.size()); }

 private:
  /// Sorted; as in the data, and in lower case.
  std::vector<std::string> actions_;
  std::vector<std::string> folded_;
  std::map<const policy::Policy*, std::vector<std::size_t>> known_;
};

/// The policies of one or several principals with the same ones. Not thread-safe: remembers which
/// statements speak about an action. The index outlives it.
class Power {
 public:
  Power(iam::PrincipalLayers layers, ActionIndex& index, TimePoint now);
  ~Power();
  Power(const Power&) = delete;
  Power& operator=(const Power&) = delete;

  [[nodiscard]] const iam::PrincipalLayers& layers() const { return layers_; }

  /// Whether an Allow statement of the identity policies names the action. Without one only a
  /// policy of the resource can allow it.
  [[nodiscard]] bool names(const std::string& action) const;
  /// Whether such a statement could also name this resource, conditions aside.
  [[nodiscard]] bool may_reach(const std::string& action, const std::string& resource) const;
  /// Whether such a statement could let this value of a condition key (lower case) through, as far
  /// as its own clauses on that key tell.
  [[nodiscard]] bool may_have(const std::string& action, std::string_view key,
                              const std::string& value) const;
  /// The resource patterns of those statements.
  [[nodiscard]] std::vector<std::string> patterns(const std::string& action) const;
  /// The action on a new thing of the caller's choice: one answer per resource type that it needs.
  /// `keys` as in `Ask`. Remembered.
  [[nodiscard]] std::vector<Reply> ask_new(
      const std::string& action, const iam::Principal& principal,
      const std::map<std::string, std::optional<std::string>>& keys) const;
  /// Whether the answer about this action may differ between principals with these policies.
  [[nodiscard]] bool is_personal(const std::string& action) const;

  [[nodiscard]] Reply ask(const Ask& question) const;

 private:
  struct Relevant;

  [[nodiscard]] const Relevant& relevant(const std::string& action) const;
  /// Further ARNs for a new thing, for when no pattern by itself gives one that is let through: per
  /// resource type as `nameable`.
  [[nodiscard]] std::vector<std::vector<std::string>> other_names(
      const std::string& action, const iam::Principal& principal) const;
  [[nodiscard]] std::vector<Reply> find_new(
      const std::string& action, const iam::Principal& principal,
      const std::map<std::string, std::optional<std::string>>& keys) const;
  /// The values of the keys that statements about this resource look at: other statements never
  /// apply, and every key doubles the requests to try.
  [[nodiscard]] std::vector<KeyChoices> choices_for(const policy::Stack& stack, const Ask& question,
                                                    const std::string& resource) const;
  [[nodiscard]] static policy::Stack with_resource(const Relevant& relevant, const Ask& question);

  iam::PrincipalLayers layers_;
  const ActionIndex& index_;
  ActionBits named_;
  TimePoint now_;
  /// As in `Search`, for all questions together.
  mutable std::size_t looks_;
  mutable std::map<std::string, std::unique_ptr<const Relevant>, std::less<>> relevant_;
  /// By action, the keys that matter and, if the answer is personal, the principal.
  mutable std::map<std::string, std::vector<Reply>, std::less<>> new_things_;
};

}  // namespace muster::escalation
