// What is deployed does not lie where muster.yaml says: the path is a link, something else than a
// folder, or not there; or a folder above it is a link. Source: POSIX.1-2017, "4.13 Pathname
// Resolution": a link anywhere in a path leads elsewhere, to a tree with an owner of its own.
#include "checks/host/hosts.h"

namespace muster::host {
namespace {

void judge_place(const Host& host, const IntentHostPath& declared, Outcomes& out) {
  const std::string path = encoded(declared.path);
  const Asset asset = host.asset("host-path", path);
  const PathAnswer answer = look_at(host, path);
  if (answer.fact == nullptr) {
    out.undecided(asset, answer.where, answer.unknown).environment(host.environment);
    return;
  }
  std::string what = answer.fact->kind == PathKind::Directory ? "" : to_words(answer.fact->kind);
  std::string unknown;
  for (const ParentAnswer& parent : parents_of(host, path)) {
    if (parent.fact == nullptr) {
      unknown = "the facts do not tell whether `" + parent.path + "` is a folder or a link";
    } else if (what.empty() && parent.fact->kind != PathKind::Directory) {
      what = "below `" + parent.path + "`, which is " + to_words(parent.fact->kind);
    }
  }
  if (!what.empty()) {
    const auto link = host.facts->links.find(path);
    const std::string leads = link == host.facts->links.end() ? "" : link->second.real;
    Witness witness{WitnessKind::Text, {{"path", {path}}, {"it is", {what}}}};
    if (!leads.empty()) {
      witness.fields.push_back({"it leads to", {leads}});
    }
    out.fail(asset, answer.where, std::move(witness))
        .arg("path", path)
        .arg("host", host.id)
        .arg("what", what)
        .environment(host.environment)
        .because(leads.empty() ? "" : "it leads to `" + leads + "`")
        .related(declared.where, "where it is declared");
  } else if (!unknown.empty()) {
    out.undecided(asset, answer.where, unknown).environment(host.environment);
  } else {
    out.pass(asset, answer.where).environment(host.environment);
  }
}

void path_not_canonical(const AuditInput& input, Outcomes& out) {
  each_declared(input, out, &IntentHosts::paths, [&](const Host& host, const IntentHostPath& path) {
    judge_place(host, path, out);
  });
}

const Register kPathNotCanonicalCheck{
    "host-path-not-canonical", path_not_canonical, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
