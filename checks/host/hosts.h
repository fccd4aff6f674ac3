// The hosts that an audit judges: each with the facts that were collected of it and with what
// muster.yaml declares of it. They belong together by name and environment.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/host/facts.h"

namespace muster::host {

constexpr std::int64_t kDaySeconds = 86'400;
/// Bits of a mode that let others than the owner write.
constexpr std::uint32_t kWritableByOthers = 0022;
/// All that a file of secrets may have.
constexpr std::uint32_t kOwnerReadsAndWrites = 0600;

struct Host {
  /// `production/web-1`
  std::string id;
  std::string environment;
  /// What counts of it; null when there is nothing.
  const HostFacts* facts = nullptr;
  /// Why nothing can be said about it; empty when something can.
  std::string problem;
  std::vector<const IntentHosts*> declared;
  SourceRef where;

  [[nodiscard]] Asset asset() const { return {"host", id}; }

  /// Something on the host: `production/web-1:/opt/shop`.
  [[nodiscard]] Asset asset(std::string_view kind, std::string_view what) const {
    return {std::string(kind), id + ":" + std::string(what)};
  }
};

class Hosts {
 public:
  [[nodiscard]] static Hosts build(const AuditInput& input);

  /// Sorted by id. Those that are declared and of which there are no facts are among them, unless
  /// there are no facts of any host: then nobody has looked.
  [[nodiscard]] const std::vector<Host>& all() const { return hosts_; }

  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<HostFacts> facts_;
  std::vector<Host> hosts_;
  std::vector<Unreadable> unreadable_;
};

/// Facts that are cut short, changed, or of another version.
[[nodiscard]] std::vector<Unreadable> unreadable_host_facts(const AuditInput& input);

/// Calls `judge` with each host of which `concerns` is true; one about which nothing can be said is
/// undecided.
void each_host(const AuditInput& input, Outcomes& out, bool (*concerns)(const Host& host),
               const std::function<void(const Host& host)>& judge);

/// Calls `judge` with each item that muster.yaml declares under one of the keys of `hosts`, for
/// each host that it is declared of.
template <class Item, class Judge>
void each_declared(const AuditInput& input, Outcomes& out, std::vector<Item> IntentHosts::* items,
                   const Judge& judge) {
  for (const Host& host : input.model<Hosts>().all()) {
    bool concerned = false;
    for (const IntentHosts* group : host.declared) {
      for (const Item& item : group->*items) {
        concerned = true;
        if (host.problem.empty()) {
          judge(host, item);
        }
      }
    }
    if (concerned && !host.problem.empty()) {
      out.undecided(host.asset(), host.where, host.problem).environment(host.environment);
    }
  }
}

/// What the facts say of a path, or why they do not.
struct PathAnswer {
  /// Null when `unknown` says why.
  const PathFact* fact = nullptr;
  std::string unknown;
  SourceRef where;
};

/// `path`: as `encoded` writes it.
[[nodiscard]] PathAnswer look_at(const Host& host, const std::string& path);

/// The folder above; empty above `/`.
[[nodiscard]] std::string_view folder_above(std::string_view path);

/// A folder above a path, or why it is not known.
struct ParentAnswer {
  std::string path;
  const ParentFact* fact = nullptr;
};

/// All folders above a path, the nearest first.
[[nodiscard]] std::vector<ParentAnswer> parents_of(const Host& host, std::string_view path);

/// `dir`, `file`, …, in words for a reader: `a folder`.
[[nodiscard]] const char* to_words(PathKind kind);

/// `0640`
[[nodiscard]] std::string octal(std::uint32_t bits);

/// Whether what the facts tell is the user or group that muster.yaml names; nothing when that
/// cannot be said: names in a copy are those of the machine that read it.
[[nodiscard]] std::optional<bool> is_owner(const Host& host, std::string_view declared,
                                           std::uint32_t id, std::string_view name);

/// `app (1000)`
[[nodiscard]] std::string shown_owner(std::uint32_t id, std::string_view name);

/// Why what the file says does not count, when it does not: `it changed while it was read`; empty
/// when all of it was read.
[[nodiscard]] std::string gap_in(const HostFacts& facts, std::string_view what);

}  // namespace muster::host
