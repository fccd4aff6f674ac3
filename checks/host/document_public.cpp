// A document of Systems Manager, which runs on hosts, is shared with every AWS account. Source: AWS
// Systems Manager User Guide, "Best practices for shared SSM documents"; ModifyDocumentPermission,
// where `all` stands for everybody.
#include <algorithm>

#include "checks/host/ssm.h"
#include "checks/iam/aws_answers.h"

namespace muster::host {
namespace {

void document_public(const AuditInput& input, Outcomes& out) {
  const auto judge = [&](const text::Node& answer, const iam::AwsAnswer& from) {
    const auto origin = answer.find("muster");
    const std::string name = origin->string_under("Name");
    const Asset asset{"ssm-document", ssm_arn(from, "document/" + name)};
    const auto shared = answer.find("AccountIds");
    if (name.empty() || !shared) {
      return;
    }
    const auto accounts = shared->texts();
    if (std::ranges::count(accounts, "all") == 0) {
      out.pass(asset, shared->where());
      return;
    }
    out.fail(asset, shared->where(),
             {WitnessKind::Text, {{"document", {name}}, {"shared with", accounts}}})
        .arg("document", name);
  };
  input.model<iam::AwsAnswers>().of("ssm:DescribeDocumentPermission", judge);
}

const Register kDocumentPublicCheck{
    "host-document-public", document_public, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::host
