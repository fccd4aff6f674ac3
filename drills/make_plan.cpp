#include "drills/make_plan.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "checks/core/digest.h"

namespace muster::drills {
namespace {

Error useless(const std::string& why) {
  return Error{ErrorCode::Invalid, why, {}};
}

Result<Release> release_of(const IntentDrill& target, const std::string& name, Backend& backend) {
  MUSTER_TRY(std::string digest, backend.digest(name));
  return Release{name, std::move(digest), version_of(target, name)};
}

Status check_difference(const Plan& plan) {
  if (plan.from.digest == plan.to.digest) {
    return useless("`" + plan.to.name + "` is the same image as `" + plan.from.name + "` (" +
                   plan.to.digest + "): rolling back to it changes nothing");
  }
  if (plan.from.version == plan.to.version) {
    return useless("`" + plan.to.name + "` and `" + plan.from.name + "` both tell version `" +
                   plan.to.version + "`: nobody could say which one runs");
  }
  return Done{};
}

}  // namespace

std::string from_root(const Plan& plan, const std::string& path) {
  return path.starts_with('/') ? path : plan.root + "/" + path;
}

Result<std::vector<PathFile>> path_files(const Plan& plan) {
  std::vector<PathFile> files;
  for (const std::string& name : plan.target.path) {
    std::ifstream in(from_root(plan, name), std::ios::binary);
    if (!in) {
      return Error{ErrorCode::Unreadable, "`" + name + "` of the rollback path cannot be read", {}};
    }
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    files.push_back({name, hex(sha256(bytes))});
  }
  std::ranges::sort(files, {}, &PathFile::name);
  return files;
}

Result<Plan> make_plan(const IntentDrill& target, EnvironmentClass kind, const std::string& root,
                       HostBackend& backend, const std::optional<std::string>& to) {
  MUSTER_TRY(const DeployState state, backend.state());
  const std::string previous = to.value_or(state.newest.replaced_release);
  if (previous.empty()) {
    return useless("the deploy state names no previous release: nobody knows what to roll back to");
  }
  Plan plan;
  plan.target = target;
  plan.target.where = {};
  plan.kind = kind;
  plan.root = root;
  plan.baseline = state.newest.id;
  MUSTER_TRY(plan.from, release_of(target, state.newest.release, backend));
  MUSTER_TRY(plan.to, release_of(target, previous, backend));
  MUSTER_TRY(plan.path, path_files(plan));
  MUSTER_CHECK_OK(check_difference(plan));
  return plan;
}

Status still_as_planned(const Plan& plan, Backend& backend) {
  MUSTER_TRY(const auto files, path_files(plan));
  if (files != plan.path) {
    return useless("a file of the rollback path was changed since the plan: make a new plan");
  }
  for (const Release& release : {plan.from, plan.to}) {
    MUSTER_TRY(const std::string digest, backend.digest(release.name));
    if (digest != release.digest) {
      return useless("`" + release.name + "` names another image than the plan (" + digest +
                     " instead of " + release.digest + "): make a new plan");
    }
  }
  return Done{};
}

}  // namespace muster::drills
