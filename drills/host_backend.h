// A service on this host: a deploy script with a lock and a state file, optionally a proxy that a
// link turns from one color to the other.
#pragma once

#include "drills/backend.h"
#include "net/http.h"

namespace muster::drills {

/// The deploy state, format in docs/drills.md.
struct DeployState {
  /// With what ran before, which a rollback goes back to.
  Change newest;
  /// Empty without blue/green.
  std::string color;
};

/// Reads the deploy state: a JSON object of at most 64 KiB with the texts `run_id`, `release`, with
/// blue/green `color`, and `previous` with both again. Errors: `Unreadable`, `Invalid`; an empty
/// file is one.
[[nodiscard]] Result<DeployState> read_state(const std::string& path);

class HostBackend final : public Backend {
 public:
  /// `target` and `http` must outlive it. Relative paths start from `root`.
  HostBackend(const IntentDrill& target, std::string root, net::Http& http)
      : target_(target), root_(std::move(root)), http_(http) {}

  [[nodiscard]] Look look() override;
  [[nodiscard]] Result<std::unique_ptr<Hold>> hold(std::chrono::milliseconds limit) override;
  [[nodiscard]] Shipped deploy(const Release& release, const std::string& run,
                               const std::string& expect) override;
  [[nodiscard]] Status realign() override;
  [[nodiscard]] Result<std::string> digest(const std::string& release) override;
  [[nodiscard]] Status verify() override;

  /// As `read_state` of the target's file.
  [[nodiscard]] Result<DeployState> state() const;

  /// The path, from `root` when it is relative.
  [[nodiscard]] std::string absolute(const std::string& path) const;

 private:
  [[nodiscard]] bool has_colors() const { return !target_.link.empty(); }

  /// The version that is told there, on a connection of its own; empty when none is.
  [[nodiscard]] std::string version_at(const std::string& address);
  [[nodiscard]] std::string disagreement(const DeployState& state, const std::string& served);
  [[nodiscard]] Status point_to(const std::string& color);

  const IntentDrill& target_;
  std::string root_;
  net::Http& http_;
};

}  // namespace muster::drills
