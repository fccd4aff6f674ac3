// Units of systemd on a host, as their files say and as systemd loaded them. Source:
// systemd.unit(5): drop-ins add to a unit and win over it; an empty assignment takes back what
// stands before.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/host/hosts.h"

namespace muster::host {

struct Unit {
  const Host* host = nullptr;
  /// Of its file.
  std::string path;
  std::vector<const IntentUnit*> declared;
  /// Null when `unknown` says why.
  const std::vector<UnitLine>* lines = nullptr;
  /// Why what the file says is not what systemd has.
  std::string unknown;
  SourceRef where;

  [[nodiscard]] Asset asset() const { return host->asset("host-unit", path); }

  /// `shop.service`
  [[nodiscard]] std::string name() const;

  /// The lines of `[Service]` that set this and count.
  [[nodiscard]] std::vector<const UnitLine*> service(std::string_view name) const;

  /// The last of them; empty without one.
  [[nodiscard]] std::string last_service(std::string_view name) const;

  [[nodiscard]] bool is_service() const;

  /// What systemd says of it; nothing when it was not asked.
  [[nodiscard]] std::optional<std::string> property(std::string_view name) const;
};

/// Calls `judge` with each unit whose content is told as a whole and has no drop-ins; the others
/// are undecided. Units without `[Service]` are left out.
void each_service(const AuditInput& input, Outcomes& out,
                  const std::function<void(const Unit& unit)>& judge);

}  // namespace muster::host
