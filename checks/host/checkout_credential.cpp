// A checkout on a host has a credential in the address of its remote: `.git/config` is readable by
// whoever may read the checkout, and the credential is in every copy of it. Source: git-scm.com
// "gitcredentials": helpers and deploy keys keep it elsewhere.
#include <algorithm>

#include "checks/host/hosts.h"

namespace muster::host {
namespace {

void judge_remotes(const Host& host, const std::string& folder, const std::vector<Remote>& remotes,
                   Outcomes& out) {
  const Asset asset = host.asset("host-checkout", folder);
  const auto says = [&](std::string_view answer) {
    return std::ranges::find_if(remotes,
                                [&](const Remote& one) { return one.credential == answer; });
  };
  const auto bad = says("yes");
  if (bad != remotes.end()) {
    out.fail(asset, bad->where,
             {WitnessKind::Text, {{"folder", {folder}}, {"remote", {bad->address}}}})
        .arg("folder", folder)
        .arg("host", host.id)
        .arg("remote", bad->address)
        .environment(host.environment);
    return;
  }
  const auto unknown = says("unknown");
  if (unknown != remotes.end()) {
    out.undecided(asset, unknown->where,
                  "the address of a remote is written in a way that the collector does not read")
        .environment(host.environment);
  } else {
    out.pass(asset, remotes.front().where).environment(host.environment);
  }
}

bool has_checkouts(const Host& host) {
  return host.facts != nullptr && !host.facts->checkouts.empty();
}

void checkout_credential(const AuditInput& input, Outcomes& out) {
  each_host(input, out, has_checkouts, [&](const Host& host) {
    for (const auto& [folder, checkout] : host.facts->checkouts) {
      const auto remotes = host.facts->remotes.find(folder);
      const std::string gap = gap_in(*host.facts, folder + "/.git/config");
      if (!gap.empty()) {
        out.undecided(host.asset("host-checkout", folder), checkout.where,
                      "its configuration was not read: " + gap)
            .environment(host.environment);
      } else if (remotes == host.facts->remotes.end()) {
        out.pass(host.asset("host-checkout", folder), checkout.where).environment(host.environment);
      } else {
        judge_remotes(host, folder, remotes->second, out);
      }
    }
  });
}

const Register kCheckoutCredentialCheck{
    "host-checkout-credential", checkout_credential, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
