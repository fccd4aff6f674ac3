// An instance takes SSH from the whole internet. Source: Amazon EC2 User Guide, "Security group
// rules"; a permission with the protocol -1 has no ports and lets in all of them. Network ACLs and
// routes are not looked at: they may still hold traffic back.
#include "checks/host/instances.h"
#include "checks/iam/aws_answers.h"

namespace muster::host {
namespace {

constexpr long kSsh = 22;

/// What the groups of an instance say about SSH from anywhere.
struct Exposure {
  const Ingress* open = nullptr;
  std::string group;
  std::string range;
  /// Why the answer is open, when none is found.
  std::string unknown;
};

Exposure exposure_of(const Instance& instance, const Instances& all) {
  Exposure found;
  for (const std::string& id : instance.security_groups) {
    const std::vector<Ingress>* entries = all.group(id);
    if (entries == nullptr) {
      found.unknown = "security group `" + id + "` is not among the facts";
      continue;
    }
    for (const Ingress& entry : *entries) {
      if (!entry.lets_in(kSsh)) {
        continue;
      }
      for (const std::string& range : entry.ranges) {
        if (is_the_internet(range)) {
          return {&entry, id, range, ""};
        }
      }
      if (!entry.prefix_lists.empty()) {
        found.unknown = "what prefix list `" + entry.prefix_lists.front() +
                        "` of security group `" + id + "` holds is not among the facts";
      }
    }
  }
  return found;
}

void judge(const Instance& instance, const Instances& all, Outcomes& out) {
  const Exposure found = exposure_of(instance, all);
  if (found.open == nullptr) {
    if (found.unknown.empty()) {
      out.pass(instance.asset(), instance.where);
    } else {
      out.undecided(instance.asset(), instance.where, found.unknown);
    }
    return;
  }
  out.fail(instance.asset(), instance.where,
           {WitnessKind::Text,
            {{"instance", {instance.shown()}},
             {"security group", {found.group}},
             {"lets in", {found.range}},
             {"public address", {instance.is_public ? "yes" : "no"}}}})
      .arg("instance", instance.shown())
      .arg("group", found.group)
      .arg("range", found.range)
      .severity(instance.is_public ? Severity::High : Severity::Low)
      .because(instance.managed ? "Systems Manager reaches it without SSH"
               : instance.is_public
                   ? ""
                   : "it has no public address now, so nothing reaches it from there yet")
      .related(found.open->where, "what lets it in");
}

void ssh_open(const AuditInput& input, Outcomes& out) {
  const auto& instances = input.model<Instances>();
  for (const Instance& instance : instances.all()) {
    judge(instance, instances, out);
  }
}

const Register kSshOpenCheck{"host-ssh-open", ssh_open, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::host
