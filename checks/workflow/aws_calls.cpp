// Commands by the table first; any other by the way AWS names things: `aws ecr describe-images`
// asks for `ecr:DescribeImages`, if there is such an action.
#include "checks/workflow/aws_calls.h"

#include <algorithm>
#include <array>
#include <map>

#include "checks/core/rule.h"
#include "checks/policy/catalogue.h"
#include "checks/policy/operators.h"
#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// A row about commands or about actions.
struct CallRow {
  std::string name;
  std::vector<std::string> actions;
  /// Options or inputs with which the row says nothing.
  std::vector<std::string> without;
  /// Actions: an input that must be there; empty = none.
  std::string input;
  /// Actions: the service that roles are presumably passed to; empty = none.
  std::string passes;
};

struct PassedRole {
  std::string command;
  std::string option;
  std::string service;
};

struct CallTable {
  std::map<std::string, std::string, std::less<>> services;
  std::vector<CallRow> commands;
  std::vector<CallRow> actions;
  std::vector<PassedRole> passed;
};

std::vector<CallRow> read_call_rows(const text::Node& list, std::string_view name) {
  std::vector<CallRow> rows;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const text::Node row = list.at(i);
    rows.push_back({row.text_under(name), row.texts_under("actions"), row.texts_under("without"),
                    row.text_under("input"), row.text_under("passes")});
  }
  return rows;
}

const CallTable& call_table() {
  static const CallTable kTable = [] {
    const auto tree = text::parse_json(std::string(data_file("workflow-aws-calls.json")),
                                       SourceId("workflow-aws-calls.json"));
    const text::Node root = tree.value().root();
    CallTable read;
    const text::Node services = *root.find("services");
    for (std::size_t i = 0; i < services.size(); ++i) {
      read.services.emplace(services.key_at(i).text(), services.at(i).text());
    }
    read.commands = read_call_rows(*root.find("commands"), "command");
    read.actions = read_call_rows(*root.find("actions"), "action");
    const text::Node passed = *root.find("passed_roles");
    for (std::size_t i = 0; i < passed.size(); ++i) {
      const text::Node row = passed.at(i);
      read.passed.push_back(
          {row.text_under("command"), row.text_under("option"), row.text_under("service")});
    }
    return read;
  }();
  return kTable;
}

/// Options with which a command asks for nothing, or with another credential.
bool asks_elsewhere(const Command& command) {
  static constexpr std::array<std::string_view, 8> kOptions = {
      "--profile", "--endpoint-url", "--no-sign-request",       "--dryrun",
      "--dry-run", "help",           "--generate-cli-skeleton", "--help"};
  return std::any_of(kOptions.begin(), kOptions.end(),
                     [&](std::string_view option) { return command.has_option(option); });
}

/// The words that are neither options nor their values, `aws` left out: service, operation,
/// operands. Options that stand alone are known by name; any other takes the next word.
std::vector<std::string> operands_of(const Command& command) {
  static constexpr std::array<std::string_view, 21> kFlags = {"--debug",
                                                              "--no-verify-ssl",
                                                              "--no-paginate",
                                                              "--no-cli-pager",
                                                              "--quiet",
                                                              "--only-show-errors",
                                                              "--no-progress",
                                                              "--recursive",
                                                              "--delete",
                                                              "--size-only",
                                                              "--exact-timestamps",
                                                              "--follow-symlinks",
                                                              "--no-follow-symlinks",
                                                              "--no-guess-mime-type",
                                                              "--force",
                                                              "--human-readable",
                                                              "--summarize",
                                                              "--sse",
                                                              "--no-cli-auto-prompt",
                                                              "--ignore-glacier-warnings",
                                                              "--force-glacier-transfer"};
  std::vector<std::string> found;
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const std::string& word = command.words[i];
    if (!word.starts_with("--")) {
      found.push_back(word);
    } else if (word.find('=') == std::string::npos && !text::one_of(word, kFlags)) {
      ++i;
    }
  }
  return found;
}

/// `update-service` -> `UpdateService`.
std::string pascal(std::string_view name) {
  std::string made;
  bool up = true;
  for (const char c : name) {
    if (c != '-') {
      made += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    up = c == '-';
  }
  return made;
}

/// The current action of this name in the catalogue's case; empty when there is none.
std::string known_action(const std::string& name) {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  const policy::Action* action = catalogue.find_action(name);
  return action != nullptr && action->last_edition == policy::kCurrent
             ? catalogue.full_name(*action)
             : "";
}

/// The bucket of `s3://bucket/key`: empty when it is not known.
std::string bucket_of(const std::string& place, const Scope& scope) {
  const std::size_t end = std::min(place.find('/', 5), place.size());
  const Values bucket = resolve_word(place.substr(5, end - 5), scope);
  const std::string* name = bucket.only();
  const bool plain =
      name != nullptr && !name->empty() &&
      name->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
  return plain ? *name : "";
}

/// A place with the variable that it begins with replaced, when that is known; variables of the
/// runner name folders, files and commits.
std::string place_of(const std::string& word, const Scope& scope) {
  if (!word.starts_with('$')) {
    return word;
  }
  const bool braces = word.starts_with("${");
  std::size_t end = braces ? 2 : 1;
  while (end < word.size() && text::is_word_char(word[end])) {
    ++end;
  }
  const std::string name = word.substr(braces ? 2 : 1, end - (braces ? 2 : 1));
  end += braces && end < word.size() && word[end] == '}' ? 1U : 0U;
  if (name.starts_with("GITHUB_") || name.starts_with("RUNNER_") || name == "HOME" ||
      name == "PWD") {
    return "./" + word;
  }
  const Values values = resolve_word(word.substr(0, end), scope);
  return values.only() != nullptr ? *values.only() + word.substr(end) : word;
}

struct S3Places {
  std::string from;
  std::string to;

  [[nodiscard]] bool reads() const { return from.starts_with("s3://"); }

  [[nodiscard]] bool writes() const { return to.starts_with("s3://"); }
};

AwsCall s3_call(std::string action, const std::string& place, bool object, const Scope& scope) {
  const std::string bucket = bucket_of(place, scope);
  return {std::move(action),
          bucket.empty() ? "" : "arn:*:s3:::" + bucket + (object ? "/*" : ""),
          {},
          {},
          false};
}

/// `aws s3 cp|mv|sync FROM TO`, `aws s3 ls|rm|mb|rb PLACE`. Source: Amazon S3 User Guide, "Required
/// permissions for Amazon S3 API operations".
std::vector<AwsCall> s3_calls(const Command& command, const std::vector<std::string>& operands,
                              const Scope& scope) {
  const std::string& verb = operands[1];
  const std::string first = operands.size() > 2 ? operands[2] : "";
  if (verb == "ls") {
    return first.starts_with("s3://") ? std::vector{s3_call("s3:ListBucket", first, false, scope)}
           : first.empty()            ? std::vector{AwsCall{"s3:ListAllMyBuckets"}}
                                      : std::vector<AwsCall>();
  }
  if (!first.empty() && operands.size() == 3 && first.starts_with("s3://")) {
    const std::string action = verb == "rm"   ? "s3:DeleteObject"
                               : verb == "mb" ? "s3:CreateBucket"
                               : verb == "rb" ? "s3:DeleteBucket"
                                              : "";
    return action.empty() ? std::vector<AwsCall>()
                          : std::vector{s3_call(action, first, verb == "rm", scope)};
  }
  const bool moves = verb == "mv";
  const bool syncs = verb == "sync";
  if (operands.size() != 4 || !(moves || syncs || verb == "cp")) {
    return {};
  }
  // A place that begins with a variable may be a bucket too.
  const S3Places places{place_of(first, scope), place_of(operands[3], scope)};
  std::vector<AwsCall> calls;
  if (places.from.starts_with('$') || places.to.starts_with('$')) {
    calls.emplace_back();
  }
  if (places.writes()) {
    calls.push_back(s3_call("s3:PutObject", places.to, true, scope));
  }
  if (places.reads()) {
    calls.push_back(s3_call("s3:GetObject", places.from, true, scope));
  }
  if (syncs && places.writes()) {
    calls.push_back(s3_call("s3:ListBucket", places.to, false, scope));
  }
  if (places.reads() && (syncs || command.has_option("--recursive"))) {
    calls.push_back(s3_call("s3:ListBucket", places.from, false, scope));
  }
  if (syncs && places.writes() && command.has_option("--delete")) {
    calls.push_back(s3_call("s3:DeleteObject", places.to, true, scope));
  }
  if (moves && places.reads()) {
    calls.push_back(s3_call("s3:DeleteObject", places.from, true, scope));
  }
  return calls;
}

std::vector<policy::Condition> passed_to(const std::string& service) {
  return {policy::make_condition("StringEquals", "iam:PassedToService", {service})};
}

/// The role itself when the word is an ARN, else any.
AwsCall pass_call(const std::string& word, const std::string& service, const Scope& scope) {
  const Values role = resolve_word(word, scope);
  const bool known = role.only() != nullptr && role.only()->starts_with("arn:") &&
                     role.only()->find_first_of("*?${<") == std::string::npos;
  return {"iam:PassRole", known ? *role.only() : "", passed_to(service), {}, false};
}

void add_passed_roles(const Command& command, const Scope& scope, std::vector<AwsCall>& calls) {
  for (const PassedRole& row : call_table().passed) {
    const std::string role = command.option(row.option);
    if (command.starts_with(row.command) && !role.empty()) {
      calls.push_back(pass_call(role, row.service, scope));
    }
  }
}

std::vector<AwsCall> named_calls(const Command& command, const std::vector<std::string>& operands) {
  const CallTable& table = call_table();
  for (const CallRow& row : table.commands) {
    if (!command.starts_with(row.name)) {
      continue;
    }
    const bool off = std::any_of(row.without.begin(), row.without.end(),
                                 [&](const auto& option) { return command.has_option(option); });
    std::vector<AwsCall> calls;
    for (std::size_t i = 0; !off && i < row.actions.size(); ++i) {
      calls.push_back({row.actions[i]});
    }
    return calls;
  }
  const auto service = table.services.find(operands[0]);
  // These read and write files of the runner.
  static constexpr std::array<std::string_view, 5> kLocal = {"configure", "help", "history",
                                                             "login", "logout"};
  if (text::one_of(operands[0], kLocal)) {
    return {};
  }
  std::string action =
      known_action((service == table.services.end() ? operands[0] : service->second) + ":" +
                   pascal(operands[1]));
  return {AwsCall{std::move(action)}};
}

}  // namespace

bool names_other_credential(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kSigns = {"AWS_PROFILE",
                                                              "AWS_ENDPOINT_URL",
                                                              "AWS_ACCESS_KEY_ID",
                                                              "AWS_CONFIG_FILE",
                                                              "assume-role",
                                                              "AWS_SHARED_CREDENTIALS_FILE",
                                                              "aws configure set aws_",
                                                              "aws configure import",
                                                              "aws sso login",
                                                              "awslocal"};
  return text::contains_any(text, kSigns);
}

std::vector<AwsCall> aws_calls_of(const Command& command, const Scope& scope) {
  if (command.remote || !command.starts_with("aws") || asks_elsewhere(command)) {
    return {};
  }
  const std::vector<std::string> operands = operands_of(command);
  if (operands.size() < 2) {
    return {};
  }
  const bool told = (operands[0] + operands[1]).find_first_of("$`*{") == std::string::npos;
  std::vector<AwsCall> calls = !told                 ? std::vector{AwsCall{}}
                               : operands[0] == "s3" ? s3_calls(command, operands, scope)
                                                     : named_calls(command, operands);
  add_passed_roles(command, scope, calls);
  for (AwsCall& call : calls) {
    call.asker = "aws " + operands[0] + " " + operands[1];
  }
  return calls;
}

std::vector<AwsCall> aws_calls_of(const Step& step) {
  std::vector<AwsCall> calls;
  if (step.kind != Step::Kind::Uses) {
    return calls;
  }
  for (const CallRow& row : call_table().actions) {
    const bool off = std::any_of(row.without.begin(), row.without.end(),
                                 [&](const auto& input) { return step.input(input) != nullptr; });
    if (action_name(step) != row.name || off ||
        (!row.input.empty() && step.input(row.input) == nullptr)) {
      continue;
    }
    for (const std::string& action : row.actions) {
      calls.push_back({action, {}, {}, row.name, false});
    }
    if (!row.passes.empty()) {
      calls.push_back({"iam:PassRole", {}, passed_to(row.passes), row.name, true});
    }
  }
  return calls;
}

bool may_change_credential(const Step& step) {
  const auto named = [](const std::vector<Entry>& entries) {
    return std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
      return names_other_credential(entry.name.value) || names_other_credential(entry.value.value);
    });
  };
  return names_other_credential(step.run.value) || named(step.env) ||
         step.input("aws-profile") != nullptr || step.input("inline-session-policy") != nullptr ||
         step.input("managed-session-policies") != nullptr ||
         (step.kind == Step::Kind::Uses &&
          (named(step.with) || action_name(step).find("assume-role") != std::string_view::npos));
}

}  // namespace muster::workflow
