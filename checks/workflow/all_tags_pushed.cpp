// A script or Makefile for people that pushes every local tag, where a pushed tag deploys: old tags
// and those of other branches are deployed with the one that was meant. A push of one tag, and
// `--follow-tags` (annotated tags of what is pushed), are fine; so is a script that a workflow
// runs, since its clone has no tags of its own. Source: Git documentation, "git-push"; GitHub Docs,
// "Events that trigger workflows", `push`.
#include <algorithm>
#include <optional>
#include <set>

#include "checks/core/line_index.h"
#include "checks/text/ascii.h"
#include "checks/text/utf8.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/makefile.h"

namespace muster::workflow {
namespace {

/// A `git push` of a file.
struct PushCommand {
  SourceRef where;
  /// The target of a Makefile.
  std::string target;
  /// What makes it push all tags; empty for one that does not.
  std::string because;
};

/// A deploy that a pushed tag starts, with the globs of such tags.
struct TagDeploy {
  const Deploy* deploy = nullptr;
  const JobRun* run = nullptr;
  std::string tags;
};

std::string why_all(const Command& command) {
  for (const std::string& word : command.words) {
    if (word == "--tags" || word == "--mirror" || word.find("refs/tags/*") != std::string::npos) {
      return word;
    }
  }
  return "";
}

bool is_push(const Command& command) {
  return command.starts_with("git push") && !text::one_of("--dry-run", command.words) &&
         !text::one_of("-n", command.words) && !command.remote;
}

/// The pushes of a recipe line or script; `where` for all of them, or by `lines`.
void add_pushes(std::vector<PushCommand>& found, const Document& file, std::string_view script,
                const std::string& target, const std::optional<SourceRef>& where) {
  for (const Command& command : shell_commands(script)) {
    if (is_push(command)) {
      found.push_back(
          {where ? *where
                 : SourceRef{file.source, LineIndex(file.bytes).span(command.begin, command.end)},
           target, why_all(command)});
    }
  }
}

bool is_makefile(std::string_view path) {
  const std::string name = text::lower(path.substr(path.rfind('/') + 1));
  return name == "makefile" || name == "gnumakefile" || name.ends_with(".mk");
}

bool is_shell_script(const Document& file) {
  const std::string_view first = std::string_view(file.bytes).substr(0, file.bytes.find('\n'));
  const std::string& path = file.source.path();
  return path.ends_with(".sh") || path.ends_with(".bash") ||
         (first.starts_with("#!") && first.ends_with("sh"));
}

std::vector<PushCommand> pushes_in(const Document& file) {
  std::vector<PushCommand> found;
  if (is_shell_script(file)) {
    add_pushes(found, file, file.bytes, "", std::nullopt);
  } else if (is_makefile(file.source.path())) {
    const LineIndex lines(file.bytes);
    const Makefile makefile = parse_makefile(file.bytes);
    for (const auto& [target, rule] : makefile.rules) {
      for (const Recipe& recipe : rule.recipes) {
        add_pushes(found, file, expand_make(recipe.text, makefile.variables, target), target,
                   SourceRef{file.source, lines.span(recipe.begin, recipe.end)});
      }
    }
  }
  return found;
}

/// Whether a workflow runs the command.
bool is_run_here(const PushCommand& push, const JobRuns& runs) {
  return std::ranges::any_of(runs.all(), [&](const JobRun& run) {
    return std::ranges::any_of(run.script->commands,
                               [&](const StepCommand& item) { return item.where == push.where; });
  });
}

/// The tags whose push starts the deploy, as a glob; empty without any.
std::string starting_tags(const TimedDeploy& timed) {
  for (const Presented& start : timed.starts) {
    const auto& refs = start.tokens.refs;
    const auto tag = std::ranges::find_if(
        refs, [](const std::string& ref) { return ref.starts_with("refs/tags/"); });
    if (start.event == "push" && tag != refs.end()) {
      return tag->substr(10);
    }
  }
  return "";
}

/// The first deploy that a pushed tag starts.
std::optional<TagDeploy> tag_deploy(const Deployments& deployments) {
  std::optional<TagDeploy> found;
  for (const auto& job : deployments.by_job()) {
    for (const DeployingRun& deploying : job) {
      for (const TimedDeploy& timed : deploying.deploys) {
        std::string tags = found ? "" : starting_tags(timed);
        found = tags.empty() ? found : TagDeploy{&timed.deploy, deploying.run, std::move(tags)};
      }
    }
  }
  return found;
}

void judge_push(const PushCommand& push, const TagDeploy& deploy, Outcomes& out) {
  const Asset asset{"file", push.where.source.path()};
  if (push.because.empty()) {
    out.pass(asset, push.where).anchor(push.target);
    return;
  }
  const std::string name =
      push.target.empty() ? "`" + push.where.source.path() + "`" : "`make " + push.target + "`";
  const std::string job = deploy.run->job->id.value;
  out.fail(asset, push.where,
           text_witness("scenario", "a local tag `" + deploy.tags + "` was never pushed; " + name +
                                        " pushes it, and job `" + job + "` deploys it"))
      .anchor(push.target)
      .arg("script", name)
      .arg("option", push.because)
      .arg("job", job)
      .related(deploy.deploy->where, "what a pushed tag deploys with");
}

void all_tags_pushed(const AuditInput& input, Outcomes& out) {
  const auto deploy = tag_deploy(input.model<Deployments>());
  if (!deploy) {
    return;
  }
  const JobRuns& runs = input.model<JobRuns>();
  for (const Document& file : input.facts().documents) {
    if (file.kind != DocumentKind::Script || text::find_invalid_utf8(file.bytes)) {
      continue;
    }
    std::vector<PushCommand> pushes = pushes_in(file);
    std::erase_if(pushes, [&](const PushCommand& push) { return is_run_here(push, runs); });
    std::ranges::stable_partition(pushes,
                                  [](const PushCommand& push) { return !push.because.empty(); });
    std::set<std::string> told;
    for (const PushCommand& push : pushes) {
      if (told.insert(push.target).second) {
        judge_push(push, *deploy, out);
      }
    }
  }
}

const Register kAllTagsPushedCheck{
    "workflow-all-tags-pushed", all_tags_pushed, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
