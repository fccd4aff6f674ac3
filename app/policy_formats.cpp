// Text templates are enough: the statements have one shape. Every text is quoted, so that no name
// can end its string or start an interpolation.
#include "app/policy_formats.h"

#include <algorithm>
#include <map>

#include "checks/text/json_writer.h"

namespace muster::app {
namespace {

using policy::Condition;
using policy::Statement;
using policy::Text;
using text::json_quoted;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// `shop-deploy` -> `shop_deploy`; an identifier must not begin with a digit.
std::string terraform_name(std::string name) {
  std::ranges::replace_if(name, [](char c) { return !is_word(c) && c != '_'; }, '_');
  return name.empty() || (name.front() >= '0' && name.front() <= '9') ? "policy_" + name : name;
}

/// `shop-deploy` -> `ShopDeployPolicy`
std::string logical_id(const std::string& name) {
  std::string id;
  bool start = true;
  for (const char c : name) {
    if (is_word(c)) {
      id += start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    start = !is_word(c);
  }
  return id + "Policy";
}

/// `${` and `%{` start a template in HCL; doubled, they are text.
std::string hcl_quoted(const std::string& text) {
  const std::string quoted = json_quoted(text);
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    out += quoted[i];
    if ((quoted[i] == '$' || quoted[i] == '%') && i + 1 < quoted.size() && quoted[i + 1] == '{') {
      out += quoted[i];
    }
  }
  return out;
}

/// `["a", "b"]`, one per line when there are several.
std::string hcl_list(const std::vector<Text>& texts, const std::string& indent) {
  if (texts.size() == 1) {
    return "[" + hcl_quoted(texts.front().value) + "]";
  }
  std::string out = "[\n";
  for (const Text& text : texts) {
    out += indent + "  " + hcl_quoted(text.value) + ",\n";
  }
  return out + indent + "]";
}

std::string terraform_statement(const Statement& statement) {
  const std::string in = "    ";
  std::string out = "  statement {\n" + in + "sid       = " + hcl_quoted(statement.sid->value) +
                    "\n" + in + "effect    = \"Allow\"\n" + in +
                    "actions   = " + hcl_list(*statement.actions, in) + "\n" + in +
                    "resources = " + hcl_list(*statement.resources, in) + "\n";
  for (const Condition& condition : statement.conditions) {
    const std::string deeper = in + "  ";
    out += "\n" + in + "condition {\n" + deeper +
           "test     = " + hcl_quoted(condition.op.name.value) + "\n" + deeper +
           "variable = " + hcl_quoted(condition.key.value) + "\n" + deeper +
           "values   = " + hcl_list(condition.values, deeper) + "\n" + in + "}\n";
  }
  return out + "  }\n";
}

std::string yaml_items(const std::vector<Text>& texts, const std::string& indent) {
  std::string out;
  for (const Text& text : texts) {
    out += indent + "- " + json_quoted(text.value) + "\n";
  }
  return out;
}

std::string cloudformation_statement(const Statement& statement) {
  const std::string in = "            ";
  std::string out = "          - Sid: " + json_quoted(statement.sid->value) + "\n" + in +
                    "Effect: Allow\n" + in + "Action:\n" +
                    yaml_items(*statement.actions, in + "  ") + in + "Resource:\n" +
                    yaml_items(*statement.resources, in + "  ");
  std::map<std::string, std::string> operators;
  for (const Condition& condition : statement.conditions) {
    operators[condition.op.name.value] += in + "    " + json_quoted(condition.key.value) + ":\n" +
                                          yaml_items(condition.values, in + "      ");
  }
  out += operators.empty() ? "" : in + "Condition:\n";
  for (const auto& [op, keys] : operators) {
    out += in + "  " + json_quoted(op) + ":\n" + keys;
  }
  return out;
}

}  // namespace

std::string to_terraform(const std::vector<NamedPolicy>& policies) {
  std::string out;
  for (const NamedPolicy& named : policies) {
    const std::string name = terraform_name(named.name);
    out += (out.empty() ? "" : "\n") + ("data \"aws_iam_policy_document\" \"" + name + "\" {\n");
    std::string separator;
    for (const Statement& statement : named.policy.statements) {
      out += separator + terraform_statement(statement);
      separator = "\n";
    }
    out += "}\n\nresource \"aws_iam_policy\" \"" + name +
           "\" {\n  name   = " + hcl_quoted(named.name) +
           "\n  policy = data.aws_iam_policy_document." + name + ".json\n}\n";
  }
  return out;
}

std::string to_cloudformation(const std::vector<NamedPolicy>& policies) {
  std::string out = "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n";
  for (const NamedPolicy& named : policies) {
    out += "  " + logical_id(named.name) +
           ":\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      ManagedPolicyName: " +
           json_quoted(named.name) +
           "\n      PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:";
    out += named.policy.statements.empty() ? " []\n" : "\n";
    for (const Statement& statement : named.policy.statements) {
      out += cloudformation_statement(statement);
    }
  }
  return out;
}

}  // namespace muster::app
