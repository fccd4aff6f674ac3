// Goes from `needs.x.outputs.y` to the line that writes it. Sources: GitHub Docs, "Passing
// information between jobs"; Git documentation, `rev-parse --short`; Amazon ECR User Guide, "Image
// tag mutability"; README of docker/metadata-action (`type=sha` is short unless `format=long`).
#include "checks/workflow/handed_tags.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/iam/inventory.h"
#include "checks/text/ascii.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/spelled.h"
#include "checks/workflow/written_values.h"

namespace muster::workflow {
namespace {

/// Whether an output may be an image or its tag, by its name.
bool may_name_image(std::string_view output) {
  static constexpr std::array<std::string_view, 7> kWords = {"image", "img", "tag",    "ref",
                                                             "uri",   "sha", "version"};
  return text::contains_any(output, kWords);
}

/// A value that a job gives to those behind it.
struct Written {
  std::string text;
  SourceRef where;
  bool shortened = false;
};

/// Whether `docker/metadata-action` gives nothing but tags of the short commit.
bool makes_short_tags(const Step& step) {
  const Text* tags = step.input("tags");
  if (action_name(step) != "docker/metadata-action" || tags == nullptr) {
    return false;
  }
  const auto lines = text::split(tags->value, "\n");
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
    return line.starts_with("type=sha") && line.find("format=long") == std::string_view::npos;
  });
}

/// The output of a step, where it is certain; nothing else.
std::optional<Written> written_by(const Step& step, const std::string& output) {
  if (makes_short_tags(step) && (output == "tags" || output == "version")) {
    const Text* images = step.input("images");
    return Written{(images != nullptr ? images->value : "") + ":sha-…", step.uses.where, true};
  }
  const auto pieces = written_values(step.run.value, "GITHUB_OUTPUT", output);
  if (pieces.size() != 1 || !step.run_node) {
    return std::nullopt;
  }
  const auto begin = static_cast<std::size_t>(pieces.front().data() - step.run.value.data());
  const std::string spelled_out = with_assigned(pieces.front(), step.run.value);
  // What stands for a commit there is the whole one.
  const bool told = spelled_out.find("GITHUB_SHA") == std::string::npos;
  return Written{told ? spelled_out : std::string(pieces.front()),
                 step.run_node->where(begin, begin + pieces.front().size()),
                 names_short_commit(pieces.front(), step.run.value)};
}

/// What an output of the job holds, where it is certain.
std::optional<Written> output_of(const Job& job, std::string_view name) {
  const auto entry = std::find_if(job.outputs.begin(), job.outputs.end(), [&](const Entry& one) {
    return text::lower(one.name.value) == name;
  });
  if (entry == job.outputs.end()) {
    return std::nullopt;
  }
  const auto names = names_read(entry->value.value, false);
  if (names.size() != 1) {
    return std::nullopt;
  }
  for (const Step* step : all_steps(job)) {
    const std::string sign =
        step->id ? "steps." + text::lower(step->id->value) + ".outputs." : std::string();
    if (!sign.empty() && names.front().starts_with(sign)) {
      return written_by(*step, names.front().substr(sign.size()));
    }
  }
  return std::nullopt;
}

/// Whether the registry lets a tag be moved; nothing when that is a setting which is not among the
/// facts, or differs between repositories of the name.
std::optional<bool> may_move(const std::string& image, const AuditInput& input) {
  if (text::contains_any(image, {"ghcr.io/", "public.ecr.aws/"})) {
    return true;
  }
  const std::string_view repository = repository_of(image);
  const std::string_view name = repository.substr(repository.rfind('/') + 1);
  std::optional<bool> moves;
  for (const iam::Resource& resource : input.model<iam::Inventory>().resources()) {
    const std::string_view mode = resource.property("image_tag_mutability");
    const bool same = !mode.empty() && !name.empty() &&
                      (resource.name == name || resource.arn.ends_with("/" + std::string(name)));
    const bool now = mode == "MUTABLE";
    if (same && (mode.ends_with("_WITH_EXCLUSION") || moves.value_or(now) != now)) {
      return std::nullopt;
    }
    moves = same ? now : moves;
  }
  return moves;
}

/// An image that the job pushes, as it is written; the value itself where that names one.
std::optional<std::string> pushed_as(const Written& written, const JobRun& from,
                                     const Intent& intent) {
  for (const ImageUse& use : image_uses(from)) {
    if (!use.deployed) {
      const Scope scope = from.scope(intent, use.step);
      return written.text.find('/') != std::string::npos ? written.text
             : use.image.shell                           ? spelled_word(use.image.text, scope)
                                                         : spelled(use.image.text, scope);
    }
  }
  return std::nullopt;
}

HandedTag judged(const Written& written, const std::string& pushed, const AuditInput& input) {
  HandedTag tag;
  tag.image = written.text;
  tag.written = written.where;
  if (!written.shortened || written.text.find('@') != std::string::npos) {
    return tag;
  }
  const auto moves = may_move(pushed, input);
  tag.kind = !moves   ? HandedTag::Kind::Unknown
             : *moves ? HandedTag::Kind::Moves
                      : HandedTag::Kind::Stays;
  tag.because =
      moves ? "whoever may push there can move the tag in between, and another commit can begin "
              "with the same digits: hand the digest on, or the tag of the whole commit"
            : "it is a tag of a shortened commit, and whether its repository lets tags be moved is "
              "not among the facts";
  return tag;
}

/// The job's run, as far as its steps are asked; null for one that calls a workflow.
const JobRun* run_of(const Workflow& workflow, const Job& job, const JobRuns& runs) {
  const auto& all = runs.in(workflow);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const JobRun* run) { return run->job == &job; });
  return found == all.end() ? nullptr : *found;
}

/// Whether a step does something with images, or hands on what it is given.
bool handles_images(const JobRun& run, const Step& step) {
  const auto commands = run.script->commands_of(step);
  const std::string_view action = action_name(step);
  return action.starts_with("docker/") || action.starts_with("aws-actions/amazon-ecs-") ||
         action.starts_with("./") ||
         std::any_of(commands.begin(), commands.end(), [](const StepCommand& item) {
           return item.command.remote ||
                  item.command.starts_with_any({"docker", "podman", "docker-compose", "crane",
                                                "skopeo", "cosign", "trivy", "helm", "kubectl",
                                                "aws ecs", "aws lambda", "aws ssm send-command"});
         });
}

/// Whether the text at this path of a job takes an image: not one that is only shown, or asked in a
/// condition. `run` is null for a job that calls a workflow.
bool takes_image_at(std::string_view path, const Job& job, const JobRun* run) {
  if (run == nullptr) {
    return path.starts_with("$.with.") && may_name_image(text::lower(path.substr(7)));
  }
  if (path.starts_with("$.env.") || path.starts_with("$.container")) {
    const auto steps = all_steps(job);
    return path.starts_with("$.container") ||
           std::any_of(steps.begin(), steps.end(),
                       [&](const Step* step) { return handles_images(*run, *step); });
  }
  constexpr std::string_view kSteps = "$.steps.";
  if (!path.starts_with(kSteps) || path.ends_with(".if") || path.ends_with(".name")) {
    return false;
  }
  const std::string_view rest = path.substr(kSteps.size());
  const std::string_view number = rest.substr(0, rest.find('.'));
  const auto at = std::find_if(job.steps.begin(), job.steps.end(), [&](const Step& step) {
    return std::to_string(&step - job.steps.data()) == number;
  });
  return at != job.steps.end() && handles_images(*run, *at);
}

/// Whether the texts speak of a digest: then the image is perhaps held against it.
bool speaks_of_digest(const std::vector<ReadingText>& texts, const Job& job) {
  const auto says = [](std::string_view text) {
    return text.find("digest") != std::string_view::npos ||
           text.find("sha256") != std::string_view::npos;
  };
  const auto steps = all_steps(job);
  return std::any_of(texts.begin(), texts.end(),
                     [&](const ReadingText& one) { return says(one.text.value); }) ||
         std::any_of(steps.begin(), steps.end(),
                     [&](const Step* step) { return says(step_texts(*step)); });
}

}  // namespace

std::vector<HandedTag> handed_tags(const Workflow& workflow, const Job& job,
                                   const AuditInput& input) {
  std::vector<HandedTag> found;
  const bool given = std::any_of(job.needs.begin(), job.needs.end(), [&](const Text& need) {
    const Job* from = workflow.find_job(need.value);
    return from != nullptr && !from->outputs.empty();
  });
  if (!given) {
    return found;
  }
  const JobRun* own = run_of(workflow, job, input.model<JobRuns>());
  const std::vector<ReadingText> texts = reading_texts(node_of(workflow, job), "$");
  for (const ReadingText& one : texts) {
    if (!takes_image_at(one.path, job, own)) {
      continue;
    }
    for (const std::string& name : one.names) {
      const std::size_t end = name.starts_with("needs.") ? name.find(".outputs.") : 0;
      if (end == 0 || end == std::string::npos) {
        continue;
      }
      const std::string output = name.substr(end + std::string_view(".outputs.").size());
      const std::string id = name.substr(6, end - 6);
      const auto need = std::find_if(job.needs.begin(), job.needs.end(), [&](const Text& text) {
        return text::lower(text.value) == id;
      });
      const Job* from = need == job.needs.end() ? nullptr : workflow.find_job(need->value);
      const JobRun* run =
          from == nullptr ? nullptr : run_of(workflow, *from, input.model<JobRuns>());
      const auto written =
          run != nullptr && may_name_image(output) ? output_of(*from, output) : std::nullopt;
      const auto pushed = written ? pushed_as(*written, *run, input.intent()) : std::nullopt;
      if (pushed) {
        found.push_back(judged(*written, *pushed, input));
        found.back().where = one.text.where;
        found.back().from = from;
      }
    }
  }
  if (speaks_of_digest(texts, job)) {
    std::erase_if(found, [](const HandedTag& tag) { return tag.kind != HandedTag::Kind::Stays; });
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const HandedTag& a, const HandedTag& b) { return a.kind > b.kind; });
  return found;
}

}  // namespace muster::workflow
