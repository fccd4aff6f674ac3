// Environment files of hosts, with what muster.yaml declares of them and who reads them. Sources of
// how each reader takes a line: systemd.exec(5) "EnvironmentFile=" and its parser, Docker CLI
// reference "docker container run --env-file", Compose file reference "env_file", POSIX.1-2017
// Shell Command Language.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks/host/hosts.h"

namespace muster::host {

/// One environment file on one host.
struct EnvSubject {
  const Host* host = nullptr;
  std::string path;
  std::vector<const IntentEnvFile*> declared;
  /// Declared ones, and systemd when a unit of the facts names it.
  std::set<EnvReader> readers;
  /// Null when `unknown` says why.
  const EnvFile* content = nullptr;
  /// Why what is in it does not count.
  std::string unknown;
  SourceRef where;

  [[nodiscard]] Asset asset() const { return host->asset("host-env-file", path); }

  [[nodiscard]] bool is_read_by(EnvReader reader) const { return readers.contains(reader); }

  /// Whether a line that is not named may set the variable, for one of its readers; who they are
  /// may be unknown. Compose also takes `NAME: value`.
  [[nodiscard]] bool may_hide(std::string_view key) const;

  /// Whether one of its readers puts something else in the place of `${NAME}`.
  [[nodiscard]] bool may_replace(const EnvLine& line) const;

  /// The lines of the variable, in order.
  [[nodiscard]] std::vector<const EnvLine*> lines_of(std::string_view key) const;
};

/// Names of the units that read the file: `shop.service`.
[[nodiscard]] std::vector<std::string> units_reading(const HostFacts& facts, std::string_view path);

/// Calls `judge` with each environment file that muster.yaml declares or the facts tell of.
void each_env_file(const AuditInput& input, Outcomes& out,
                   const std::function<void(const EnvSubject& file)>& judge);

/// The same for those alone whose content is told as a whole; the others are undecided.
void each_env_content(const AuditInput& input, Outcomes& out,
                      const std::function<void(const EnvSubject& file)>& judge);

/// Whether the name says that the value is a secret, as host/collect.sh sees it.
[[nodiscard]] bool is_secret_name(std::string_view key);

/// Whether the line is one that sets a variable, named or not.
[[nodiscard]] bool is_assignment(const EnvLine& line);

/// Whether a shell certainly takes the value as it stands: blanks and `;` in it are not told.
[[nodiscard]] bool is_safe_for_shell(const EnvLine& line);

}  // namespace muster::host
