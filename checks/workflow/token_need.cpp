// A step that cannot be read may do anything with the token.
#include "checks/workflow/token_need.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/text/edit.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/shaped_table.h"
#include "checks/workflow/shell_wrap.h"

namespace muster::workflow {
namespace {

/// Programs that push, tag or release by themselves.
constexpr std::array<std::string_view, 14> kReleasers = {"semantic-release",
                                                         "release-it",
                                                         "lerna",
                                                         "changeset",
                                                         "goreleaser",
                                                         "np",
                                                         "gh-pages",
                                                         "mkdocs",
                                                         "mike",
                                                         "standard-version",
                                                         "commit-and-tag-version",
                                                         "bumpversion",
                                                         "bump2version",
                                                         "cz"};

/// Commands of git that never talk to the server.
constexpr std::array<std::string_view, 16> kLocalGit = {
    "config", "log",      "diff",   "status",  "show",     "rev-parse",  "describe", "add",
    "commit", "checkout", "switch", "restore", "rev-list", "merge-base", "branch",   "ls-files"};

/// `git`; empty for a command without words.
std::string_view program_of(const Command& command) {
  return command.words.empty() ? "" : program_name(command.words[0]);
}

/// Whether the command may speak to the repository's server as git.
bool speaks_git(const Command& command) {
  const std::string_view program = program_of(command);
  if (program == "git") {
    return std::none_of(kLocalGit.begin(), kLocalGit.end(), [&](std::string_view sub) {
      return command.starts_with("git " + std::string(sub));
    });
  }
  const auto releases = [](const std::string& word) { return text::one_of(word, kReleasers); };
  return text::one_of(program, kReleasers) ||
         ((program == "npx" || program == "yarn" || program == "pnpm" || program == "poetry") &&
          std::any_of(command.words.begin(), command.words.end(), releases));
}

std::string step_name(const Step& step) {
  return step.id                    ? "step `" + step.id->value + "`"
         : step.name                ? "step `" + step.name->value + "`"
         : !step.uses.value.empty() ? "step `" + step.uses.value + "`"
                                    : "a step";
}

/// Whether an expression of the job or of its workflow's `env` reads the token, or everything with
/// it.
bool names_token(const JobRun& run) {
  const text::Node root = run.workflow->tree->root();
  std::vector<ReadingText> texts;
  const auto add = [&](const std::optional<text::Node>& node) {
    if (node) {
      std::vector<ReadingText> more = reading_texts(*node, "");
      texts.insert(texts.end(), more.begin(), more.end());
    }
  };
  add(node_of(*run.workflow, *run.job));
  add(root.find("env"));
  return std::any_of(texts.begin(), texts.end(), [](const ReadingText& text) {
    return std::any_of(text.names.begin(), text.names.end(), [](const std::string& name) {
      return name == "github" || name == "github.*" || name == "github.token" ||
             name == "secrets" || name == "secrets.*" || name == "secrets.github_token";
    });
  });
}

/// Whether a text of the job names a registry that takes the token.
bool names_github_registry(const JobRun& run) {
  const auto all = text::leaves(node_of(*run.workflow, *run.job));
  return !all || std::any_of(all.value().begin(), all.value().end(), [](const auto& entry) {
    return entry.second.find("ghcr.io") != std::string::npos ||
           entry.second.find("pkg.github.com") != std::string::npos;
  });
}

const StepCommand* speaking_command(const JobRun& run) {
  const auto& commands = run.script->commands;
  const auto found = std::find_if(commands.begin(), commands.end(), [](const StepCommand& item) {
    return speaks_git(item.command) || program_of(item.command) == "gh";
  });
  return found == commands.end() ? nullptr : &*found;
}

}  // namespace

bool never_writes(const JobRun& run) {
  return run.script->open.empty() &&
         std::none_of(run.script->steps.begin(), run.script->steps.end(),
                      [](const Step* step) { return may_write_with_token(*step); }) &&
         std::none_of(run.script->commands.begin(), run.script->commands.end(),
                      [](const StepCommand& item) {
                        return item.command.starts_with_any({"git push", "gh"});
                      });
}

TokenNeed token_need(const JobRun& run) {
  TokenNeed need;
  for (const Step* step : run.script->steps) {
    need.reads_contents = need.reads_contents || action_name(*step) == "actions/checkout";
    need.asks_for_identity = need.asks_for_identity || may_use_oidc(*step);
    if (need.because.empty() && may_write_with_token(*step)) {
      need.because = step_name(*step) + " may use the token, and for what is not known";
    }
  }
  if (!need.because.empty()) {
    return need;
  }
  if (!run.script->open.empty()) {
    need.because = "the job " + run.script->open.front().what;
  } else if (const StepCommand* command = speaking_command(run)) {
    need.because = "`" + command->command.words[0] +
                   (command->command.words.size() > 1 ? " " + command->command.words[1] : "") +
                   "` may use the token, and for what is not known";
  } else if (names_token(run)) {
    need.because = "an expression of the job reads the token, and what for is not known";
  } else if (names_github_registry(run)) {
    need.because = "it names GitHub's package registry, which may take the token";
  }
  need.known = need.because.empty();
  return need;
}

bool git_credential_unused(const JobRun& run, const Step& checkout, std::string& because) {
  const auto& steps = run.script->steps;
  const auto place = std::find(steps.begin(), steps.end(), &checkout);
  const auto comes_later = [&](const Step* step) {
    return std::find(place, steps.end(), step) != steps.end();
  };
  for (auto step = place; step != steps.end(); ++step) {
    if (*step != &checkout && may_write_with_token(**step)) {
      because = step_name(**step) + " comes later and may push";
      return false;
    }
  }
  for (const OpenRun& open : run.script->open) {
    if (comes_later(open.step)) {
      because = "a later step " + open.what;
      return false;
    }
  }
  for (const StepCommand& item : run.script->commands) {
    if (comes_later(item.step) && speaks_git(item.command)) {
      because = "a later step runs `" + item.command.words[0] +
                (item.command.words.size() > 1 ? " " + item.command.words[1] : "") + "`";
      return false;
    }
  }
  return true;
}

}  // namespace muster::workflow
