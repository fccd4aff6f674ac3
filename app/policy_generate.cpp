// Picks the roles, expands what they declare, names the policies, prints them.
#include "app/policy_generate.h"

#include <algorithm>
#include <ostream>

#include "app/audit_input.h"
#include "app/policy_formats.h"
#include "checks/capability/minimal.h"
#include "checks/policy/print.h"
#include "checks/text/did_you_mean.h"
#include "checks/text/json_writer.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using report::sanitise;

Error usage(std::string message, const Intent& intent) {
  return {ErrorCode::Usage, std::move(message), SourceRef{intent.source, {}}};
}

Result<std::vector<const IntentRole*>> chosen_roles(const Intent& intent, const std::string& name) {
  std::vector<const IntentRole*> roles;
  std::vector<std::string_view> names;
  for (const IntentRole& role : intent.roles) {
    names.push_back(role.name);
    const bool chosen = name.empty() || name == role.name || name == role.arn;
    const bool declares = capability::declares_capabilities(role);
    if (chosen && !name.empty() && !declares) {
      return usage("role `" + name + "` declares no `capabilities`; docs/capabilities.md has them",
                   intent);
    }
    if (chosen && declares) {
      roles.push_back(&role);
    }
  }
  if (roles.empty()) {
    return usage(name.empty()
                     ? "no role declares `capabilities`; docs/capabilities.md has them"
                     : "no role is called `" + name + "`" + text::did_you_mean(name, names),
                 intent);
  }
  return roles;
}

/// The role's own name, so that its policy is found beside it.
std::string policy_name(const IntentRole& role, std::size_t number) {
  const std::string name =
      role.arn.empty() ? role.name : role.arn.substr(role.arn.find_last_of('/') + 1);
  return number == 0 ? name : name + "-" + std::to_string(number + 1);
}

Result<std::vector<NamedPolicy>> generate(const PolicyGenerateOptions& options,
                                          const Console& console) {
  MUSTER_TRY(const Intent intent, find_intent(options.path, options.config));
  if (!intent.declared) {
    return Error{ErrorCode::Usage,
                 "there is no muster.yaml in `" + options.path.generic_string() +
                     "`; `muster init` writes one",
                 {}};
  }
  MUSTER_TRY(const auto roles, chosen_roles(intent, options.role));
  std::vector<NamedPolicy> named;
  for (const IntentRole* role : roles) {
    MUSTER_TRY(const capability::Expansion expansion, capability::expand(intent, *role));
    std::vector<policy::Policy> policies = capability::minimal_policies(expansion);
    if (policies.size() > 1) {
      console.err << "muster: "
                  << sanitise("role `" + role->name + "` needs " + std::to_string(policies.size()) +
                              " managed policies: one holds at most " +
                              std::to_string(capability::kManagedPolicyLimit) + " characters")
                  << "\n";
    }
    for (std::size_t i = 0; i < policies.size(); ++i) {
      named.push_back({policy_name(*role, i), role->name, std::move(policies[i])});
    }
  }
  return named;
}

std::string documents(const std::vector<NamedPolicy>& policies) {
  if (policies.size() == 1) {
    return print_policy(policies.front().policy) + "\n";
  }
  text::JsonWriter out(text::JsonLayout::Indented);
  out.open_object();
  for (const NamedPolicy& named : policies) {
    out.key(named.name);
    print_policy(named.policy, out);
  }
  out.close_object();
  return out.bytes() + "\n";
}

std::string machine_readable(const std::vector<NamedPolicy>& policies) {
  text::JsonWriter out(text::JsonLayout::Indented);
  out.open_object().key("policies").open_list();
  for (const NamedPolicy& named : policies) {
    out.open_object().key("role").text(named.role).key("name").text(named.name);
    out.key("characters").number(capability::policy_size(named.policy)).key("document");
    print_policy(named.policy, out);
    out.close_object();
  }
  out.close_list().close_object();
  return out.bytes() + "\n";
}

}  // namespace

int policy_generate(const PolicyGenerateOptions& options, const Console& console) {
  const auto policies = generate(options, console);
  if (!policies) {
    return report_error(console, policies.error());
  }
  if (options.json) {
    console.out << machine_readable(policies.value());
  } else if (options.format == "terraform") {
    console.out << to_terraform(policies.value());
  } else if (options.format == "cloudformation") {
    console.out << to_cloudformation(policies.value());
  } else {
    console.out << documents(policies.value());
  }
  return kClean;
}

}  // namespace muster::app
