// What a rollback would go back to is removed by the deploy itself.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/sent_commands.h"

namespace muster::workflow {
namespace {

/// A command that removes versions.
struct Removal {
  std::string command;
  /// Without one of them it leaves what is named.
  std::vector<std::string> options;
  /// It removes all that does not run, whatever it is called.
  bool all = false;
};

const std::vector<Removal>& removals() {
  static const std::vector<Removal> kRemovals = [] {
    std::vector<Removal> rows;
    const auto list = recognition_data().root().find("removals");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const text::Node row = list->at(i);
      rows.push_back({row.text_under("command"), row.texts_under("needs_option"),
                      row.text_under("removes") == "all"});
    }
    return rows;
  }();
  return kRemovals;
}

const Removal* removal_of(const Command& command) {
  for (const Removal& removal : removals()) {
    const bool told =
        removal.options.empty() ||
        std::any_of(command.words.begin(), command.words.end(),
                    [&](const std::string& word) { return text::one_of(word, removal.options); });
    if (told && command.starts_with(removal.command)) {
      return &removal;
    }
  }
  return nullptr;
}

/// Whether some of what there is is left: the newest few, what is younger than a week.
bool keeps_some(std::string_view script, const Command& command) {
  static constexpr std::array<std::string_view, 10> kSigns = {
      "tail -n +", "tail +",   "head -n -", "[:-", "until=",
      "--keep",    "sort_by(", "| sort",    "[1:", "[2:"};
  return text::contains_any(script, kSigns) ||
         std::any_of(command.words.begin(), command.words.end(), [](const std::string& word) {
           return text::contains_any(word, kSigns) || word == "--filter";
         });
}

/// Whether a word names what ran before: `$PREVIOUS`, `${{ steps.old.outputs.arn }}`.
bool names_previous(const Command& command) {
  static constexpr std::array<std::string_view, 5> kWords = {"prev", "old", "before", "last_",
                                                             "current"};
  return std::any_of(command.words.begin() + 1, command.words.end(), [](const std::string& word) {
    const std::string folded = text::lower(word);
    return folded.find('$') != std::string::npos && text::contains_any(folded, kWords);
  });
}

/// A removal behind the deploy.
struct Found {
  const StepCommand* item = nullptr;
  const Removal* removal = nullptr;
  bool keeps = false;
  bool previous = false;

  [[nodiscard]] int rank() const { return keeps ? 0 : removal->all || previous ? 2 : 1; }
};

void take_command(const StepCommand& item, const Command& command, std::string_view script,
                  Found& worst) {
  const Removal* removal = removal_of(command);
  if (removal == nullptr) {
    return;
  }
  const Found found{&item, removal, keeps_some(script, command), names_previous(command)};
  if (worst.item == nullptr || found.rank() > worst.rank()) {
    worst = found;
  }
}

/// The worst removal behind the first deploy of the chain.
Found worst_removal(const Chain& chain, const Sources& sources) {
  const RunParts& parts = *chain.parts;
  const RunPlace deploy = chain.place(*chain.deploys.front());
  Found worst;
  for (std::size_t job = 0; job < parts.graph.jobs().size(); ++job) {
    const JobRun* run = parts.graph.jobs()[job].run;
    for (std::size_t i = 0; run != nullptr && i < run->script->commands.size(); ++i) {
      const StepCommand& item = run->script->commands[i];
      const RunPlace place{job, item.step};
      const bool same = place == deploy && chain.deploys.front()->deploy.command != nullptr &&
                        &item >= chain.deploys.front()->deploy.command;
      if ((!same && !parts.comes_before(deploy, place)) || parts.is_rollback(place)) {
        continue;
      }
      take_command(item, item.command, item.step->run.value, worst);
      for (const HostCommand& sent : host_commands(item.command, sources)) {
        const std::string own = sent.file == nullptr ? text::joined(item.command.words) : "";
        take_command(item, sent.command, sent.file == nullptr ? own : sent.file->bytes, worst);
      }
    }
  }
  return worst;
}

void rollback_target_destroyed(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const Asset asset = chain.deploying->run->asset();
    const Found found = worst_removal(chain, input.model<Sources>());
    if (found.item == nullptr || found.rank() == 0) {
      out.pass(asset, chain.deploys.front()->deploy.where);
      continue;
    }
    const std::string& verb = found.removal->command;
    if (found.rank() == 1) {
      out.undecided(asset, found.item->where,
                    "whether `" + verb +
                        "` leaves the version that ran before is not known: what it "
                        "removes is put together while it runs");
      continue;
    }
    out.fail(asset, found.item->where,
             text_witness("scenario", "the new version is broken, and the one before is gone"))
        .arg("job", chain.deploying->run->job->id.value)
        .arg("verb", verb)
        .severity(graded(found.removal->all ? Severity::Low : Severity::High,
                         chain.deploying->guess.kind))
        .because(found.removal->all
                     ? "the image before is no longer on the host and has to be pulled again; keep "
                       "what is younger than a week with `--filter until=168h`"
                     : "remove it with the next deploy, or keep the newest few")
        .related(chain.deploys.front()->deploy.where, "the deploy that brings the new version");
  }
}

const Register kRollbackTargetDestroyedCheck{
    "workflow-rollback-target-destroyed", rollback_target_destroyed, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
