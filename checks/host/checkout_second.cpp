// Beside the folder that it is deployed to there is another checkout of the same repository: a tree
// that nobody looks after, and that somebody will take for the real one. Looked for where the facts
// tell whole folders. Source: git-scm.com "gitrepository-layout": what a checkout is a copy of
// stands in its configuration.
#include <algorithm>
#include <set>

#include "checks/host/hosts.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

/// `git.example.com/acme/shop` of an address, however the repository is reached.
std::string repository_of(std::string_view address) {
  const std::size_t scheme = address.find("://");
  std::string name(scheme == std::string_view::npos ? address : address.substr(scheme + 3));
  const std::size_t colon = name.find(':');
  if (scheme == std::string_view::npos && colon != std::string::npos) {
    name[colon] = '/';
  }
  while (name.ends_with('/')) {
    name.pop_back();
  }
  if (name.ends_with(".git")) {
    name.resize(name.size() - 4);
  }
  return text::lower(name);
}

/// What the checkout is a copy of; empty where not all of it is told.
std::set<std::string> repositories_of(const HostFacts& facts, const std::string& folder) {
  std::set<std::string> names;
  const auto remotes = facts.remotes.find(folder);
  if (remotes == facts.remotes.end() || facts.skips.contains(folder + "/.git/config")) {
    return {};
  }
  for (const Remote& remote : remotes->second) {
    if (remote.address.empty()) {
      return {};
    }
    names.insert(repository_of(remote.address));
  }
  return names;
}

/// Folders in which a checkout lies, as far as the facts tell.
std::set<std::string> checkouts_on(const HostFacts& facts) {
  constexpr std::string_view kGit = "/.git";
  std::set<std::string> folders;
  for (const auto& [folder, checkout] : facts.checkouts) {
    folders.insert(folder);
  }
  for (const auto& [path, fact] : facts.paths) {
    if (path.ends_with(kGit) && fact.kind != PathKind::None) {
      folders.insert(path.substr(0, path.size() - kGit.size()));
    }
  }
  return folders;
}

bool lies_in(std::string_view path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

void fail_second(const Host& host, const std::string& folder, const std::string& canonical,
                 const SourceRef& where, Outcomes& out) {
  out.fail(host.asset("host-checkout", folder), where,
           {WitnessKind::Text, {{"folder", {folder}}, {"deployed to", {canonical}}}})
      .arg("folder", folder)
      .arg("host", host.id)
      .arg("canonical", canonical)
      .environment(host.environment);
}

/// `own`: what is checked out where it is deployed to.
void judge_checkout(const Host& host, const std::string& folder, const std::string& canonical,
                    const std::set<std::string>& own, Outcomes& out) {
  const HostFacts& facts = *host.facts;
  const auto told = facts.checkouts.find(folder);
  const SourceRef where =
      told == facts.checkouts.end() ? facts.paths.at(folder + "/.git").where : told->second.where;
  const std::set<std::string> other = repositories_of(facts, folder);
  if (other.empty()) {
    out.undecided(host.asset("host-checkout", folder), where,
                  "the facts do not tell of which repository it is; ask for it with `--git`")
        .environment(host.environment);
  } else if (std::ranges::any_of(other,
                                 [&](const std::string& name) { return own.contains(name); })) {
    fail_second(host, folder, canonical, where, out);
  } else {
    out.pass(host.asset("host-checkout", folder), where).environment(host.environment);
  }
}

std::set<std::string> canonical_paths(const Host& host) {
  std::set<std::string> paths;
  for (const IntentHosts* group : host.declared) {
    for (const IntentHostPath& path : group->paths) {
      paths.insert(encoded(path.path));
    }
  }
  return paths;
}

bool has_paths(const Host& host) {
  return std::ranges::any_of(host.declared,
                             [](const IntentHosts* group) { return !group->paths.empty(); });
}

void judge_host(const Host& host, Outcomes& out) {
  const std::set<std::string> paths = canonical_paths(host);
  for (const std::string& canonical : paths) {
    const std::set<std::string> own = repositories_of(*host.facts, canonical);
    if (own.empty()) {
      continue;
    }
    for (const std::string& folder : checkouts_on(*host.facts)) {
      if (std::ranges::none_of(paths,
                               [&](const std::string& path) { return lies_in(folder, path); })) {
        judge_checkout(host, folder, canonical, own, out);
      }
    }
  }
}

void checkout_second(const AuditInput& input, Outcomes& out) {
  each_host(input, out, has_paths, [&](const Host& host) { judge_host(host, out); });
}

const Register kCheckoutSecondCheck{
    "host-checkout-second", checkout_second, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
