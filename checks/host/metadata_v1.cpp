// The metadata service of an instance answers requests of version 1: whatever can be talked into
// fetching a URL there gives away the credentials of the instance's role. Source: Amazon EC2 User
// Guide, "Use the Instance Metadata Service to access instance metadata".
#include "checks/host/instances.h"
#include "checks/iam/aws_answers.h"

namespace muster::host {
namespace {

void judge(const Instance& instance, Outcomes& out) {
  const MetadataOptions& options = instance.metadata;
  if (options.endpoint == "disabled" || options.tokens == "required") {
    out.pass(instance.asset(), instance.where);
    return;
  }
  if (options.tokens != "optional") {
    out.undecided(instance.asset(), instance.where,
                  "the facts do not tell whether its metadata service wants tokens");
    return;
  }
  const bool holds = !instance.profile.empty();
  out.fail(instance.asset(), instance.where,
           {WitnessKind::Text,
            {{"instance", {instance.shown()}},
             {"HttpTokens", {options.tokens}},
             {"instance profile", {holds ? instance.profile : "none"}}}})
      .arg("instance", instance.shown())
      .arg("what", holds ? "the credentials of `" + instance.profile + "`"
                         : "what it tells of the instance")
      .severity(holds ? Severity::Medium : Severity::Low);
}

void metadata_v1(const AuditInput& input, Outcomes& out) {
  for (const Instance& instance : input.model<Instances>().all()) {
    judge(instance, out);
  }
}

const Register kMetadataV1Check{"host-metadata-v1", metadata_v1, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::host
