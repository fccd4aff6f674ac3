#include "checks/image/reference.h"

#include <algorithm>

namespace muster::image {
namespace {

/// Then the region and `.amazonaws.com`, in China with `.cn` behind it.
constexpr std::string_view kEcrHost = ".dkr.ecr.";
constexpr std::string_view kEcrFipsHost = ".dkr.ecr-fips.";

bool is_registry(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:") != std::string_view::npos;
}

/// `111122223333.dkr.ecr.eu-central-1.amazonaws.com`
void read_ecr_host(Reference& reference) {
  const std::string_view host = reference.registry;
  for (const std::string_view mark : {kEcrHost, kEcrFipsHost}) {
    const std::size_t at = host.find(mark);
    const std::size_t region = at + mark.size();
    const std::size_t end = at == std::string_view::npos ? at : host.find('.', region);
    if (end != std::string_view::npos && host.substr(end).starts_with(".amazonaws.com")) {
      reference.kind = RegistryKind::Ecr;
      reference.account = host.substr(0, at);
      reference.region = host.substr(region, end - region);
      return;
    }
  }
}

void take_digest(std::string_view& rest, Reference& reference) {
  const std::size_t at = rest.find('@');
  if (at != std::string_view::npos) {
    reference.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
}

/// The tag stands behind the last colon that no slash follows.
void take_tag(std::string_view& rest, Reference& reference) {
  const std::size_t colon = rest.rfind(':');
  const bool tagged = colon != std::string_view::npos && rest.find('/', colon) == std::string::npos;
  if (tagged) {
    reference.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  } else if (reference.digest.empty()) {
    reference.tag = "latest";
  }
}

}  // namespace

std::string Reference::repository_arn() const {
  return kind != RegistryKind::Ecr ? ""
                                   : "arn:" + std::string(partition_of(region)) + ":ecr:" + region +
                                         ":" + account + ":repository/" + repository;
}

std::optional<Reference> parse_reference(std::string_view text) {
  if (text.empty() || text.find_first_of("$ \t\n{}<>") != std::string_view::npos) {
    return std::nullopt;
  }
  Reference reference;
  reference.registry = "docker.io";
  std::string_view rest = text;
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && is_registry(rest.substr(0, slash))) {
    reference.registry = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
  }
  take_digest(rest, reference);
  take_tag(rest, reference);
  if (rest.empty()) {
    return std::nullopt;
  }
  reference.repository = rest;
  reference.kind =
      reference.registry == "public.ecr.aws" ? RegistryKind::EcrPublic : RegistryKind::Other;
  read_ecr_host(reference);
  return reference;
}

std::string_view partition_of(std::string_view region) {
  return region.starts_with("cn-")       ? "aws-cn"
         : region.starts_with("us-gov-") ? "aws-us-gov"
                                         : "aws";
}

}  // namespace muster::image
