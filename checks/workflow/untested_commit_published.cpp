// A commit that a job makes and pushes itself, behind the tests of the run, and that it then
// builds, publishes or tags: what goes out is not what was tested. Decided by the order of the
// commands of the job: a commit, then what takes the sources, with no test and no checkout of
// another commit in between. A commit of nothing but files that hold a version is a note. A run
// without tests is judged by other rules. Source: GitHub Docs, "Contexts", `github.sha` (the commit
// that started the run); Git documentation, "git-commit".
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/publications.h"
#include "checks/workflow/version_commands.h"

namespace muster::workflow {
namespace {

/// Whether the file is there to hold a version, or what changed in it.
bool holds_version(std::string_view path) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "package.json", "package-lock.json", "npm-shrinkwrap.json", "pyproject.toml",    "cargo.toml",
      "cargo.lock",   "changelog.md",      "setup.cfg",           "gradle.properties", "pom.xml",
      "chart.yaml",   "lerna.json",        "_version.py",         "__version__.py"};
  const std::string name = text::lower(path.substr(path.rfind('/') + 1));
  return text::one_of(name, kNames) || name == "version" || name.starts_with("version.");
}

/// Whether a tag is made where the job stands, not at a commit that is named.
bool tags_here(const Command& command) {
  const auto& words = command.words;
  const auto names =
      std::ranges::count_if(words, [](const std::string& word) { return !word.starts_with('-'); });
  const bool message = text::one_of("-m", words) || text::one_of("-am", words);
  return makes_tag(command) && names == (message ? 4 : 3);
}

/// Whether the job stands at another commit behind it.
bool leaves_commit(const Command& command) {
  const auto& words = command.words;
  const bool fresh = text::one_of("-b", words) || text::one_of("-B", words) ||
                     text::one_of("-c", words) || text::one_of("-C", words);
  return command.starts_with_any({"git clone", "git reset"}) ||
         (command.starts_with_any({"git checkout", "git switch"}) && !fresh);
}

/// Goes through the commands of one job in order.
class OwnCommit {
 public:
  OwnCommit(const JobRun& run, const std::vector<Publication>& published)
      : run_(run), published_(published) {
    const auto uses = image_uses(run);
    pushes_images_ = std::ranges::any_of(uses, [](const ImageUse& use) { return !use.deployed; });
    for (const Step* step : run.script->steps) {
      if (!run.is_for_failure(*step)) {
        read(*step);
      }
    }
  }

  /// Whether the job makes a commit and pushes it.
  [[nodiscard]] bool is_pushed() const { return commit_ != nullptr && pushed_; }

  void report(Outcomes& out) const;

 private:
  void read(const Step& step);
  void read(const Command& command, const StepCommand& item);
  void take(const SourceRef& where, std::string what);
  void stage(const Command& command);

  const JobRun& run_;
  const std::vector<Publication>& published_;
  bool pushes_images_ = false;
  const StepCommand* commit_ = nullptr;
  bool pushed_ = false;
  /// The commit is still what the job stands at, and nothing has tested it.
  bool untested_ = false;
  /// Something else than files of versions may be in it.
  bool wide_ = false;
  bool staged_ = false;
  SourceRef taken_at_;
  std::string taken_by_;
};

void OwnCommit::take(const SourceRef& where, std::string what) {
  if (untested_ && taken_by_.empty()) {
    taken_at_ = where;
    taken_by_ = std::move(what);
  }
}

/// What `git add` and `git commit` put into the commit.
void OwnCommit::stage(const Command& command) {
  const auto& words = command.words;
  const bool adds = command.starts_with("git add");
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool option = word.starts_with('-');
    const bool all =
        word == "--all" || word == "-A" || word == "-u" || word == "--update" ||
        (!adds && option && !word.starts_with("--") && word.find('a') != std::string::npos);
    const bool file = adds && !option;
    wide_ = wide_ || all || (file && !holds_version(word));
    staged_ = staged_ || file;
  }
}

void OwnCommit::read(const Command& command, const StepCommand& item) {
  if (command.starts_with("git add")) {
    stage(command);
  } else if (command.starts_with("git commit") || commits_version(command)) {
    stage(command);
    wide_ = wide_ || (!staged_ && !commits_version(command));
    commit_ = commit_ == nullptr ? &item : commit_;
    untested_ = true;
  } else if (command.starts_with("git push")) {
    pushed_ = pushed_ || commit_ != nullptr;
  } else if (leaves_commit(command) || is_test(command)) {
    untested_ = false;
  } else if (tags_here(command) || (pushes_images_ && builds_image(command))) {
    take(item.where, text::shortened(text::joined(command.words), 60));
  }
}

void OwnCommit::read(const Step& step) {
  if (action_name(step) == "actions/checkout" && step.input("path") == nullptr) {
    untested_ = false;
  }
  if (pushes_images_ && step.kind == Step::Kind::Uses && builds_image(step)) {
    take(step.uses.where, std::string(action_name(step)));
  }
  for (const StepCommand& item : run_.script->commands_of(step)) {
    if (!item.command.remote) {
      read(item.command, item);
    }
    for (const Publication& one : published_) {
      if (!one.is_image && one.where == item.where) {
        take(one.where, one.what);
      }
    }
  }
  for (const Publication& one : published_) {
    if (!one.is_image && one.step == &step && step.kind == Step::Kind::Uses) {
      take(one.where, one.what);
    }
  }
}

void OwnCommit::report(Outcomes& out) const {
  if (taken_by_.empty()) {
    out.pass(run_.asset(), commit_->where);
    return;
  }
  const std::string commit = text::shortened(text::joined(commit_->command.words), 60);
  out.fail(
         run_.asset(), taken_at_,
         text_witness("scenario", "`" + commit + "` brings a change that no test has seen, and `" +
                                      taken_by_ + "` takes it"))
      .arg("job", run_.job->id.value)
      .arg("what", taken_by_)
      .severity(wide_ ? Severity::Low : Severity::Info)
      .because(wide_ ? "take the version from a tag or from the number of the run, and build the "
                       "commit that was tested"
                     : "only files that hold a version are in it")
      .related(commit_->where, "the commit");
}

/// Whether something tests in the run that the job belongs to.
bool run_has_tests(const JobRun& run, const JobRuns& runs) {
  return std::ranges::any_of(runs.all(), [&](const JobRun& other) {
    return other.entry == run.entry &&
           std::ranges::any_of(other.script->commands, [](const StepCommand& item) {
             return !item.command.remote && is_test(item.command);
           });
  });
}

void untested_commit_published(const AuditInput& input, Outcomes& out) {
  const JobRuns& runs = input.model<JobRuns>();
  for (const auto& job : runs.by_job()) {
    const JobRun& run = *job.front();
    const OwnCommit commit(run, input.model<Publications>().in(run));
    if (commit.is_pushed() && run_has_tests(run, runs)) {
      commit.report(out);
    }
  }
}

const Register kUntestedCommitPublishedCheck{
    "workflow-untested-commit-published", untested_commit_published, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
