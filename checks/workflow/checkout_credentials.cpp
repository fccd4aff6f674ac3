// The credential that checkout leaves in `.git/config`, put into an artifact: whoever downloads the
// artifact while the job runs (for a token of its own, later too) can use it. Source: the actions'
// own release notes (upload-artifact 4.4 leaves hidden files out; checkout 6 keeps the credential
// outside the folder).
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/stake.h"

namespace muster::workflow {
namespace {

/// A path inside the workspace, without `./` and slashes at its ends.
std::string plain_path(std::string path) {
  constexpr std::string_view kWorkspace = "${{ github.workspace }}";
  if (path.starts_with(kWorkspace)) {
    path.replace(0, kWorkspace.size(), ".");
  }
  while (path.starts_with("./")) {
    path.erase(0, 2);
  }
  while (path.ends_with('/')) {
    path.pop_back();
  }
  return path == "." ? "" : path;
}

enum class Reached { No, Unknown, Yes };

/// Whether the pattern takes in `.git/config` of a checkout into `folder`.
Reached reaches_config(const std::string& pattern, const std::string& folder) {
  if (has_expression(pattern)) {
    return Reached::Unknown;
  }
  const std::string whole = folder.empty() ? "" : folder + "/";
  const std::array<std::string, 9> taken = {
      "", "*", "**", "**/*", folder, whole + "*", whole + "**", whole + "**/*", whole + ".git"};
  const bool inside = pattern.starts_with(whole + ".git/config") || pattern == whole + ".git/**" ||
                      pattern == whole + ".git/*";
  return inside || text::one_of(pattern, taken) ? Reached::Yes : Reached::No;
}

/// Whether the upload takes in `.git/config`.
Reached uploads_config(const Step& upload, const std::string& folder) {
  const Text* path = upload.input("path");
  Reached found = Reached::No;
  std::string lines = path == nullptr ? "" : path->value + "\n";
  for (std::size_t end = lines.find('\n'); end != std::string::npos; end = lines.find('\n')) {
    std::string line(text::trim(lines.substr(0, end)));
    lines.erase(0, end + 1);
    if (line.starts_with('!') && line.find(".git") != std::string::npos) {
      return Reached::No;
    }
    if (!line.empty() && !line.starts_with('!')) {
      found = std::max(found, reaches_config(plain_path(line), folder));
    }
  }
  return found;
}

/// Whether the upload takes hidden files.
Reached takes_hidden(const Step& upload, const Workflow& workflow, const Scope& scope) {
  const std::optional<bool> asked = is_set(upload.input("include-hidden-files"), scope);
  if (upload.input("include-hidden-files") != nullptr && asked != false) {
    return asked ? Reached::Yes : Reached::Unknown;
  }
  const auto release = release_numbers(release_text(upload, workflow));
  if (!release || release->front() == 3) {
    return Reached::Unknown;
  }
  const auto [major, minor, patch] = *release;
  const bool old = major < 3 || (major == 4 && minor >= 0 && minor < 4);
  return old ? Reached::Yes : Reached::No;
}

/// Whether the checkout leaves its credential in the folder.
Reached leaves_credential(const Step& checkout, const Workflow& workflow, const Scope& scope) {
  if (checkout.input("persist-credentials") != nullptr) {
    const std::optional<bool> kept = is_set(checkout.input("persist-credentials"), scope);
    if (kept != true) {
      return kept ? Reached::No : Reached::Unknown;
    }
  }
  const auto release = release_numbers(release_text(checkout, workflow));
  return !release ? Reached::Unknown : release->front() < 6 ? Reached::Yes : Reached::No;
}

struct Exposure {
  Reached reached = Reached::No;
  const Step* upload = nullptr;
};

/// The worst upload behind a checkout.
Exposure exposure_of(const JobRun& run, std::size_t at, const Intent& intent) {
  const auto& steps = run.script->steps;
  const Step& checkout = *steps[at];
  const Text* into = checkout.input("path");
  const std::string folder = into == nullptr ? "" : plain_path(into->value);
  const Reached left = leaves_credential(checkout, *run.workflow, run.scope(intent, &checkout));
  Exposure worst;
  for (std::size_t i = at + 1; left != Reached::No && i < steps.size(); ++i) {
    if (action_name(*steps[i]) != "actions/upload-artifact") {
      continue;
    }
    const Reached hidden = takes_hidden(*steps[i], *run.workflow, run.scope(intent, steps[i]));
    const Reached reached = std::min({left, hidden, uploads_config(*steps[i], folder)});
    if (reached > worst.reached) {
      worst = {reached, steps[i]};
    }
  }
  return worst;
}

/// What the credential may do, for people and as a severity.
Severity power_of(const JobRun& run, const Step& checkout, std::string& words) {
  const Text* token = checkout.input("token");
  if (checkout.input("ssh-key") != nullptr || (token != nullptr && names_secret(token->value))) {
    words = "it is a credential of its own, which works after the run too";
    return Severity::High;
  }
  const std::vector<std::string> scopes = writable_scopes(run);
  const bool writes = std::any_of(scopes.begin(), scopes.end(),
                                  [](const std::string& scope) { return scope != "id-token"; });
  if (writes) {
    words = "the token may write, and works until the job ends";
    return Severity::High;
  }
  const bool reads = token_permission(run, "contents").answer == TokenPermission::Answer::Denied;
  words = reads ? "the token only reads, and works until the job ends"
                : "what the token may do is up to the settings of the repository; it works until "
                  "the job ends";
  return reads ? Severity::Low : Severity::Medium;
}

void report_exposure(const JobRun& run, const Step& checkout, const Exposure& exposure,
                     Outcomes& out) {
  const Asset asset = run.workflow->asset(*run.job, checkout);
  const Text* path = exposure.upload->input("path");
  if (exposure.reached == Reached::Unknown) {
    out.undecided(asset, checkout.uses.where,
                  "whether `" + exposure.upload->uses.value +
                      "` puts the credential of this checkout into an artifact depends on versions "
                      "or values that the file does not tell")
        .related(exposure.upload->where, "the upload");
    return;
  }
  std::string power;
  const Severity severity = power_of(run, checkout, power);
  out.fail(asset, checkout.uses.where, text_witness("path", path->value))
      .arg("job", run.job->id.value)
      .arg("upload", exposure.upload->uses.value)
      .severity(severity)
      .because(power)
      .related(exposure.upload->where, "what puts `.git/config` into the artifact");
}

void checkout_credentials(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const auto& steps = run.script->steps;
    std::set<std::string> seen;
    std::vector<const Step*> harmless;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (action_name(*steps[i]) != "actions/checkout") {
        continue;
      }
      const Exposure exposure = exposure_of(run, i, input.intent());
      if (exposure.reached == Reached::No) {
        harmless.push_back(steps[i]);
      } else if (seen.insert(run.workflow->asset(*run.job, *steps[i]).id).second) {
        report_exposure(run, *steps[i], exposure, out);
      }
    }
    for (const Step* step : harmless) {
      const Asset asset = run.workflow->asset(*run.job, *step);
      if (seen.insert(asset.id).second) {
        out.pass(asset, step->uses.where);
      }
    }
  }
}

const Register kCheckoutCredentialsCheck{
    "workflow-checkout-credentials", checkout_credentials, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
