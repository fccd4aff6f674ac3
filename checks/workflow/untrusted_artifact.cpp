// `workflow_run` fetches an artifact of the run before, which may be that of a fork's pull request,
// and runs what is in it or sends it on: the author of the pull request decides what is deployed.
// To read data from it is harmless. Source: GitHub Docs, "Secure use reference"; what an artifact
// holds is up to the workflow file of the pull request.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/fetched_code.h"
#include "checks/workflow/shaped.h"

namespace muster::workflow {
namespace {

bool names_run_before(const std::vector<Shaped>& found) {
  return std::any_of(found.begin(), found.end(),
                     [](const Shaped& one) { return one.form == Form::Run; });
}

/// `path: ./x/` as `x`; empty for the workspace.
std::string plain_folder(std::string_view path) {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
  }
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  return path == "." ? std::string() : std::string(path);
}

/// An action that fetches artifacts of a run that it is told.
std::optional<Fetch> action_artifact(const Step& step, const Scope& scope) {
  const std::string action = text::lower(action_name(step));
  const bool own = action == "actions/download-artifact";
  const Text* run = own                                            ? step.input("run-id")
                    : action == "dawidd6/action-download-artifact" ? step.input("run_id")
                                                                   : nullptr;
  if (run == nullptr || !names_run_before(heads_in_text(run->value, scope))) {
    return std::nullopt;
  }
  const Text* path = step.input("path");
  return Fetch{&step, run->where, run->value, plain_folder(path != nullptr ? path->value : ""), ""};
}

/// `gh run download $RUN_ID --dir x`
std::optional<Fetch> command_artifact(const StepCommand& item, const Scope& scope) {
  const Command& command = item.command;
  const bool found =
      command.starts_with("gh run download") &&
      std::any_of(command.words.begin(), command.words.end(), [&](const std::string& word) {
        return names_run_before(heads_in_script(word, scope));
      });
  if (!found) {
    return std::nullopt;
  }
  const std::string named = command.option("--dir");
  return Fetch{item.step, item.where, text::joined(command.words),
               plain_folder(named.empty() ? command.option("-D") : named), ""};
}

/// A script for GitHub's API that downloads artifacts of the run before.
bool downloads_by_script(const Step& step) {
  const Text* script =
      text::lower(action_name(step)) == "actions/github-script" ? step.input("script") : nullptr;
  return script != nullptr && script->value.find("downloadArtifact") != std::string::npos &&
         script->value.find("workflow_run.id") != std::string::npos;
}

/// `unzip artifact.zip -d x` behind such a script.
std::optional<Fetch> unpacked(const StepCommand& item) {
  return item.command.starts_with("unzip")
             ? std::optional(Fetch{item.step, item.where, text::joined(item.command.words),
                                   plain_folder(item.command.option("-d")), ""})
             : std::nullopt;
}

std::vector<Fetch> artifacts_of(const JobRun& run, const Intent& intent, const std::string& event) {
  std::vector<Fetch> found;
  if (event != "workflow_run") {
    return found;
  }
  const auto keep = [&](std::optional<Fetch> fetch) {
    if (fetch) {
      found.push_back(std::move(*fetch));
    }
  };
  bool by_script = false;
  for (const Step* step : run.script->steps) {
    const Scope scope = run.scope(intent, step, {event, "", {}, false});
    keep(action_artifact(*step, scope));
    by_script = by_script || downloads_by_script(*step);
    for (const StepCommand& item : run.script->commands_of(*step)) {
      if (!item.command.remote) {
        keep(command_artifact(item, scope));
        keep(by_script ? unpacked(item) : std::nullopt);
      }
    }
  }
  return found;
}

/// Whether the path lies in the folder; all of the workspace does when it was fetched there.
bool is_inside(std::string_view path, const std::string& folder) {
  for (const std::string_view scheme : {"fileb://", "file://"}) {
    path.remove_prefix(path.starts_with(scheme) ? scheme.size() : 0);
  }
  const std::string plain = plain_folder(path);
  return folder.empty() ? plain.find_first_of("/~") != 0
                        : plain == folder || plain.starts_with(folder + "/");
}

/// Whether the step works in the fetched folder, all of it.
bool works_inside(const Step& step, const std::string& folder) {
  return folder.empty() || (step.folder && is_inside(step.folder->value, folder)) ||
         step.run.value.find("cd " + folder) != std::string::npos ||
         step.run.value.find("cd ./" + folder) != std::string::npos;
}

/// What the step runs of the artifact: in its folder whatever runs there, else a file of it.
std::optional<FetchUse> run_in(const JobRun& run, const Step& step, const Fetch& fetch) {
  if (works_inside(step, fetch.folder)) {
    return code_run(run, step, fetch);
  }
  for (const StepCommand& item : run.script->commands_of(step)) {
    const auto& words = item.command.words;
    static constexpr std::array<std::string_view, 7> kInterpreters = {
        "node", "python", "python3", "ruby", "perl", "java", "php"};
    const bool interpreted = words.size() > 1 && text::one_of(words[0], kInterpreters);
    if (!item.command.remote && is_behind(item.where, step, fetch) && !words.empty() &&
        (is_inside(words[0], fetch.folder) || (interpreted && is_inside(words[1], fetch.folder)))) {
      return FetchUse{item.where, text::joined(words)};
    }
  }
  for (const FileRun& file :
       step.run_node ? read_script(step.run.value).files : std::vector<FileRun>()) {
    const SourceRef where = step.run_node->where(file.begin, file.end);
    if (!file.remote && is_behind(where, step, fetch) && is_inside(file.path, fetch.folder)) {
      return FetchUse{where, file.path};
    }
  }
  return std::nullopt;
}

/// Whether the command sends files of this machine elsewhere, and which of its words may name them.
std::span<const std::string> sent_words(const Command& command) {
  const std::span<const std::string> words = command.words;
  if (command.starts_with_any({"aws s3 sync", "aws s3 cp", "aws s3 mv"})) {
    const auto verb = std::find(words.begin(), words.end(), "s3") - words.begin();
    const auto from = static_cast<std::size_t>(verb) + 2;
    const bool local = from + 1 < words.size() && !words[from].starts_with("s3://");
    return local ? words.subspan(from, 1) : std::span<const std::string>();
  }
  if (command.starts_with_any({"rsync", "scp"})) {
    const bool away = words.size() > 2 && words.back().find(':') != std::string::npos;
    return away ? words.subspan(1, words.size() - 2) : std::span<const std::string>();
  }
  if (command.starts_with_any({"aws lambda update-function-code", "docker load", "podman load",
                               "gh release upload", "gh release create", "twine upload"})) {
    return words.subspan(1);
  }
  return {};
}

/// What the step sends on of the artifact.
std::optional<FetchUse> sent_in(const JobRun& run, const Step& step, const Fetch& fetch) {
  for (const StepCommand& item : run.script->commands_of(step)) {
    const auto words = sent_words(item.command);
    const bool sends =
        !words.empty() && !item.command.remote && is_behind(item.where, step, fetch) &&
        (works_inside(step, fetch.folder) ||
         std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return is_inside(word, fetch.folder); }));
    if (sends) {
      return FetchUse{item.where, text::joined(item.command.words)};
    }
  }
  return std::nullopt;
}

/// The workflow before, whose triggers are not known; empty when one that strangers start is known.
std::string unknown_parent(const Trigger& trigger, const Workflows& workflows) {
  std::string missing = trigger.workflows.empty() ? "…" : "";
  for (const Text& name : trigger.workflows) {
    const auto& all = workflows.all();
    const auto parent = std::find_if(all.begin(), all.end(),
                                     [&](const Workflow& one) { return one.goes_by(name.value); });
    if (parent == all.end()) {
      missing = name.value;
    } else if (std::any_of(parent->triggers.begin(), parent->triggers.end(), [&](const auto& one) {
                 return starter_of(one, workflows) != Hand::Writer;
               })) {
      return "";
    }
  }
  return missing;
}

void report_artifact(const JobRun& run, const ForeignUse& found, std::string_view does,
                     const Workflows& workflows, Outcomes& out) {
  const auto& [fetch, use, start] = found;
  const Asset asset = run.workflow->asset(*run.job, *fetch.step);
  const std::string parent = unknown_parent(*start.trigger, workflows);
  if (!parent.empty()) {
    out.undecided(asset, fetch.where,
                  "workflow `" + parent +
                      "`, whose artifact it fetches, is not here: whether pull requests of forks "
                      "start it is not known")
        .related(use.where, "what is done with it");
    return;
  }
  fail_foreign_use(run, found, does, out).arg("does", std::string(does)).arg("what", use.what);
}

/// Reports the first use that outsiders reach; false without one.
bool judge_artifacts(const JobRun& run, const AuditInput& input, Outcomes& out) {
  const std::array<std::pair<std::string_view, UseFinder>, 2> uses = {
      {{"runs", run_in}, {"sends", sent_in}}};
  for (const auto& [does, use_in] : uses) {
    const auto found = foreign_uses(run, input, artifacts_of, use_in);
    if (!found.empty()) {
      report_artifact(run, found.front(), does, input.model<Workflows>(), out);
      return true;
    }
  }
  return false;
}

void untrusted_artifact(const AuditInput& input, Outcomes& out) {
  judge_jobs(input, out, [&](const JobRun& run) { return judge_artifacts(run, input, out); });
}

const Register kUntrustedArtifactCheck{
    "workflow-untrusted-artifact", untrusted_artifact, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
