#include "aws/metadata.h"

#include <algorithm>
#include <array>

#include "aws/sts.h"
#include "aws/value.h"
#include "net/ascii.h"
#include "net/url.h"

namespace muster::aws {
namespace {

constexpr net::Milliseconds kContainerTimeout{2000};
constexpr net::Milliseconds kMachineTimeout{1000};
constexpr CredentialNames kNames{"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};

Error unreadable(std::string message) {
  return {ErrorCode::Unreadable, std::move(message), {}};
}

/// Hosts that may be asked without TLS.
bool is_local(const std::string& host) {
  static constexpr std::array<std::string_view, 5> kHosts = {
      "localhost", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[::1]"};
  const bool loopback = host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
                        host.find_first_not_of("0123456789.") == std::string::npos;
  return loopback || std::ranges::find(kHosts, host) != kHosts.end();
}

/// `true` in any case.
bool is_set(const System& system, const std::string& name) {
  return net::lower(system.variable(name).value_or("")) == "true";
}

Result<net::Secret> container_token(const System& system, const ContainerPlace& place) {
  net::Secret token = place.token;
  if (!place.token_file.empty()) {
    MUSTER_TRY(const auto bytes, system.read_file(place.token_file));
    if (!bytes) {
      return Error{ErrorCode::Unreadable, "there is no such container token file",
                   SourceRef{SourceId(place.token_file), {}}};
    }
    token = net::Secret(*bytes);
  }
  if (token.reveal().find_first_of("\r\n") != std::string::npos) {
    return unreadable("the container's authorization token has a line break in it");
  }
  return token;
}

Result<Credentials> read_credentials(const net::Reply& reply, const std::string& source) {
  if (reply.failure != net::Failure::None) {
    return unreadable(source + ": " + reply.why);
  }
  if (reply.status != 200) {
    return unreadable(source + ": HTTP " + std::to_string(reply.status));
  }
  const auto parsed = parse_json(reply.body);
  if (!parsed) {
    return unreadable(source + ": " + parsed.error().message);
  }
  return credentials_from(parsed.value(), kNames, source);
}

/// The metadata service of one machine.
class Machine {
 public:
  Machine(const System& system, std::string url) : system_(system), url_(std::move(url)) {}

  Result<std::optional<Credentials>> credentials() {
    MUSTER_TRY(const auto token, token_of_session());
    if (!token) {
      return std::optional<Credentials>();
    }
    constexpr std::string_view kPath = "/latest/meta-data/iam/security-credentials/";
    const net::Reply role = ask(std::string(kPath), *token);
    if (role.failure != net::Failure::None || role.status != 200 || role.body.empty()) {
      return std::optional<Credentials>();
    }
    const std::string name = role.body.substr(0, role.body.find('\n'));
    MUSTER_TRY(Credentials found,
               read_credentials(ask(std::string(kPath) + net::percent_encoded(name), *token),
                                "role " + name + " of this machine"));
    return std::optional(std::move(found));
  }

 private:
  /// The token that every other question needs; nothing when there is no such
  /// service.
  Result<std::optional<net::Secret>> token_of_session() {
    const net::Reply reply =
        system_.http().send({.method = "PUT",
                             .url = url_ + "/latest/api/token",
                             .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}},
                             .reach = net::Reach::Metadata,
                             .label = "imds token",
                             .timeout = kMachineTimeout});
    if (reply.status == 400) {
      return unreadable("the machine's metadata service refuses to give a token: HTTP 400");
    }
    const bool usable = reply.failure == net::Failure::None && reply.status == 200;
    return usable ? std::optional(net::Secret(reply.body)) : std::nullopt;
  }

  net::Reply ask(const std::string& path, const net::Secret& token) {
    return system_.http().send({.url = url_ + path,
                                .headers = {{"x-aws-ec2-metadata-token", token.reveal()}},
                                .reach = net::Reach::Metadata,
                                .label = "imds role",
                                .timeout = kMachineTimeout});
  }

  const System& system_;
  std::string url_;
};

}  // namespace

Result<std::optional<ContainerPlace>> container_place(const System& system) {
  const auto relative = system.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const auto full = system.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative && !full) {
    return std::optional<ContainerPlace>();
  }
  ContainerPlace place{
      relative ? "http://169.254.170.2" + *relative : *full,
      system.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").value_or(""),
      net::Secret(system.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or(""))};
  const auto url = net::parse_url(place.url);
  if (!url || (url.value().scheme != "https" && !is_local(url.value().host))) {
    return Error{ErrorCode::Usage,
                 "the address of the container's credentials cannot be used: " +
                     (url ? "plain http to another host" : url.error().message),
                 {}};
  }
  return std::optional(std::move(place));
}

Result<Credentials> container_credentials(const System& system, const ContainerPlace& place) {
  constexpr int kAttempts = 3;
  Result<Credentials> last = unreadable("");
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    MUSTER_TRY(const net::Secret token, container_token(system, place));
    net::Request request{.url = place.url,
                         .headers = {{"Accept", "application/json"}},
                         .reach = net::Reach::Metadata,
                         .label = "container credentials",
                         .timeout = kContainerTimeout};
    if (!token.empty()) {
      request.headers.push_back({"Authorization", token.reveal()});
    }
    last = read_credentials(system.http().send(request), "container");
    if (last || attempt == kAttempts) {
      break;
    }
    system.clock().sleep(net::Milliseconds(1000));
  }
  return last;
}

Result<std::optional<Credentials>> machine_credentials(const Config& config) {
  const System& system = config.system();
  if (is_set(system, "AWS_EC2_METADATA_DISABLED")) {
    return std::optional<Credentials>();
  }
  std::string url =
      config.variable_or("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
  if (url.empty()) {
    const std::string mode = config.variable_or("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                                                "ec2_metadata_service_endpoint_mode");
    url = mode == "ipv6" || mode == "IPv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  if (!net::parse_url(url)) {
    return Error{ErrorCode::Usage, "the address of the metadata service cannot be used", {}};
  }
  url.resize(url.find_last_not_of('/') + 1);
  return Machine(system, url).credentials();
}

}  // namespace muster::aws
