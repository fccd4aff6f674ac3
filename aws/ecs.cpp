// Source: ECS API Reference: ListClusters, DescribeClusters, ListServices, DescribeServices,
// ListTaskDefinitions, DescribeTaskDefinition, ListTasks, DescribeTasks, ListServiceDeployments,
// DescribeServiceRevisions.
#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"

namespace muster::aws {
namespace {

constexpr Service kEcs{.id = "ecs",
                       .protocol = Protocol::Json11,
                       .version = "AmazonEC2ContainerServiceV20141113",
                       .host = "ecs",
                       .fips_host = "ecs-fips",
                       .dual_stack_host = "ecs"};
constexpr Paging kEcsPaging{"nextToken", "nextToken"};
/// Revisions of a family that are read beside those that services name: an account may have
/// hundreds of thousands, each a call of its own.
constexpr std::ptrdiff_t kRevisions = 5;
/// Of 100 names: a family with more is not read as whole.
constexpr int kRevisionPages = 100;
constexpr int kTaskPages = 20;
/// Of 100 deployments: more than a service makes in the 90 days that ECS keeps them.
constexpr int kDeploymentPages = 20;
/// The newest ones whose images are read.
constexpr std::size_t kDescribedDeployments = 40;

/// `arn:aws:ecs:eu-central-1:111122223333:task-definition/shop:3` -> `shop`
std::string family_of(const std::string& arn) {
  const std::string name = arn.substr(arn.rfind('/') + 1);
  return name.substr(0, name.find(':'));
}

/// The number behind the family; 0 without one.
long revision_of(const std::string& arn) {
  const std::size_t colon = arn.rfind(':');
  long revision = 0;
  if (colon != std::string::npos) {
    std::from_chars(arn.data() + colon + 1, arn.data() + arn.size(), revision);
  }
  return revision;
}

/// Shares ARNs out among calls that take so many.
std::vector<Value> batches_of(const std::vector<Value>& arns, std::string_view member,
                              std::size_t size, const Value& rest) {
  std::vector<Value> batches;
  for (std::size_t begin = 0; begin < arns.size(); begin += size) {
    Value input = rest;
    const auto from = arns.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = static_cast<std::ptrdiff_t>(std::min(size, arns.size() - begin));
    input.set(member, list_value({from, from + count}));
    batches.push_back(std::move(input));
  }
  return batches;
}

Value texts_value(std::initializer_list<std::string_view> texts) {
  Value list = list_value({});
  std::ranges::transform(texts, std::back_inserter(list.items), text_value);
  return list;
}

void keep_members(Value& page, std::initializer_list<std::string_view> harmless) {
  for (Member& member : page.members) {
    for (Value& item : member.value.items) {
      redact_all_but(item, harmless);
    }
  }
}

/// Of the last deployments of a service the revisions that they brought, each once.
std::vector<Value> newest_revisions(const Value& answer) {
  std::vector<Value> deployments = answer.items_of("serviceDeployments");
  std::ranges::stable_sort(deployments, std::greater{},
                           [](const Value& one) { return one.text_of("createdAt"); });
  std::vector<Value> revisions;
  std::set<std::string> seen;
  for (const Value& one : deployments) {
    const std::string arn = one.text_of("targetServiceRevisionArn");
    if (!arn.empty() && seen.size() < kDescribedDeployments && seen.insert(arn).second) {
      revisions.push_back(text_value(arn));
    }
  }
  return revisions;
}

void tidy_services(Value& page) {
  redact(page, {"services.deployments.serviceConnectConfiguration.logConfiguration.options",
                "services.serviceConnectConfiguration.logConfiguration.options",
                "services.deploymentConfiguration.lifecycleHooks.hookDetails"});
}

/// What a container may say without giving something away; everything else that is text may be a
/// secret: commands, labels, options of drivers, values of variables.
void redact_container(Value& container) {
  for (Member& member : container.members) {
    if (member.name == "environment") {
      redact(member.value, {"value"});
    } else if (member.name == "logConfiguration") {
      redact(member.value, {"options"});
    } else if (member.name == "firelensConfiguration") {
      redact(member.value, {"options"});
    } else if (member.name == "healthCheck") {
      redact(member.value, {"command"});
    }
  }
  redact_all_but(container, {"name",
                             "image",
                             "repositoryCredentials",
                             "portMappings",
                             "restartPolicy",
                             "environment",
                             "environmentFiles",
                             "mountPoints",
                             "volumesFrom",
                             "linuxParameters",
                             "secrets",
                             "dependsOn",
                             "hostname",
                             "user",
                             "workingDirectory",
                             "dnsServers",
                             "dnsSearchDomains",
                             "extraHosts",
                             "dockerSecurityOptions",
                             "ulimits",
                             "logConfiguration",
                             "healthCheck",
                             "systemControls",
                             "resourceRequirements",
                             "firelensConfiguration",
                             "credentialSpecs",
                             "versionConsistency",
                             "links"});
}

void tidy_task_definition(Value& answer) {
  redact(answer, {"taskDefinition.volumes.dockerVolumeConfiguration.driverOpts",
                  "taskDefinition.volumes.dockerVolumeConfiguration.labels",
                  "taskDefinition.proxyConfiguration.properties.value"});
  for (Member& member : answer.members) {
    for (Member& inner : member.value.members) {
      if (inner.name == "containerDefinitions") {
        std::ranges::for_each(inner.value.items, redact_container);
      }
    }
  }
}

/// Reads one region, cluster by cluster; keeps in mind which task definitions the services name.
class Ecs {
 public:
  Ecs(const Client& client, Facts& facts) : gather_(client, facts, "ecs", client.region()) {}

  void collect() {
    const auto arns = gather_.items(
        {.call = {.service = kEcs, .action = "ListClusters", .expects = {"clusterArns"}},
         .what = "clusters",
         .paging = kEcsPaging,
         .list = "clusterArns"});
    if (!arns) {
      return;
    }
    const Value include =
        object_value({{"include", texts_value({"SETTINGS", "CONFIGURATIONS", "TAGS"})}});
    (void)gather_.ask(
        {.call = {.service = kEcs, .action = "DescribeClusters", .expects = {"clusters"}},
         .what = "clusters",
         .file = "clusters",
         .batches = batches_of(*arns, "clusters", 100, include),
         .list = "clusters"});
    for (const Value& arn : *arns) {
      read_services(arn.text);
      read_tasks(arn.text);
    }
    read_definitions();
  }

 private:
  void read_services(const std::string& cluster) {
    const std::string name = cluster.substr(cluster.rfind('/') + 1);
    const std::string file = "services/" + file_name(name);
    if (const auto before = gather_.kept(file)) {
      note_definitions(*before);
      read_deployments(*before, cluster);
      return;
    }
    const auto arns =
        gather_.items({.call = {.service = kEcs,
                                .action = "ListServices",
                                .input = object_value({{"cluster", text_value(cluster)},
                                                       {"maxResults", number_value(100)}}),
                                .expects = {"serviceArns"}},
                       .what = "services of cluster " + name,
                       .paging = kEcsPaging,
                       .list = "serviceArns"});
    if (!arns) {
      return;
    }
    const Value rest =
        object_value({{"cluster", text_value(cluster)}, {"include", texts_value({"TAGS"})}});
    const auto services = gather_.ask(
        {.call = {.service = kEcs, .action = "DescribeServices", .expects = {"services"}},
         .what = "services of cluster " + name,
         .file = file,
         .batches = batches_of(*arns, "services", 10, rest),
         .list = "services",
         .tidy = tidy_services,
         .about = Member{"cluster", text_value(cluster)}});
    if (services) {
      note_definitions(*services);
      read_deployments(*services, cluster);
    }
  }

  /// Only ECS's own deployments have a history.
  void read_deployments(const Value& services, const std::string& cluster) {
    for (const Value& service : services.items_of("services")) {
      const Value* controller = service.find("deploymentController");
      const std::string type = controller == nullptr ? "" : controller->text_of("type");
      if (type.empty() || type == "ECS") {
        read_deployments_of(service.text_of("serviceArn"), cluster);
      }
    }
  }

  /// What was deployed, whether it held, and with which digests.
  void read_deployments_of(const std::string& arn, const std::string& cluster) {
    const std::string name = arn.substr(arn.find("/") + 1);
    const Member about{"service", text_value(arn)};
    const auto deployments =
        gather_.ask({.call = {.service = kEcs,
                              .action = "ListServiceDeployments",
                              .input = object_value({{"service", text_value(arn)},
                                                     {"cluster", text_value(cluster)},
                                                     {"maxResults", number_value(100)}}),
                              .expects = {"serviceDeployments"}},
                     .what = "deployments of service " + name,
                     .file = "deployments/" + file_name(name),
                     .paging = Paging{"nextToken", "nextToken", "", kDeploymentPages},
                     .list = "serviceDeployments",
                     .tidy =
                         [](Value& page) {
                           keep_members(page, {"serviceDeploymentArn", "serviceArn", "clusterArn",
                                               "startedAt", "createdAt", "finishedAt",
                                               "targetServiceRevisionArn", "status"});
                         },
                     .about = about});
    const std::vector<Value> revisions =
        deployments ? newest_revisions(*deployments) : std::vector<Value>();
    if (revisions.empty()) {
      return;
    }
    (void)gather_.ask(
        {.call = {.service = kEcs,
                  .action = "DescribeServiceRevisions",
                  .expects = {"serviceRevisions"}},
         .what = "revisions of service " + name,
         .file = "revisions/" + file_name(name),
         .batches = batches_of(revisions, "serviceRevisionArns", 20, object_value({})),
         .list = "serviceRevisions",
         .tidy =
             [](Value& page) {
               keep_members(page,
                            {"serviceRevisionArn", "serviceArn", "clusterArn", "taskDefinition",
                             "launchType", "containerImages", "createdAt", "arn", "reason"});
             },
         .about = about});
  }

  /// What runs: the digests of its images.
  void read_tasks(const std::string& cluster) {
    const std::string name = cluster.substr(cluster.rfind('/') + 1);
    const std::string file = "tasks/" + file_name(name);
    if (gather_.kept(file)) {
      return;
    }
    const auto arns =
        gather_.items({.call = {.service = kEcs,
                                .action = "ListTasks",
                                .input = object_value({{"cluster", text_value(cluster)},
                                                       {"maxResults", number_value(100)}}),
                                .expects = {"taskArns"}},
                       .what = "tasks of cluster " + name,
                       .paging = Paging{"nextToken", "nextToken", "", kTaskPages},
                       .list = "taskArns"});
    if (!arns) {
      return;
    }
    const Value rest = object_value({{"cluster", text_value(cluster)}});
    (void)gather_.ask({.call = {.service = kEcs, .action = "DescribeTasks", .expects = {"tasks"}},
                       .what = "tasks of cluster " + name,
                       .file = file,
                       .batches = batches_of(*arns, "tasks", 100, rest),
                       .list = "tasks",
                       .tidy =
                           [](Value& page) {
                             keep_members(page,
                                          {"taskArn", "clusterArn", "taskDefinitionArn", "group",
                                           "lastStatus", "desiredStatus", "containers", "startedBy",
                                           "startedAt", "createdAt", "launchType", "healthStatus"});
                             redact(page, {"tasks.containers.reason"});
                           },
                       .about = Member{"cluster", text_value(cluster)}});
  }

  void note_definitions(const Value& services) {
    const auto note = [&](const Value& holder) {
      if (const std::string arn = holder.text_of("taskDefinition"); !arn.empty()) {
        definitions_.insert(arn);
      }
    };
    for (const Value& service : services.items_of("services")) {
      note(service);
      std::ranges::for_each(service.items_of("deployments"), note);
      std::ranges::for_each(service.items_of("taskSets"), note);
    }
  }

  void read_definitions() {
    std::set<std::string> families;
    for (const std::string& arn : definitions_) {
      families.insert(family_of(arn));
    }
    for (const std::string& family : families) {
      note_revisions(family);
    }
    for (const std::string& arn : definitions_) {
      read_definition(arn);
    }
  }

  /// All revisions that may still be started, of which the newest are read and the one before each
  /// that runs: what can be rolled back to.
  void note_revisions(const std::string& family) {
    const auto answer =
        gather_.ask({.call = {.service = kEcs,
                              .action = "ListTaskDefinitions",
                              .input = object_value({{"familyPrefix", text_value(family)},
                                                     {"status", text_value("ACTIVE")},
                                                     {"sort", text_value("DESC")},
                                                     {"maxResults", number_value(100)}}),
                              .expects = {"taskDefinitionArns"}},
                     .what = "active revisions of task definition " + family,
                     .file = "families/" + file_name(family),
                     .paging = Paging{"nextToken", "nextToken", "", kRevisionPages},
                     .list = "taskDefinitionArns"});
    if (!answer) {
      return;
    }
    std::map<long, std::string, std::greater<>> active;
    for (const Value& arn : answer->items_of("taskDefinitionArns")) {
      active[revision_of(arn.text)] = arn.text;
    }
    std::set<std::string> wanted;
    for (const std::string& arn : definitions_) {
      const auto before = active.upper_bound(revision_of(arn));
      if (family_of(arn) == family && before != active.end()) {
        wanted.insert(before->second);
      }
    }
    for (const auto& [revision, arn] : active | std::views::take(kRevisions)) {
      wanted.insert(arn);
    }
    definitions_.merge(wanted);
  }

  void read_definition(const std::string& arn) {
    const std::string name = arn.substr(arn.rfind('/') + 1);
    (void)gather_.ask({.call = {.service = kEcs,
                                .action = "DescribeTaskDefinition",
                                .input = object_value({{"taskDefinition", text_value(arn)},
                                                       {"include", texts_value({"TAGS"})}}),
                                .expects = {"taskDefinition.taskDefinitionArn",
                                            "taskDefinition.containerDefinitions"}},
                       .what = "task definition " + name,
                       .file = "task-definitions/" + file_name(name),
                       .tidy = tidy_task_definition});
  }

  Gatherer gather_;
  std::set<std::string> definitions_;
};

}  // namespace

void collect_ecs(const Client& client, Facts& facts) {
  Ecs(client, facts).collect();
}

}  // namespace muster::aws
