// The graph of an account: who can become whom, by which way, with a request for every step; and
// the shortest ways to more power. How verdicts come about: docs/escalations.md.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/escalation/edge.h"

namespace muster::escalation {

/// A shortest way from a principal to a target.
struct Path {
  const iam::Principal* start = nullptr;
  /// Null: rights of an administrator for a principal that the start holds.
  const iam::Principal* target = nullptr;
  /// It ends in rights of an administrator.
  bool admin = false;
  Verdict verdict = Verdict::Proven;
  /// Shared by all paths that go the same way.
  std::vector<std::shared_ptr<const Edge>> edges;
};

/// Everything that is asked about the principals of the account facts. Built once per audit. Not
/// thread-safe: remembers what principals could change about themselves.
class Graph {
 public:
  [[nodiscard]] static Graph build(const AuditInput& input);
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;
  ~Graph();

  [[nodiscard]] const std::vector<iam::Principal>& principals() const;

  /// Whether its policies give it `*` on `*` in effect.
  [[nodiscard]] bool is_admin(const iam::Principal& principal) const;

  /// Of every principal that is no administrator: per first way, the shortest path to rights of an
  /// administrator. Sorted by start, then proven before possible, then by length and way.
  [[nodiscard]] std::vector<Path> to_admin() const;

  /// Of one start: a shortest path to every principal that it can become, and to rights of an
  /// administrator. In the order of their length.
  [[nodiscard]] std::vector<Path> from(const iam::Principal& start) const;

  /// Of one start: paths to rights of an administrator that are none of these, as if the account
  /// lacked them; `known` are paths of `to_admin` with `is_plain`. Empty: there is no other path.
  /// Nothing: more combinations than are tried.
  [[nodiscard]] std::optional<std::vector<Path>> besides(const iam::Principal& start,
                                                         const std::vector<Path>& known) const;

  /// Whether no step changes what the next ones rest on: then the path is these steps and no
  /// others.
  [[nodiscard]] bool is_plain(const Path& path) const;

  /// The edges of one principal that its own policies name and something stops, with the blocker.
  [[nodiscard]] std::vector<Edge> blocked(const iam::Principal& start) const;

  /// What one principal may do.
  [[nodiscard]] Reply ask(const Ask& question) const;
  [[nodiscard]] const Power& power(const iam::Principal& principal) const;

 private:
  struct State;

  explicit Graph(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace muster::escalation
