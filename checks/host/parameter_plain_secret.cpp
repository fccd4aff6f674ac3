// A parameter of Systems Manager whose name says that it is a secret is kept as plain text: whoever
// may read parameters reads it without the key, and it is not encrypted at rest. Judged by name
// and type; values are never collected. Source: AWS Systems Manager User Guide, "What is a
// parameter?", types of parameters.
#include "checks/host/ssm.h"
#include "checks/iam/aws_answers.h"
#include "checks/text/secret_name.h"

namespace muster::host {
namespace {

std::string arn_of(const text::Node& parameter, const iam::AwsAnswer& from) {
  const std::string told = parameter.string_under("ARN");
  const std::string name = parameter.string_under("Name");
  const std::string slash = name.starts_with('/') ? "" : "/";
  return told.empty() ? ssm_arn(from, "parameter" + slash + name) : told;
}

void parameter_plain_secret(const AuditInput& input, Outcomes& out) {
  const auto judge = [&](const text::Node& parameter, const iam::AwsAnswer& from) {
    const std::string name = parameter.string_under("Name");
    const std::string type = parameter.string_under("Type");
    const Asset asset{"ssm-parameter", arn_of(parameter, from)};
    if (name.empty() || type.empty()) {
      return;
    }
    if (type == "SecureString" || !text::names_secret(name)) {
      out.pass(asset, parameter.where());
      return;
    }
    out.fail(asset, parameter.where(),
             {WitnessKind::Text,
              {{"parameter", {name}},
               {"type", {type}},
               {"version", {parameter.text_under("Version")}}}})
        .arg("parameter", name)
        .arg("type", type);
  };
  input.model<iam::AwsAnswers>().each("Parameters", judge);
}

const Register kParameterPlainSecretCheck{
    "host-parameter-plain-secret", parameter_plain_secret, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::host
