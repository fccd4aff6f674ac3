// Production runs an image that no environment below it took: what was tested there is another one.
// Judged are services that muster.yaml gives to production alone, beside those that it gives to
// development or staging alone and that run images of the same repository. An image was taken
// below when ECS counts a deployment with its digest as successful, or when it runs there, or ran
// there when an earlier audit looked. Source: Amazon ECS Developer Guide, "View service history
// using Amazon ECS service deployments" (90 days), "Container image resolution".
#include <algorithm>
#include <chrono>
#include <set>

#include "checks/core/run.h"
#include "checks/image/services.h"
#include "checks/image/tags.h"

namespace muster::image {
namespace {

/// So long ECS keeps the deployments of a service.
constexpr std::chrono::days kDeploymentHistory{90};

/// What an environment below production says of a digest.
struct Answer {
  enum class Kind { Took, Unknown, Not } kind = Kind::Not;
  /// Half a sentence: what is not known, or how it was tried there and did not hold.
  std::string why = {};
};

/// Whether the image is one of the repository of this name, whatever the account.
bool is_of(std::string_view image, const Reference& wanted) {
  const auto reference = parse_reference(image);
  return reference && reference->kind == RegistryKind::Ecr &&
         reference->repository == wanted.repository;
}

/// An image of production.
struct Subject {
  const UsedImage* used = nullptr;
  std::string digest;
  /// When it first came into a repository; absent = not told.
  std::optional<TimePoint> pushed;
};

/// One service below production, and what it took.
class Below {
 public:
  Below(const Service& service, const AuditInput& input) : service_(service), input_(input) {}

  [[nodiscard]] const Service& service() const { return service_; }

  /// Whether it runs images of the repository.
  [[nodiscard]] bool compares(const Reference& wanted) const {
    const TaskDefinition* current = input_.model<EcsServices>().current(service_);
    return (current != nullptr &&
            std::ranges::any_of(current->containers,
                                [&](const Container& one) { return is_of(one.image, wanted); })) ||
           std::ranges::any_of(service_.running, [&](const RunningContainer& one) {
             return is_of(one.image, wanted);
           });
  }

  [[nodiscard]] Answer answer(const Subject& subject) const {
    if (auto deployed = by_deployment(subject.digest)) {
      return *std::move(deployed);
    }
    if (runs(subject.digest) || ran(subject.digest)) {
      return {Answer::Kind::Took};
    }
    return unseen(subject);
  }

 private:
  [[nodiscard]] std::string name() const { return iam::last_part(service_.arn); }

  [[nodiscard]] std::vector<Deployment> deployments() const {
    return service_.deployments.value_or(std::vector<Deployment>());
  }

  static bool brings(const Deployment& deployment, const std::string& digest) {
    return deployment.images &&
           std::ranges::any_of(*deployment.images,
                               [&](const DeployedImage& one) { return one.digest == digest; });
  }

  /// By the deployments that brought the digest: the best one counts.
  [[nodiscard]] std::optional<Answer> by_deployment(const std::string& digest) const {
    std::optional<Answer> tried;
    for (const Deployment& one : deployments()) {
      if (!brings(one, digest)) {
        continue;
      }
      if (one.status == "SUCCESSFUL") {
        return Answer{Answer::Kind::Took};
      }
      tried = Answer{Answer::Kind::Not,
                     "`" + name() + "` got it, but the deployment is `" + one.status + "`"};
    }
    return tried;
  }

  [[nodiscard]] bool runs(const std::string& digest) const {
    return std::ranges::any_of(service_.running,
                               [&](const RunningContainer& one) { return one.digest == digest; });
  }

  /// When an earlier audit looked.
  [[nodiscard]] bool ran(const std::string& digest) const {
    return std::ranges::any_of(input_.model<PastTags>().in(service_.arn),
                               [&](const PastTag& past) { return past.named.target == digest; });
  }

  /// It is not among what is known to have been there: is that all there was?
  [[nodiscard]] Answer unseen(const Subject& subject) const {
    const auto unknown = [&](const std::string& why) {
      return Answer{Answer::Kind::Unknown, why + "`" + name() + "`"};
    };
    if (!service_.deployments) {
      return unknown("add `aws ecs list-service-deployments` of ");
    }
    if (!subject.pushed) {
      return unknown(
          "when it was pushed is not among the facts, nor so which deployments came after: add "
          "`aws ecr describe-images`; compared with ");
    }
    if (!reach_back_to(*subject.pushed)) {
      return unknown("it is older than the deployments that ECS keeps (90 days) of ");
    }
    for (const Deployment& one : deployments()) {
      const bool before = one.created && *one.created < *subject.pushed;
      if (!before && !one.images) {
        return unknown("add `aws ecs describe-service-revisions` for all deployments of ");
      }
      if (!before && is_open(*one.images, *subject.used->container->reference)) {
        return unknown("a deployment does not tell which of the images behind its tag it took: ");
      }
    }
    return {};
  }

  [[nodiscard]] bool reach_back_to(TimePoint pushed) const {
    const auto all = deployments();
    return pushed >= input_.now() - kDeploymentHistory ||
           std::ranges::any_of(
               all, [&](const Deployment& one) { return one.created && *one.created < pushed; });
  }

  /// Whether an image of the repository came without a digest, or with one that stands for a list
  /// of images.
  [[nodiscard]] bool is_open(const std::vector<DeployedImage>& images,
                             const Reference& wanted) const {
    return std::ranges::any_of(images, [&](const DeployedImage& one) {
      return is_of(one.image, wanted) && (one.digest.empty() || may_be_list(one));
    });
  }

  [[nodiscard]] bool may_be_list(const DeployedImage& deployed) const {
    const auto reference = parse_reference(deployed.image);
    const Repository* repository =
        input_.model<Registry>().find(reference ? reference->repository_arn() : "");
    const Image* image = repository == nullptr || !repository->images
                             ? nullptr
                             : repository->find("", deployed.digest);
    return image != nullptr && image->is_list;
  }

  const Service& service_;
  const AuditInput& input_;
};

/// The digests that run for a container as it is declared now; without a task the one that its
/// image names. Empty = not known.
std::set<std::string> digests_of(const UsedImage& used, const Registry& registry) {
  std::set<std::string> digests;
  for (const RunningContainer& one : used.service->running) {
    if (one.name == used.container->name && one.image == used.container->image &&
        !one.digest.empty()) {
      digests.insert(one.digest);
    }
  }
  const Reference& reference = *used.container->reference;
  if (!digests.empty()) {
    return digests;
  }
  if (!reference.digest.empty()) {
    return {reference.digest};
  }
  const Repository* repository = registry.find(reference.repository_arn());
  const Image* image =
      repository == nullptr || !repository->images ? nullptr : repository->find(reference.tag, "");
  return image == nullptr ? digests : std::set<std::string>{image->digest};
}

/// The same image may lie in the repositories of several accounts: the first push counts.
std::optional<TimePoint> pushed_at(const std::string& digest, const Registry& registry) {
  std::optional<TimePoint> first;
  for (const auto& [arn, repository] : registry.all()) {
    const Image* image = repository.images ? repository.find("", digest) : nullptr;
    if (image != nullptr && image->pushed && (!first || *image->pushed < *first)) {
      first = image->pushed;
    }
  }
  return first;
}

/// The best answer of the services below, with all the reasons of that kind.
Answer best_of(const std::vector<const Below*>& below, const Subject& subject) {
  Answer best;
  for (const Below* one : below) {
    const Answer answer = one->answer(subject);
    if (answer.kind < best.kind) {
      best = answer;
    } else if (answer.kind == best.kind && !answer.why.empty()) {
      best.why += (best.why.empty() ? "" : "; ") + answer.why;
    }
  }
  return best;
}

void report(const Subject& subject, const std::vector<const Below*>& below, const Answer& answer,
            Outcomes& out) {
  const UsedImage& used = *subject.used;
  if (answer.kind == Answer::Kind::Unknown) {
    undecided(used,
              "whether an environment below production took `" + subject.digest +
                  "` is open: " + answer.why,
              out);
    return;
  }
  if (answer.kind == Answer::Kind::Took) {
    out.pass(used.service->asset(), used.container->where).anchor(used.anchor());
    return;
  }
  std::vector<std::string> compared;
  for (const Below* one : below) {
    compared.push_back(one->service().arn);
  }
  const std::string pushed = subject.pushed ? to_utc(*subject.pushed) : "not known";
  out.fail(used.service->asset(), used.container->where,
           {WitnessKind::Text,
            {{"task definition", {used.revision()}},
             {"container", {used.container->name}},
             {"image", {used.container->image}},
             {"digest", {subject.digest}},
             {"pushed", {pushed}},
             {"never in", std::move(compared)}}})
      .arg("digest", subject.digest)
      .arg("image", used.container->image)
      .because(answer.why)
      .anchor(used.anchor());
}

/// Judges the containers of production's services.
class Judge {
 public:
  explicit Judge(const AuditInput& input) : input_(input) {
    for (const Service& service : input.model<EcsServices>().all()) {
      if (side_of(service, input.intent()) == iam::Side::Elsewhere) {
        below_.emplace_back(service, input);
      }
    }
  }

  void judge(Outcomes& out) const {
    for (const Service& service : input_.model<EcsServices>().all()) {
      if (!below_.empty() && side_of(service, input_.intent()) == iam::Side::Production) {
        each_used_image(input_, service, Revisions::Current, out,
                        [&](const UsedImage& used) { judge(used, out); });
      }
    }
  }

 private:
  void judge(const UsedImage& used, Outcomes& out) const {
    const Reference& image = *used.container->reference;
    std::vector<const Below*> compared;
    for (const Below& one : below_) {
      if (one.compares(image)) {
        compared.push_back(&one);
      }
    }
    if (image.kind != RegistryKind::Ecr || compared.empty()) {
      return;
    }
    const auto& registry = input_.model<Registry>();
    const auto digests = digests_of(used, registry);
    if (digests.empty()) {
      undecided(used, "which digest it runs is not among the facts", out);
      return;
    }
    std::optional<std::pair<Subject, Answer>> worst;
    for (const std::string& digest : digests) {
      const Subject subject{&used, digest, pushed_at(digest, registry)};
      Answer answer = best_of(compared, subject);
      if (!worst || answer.kind > worst->second.kind) {
        worst = {subject, std::move(answer)};
      }
    }
    report(worst->first, compared, worst->second, out);
  }

  const AuditInput& input_;
  std::vector<Below> below_;
};

void not_promoted(const AuditInput& input, Outcomes& out) {
  Judge(input).judge(out);
}

const Register kNotPromotedCheck{"image-not-promoted", not_promoted, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::image
