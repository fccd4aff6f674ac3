// The verdict of an edge is that of its weakest step.
#include "checks/escalation/draft.h"

#include <algorithm>
#include <utility>

#include "checks/escalation/candidates.h"

namespace muster::escalation {
namespace {

constexpr std::string_view kAdministrator = "arn:aws:iam::aws:policy/AdministratorAccess";

std::string shown(const std::string& action, const Reply& reply) {
  const std::string& resource = reply.request.resource;
  return "`" + action + "`" +
         (resource.empty() || resource == "*" ? std::string() : " on `" + resource + "`");
}

}  // namespace

std::string way_id(const Edge& edge) {
  return edge.way == nullptr ? "sts-assume-role" : edge.way->id;
}

Draft::Draft(const AccountMap& map, const Way* way, Id from, Id to) : map_(map), from_(from) {
  edge_.from = &map.principal(from);
  edge_.to = &map.principal(to);
  edge_.way = way;
  if (way != nullptr && !way->open.empty()) {
    unknown(way->open);
  }
}

void Draft::set_keys(const std::string& role, const std::string& carrier) {
  for (const KeyValue& key : edge_.way->keys) {
    std::optional<std::string> value = key.value;
    if (value == "{role}") {
      value = role;
    } else if (value == "{carrier}") {
      value = carrier;
    } else if (value == "{admin}") {
      value = kAdministrator;
    }
    set_key(key.key, std::move(value));
  }
}

void Draft::unknown(std::string because) {
  edge_.verdict = std::min(edge_.verdict, Verdict::Possible);
  if (!blocked()) {
    edge_.because.push_back(std::move(because));
  }
}

void Draft::stop(std::string because) {
  if (!blocked()) {
    edge_.verdict = Verdict::Blocked;
    edge_.because = {std::move(because)};
  }
}

Reply Draft::ask(const std::string& action, const Object& object) const {
  return map_.power(from_).ask({map_.principal(from_), action, object.resources, keys_,
                                object.tag_knowledge, object.tags, nullptr});
}

void Draft::take(const std::string& action, const Reply& reply) {
  edge_.hops.push_back({reply.request, reply.verdict, reply.where});
  edge_.closeness = reply.closeness;
  if (reply.verdict == Verdict::Possible) {
    unknown(shown(action, reply) + ": " + reply.because);
  } else if (reply.verdict == Verdict::Blocked) {
    stop(shown(action, reply) + ": " + reply.because);
  }
}

Reply Draft::step(const std::string& action, const Object& object) {
  if (blocked()) {
    return {};
  }
  Reply reply = ask(action, object);
  take(action, reply);
  return reply;
}

void Draft::step_on_new(const std::string& action) {
  if (blocked()) {
    return;
  }
  for (const Reply& reply : map_.power(from_).ask_new(action, map_.principal(from_), keys_)) {
    if (!blocked()) {
      take(action, reply);
    }
  }
}

void Draft::step_on_existing(const std::string& action, const std::vector<std::string>& types) {
  const auto things = map_.things(types, map_.principal(from_).account);
  if (things.empty()) {
    step_on_new(action);
    unknown("the inventory names no `" + types.front() + "`");
    return;
  }
  Reply best;
  for (const iam::Resource* thing : things) {
    Reply reply = ask(action, object_of(action, *thing));
    if (best.request.action.empty() || reply.verdict > best.verdict) {
      best = std::move(reply);
    }
  }
  if (!blocked()) {
    take(action, best);
  }
}

void Draft::any_step(const std::vector<std::string>& actions, const std::string& otherwise) {
  if (blocked()) {
    return;
  }
  for (const std::string& action : actions) {
    if (!map_.power(from_).names(action)) {
      continue;
    }
    Draft attempt = *this;
    attempt.step_on_new(action);
    if (!attempt.blocked()) {
      edge_ = std::move(attempt.edge_);
      return;
    }
  }
  unknown(otherwise);
}

Object object_of(const std::string& action, const iam::Resource& thing) {
  return {spellings(action, thing.arn),
          thing.tags.empty() ? TagKnowledge::Unknown : TagKnowledge::Listed, thing.tags};
}

Object object_of(const iam::Principal& principal) {
  return {{principal.arn}, TagKnowledge::Listed, principal.tags};
}

bool is_nearer(const Edge& a, const Edge& b) {
  return std::pair(a.hops.size(), a.closeness) > std::pair(b.hops.size(), b.closeness);
}

void keep_better(std::optional<Edge>& best, Edge edge) {
  if (!best || edge.verdict > best->verdict ||
      (edge.verdict == best->verdict && edge.verdict == Verdict::Blocked &&
       is_nearer(edge, *best))) {
    best = std::move(edge);
  }
}

}  // namespace muster::escalation
