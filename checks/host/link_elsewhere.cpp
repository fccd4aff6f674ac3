// A link that chooses what runs (the upstream of a proxy, the folder of a release) is no link, or
// leads to none of the targets that muster.yaml names. Source: POSIX.1-2017, "4.13 Pathname
// Resolution": what opens the link gets whatever it leads to by then.
#include "checks/host/hosts.h"

namespace muster::host {
namespace {

struct Place {
  std::string defect;
  std::string unknown;
};

Place place_of(const Host& host, const std::string& path, const IntentLink& declared,
               const PathFact& fact) {
  if (fact.kind != PathKind::Link) {
    return {std::string("is ") + to_words(fact.kind), ""};
  }
  const auto found = host.facts->links.find(path);
  if (found == host.facts->links.end() || host.facts->skips.contains(path) ||
      found->second.state == "deny") {
    return {"", "the facts do not tell where the link leads"};
  }
  const LinkFact& link = found->second;
  if (link.state != "ok") {
    return {"leads nowhere", ""};
  }
  for (const std::string& target : declared.targets) {
    if (encoded(target) == link.real) {
      return {};
    }
  }
  return {"leads to `" + link.real + "`", ""};
}

void judge_link(const Host& host, const IntentLink& declared, Outcomes& out) {
  const std::string path = encoded(declared.path);
  const Asset asset = host.asset("host-link", path);
  const PathAnswer answer = look_at(host, path);
  const Place place = answer.fact == nullptr ? Place{"", answer.unknown}
                                             : place_of(host, path, declared, *answer.fact);
  if (!place.defect.empty()) {
    out.fail(asset, answer.where,
             {WitnessKind::Text,
              {{"link", {path}}, {"it", {place.defect}}, {"targets", declared.targets}}})
        .arg("path", path)
        .arg("host", host.id)
        .arg("defect", place.defect)
        .environment(host.environment)
        .related(declared.where, "where it is declared");
  } else if (!place.unknown.empty()) {
    out.undecided(asset, answer.where, place.unknown).environment(host.environment);
  } else {
    out.pass(asset, answer.where).environment(host.environment);
  }
}

void link_elsewhere(const AuditInput& input, Outcomes& out) {
  each_declared(input, out, &IntentHosts::links,
                [&](const Host& host, const IntentLink& link) { judge_link(host, link, out); });
}

const Register kLinkElsewhereCheck{"host-link-elsewhere", link_elsewhere, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
