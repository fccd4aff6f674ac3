// A task runs another image than its tag names now, or two tasks of one service run different ones:
// the tag was moved after they started, and whichever task starts next runs something else.
// Source: Amazon ECS API Reference, Container (imageDigest); Amazon ECR API Reference, ImageDetail.
#include <algorithm>
#include <map>

#include "checks/image/services.h"

namespace muster::image {
namespace {

/// The containers of a service that were started from one name of an image, by tag.
struct Started {
  Reference reference;
  std::vector<const RunningContainer*> containers;
};

/// What runs, compared with what the tag names; worse ones are greater.
struct Compared {
  enum class Answer { Same, Unknown, Differs } answer = Answer::Same;
  const RunningContainer* running = nullptr;
  /// The digest that should be the same; `none` when there is no image.
  std::string other;
  /// Half a sentence.
  std::string why;
};

/// By name of the container. One may be there under two tags while a deployment goes on.
std::map<std::string, std::map<std::string, Started>> started_by_tag(const Service& service) {
  std::map<std::string, std::map<std::string, Started>> all;
  for (const RunningContainer& running : service.running) {
    auto reference = parse_reference(running.image);
    if (reference && reference->digest.empty()) {
      Started& started = all[running.name][running.image];
      started.reference = *std::move(reference);
      started.containers.push_back(&running);
    }
  }
  return all;
}

/// What the registry has for the tag, compared with what runs.
Compared with_registry(const Started& started, const Registry& registry) {
  const RunningContainer& running = *started.containers.front();
  const Repository* repository = registry.find(started.reference.repository_arn());
  if (repository == nullptr || !repository->images) {
    return {Compared::Answer::Unknown, &running, "",
            "the images of `" + started.reference.repository + "` are not among the facts"};
  }
  const Image* now = repository->find(started.reference.tag, "");
  if (now == nullptr) {
    return {Compared::Answer::Differs, &running, "none",
            "no image of the repository has this tag any more"};
  }
  if (now->digest == running.digest) {
    return {Compared::Answer::Same, &running, "", ""};
  }
  if (now->is_list) {
    return {Compared::Answer::Unknown, &running, "",
            "tag `" + started.reference.tag +
                "` names a list of images, and which ones it holds is not among the facts"};
  }
  return {Compared::Answer::Differs, &running, now->digest,
          "the tag names `" + now->digest + "` now"};
}

Compared compare(const Started& started, const Registry& registry) {
  const RunningContainer& first = *started.containers.front();
  for (const RunningContainer* one : started.containers) {
    if (one->digest.empty()) {
      return {Compared::Answer::Unknown, one, "", "a task does not tell which digest it runs"};
    }
    if (one->digest != first.digest) {
      return {Compared::Answer::Differs, &first, one->digest,
              "another task of the service runs `" + one->digest + "` under the same tag"};
    }
  }
  return started.reference.kind == RegistryKind::Ecr
             ? with_registry(started, registry)
             : Compared{Compared::Answer::Same, &first, "", ""};
}

void report(const Service& service, const Compared& found, Outcomes& out) {
  const RunningContainer& running = *found.running;
  const std::string anchor = "container " + running.name;
  switch (found.answer) {
    case Compared::Answer::Same:
      out.pass(service.asset(), running.where).anchor(anchor);
      return;
    case Compared::Answer::Unknown:
      out.undecided(service.asset(), running.where, found.why).anchor(anchor);
      return;
    case Compared::Answer::Differs:
      break;
  }
  out.fail(service.asset(), running.where,
           {WitnessKind::Text,
            {{"task", {running.task}},
             {"image", {running.image}},
             {"runs", {running.digest}},
             {"other", {found.other}}}})
      .arg("image", running.image)
      .arg("digest", running.digest)
      .arg("how", found.why)
      .anchor(anchor);
}

void running_differs(const AuditInput& input, Outcomes& out) {
  const auto& registry = input.model<Registry>();
  for (const Service& service : input.model<EcsServices>().all()) {
    for (const auto& [name, by_tag] : started_by_tag(service)) {
      Compared worst;
      for (const auto& [image, started] : by_tag) {
        const Compared found = compare(started, registry);
        worst = worst.running == nullptr || found.answer > worst.answer ? found : worst;
      }
      report(service, worst, out);
    }
  }
}

const Register kRunningDiffersCheck{
    "image-running-differs", running_differs, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::image
