// A small repository for tests: workflow files with one job `deploy`, and a fixed declaration.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "checks/workflow/jobs.h"

namespace muster::workflow {

inline Intent shop() {
  Intent intent;
  intent.repository = "acme/shop";
  intent.variables = {{"PLAIN", "plain"}, {"TARGET", "general"}};
  IntentEnvironment production;
  production.name = "production";
  production.variables = {{"TARGET", "prod-target"}};
  IntentEnvironment guarded;
  guarded.name = "guarded";
  guarded.branches = {"main", "release/*"};
  intent.environments = {production, guarded};
  return intent;
}

/// Files by name; `deploy.yml` holds the job `deploy`.
using Files = std::vector<std::pair<std::string, std::string>>;

class Repository {
 public:
  explicit Repository(const Files& files) : intent_(shop()), input_(facts_, intent_, TimePoint{}) {
    for (const auto& [name, text] : files) {
      facts_.documents.push_back(
          {DocumentKind::GithubWorkflow, SourceId(".github/workflows/" + name), text});
    }
    REQUIRE(input_.model<Workflows>().unreadable().empty());
  }

  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;

  [[nodiscard]] const Intent& intent() const { return intent_; }

  [[nodiscard]] std::vector<const JobRun*> runs() const {
    std::vector<const JobRun*> found;
    for (const JobRun& run : input_.model<JobRuns>().all()) {
      if (run.job->id.value == "deploy") {
        found.push_back(&run);
      }
    }
    return found;
  }

 private:
  Facts facts_;
  Intent intent_;
  AuditInput input_;
};

inline std::string job(const std::string& more) {
  return "  deploy:\n    runs-on: ubuntu-24.04\n" + more + "    steps: [{run: make}]\n";
}

inline std::string file(const std::string& events, const std::string& more,
                        const std::string& others = "") {
  return "on: " + events + "\njobs:\n" + others + job(more);
}

}  // namespace muster::workflow
