#include "checks/image/ecs.h"

#include <algorithm>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/aws_answers.h"
#include "checks/iam/model.h"
#include "checks/image/registry.h"
#include "checks/text/number.h"

namespace muster::image {
namespace {

using iam::AwsAnswer;
using text::Node;
using text::Type;

/// `arn:aws:ecs:eu-central-1:111122223333:task-definition/shop:7` in two.
std::optional<std::pair<std::string, long>> parts_of(std::string_view arn) {
  const std::size_t colon = arn.rfind(':');
  if (colon == std::string_view::npos || arn.find(":task-definition/") >= colon) {
    return std::nullopt;
  }
  const auto revision = text::whole_number(arn.substr(colon + 1));
  return revision ? std::optional(std::pair(std::string(arn.substr(0, colon)), *revision))
                  : std::nullopt;
}

/// A task definition that is named by family and revision alone is one of the service's account and
/// region.
std::string full_arn(const std::string& named, std::string_view service) {
  if (named.empty() || named.starts_with("arn:")) {
    return named;
  }
  const std::size_t kind = service.find(":service/");
  return std::string(service.substr(0, kind)) + ":task-definition/" + named;
}

std::vector<Variable> environment_of(const Node& container) {
  std::vector<Variable> variables;
  for (const Node& one : container.items_under("environment")) {
    variables.push_back({one.string_under("name"), one.string_under("value")});
  }
  return variables;
}

std::optional<TaskDefinition> task_definition_of(const Node& node) {
  TaskDefinition result;
  result.arn = node.string_under("taskDefinitionArn");
  const auto parts = parts_of(result.arn);
  if (!parts) {
    return std::nullopt;
  }
  std::tie(result.family, result.revision) = *parts;
  const std::string status = node.string_under("status");
  result.active = status.empty() || status == "ACTIVE";
  for (const Node& container : node.items_under("containerDefinitions")) {
    const auto image = container.find("image");
    const std::string written = container.string_under("image");
    result.containers.push_back({container.string_under("name"), written, parse_reference(written),
                                 environment_of(container),
                                 image ? image->where() : container.where()});
  }
  return result;
}

/// Of an optional member; the default of the API without it.
std::string text_or(const std::optional<Node>& node, std::string_view key, std::string other) {
  std::string text = node ? node->string_under(key) : "";
  return text.empty() ? std::move(other) : text;
}

/// Source: Amazon ECS API Reference, "Service", "DeploymentConfiguration" with their defaults.
std::optional<DeploymentSettings> settings_of(const Node& service) {
  const auto configuration = service.find("deploymentConfiguration");
  if (!configuration || !configuration->is(Type::Mapping)) {
    return std::nullopt;
  }
  DeploymentSettings settings{.desired_count = {},
                              .minimum_healthy_percent = {},
                              .maximum_percent = {},
                              .where = configuration->where()};
  settings.controller = text_or(service.find("deploymentController"), "type", "ECS");
  settings.strategy = text_or(configuration, "strategy", "ROLLING");
  settings.scheduling = text_or(std::optional(service), "schedulingStrategy", "REPLICA");
  settings.desired_count = text::whole_number(service.text_under("desiredCount"));
  settings.minimum_healthy_percent =
      text::whole_number(configuration->text_under("minimumHealthyPercent"));
  settings.maximum_percent = text::whole_number(configuration->text_under("maximumPercent"));
  if (const auto breaker = configuration->find("deploymentCircuitBreaker")) {
    settings.breaker = breaker->flag_under("enable");
    settings.breaker_rolls_back = settings.breaker && breaker->flag_under("rollback");
  }
  if (const auto alarms = configuration->find("alarms")) {
    settings.alarms_roll_back = alarms->flag_under("enable") && alarms->flag_under("rollback") &&
                                !alarms->items_under("alarmNames").empty();
  }
  return settings;
}

std::optional<Service> service_of(const Node& node) {
  Service service;
  service.arn = node.string_under("serviceArn");
  service.task_definition = full_arn(node.string_under("taskDefinition"), service.arn);
  service.settings = settings_of(node);
  service.where = node.where();
  const bool gone = node.string_under("status") == "INACTIVE";
  return service.arn.empty() || gone ? std::nullopt : std::optional(std::move(service));
}

std::string_view last_part(std::string_view arn) {
  return arn.substr(arn.rfind('/') + 1);
}

/// Whether two ARNs are of one account and region; one that does not tell may be.
bool same_place(std::string_view one, std::string_view other) {
  const auto same = [&](std::size_t field) {
    const auto a = iam::arn_field(one, field);
    const auto b = iam::arn_field(other, field);
    return a.empty() || b.empty() || a == b;
  };
  return same(iam::kRegionField) && same(iam::kAccountField);
}

/// Account, region, cluster and name make the service; the group of a task names the service alone.
bool belongs_to(const Node& task, const Service& service) {
  const std::string cluster(last_part(task.string_under("clusterArn")));
  const std::string_view name = last_part(service.arn);
  const std::string_view above =
      std::string_view(service.arn).substr(0, service.arn.size() - name.size());
  return task.string_under("group") == "service:" + std::string(name) &&
         same_place(task.string_under("taskArn"), service.arn) &&
         (cluster.empty() || above.ends_with("/" + cluster + "/") || above.ends_with(":service/"));
}

std::vector<RunningContainer> running_in(const Node& task) {
  std::vector<RunningContainer> found;
  if (task.string_under("lastStatus") != "RUNNING") {
    return found;
  }
  for (const Node& container : task.items_under("containers")) {
    found.push_back({task.string_under("taskArn"), container.string_under("name"),
                     container.string_under("image"), container.string_under("imageDigest"),
                     container.where()});
  }
  return found;
}

std::vector<DeployedImage> images_of(const Node& revision) {
  std::vector<DeployedImage> images;
  for (const Node& one : revision.items_under("containerImages")) {
    images.push_back({one.string_under("image"), one.string_under("imageDigest")});
  }
  return images;
}

/// Gives services their deployments, with the images of the revisions that the facts hold.
class DeploymentReader {
 public:
  explicit DeploymentReader(const iam::AwsAnswers& answers) {
    answers.each("serviceRevisions", [&](const Node& item, const AwsAnswer&) {
      revisions_.insert_or_assign(item.string_under("serviceRevisionArn"), images_of(item));
    });
    for (const AwsAnswer& answer : answers.all()) {
      const auto list = answer.tree.root().find("serviceDeployments");
      const auto origin = answer.tree.root().find("muster");
      if (list && list->is(Type::Sequence) && origin) {
        deployments_[origin->string_under("service")];
      }
    }
    answers.each("serviceDeployments", [&](const Node& item, const AwsAnswer&) {
      deployments_[item.string_under("serviceArn")].push_back(deployment_of(item));
    });
  }

  void add_to(Service& service) const {
    const auto found = deployments_.find(service.arn);
    if (found != deployments_.end()) {
      service.deployments = found->second;
    }
  }

 private:
  [[nodiscard]] Deployment deployment_of(const Node& item) const {
    Deployment deployment{.revision = item.string_under("targetServiceRevisionArn"),
                          .status = item.string_under("status"),
                          .created = iam::time_of(item.text_under("createdAt")),
                          .images = {}};
    const auto revision = revisions_.find(deployment.revision);
    if (revision != revisions_.end()) {
      deployment.images = revision->second;
    }
    return deployment;
  }

  std::map<std::string, std::vector<DeployedImage>, std::less<>> revisions_;
  std::map<std::string, std::vector<Deployment>, std::less<>> deployments_;
};

}  // namespace

EcsServices EcsServices::build(const AuditInput& input) {
  EcsServices result;
  const auto& answers = input.model<iam::AwsAnswers>();
  answers.each("taskDefinition", [&](const Node& item, const AwsAnswer&) {
    if (auto found = task_definition_of(item)) {
      std::string arn = found->arn;
      result.task_definitions_.insert_or_assign(std::move(arn), *std::move(found));
    }
  });
  answers.each("taskDefinitionArns", [&](const Node& item, const AwsAnswer&) {
    if (auto parts = parts_of(item.text())) {
      result.listed_[parts->first].push_back(parts->second);
    }
  });
  answers.each("services", [&](const Node& item, const AwsAnswer&) {
    if (auto service = service_of(item)) {
      result.services_.push_back(*std::move(service));
    }
  });
  std::ranges::sort(result.services_, {}, &Service::arn);
  const auto same = std::ranges::unique(result.services_, {}, &Service::arn);
  result.services_.erase(same.begin(), same.end());
  const DeploymentReader deployments(answers);
  std::ranges::for_each(result.services_, [&](Service& service) { deployments.add_to(service); });
  answers.each("tasks", [&](const Node& item, const AwsAnswer&) {
    for (Service& service : result.services_) {
      if (belongs_to(item, service)) {
        const auto running = running_in(item);
        service.running.insert(service.running.end(), running.begin(), running.end());
      }
    }
  });
  return result;
}

const TaskDefinition* EcsServices::current(const Service& service) const {
  const auto found = task_definitions_.find(service.task_definition);
  return found == task_definitions_.end() ? nullptr : &found->second;
}

Previous EcsServices::previous(const Service& service) const {
  const auto now = parts_of(service.task_definition);
  if (!now) {
    return {nullptr, "the service's task definition is not known"};
  }
  const auto& [family, revision] = *now;
  const TaskDefinition* best = nullptr;
  for (const auto& [arn, one] : task_definitions_) {
    const bool before = one.family == family && one.active && one.revision < revision;
    best = before && (best == nullptr || one.revision > best->revision) ? &one : best;
  }
  const auto listed = listed_.find(family);
  long newest = 0;
  if (listed != listed_.end()) {
    for (const long one : listed->second) {
      newest = one < revision ? std::max(newest, one) : newest;
    }
  }
  const long have = best == nullptr ? 0 : best->revision;
  const bool whole =
      revision == 1 || have == revision - 1 || (listed != listed_.end() && newest == have);
  if (!whole) {
    return {nullptr, "the revision before `" + std::string(last_part(service.task_definition)) +
                         "` is not among the facts"};
  }
  return {best, ""};
}

}  // namespace muster::image

template std::shared_ptr<const void> muster::built<muster::image::EcsServices>(const AuditInput&);
