// The state file of a host names nothing that a rollback could go back to: no version before, the
// one that runs, or a name that stands for something else tomorrow (a branch, `latest`, an image
// without a tag). A commit and a digest are for ever; of another tag the facts do not tell whether
// it can be moved. Sources: git-scm.com "Git Internals - Git References"; OCI Distribution
// Specification, "Pulling manifests".
#include <algorithm>
#include <array>

#include "checks/host/deploy_state.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

/// The tag of an image; empty without one.
std::string_view tag_of(std::string_view image) {
  const std::size_t colon = image.rfind(':');
  const std::size_t slash = image.rfind('/');
  return colon == std::string_view::npos || (slash != std::string_view::npos && slash > colon)
             ? ""
             : image.substr(colon + 1);
}

bool is_branch(std::string_view name, const Intent& intent) {
  static constexpr std::array<std::string_view, 4> kUsual = {"main", "master", "develop", "HEAD"};
  return text::one_of(name, kUsual) || name == intent.default_branch ||
         name.starts_with("refs/heads/") || name.starts_with("origin/") ||
         std::ranges::any_of(intent.environments, [&](const IntentEnvironment& environment) {
           return text::one_of(name, environment.branches);
         });
}

/// Whether both are one image, by its digest, whatever it is called.
bool is_same(const std::string& a, const std::string& b) {
  const std::size_t digest_a = a.find("sha256:");
  const std::size_t digest_b = b.find("sha256:");
  return a == b || (digest_a != std::string::npos && digest_b != std::string::npos &&
                    a.substr(digest_a) == b.substr(digest_b));
}

std::string defect_of(const DeployState& state, const Intent& intent) {
  if (state.previous.empty()) {
    return "gives no version before";
  }
  if (is_same(state.previous, state.current)) {
    return "gives the version that runs as the one before";
  }
  const std::string_view tag = tag_of(state.previous);
  if (is_immutable(state.previous)) {
    return "";
  }
  if (is_branch(state.previous, intent)) {
    return "gives a branch as the version before, `" + state.previous + "`";
  }
  const bool image = state.previous.find('/') != std::string::npos;
  const bool latest = tag == "latest" || state.previous == "latest";
  return latest || (image && tag.empty())
             ? "gives `" + state.previous + "` as the version before, whatever that is by then"
             : "";
}

void judge_previous(const Host& host, const IntentState& declared, const Intent& intent,
                    Outcomes& out) {
  const std::string path = encoded(declared.path);
  const Asset asset = host.asset("host-state", path);
  const DeployState state = read_state(host, declared);
  const auto undecided = [&](const std::string& why) {
    out.undecided(asset, state.where, why).environment(host.environment);
  };
  if (!state.unknown.empty()) {
    undecided(state.unknown);
    return;
  }
  if (!state.defect.empty()) {
    undecided("the file " + state.defect);
    return;
  }
  const std::string defect = defect_of(state, intent);
  if (!defect.empty()) {
    out.fail(asset, state.where,
             {WitnessKind::Text,
              {{"file", {path}},
               {"runs", {state.current}},
               {"before", {state.previous.empty() ? "nothing" : state.previous}}}})
        .arg("path", path)
        .arg("host", host.id)
        .arg("defect", defect)
        .environment(host.environment)
        .related(declared.where, "where it is declared");
  } else if (!is_immutable(state.previous)) {
    undecided("whether `" + state.previous +
              "` still names what ran is not known; keep the commit, or the image by its digest");
  } else {
    out.pass(asset, state.where).environment(host.environment);
  }
}

void state_no_way_back(const AuditInput& input, Outcomes& out) {
  each_declared(input, out, &IntentHosts::states, [&](const Host& host, const IntentState& state) {
    judge_previous(host, state, input.intent(), out);
  });
}

const Register kStateNoWayBackCheck{
    "host-state-no-way-back", state_no_way_back, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
