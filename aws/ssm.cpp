// Source: Systems Manager API Reference: DescribeInstanceInformation, DescribeParameters,
// ListDocuments, GetDocument, DescribeDocumentPermission. Values of parameters are never asked for.
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"

namespace muster::aws {
namespace {

constexpr Service kSsm{.id = "ssm",
                       .protocol = Protocol::Json11,
                       .version = "AmazonSSM",
                       .host = "ssm",
                       .fips_host = "ssm-fips",
                       .dual_stack_host = "ssm"};
constexpr Paging kSsmPaging{"NextToken", "NextToken"};
constexpr std::size_t kMostDocuments = 500;

/// Parameters and steps stay, what they are preset with and what they run does not. A text that is
/// no JSON goes as a whole.
void tidy_document(Value& answer) {
  auto content = parse_json(answer.text_of("Content"));
  if (!content || content.value().kind != Value::Kind::Object) {
    answer.set("Content", text_value(redacted(answer.text_of("Content"))));
    return;
  }
  redact(content.value(), {"parameters.*.default", "parameters.*.description"});
  for (Member& member : content.value().members) {
    if (member.name == "mainSteps") {
      for (Value& step : member.value.items) {
        redact_all_but(step, {"action", "name", "precondition", "nextStep", "isEnd", "onFailure"});
      }
    }
  }
  redact_all_but(content.value(), {"schemaVersion", "parameters", "mainSteps", "assumeRole"});
  answer.set("Content", text_value(to_json(content.value(), Layout::Compact)));
}

void ask_document(Gatherer& gather, const std::string& name) {
  (void)gather.ask({.call = {.service = kSsm,
                             .action = "DescribeDocumentPermission",
                             .input = object_value({{"Name", text_value(name)},
                                                    {"PermissionType", text_value("Share")},
                                                    {"MaxResults", number_value(200)}}),
                             .expects = {"AccountIds"}},
                    .what = "accounts that share document " + name,
                    .file = "document-permissions/" + file_name(name),
                    .paging = kSsmPaging,
                    .list = "AccountIds",
                    .about = Member{"Name", text_value(name)}});
  (void)gather.ask({.call = {.service = kSsm,
                             .action = "GetDocument",
                             .input = object_value({{"Name", text_value(name)}}),
                             .expects = {"Name", "Content"}},
                    .what = "document " + name,
                    .file = "documents/" + file_name(name),
                    .tidy = tidy_document});
}

}  // namespace

void collect_ssm(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "ssm", client.region());
  (void)gather.ask({.call = {.service = kSsm,
                             .action = "DescribeInstanceInformation",
                             .input = object_value({{"MaxResults", number_value(50)}}),
                             .expects = {"InstanceInformationList"}},
                    .what = "hosts that Systems Manager manages",
                    .file = "instances",
                    .paging = kSsmPaging,
                    .list = "InstanceInformationList"});
  (void)gather.ask({.call = {.service = kSsm,
                             .action = "DescribeParameters",
                             .input = object_value({{"MaxResults", number_value(50)}}),
                             .expects = {"Parameters"}},
                    .what = "names of parameters",
                    .file = "parameters",
                    .paging = kSsmPaging,
                    .list = "Parameters",
                    .tidy = [](Value& page) {
                      redact(page, {"Parameters.Description", "Parameters.AllowedPattern",
                                    "Parameters.Policies.PolicyText"});
                    }});
  const Value own =
      object_value({{"Key", text_value("Owner")}, {"Values", list_value({text_value("Self")})}});
  const Question documents{.call = {.service = kSsm,
                                    .action = "ListDocuments",
                                    .input = object_value({{"Filters", list_value({own})},
                                                           {"MaxResults", number_value(50)}}),
                                    .expects = {"DocumentIdentifiers"}},
                           .what = "own documents",
                           .file = "documents",
                           .paging = kSsmPaging,
                           .list = "DocumentIdentifiers"};
  if (const auto listed = gather.ask(documents)) {
    const auto& all = listed->items_of("DocumentIdentifiers");
    const std::size_t count = gather.at_most(kMostDocuments, all.size(), documents);
    for (std::size_t i = 0; i < count; ++i) {
      ask_document(gather, all[i].text_of("Name"));
    }
  }
}

}  // namespace muster::aws
