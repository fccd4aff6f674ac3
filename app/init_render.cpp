// Top to bottom as a reader corrects it: who we are, where we deploy, who may, when it fails.
#include "app/init_render.h"

#include <algorithm>

#include "app/init_roles.h"
#include "app/yaml_text.h"

namespace muster::app {
namespace {

constexpr std::size_t kShownPlaces = 3;

/// `a:1, b:2 and 3 more places`
std::string places(const std::vector<SourceRef>& used) {
  std::string all;
  for (std::size_t i = 0; i < std::min(used.size(), kShownPlaces); ++i) {
    all += (i == 0 ? "" : ", ") + place(used[i]);
  }
  const std::size_t rest = used.size() - std::min(used.size(), kShownPlaces);
  return rest == 0 ? all : all + " and " + std::to_string(rest) + " more places";
}

void head(const Draft& draft, YamlLines& out) {
  const std::string who =
      draft.repository.value.empty() ? "this repository" : draft.repository.value;
  out.comment(
      0, "What the owners of " + who +
             " mean their deployment to be. `muster audit` compares it with what the files do.");
  out.comment(
      0,
      "Written by `muster init` from what the repository shows: read it and correct it. A key "
      "behind `# ` is an open question: remove the `# ` once it is true.");
  if (!draft.unreadable.empty()) {
    out.comment(0, "");
    out.comment(0, "Could not be read, so what stands in it is missing here:");
    for (const std::string& what : draft.unreadable) {
      out.comment(0, "- " + what);
    }
  }
  if (draft.workflows == 0) {
    out.comment(0, "");
    out.comment(0, "No workflow was found under .github/workflows.");
  }
  out.line(0, "version: 1");
}

void repository(const Draft& draft, YamlLines& out) {
  out.blank();
  if (draft.repository.value.empty()) {
    out.comment(0, "Not known: " + draft.repository.from + ".");
    if (draft.named_repository.empty()) {
      out.off(0, "repository: OWNER/NAME");
    } else {
      out.comment(0, "The trust policies name this one. Is it this repository?");
      out.off(0, "repository: " + yaml_scalar(draft.named_repository));
    }
  } else {
    out.comment(0, "From " + draft.repository.from + ".");
    out.line(0, "repository: " + yaml_scalar(draft.repository.value));
  }
  out.comment(0, draft.default_branch.from.empty() ? "Nothing here tells it; assumed."
                                                   : "From " + draft.default_branch.from + ".");
  out.line(0, "default_branch: " + yaml_scalar(draft.default_branch.value));
}

void excludes(const Draft& draft, YamlLines& out) {
  if (draft.test_folders.empty()) {
    return;
  }
  out.blank();
  out.comment(
      0,
      "These folders hold policies that look like test data; nothing here was read off them. "
      "The audit judges them unless they are left out:");
  out.off(0, "exclude:");
  for (const std::string& folder : draft.test_folders) {
    out.off(0, "  - " + yaml_scalar(folder + "/**"));
  }
}

/// `variables:` with one line each to fill in, all switched off.
void variables(const std::vector<DraftVariable>& list, std::size_t indent, YamlLines& out) {
  if (list.empty()) {
    return;
  }
  out.comment(indent,
              "Without their values, which are no secrets and may stand here, the audit does not "
              "know the role:");
  for (const DraftVariable& variable : list) {
    out.comment(indent, "- " + variable.name + ", used at " + places(variable.used));
  }
  for (const std::string& arn : list.front().candidates) {
    out.comment(indent, "No workflow names this role of the facts, so perhaps it is one: " + arn);
  }
  out.off(indent, "variables:");
  for (const DraftVariable& variable : list) {
    const bool one = list.size() == 1 && variable.candidates.size() == 1;
    out.off(indent, "  " + yaml_scalar(variable.name) + ": " +
                        yaml_scalar(one ? variable.candidates.front() : variable.placeholder));
  }
}

void environment(const DraftEnvironment& environment, const std::string& branch, YamlLines& out) {
  out.comment(2, "Used at " + places(environment.used) + ".");
  out.line(2, yaml_scalar(environment.name) + ":");
  if (environment.kind == EnvironmentClass::Unknown) {
    out.comment(4,
                "Does not show in the name: production, staging or development? Unknown counts as "
                "production.");
    out.off(4, "class: production");
  } else {
    out.line(4, std::string("class: ") + to_string(environment.kind));
  }
  out.comment(4, "Settings on GitHub, not visible here. If the environment has them, say so:");
  out.off(4, "branches: " + yaml_list({branch}));
  out.off(4, "reviewers: true");
  variables(environment.variables, 4, out);
}

void environments(const Draft& draft, YamlLines& out) {
  if (draft.environments.empty()) {
    return;
  }
  out.blank();
  out.line(0, "environments:");
  const char* gap = "";
  for (const DraftEnvironment& each : draft.environments) {
    if (*gap != '\0') {
      out.blank();
    }
    environment(each, draft.default_branch.value, out);
    gap = "\n";
  }
}

/// One entry of `subjects`, without the words about it.
YamlLines subject_lines(const IntentSubject& subject) {
  std::vector<std::string> keys;
  if (subject.environment) {
    keys.push_back("environment: " + yaml_scalar(*subject.environment));
  }
  if (!subject.branches.empty()) {
    keys.push_back("branches: " + yaml_list(subject.branches));
  }
  if (!subject.tags.empty()) {
    keys.push_back("tags: " + yaml_list(subject.tags));
  }
  if (subject.pull_request) {
    keys.emplace_back("pull_request: true");
  }
  YamlLines lines;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    lines.line(0, (i == 0 ? "- " : "  ") + keys[i]);
  }
  return lines;
}

void subject(const DraftSubject& subject, YamlLines& out) {
  for (const std::string& from : subject.from) {
    out.comment(4, from);
  }
  if (!subject.warning.empty()) {
    out.comment(4, "WARNING: " + subject.warning);
  }
  for (const std::string& note : subject.notes) {
    out.comment(4, note);
  }
  const YamlLines lines = subject_lines(subject.subject);
  subject.open ? out.append_off(4, lines) : out.append(4, lines);
}

void subjects(const DraftRole& role, YamlLines& out) {
  if (role.chained) {
    out.comment(2, "Assumed with the credentials of another role, not with a token: no subject.");
    return;
  }
  if (role.subjects.empty() && role.other_repositories.empty()) {
    out.comment(2, role.used.empty()
                       ? "No workflow here names it, so nothing tells who is meant to assume it:"
                       : "Nothing here starts the jobs that use it. Who is meant to assume it?");
    out.off(2, "subjects:");
    out.off(2, "  - environment: NAME");
    return;
  }
  const bool waits =
      std::any_of(role.subjects.begin(), role.subjects.end(),
                  [](const DraftSubject& each) { return each.open && each.warning.empty(); });
  out.comment(2, waits ? "Inferred from the workflows. Switch them on once `repository` is given, "
                         "for without it they "
                         "mean the jobs of anybody:"
                       : "Inferred from the workflows: remove what should not be there.");
  const bool any = std::any_of(role.subjects.begin(), role.subjects.end(),
                               [](const DraftSubject& each) { return !each.open; });
  any ? out.line(2, "subjects:") : out.off(2, "subjects:");
  for (const DraftSubject& each : role.subjects) {
    subject(each, out);
  }
  for (const std::string& repository : role.other_repositories) {
    out.comment(4, "Its trust policy names this repository too:");
    out.off(4, "- repository: " + yaml_scalar(repository));
    out.off(4, "  environment: NAME");
  }
}

void trust(const DraftRole& role, YamlLines& out) {
  if (!role.facts.empty()) {
    out.comment(2, "Trust policy and permissions: " + role.facts + ".");
    return;
  }
  if (!role.trust.value.empty()) {
    out.comment(2, "Trust policy: " + role.trust.from + ".");
    out.line(2, "trust: " + yaml_scalar(role.trust.value));
  } else if (role.trust_candidates.empty()) {
    out.comment(
        2,
        "Its trust policy is not here. Add the output of `aws iam get-role` to the repository, "
        "or name the file:");
    out.off(2, "trust: PATH");
  } else {
    out.comment(2, "Which of these is its trust policy? No name or content makes it certain:");
    for (const std::string& file : role.trust_candidates) {
      out.off(2, "trust: " + yaml_scalar(file));
    }
  }
  if (!role.permissions.empty()) {
    out.line(2, "permissions: " + yaml_list(role.permissions));
  }
}

void privilege(const DraftRole& role, YamlLines& out) {
  if (role.privilege == Privilege::Unknown) {
    out.comment(2, "admin, write or read? Unknown counts as write: " + role.privilege_from + ".");
    out.off(2, "privilege: write");
  } else {
    out.comment(2, "Privilege: " + role.privilege_from + ".");
    out.line(2, std::string("privilege: ") + to_string(role.privilege));
  }
}

YamlLines role_lines(const DraftRole& role) {
  YamlLines out;
  out.line(0, yaml_scalar(role.name) + ":");
  if (role.arn.empty() && role.is_known()) {
    out.off(2, "arn: arn:aws:iam::111122223333:role/NAME");
  } else {
    out.line(2, "arn: " + yaml_scalar(role.arn.empty() ? "arn:aws:iam::111122223333:role/NAME"
                                                       : role.arn));
  }
  privilege(role, out);
  trust(role, out);
  if (!role.environments.empty()) {
    out.line(2, "environments: " + yaml_list(role.environments));
  }
  subjects(role, out);
  return out;
}

void role(const DraftRole& role, YamlLines& out) {
  if (!role.used.empty()) {
    out.comment(2, "Used at " + places(role.used) +
                       (role.arn.empty() ? ", written " + role.written + "." : "."));
  }
  role.is_known() ? out.append(2, role_lines(role)) : out.append_off(2, role_lines(role));
}

void roles(const Draft& draft, YamlLines& out) {
  if (!draft.roles.empty()) {
    out.blank();
    const bool any = std::any_of(draft.roles.begin(), draft.roles.end(),
                                 [](const DraftRole& role) { return role.is_known(); });
    any ? out.line(0, "roles:") : out.off(0, "roles:");
  }
  for (std::size_t i = 0; i < draft.roles.size(); ++i) {
    if (i > 0) {
      out.blank();
    }
    role(draft.roles[i], out);
  }
  if (!draft.unmatched_trusts.empty()) {
    out.blank();
    out.comment(
        0,
        "Trust policies that no role above is certain to have; the audit judges each on its own:");
    for (const std::string& file : draft.unmatched_trusts) {
      out.comment(0, "- " + file);
    }
  }
  if (draft.other_roles > 0) {
    out.blank();
    out.comment(
        0, std::to_string(draft.other_roles) +
               " more roles stand in the account facts. No workflow here names them and GitHub "
               "cannot assume them for this repository; the audit judges them all the same.");
  }
}

}  // namespace

std::string render_intent(const Draft& draft) {
  YamlLines out;
  head(draft, out);
  repository(draft, out);
  excludes(draft, out);
  if (!draft.variables.empty()) {
    out.blank();
    variables(draft.variables, 0, out);
  }
  environments(draft, out);
  roles(draft, out);
  out.blank();
  out.comment(0, "Findings of this severity and above fail the audit.");
  out.line(0, "gate:");
  out.line(2, "fail_on: medium");
  return out.text();
}

}  // namespace muster::app
