// Credentials of the place where muster runs: a container's agent, a machine's
// metadata service.
#pragma once

#include <optional>
#include <string>

#include "aws/config.h"
#include "aws/credentials.h"

namespace muster::aws {

/// Whom to ask in a container.
struct ContainerPlace {
  std::string url;
  /// A file with the token for `Authorization`, read at each request; wins over
  /// the token itself.
  std::string token_file;
  net::Secret token;
};

/// From `AWS_CONTAINER_CREDENTIALS_*`; nothing when they are not set. Errors
/// (`Usage`): no web address, or plain http to a host that is neither the
/// machine itself nor one of ECS and EKS.
[[nodiscard]] Result<std::optional<ContainerPlace>> container_place(const System& system);

/// Asks up to three times, a second apart. Errors (`Unreadable`).
/// Source: SDKs and Tools Reference Guide, "Container credential provider".
[[nodiscard]] Result<Credentials> container_credentials(const System& system,
                                                        const ContainerPlace& place);

/// Credentials of the machine's role, by IMDSv2; version 1, which any request
/// forged on the machine can ask, is never used. Nothing when there is no
/// metadata service, it is switched off, or the machine has no role. Errors:
/// `Usage` for an address that cannot be used; `Unreadable` when the service
/// refuses or what it says cannot be read. Source: SDKs and Tools Reference
/// Guide, "IMDS credential provider".
[[nodiscard]] Result<std::optional<Credentials>> machine_credentials(const Config& config);

}  // namespace muster::aws
