// The roles that SAM makes for functions and state machines. Source: AWS SAM Developer Guide,
// "AWS::Serverless::Function", "AWS::Serverless::StateMachine".
#include <algorithm>
#include <array>

#include "checks/iam/documents.h"
#include "checks/iam/sam_policies.h"
#include "checks/iam/template_reader.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

/// `Allow` to one service alone, as SAM writes it.
Result<policy::Policy> service_trust(const std::string& service, const SourceRef& where) {
  policy::Statement statement;
  statement.effect = policy::Effect::Allow;
  statement.principals =
      std::vector<policy::Principal>{{policy::PrincipalType::Service, {service, where}}};
  statement.actions = std::vector<policy::Text>{{"sts:AssumeRole", where}};
  statement.where = where;
  policy::Policy policy;
  policy.version = policy::Version::V2012_10_17;
  policy.where = where;
  policy.statements.push_back(std::move(statement));
  return policy;
}

/// Managed policies that SAM attaches for an event source that the function polls; an empty one
/// for those that get a policy of their own.
std::optional<std::string_view> polling_policy(std::string_view event) {
  struct Row {
    std::string_view event;
    std::string_view policy;
  };

  static constexpr std::array<Row, 7> kRows = {{
      {"Kinesis", "AWSLambdaKinesisExecutionRole"},
      {"DynamoDB", "AWSLambdaDynamoDBExecutionRole"},
      {"SQS", "AWSLambdaSQSQueueExecutionRole"},
      {"MSK", "AWSLambdaMSKExecutionRole"},
      {"MQ", ""},
      {"SelfManagedKafka", ""},
      {"DocumentDB", ""},
  }};
  const auto row = std::ranges::find(kRows, event, &Row::event);
  return row == kRows.end() ? std::nullopt : std::optional(row->policy);
}

std::shared_ptr<const policy::Policy> allow_one(const std::string& action, const Node& resource) {
  policy::Statement statement;
  statement.effect = policy::Effect::Allow;
  statement.actions = std::vector<policy::Text>{{action, resource.where()}};
  statement.resources = std::vector<policy::Text>{{std::string(resource.text()), resource.where()}};
  statement.where = resource.where();
  policy::Policy policy;
  policy.version = policy::Version::V2012_10_17;
  policy.where = resource.where();
  policy.statements.push_back(std::move(statement));
  return std::make_shared<const policy::Policy>(std::move(policy));
}

}  // namespace

bool TemplateReader::has_own_role(std::string_view type) {
  return type == "AWS::Serverless::Function" || type == "AWS::Serverless::StateMachine";
}

/// A property of a function; what `Globals` give to all functions counts where it has none.
std::optional<Node> TemplateReader::function_property(const iac::Resource& resource,
                                                      std::string_view name) const {
  auto own = property(resource, name);
  const auto globals = made_.function_globals();
  const bool inherits = resource.type == "AWS::Serverless::Function" && !own && globals;
  return inherits ? globals->find(name) : own;
}

void TemplateReader::declare_function(const iac::Resource& resource) {
  if (function_property(resource, "Role")) {
    return;
  }
  DeclaredHolder holder;
  holder.address = resource.id + "Role";
  holder.key = holder.address;
  holder.stand_in = "arn:aws:iam::" + std::string(account_.empty() ? iac::kSomeAccount : account_) +
                    ":role/" + holder.address + "-generated";
  holder.where = resource.where;
  holder.path = known_text(function_property(resource, "RolePath"));
  note_open(resource, holder);
  out_.holders.push_back(std::move(holder));
}

/// An entry of `Policies`: a managed policy by ARN or by the name of one of AWS, a policy, or one
/// of SAM's policy templates.
IdentityPolicy TemplateReader::function_policy(const Node& entry) const {
  if (entry.is(Type::String)) {
    const std::string text(entry.text());
    const bool name = text.find(':') == std::string::npos && !made_.unknown_in(entry);
    return name ? assembly_.managed("arn:aws:iam::aws:policy/" + text) : managed(entry);
  }
  if (entry.find("Statement")) {
    return identity_policy("inline", policy_of(entry, policy::PolicyType::Identity, entry.where()));
  }
  if (!entry.is(Type::Mapping) || entry.size() != 1) {
    return missing_policy("inline", made_.unknown_in(entry).value_or(
                                        "an entry of `Policies` is neither a policy nor a policy "
                                        "template of SAM"));
  }
  const std::string name(entry.key_at(0).text());
  if (auto why = made_.unknown_in(entry)) {
    return missing_policy(name, std::move(*why));
  }
  SamFilling filling{{},
                     std::string(account_.empty() ? iac::kSomeAccount : account_),
                     std::string(iac::kSomeRegion),
                     entry.key_at(0).where()};
  const Node given = entry.at(0);
  for (std::size_t i = 0; given.is(Type::Mapping) && i < given.size(); ++i) {
    if (!given.at(i).is(Type::String)) {
      return missing_policy(name, "a parameter of this policy template is no text");
    }
    filling.parameters.emplace(given.key_at(i).text(), given.at(i).text());
  }
  return identity_policy(name, sam_policy(name, filling));
}

/// What a function gets for the sources that it polls.
void TemplateReader::read_events(const iac::Resource& resource, DeclaredHolder& holder) const {
  const auto events = property(resource, "Events");
  if (!events) {
    return;
  }
  if (const auto why = events->is(Type::Mapping) ? std::nullopt : made_.unknown_in(*events)) {
    holder.identity.push_back(missing_policy("of the events", *why));
  }
  for (std::size_t i = 0; events->is(Type::Mapping) && i < events->size(); ++i) {
    const Node event = events->at(i);
    const std::string name = "of the event " + std::string(events->key_at(i).text());
    const auto type = event.find("Type");
    const auto policy = type ? polling_policy(type->text()) : std::nullopt;
    const auto properties = event.find("Properties");
    if (!type || made_.unknown_in(*type)) {
      holder.identity.push_back(missing_policy(name, "its type is not known"));
    } else if (policy && !policy->empty()) {
      holder.identity.push_back(
          assembly_.managed("arn:aws:iam::aws:policy/service-role/" + std::string(*policy)));
    } else if (policy) {
      holder.identity.push_back(missing_policy(name, "what SAM allows for an event of type `" +
                                                         std::string(type->text()) +
                                                         "` is not worked out"));
    }
    if (policy && properties && properties->find("DestinationConfig")) {
      holder.identity.push_back(
          missing_policy(name, "what SAM allows for its `DestinationConfig` is not worked out"));
    }
  }
}

/// Properties for which SAM gives the role more.
void TemplateReader::read_extras(const iac::Resource& resource, DeclaredHolder& holder) const {
  const auto queue = function_property(resource, "DeadLetterQueue");
  const auto type = queue ? queue->find("Type") : std::nullopt;
  const auto target = queue ? queue->find("TargetArn") : std::nullopt;
  if (type && target && !made_.unknown_in(*queue) && target->is(Type::String)) {
    holder.identity.push_back(
        {"DeadLetterQueue",
         {},
         allow_one(type->text() == "SNS" ? "sns:Publish" : "sqs:SendMessage", *target),
         {}});
  } else if (queue) {
    holder.identity.push_back(missing_policy(
        "DeadLetterQueue", made_.unknown_in(*queue).value_or("its target is not known")));
  }
  for (const char* const name : {"EventInvokeConfig", "Connectors"}) {
    const auto extra = function_property(resource, name);
    const bool counts = extra && (std::string_view(name) == "Connectors" ||
                                  extra->find("DestinationConfig") || made_.unknown_in(*extra));
    if (counts) {
      holder.identity.push_back(missing_policy(
          name, "what SAM allows for `" + std::string(name) + "` is not worked out"));
    }
  }
}

void TemplateReader::read_function(const iac::Resource& resource, DeclaredHolder& holder) {
  const bool machine = resource.type == "AWS::Serverless::StateMachine";
  const auto trust = property(resource, "AssumeRolePolicyDocument");
  holder.trust = trust ? policy_of(trust, policy::PolicyType::Trust, resource.where)
                       : service_trust(machine ? "states.amazonaws.com" : "lambda.amazonaws.com",
                                       resource.where);
  holder.where = trust ? trust->where() : resource.where;
  const std::string service = "arn:aws:iam::aws:policy/service-role/";
  if (!machine) {
    holder.identity.push_back(assembly_.managed(service + "AWSLambdaBasicExecutionRole"));
  }
  if (function_property(resource, "VpcConfig")) {
    holder.identity.push_back(assembly_.managed(service + "AWSLambdaVPCAccessExecutionRole"));
  }
  if (function_property(resource, "Tracing")) {
    holder.identity.push_back(assembly_.managed("arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"));
  }
  for (const Node& entry : items_of(function_property(resource, "Policies"))) {
    holder.identity.push_back(function_policy(entry));
  }
  if (!machine) {
    read_events(resource, holder);
  }
  read_extras(resource, holder);
  if (const auto boundary = function_property(resource, "PermissionsBoundary")) {
    holder.boundary = managed(*boundary);
  }
}

}  // namespace muster::iam
