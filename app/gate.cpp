// Reads both sides, lets them be judged, prints.
#include "app/gate.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "app/audit_input.h"
#include "app/catalogue_option.h"
#include "app/gate_base.h"
#include "app/gate_compare.h"
#include "app/gate_print.h"
#include "app/recognise.h"
#include "checks/iac/cloudformation.h"
#include "checks/iam/infrastructure.h"
#include "checks/text/ascii.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileLimit = std::size_t{10} << 20U;

/// Folders below the root that are repositories of their own.
std::set<std::string> nested_repositories(const fs::path& root, const Facts& facts) {
  std::set<std::string> found;
  std::set<std::string> seen;
  for (const Document& document : facts.documents) {
    const std::string& path = document.source.path();
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const std::string folder = path.substr(0, slash);
      std::error_code error;
      if (seen.insert(folder).second && fs::exists(root / folder / ".git", error)) {
        found.insert(folder);
      }
    }
  }
  return found;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

/// Documents of submodules belong to another history: they are taken out and named.
void leave_out_submodules(const fs::path& root, Facts& facts) {
  for (const std::string& folder : nested_repositories(root, facts)) {
    const auto inside = [&](const Document& document) {
      return is_below(document.source.path(), folder);
    };
    std::erase_if(facts.documents, inside);
    std::erase_if(facts.not_covered,
                  [&](const NotCovered& gap) { return is_below(gap.what, folder); });
    facts.not_covered.push_back(
        {folder, "policies of a repository inside this one are compared by a gate of its own",
         false});
  }
}

bool holds_policies(DocumentKind kind) {
  return kind != DocumentKind::GithubWorkflow && kind != DocumentKind::GithubAction &&
         kind != DocumentKind::Script && kind != DocumentKind::Waivers;
}

/// Why a file that held policies is as good as unread; empty when it is gone, or is read and holds
/// none.
std::string lost_policies(const fs::path& root, const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(root / path, error);
  if (!fs::exists(status)) {
    return "";
  }
  if (fs::is_symlink(status)) {
    return "held policies in the base, and is a symbolic link now, which is not followed";
  }
  const auto bytes = read_file(root / path, SourceId(path), kFileLimit);
  const auto tree = bytes ? iac::parse_template(bytes.value(), SourceId(path))
                          : Result<text::Tree>(bytes.error());
  if (!tree) {
    return "held policies in the base, and cannot be read now: " + tree.error().message;
  }
  return recognise_content(path, bytes.value()).kind
             ? "held policies in the base, and is not read now: a folder above it is a link"
             : "";
}

/// Files of the base that the working tree has and that nobody read.
void add_lost_policies(const fs::path& root, const Facts& before, Facts& now) {
  std::set<std::string> told;
  for (const Document& document : now.documents) {
    told.insert(document.source.path());
  }
  for (const NotCovered& gap : now.not_covered) {
    told.insert(gap.what);
  }
  for (const Document& document : before.documents) {
    const std::string& path = document.source.path();
    if (!holds_policies(document.kind) || told.contains(path)) {
      continue;
    }
    if (const std::string why = lost_policies(root, path); !why.empty()) {
      now.not_covered.push_back({path, why, true});
    }
  }
}

/// A snapshot of an account that the base knows nothing of tells what was there already: it is
/// taken out and named.
void leave_out_first_snapshots(const std::vector<GateSubject>& before,
                               std::vector<GateSubject>& after, Facts& now) {
  std::set<std::string> known;
  for (const GateSubject& subject : before) {
    known.insert(subject.snapshot_of);
  }
  std::map<std::string, std::string> fresh;
  std::erase_if(after, [&](const GateSubject& subject) {
    const bool first = !subject.snapshot_of.empty() && !known.contains(subject.snapshot_of);
    if (first) {
      fresh.emplace(subject.file, subject.snapshot_of);
    }
    return first;
  });
  for (const auto& [file, account] : fresh) {
    now.not_covered.push_back({file,
                               "the base holds no snapshot of account " + account +
                                   ": what is deployed there has nothing to be compared with",
                               false});
  }
}

/// Which gaps of the working tree matter: those of files that are not as in the base.
class Gaps {
 public:
  Gaps(const GitObjects& git, const GateBase& base) : git_(git) {
    for (const GitBlob& blob : base.blobs) {
      ids_.emplace(blob.path, blob.id);
    }
    for (const NotCovered& gap : base.repository.facts.not_covered) {
      known_.emplace(file_of(gap.what), gap.why);
    }
  }

  std::vector<NotCovered> of(const Facts& facts) {
    std::vector<NotCovered> kept;
    const bool plan = std::ranges::any_of(facts.documents, [](const Document& document) {
      return document.kind == DocumentKind::Terraform;
    });
    for (NotCovered gap : facts.not_covered) {
      const std::string path = file_of(gap.what);
      // Workflows hold no policies.
      if (recognise_path(path) || is_unchanged(path)) {
        continue;
      }
      // A changed source of Terraform is as good as unread, unless its plan is here.
      const bool source = path.ends_with(".tf");
      const bool place = path != gap.what;
      if ((source && plan) || (place && !gap.blocks && known_.contains({path, gap.why}))) {
        continue;
      }
      // What a template newly leaves open may be new access: a policy for a role elsewhere.
      gap.blocks = gap.blocks || source || place;
      kept.push_back(std::move(gap));
    }
    return kept;
  }

 private:
  /// The file of `t.yaml:3:4`.
  [[nodiscard]] std::string file_of(std::string what) const {
    for (int part = 0; part < 2 && !ids_.contains(what); ++part) {
      const std::size_t colon = what.rfind(':');
      const bool number =
          colon != std::string::npos && text::is_digits(std::string_view(what).substr(colon + 1));
      if (!number) {
        break;
      }
      what.resize(colon);
    }
    return what;
  }

  bool is_unchanged(const std::string& path) {
    const auto id = ids_.find(path);
    if (id == ids_.end()) {
      return false;
    }
    const auto known = names_.find(path);
    const std::string name = known == names_.end() ? git_.name_of(path) : known->second;
    names_[path] = name;
    return name == id->second;
  }

  const GitObjects& git_;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::string> names_;
  /// What the base left open: file and reason.
  std::set<std::pair<std::string, std::string>> known_;
};

/// The subjects of the base; those of a plan in the working tree are what it found before.
std::vector<GateSubject> subjects_before(const GateBase& base, const Facts& now,
                                         const Intent& grouping) {
  std::set<std::string> plans;
  for (const Document& document : now.documents) {
    if (document.kind == DocumentKind::Terraform && iam::read_prior_state(document)) {
      plans.insert(document.source.path());
    }
  }
  std::vector<GateSubject> before = gate_subjects(base.repository.facts, grouping);
  std::erase_if(before, [&](const GateSubject& subject) { return plans.contains(subject.file); });
  for (GateSubject& subject : prior_subjects(now)) {
    before.push_back(std::move(subject));
  }
  return before;
}

Result<int> compare(const GateOptions& options, const Console& console) {
  MUSTER_CHECK_OK(settle_catalogue(options.catalogue));
  const fs::path root = options.path;
  MUSTER_TRY(const GitObjects git, GitObjects::open(root));
  MUSTER_TRY(GateBase base, read_base(git, root, options.base));
  // Files that the base leaves out stay out; the change itself cannot hide any.
  Intent reading;
  reading.exclude = base.intent.exclude;
  reading.roles = base.intent.roles;
  MUSTER_TRY(Repository now, read_repository(root, {}, reading));
  leave_out_submodules(root, now.facts);
  add_lost_policies(root, base.repository.facts, now.facts);
  Intent grouping = base.intent;
  if (!grouping.declared) {
    MUSTER_TRY(grouping, find_intent(root, {}));
  }
  const std::vector<GateSubject> before = subjects_before(base, now.facts, grouping);
  std::vector<GateSubject> after = gate_subjects(now.facts, grouping);
  std::vector<NotCovered> gaps = Gaps(git, base).of(now.facts);
  Facts more;
  leave_out_first_snapshots(before, after, more);
  std::ranges::move(more.not_covered, std::back_inserter(gaps));
  const GateReport report{base.commit, base.how, judge(pair_subjects(before, after)),
                          std::move(gaps)};
  if (options.json) {
    print_gate_json(report, console);
    return gate_exit(report);
  }
  print_gate(report, console);
  const char* const actions = std::getenv("GITHUB_ACTIONS");
  if (actions != nullptr && std::string_view(actions) == "true") {
    print_annotations(report, console);
  }
  return gate_exit(report);
}

}  // namespace

int run_gate(const GateOptions& options, const Console& console) {
  const auto code = compare(options, console);
  return code ? code.value() : report_error(console, code.error());
}

}  // namespace muster::app
