// An edge in the making: request after request, until one is blocked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/escalation/edge.h"

namespace muster::escalation {

/// What a step acts on.
struct Object {
  std::vector<std::string> resources;
  TagKnowledge tag_knowledge = TagKnowledge::Unknown;
  std::vector<iam::Tag> tags{};
};

class Draft {
 public:
  Draft(const AccountMap& map, const Way* way, Id from, Id to);

  [[nodiscard]] bool blocked() const { return edge_.verdict == Verdict::Blocked; }

  [[nodiscard]] Edge& edge() { return edge_; }

  /// Fixes a condition key (lower case) for the steps to come; nothing = absent.
  void set_key(const std::string& key, std::optional<std::string> value) {
    keys_[key] = std::move(value);
  }

  /// The keys that the way fixes, with the ARNs of the role and of its carrier for their places.
  void set_keys(const std::string& role, const std::string& carrier);

  /// Asks, and goes on with the answer. Does nothing once blocked. Returns the answer.
  Reply step(const std::string& action, const Object& object);
  /// A step on anything that the caller can name.
  void step_on_new(const std::string& action);
  /// A step on a thing of one of these types; possible when the facts name none.
  void step_on_existing(const std::string& action, const std::vector<std::string>& types);
  /// One of these steps, on anything.
  void any_step(const std::vector<std::string>& actions, const std::string& otherwise);

  void unknown(std::string because);
  void stop(std::string because);

 private:
  [[nodiscard]] Reply ask(const std::string& action, const Object& object) const;
  void take(const std::string& action, const Reply& reply);

  const AccountMap& map_;
  Id from_;
  std::map<std::string, std::optional<std::string>> keys_;
  Edge edge_;
};

/// A thing of the inventory as the object of an action.
[[nodiscard]] Object object_of(const std::string& action, const iam::Resource& thing);

/// A user or role as the object of an action.
[[nodiscard]] Object object_of(const iam::Principal& principal);

/// Whether a blocked edge got further than another.
[[nodiscard]] bool is_nearer(const Edge& a, const Edge& b);

/// The better of the two: proven before possible before blocked, then the one that got further.
void keep_better(std::optional<Edge>& best, Edge edge);

}  // namespace muster::escalation
