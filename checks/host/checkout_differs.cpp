// The checkout on a host stands at another commit than the state file of its deploys says. Either
// somebody changed it by hand, or a deploy wrote down what it did not do: a rollback starts from
// what is not so. Whether files of the checkout were changed is not told: git itself is not run.
// Source: git-scm.com "gitrepository-layout", HEAD and refs.
#include "checks/host/deploy_state.h"

namespace muster::host {
namespace {

void fail_commit(const Host& host, const std::string& folder, const Checkout& checkout,
                 const DeployState& state, Outcomes& out) {
  out.fail(host.asset("host-checkout", folder), checkout.where,
           {WitnessKind::Text,
            {{"folder", {folder}},
             {"it stands at", {checkout.commit}},
             {"the state file says", {state.current}}}})
      .arg("folder", folder)
      .arg("host", host.id)
      .arg("commit", checkout.commit)
      .arg("state", state.current)
      .environment(host.environment)
      .related(state.where, "the state file");
}

void judge_commit(const Host& host, const std::string& folder, const IntentState& declared,
                  Outcomes& out) {
  constexpr std::size_t kCommit = 40;
  const Checkout& checkout = host.facts->checkouts.at(folder);
  const Asset asset = host.asset("host-checkout", folder);
  const DeployState state = read_state(host, declared);
  const auto undecided = [&](const std::string& why) {
    out.undecided(asset, checkout.where, why).environment(host.environment);
  };
  if (!state.unknown.empty()) {
    undecided(state.unknown);
  } else if (!state.defect.empty()) {
    undecided("the state file " + state.defect);
  } else if (checkout.commit.empty() || host.facts->skips.contains(folder)) {
    undecided("the facts do not tell which commit it stands at");
  } else if (!is_immutable(state.current) || state.current.size() != kCommit) {
    undecided("the state file names `" + state.current +
              "`, and which commit that is the facts do not tell");
  } else if (state.current != checkout.commit) {
    fail_commit(host, folder, checkout, state, out);
  } else {
    out.pass(asset, checkout.where).environment(host.environment);
  }
}

void judge_group(const Host& host, const IntentHosts& group, Outcomes& out) {
  for (const IntentHostPath& path : group.paths) {
    const std::string folder = encoded(path.path);
    if (!host.facts->checkouts.contains(folder)) {
      const std::string head = folder + "/.git/HEAD";
      const auto skip = host.facts->skips.find(head);
      if (skip != host.facts->skips.end() && skip->second.reason != "none") {
        out.undecided(
               host.asset("host-checkout", folder), skip->second.where,
               "the facts do not tell which commit it stands at: " + gap_in(*host.facts, head))
            .environment(host.environment);
      }
      continue;
    }
    for (const IntentState& state : group.states) {
      judge_commit(host, folder, state, out);
    }
  }
}

bool has_state_and_path(const Host& host) {
  for (const IntentHosts* group : host.declared) {
    if (!group->paths.empty() && !group->states.empty()) {
      return true;
    }
  }
  return false;
}

void checkout_differs(const AuditInput& input, Outcomes& out) {
  each_host(input, out, has_state_and_path, [&](const Host& host) {
    for (const IntentHosts* group : host.declared) {
      judge_group(host, *group, out);
    }
  });
}

const Register kCheckoutDiffersCheck{
    "host-checkout-differs", checkout_differs, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
