// Reading is as lenient as that of the inventory: what an entry has beyond these members is not
// looked at.
#include "checks/iam/resource_policies.h"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/core/model.h"
#include "checks/iac/cloudformation.h"
#include "checks/iam/documents.h"
#include "checks/iam/infrastructure.h"
#include "checks/iam/model.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

/// A secret's ARN ends in a hyphen and six characters that nobody chooses.
constexpr std::size_t kSecretSuffix = 7;

/// Sorted.
constexpr std::array<std::string_view, 46> kCovered = {"acm-pca",
                                                       "backup",
                                                       "bedrock",
                                                       "cassandra",
                                                       "cloudhsm",
                                                       "cloudtrail",
                                                       "codeartifact",
                                                       "codebuild",
                                                       "dynamodb",
                                                       "ecr",
                                                       "ecr-public",
                                                       "elasticfilesystem",
                                                       "es",
                                                       "events",
                                                       "execute-api",
                                                       "glacier",
                                                       "glue",
                                                       "imagebuilder",
                                                       "kafka",
                                                       "kinesis",
                                                       "kms",
                                                       "lambda",
                                                       "lex",
                                                       "logs",
                                                       "mediastore",
                                                       "network-firewall",
                                                       "redshift-serverless",
                                                       "refactor-spaces",
                                                       "rekognition",
                                                       "route53-recovery-readiness",
                                                       "s3",
                                                       "s3-object-lambda",
                                                       "s3-outposts",
                                                       "s3express",
                                                       "s3tables",
                                                       "s3vectors",
                                                       "sagemaker",
                                                       "schemas",
                                                       "secretsmanager",
                                                       "servicediscovery",
                                                       "ses",
                                                       "signer",
                                                       "sns",
                                                       "sqs",
                                                       "vpc-lattice",
                                                       "xray"};
static_assert(std::ranges::is_sorted(kCovered));

Result<ResourcePolicy> entry_of(const Node& node) {
  ResourcePolicy found;
  found.where = node.where();
  found.arn = node.text_under("arn");
  if (found.arn.empty()) {
    return Error{ErrorCode::Invalid, "an entry of `resource_policies` has no `arn`", node.where()};
  }
  found.account = node.text_under("account");
  if (found.account.empty()) {
    found.account = arn_field(found.arn, kAccountField);
  }
  const auto written = node.find("policy");
  if (!written) {
    return Error{
        ErrorCode::Invalid,
        "the entry of `" + found.arn + "` has no `policy`; `null` says that the resource has none",
        node.where()};
  }
  if (written->is(Type::Null)) {
    return found;
  }
  found.where = written->where();
  auto read = nested_policy(*written, policy::PolicyType::Resource);
  if (!read) {
    return read.error();
  }
  found.policy = std::make_shared<const policy::Policy>(std::move(read).value());
  return found;
}

/// Whether the resource is the one with the ARN, or a part of it.
bool is_within(std::string_view resource, std::string_view arn) {
  if (!resource.starts_with(arn)) {
    const bool without_suffix = arn_field(arn, kServiceField) == "secretsmanager" &&
                                arn.size() == resource.size() + kSecretSuffix &&
                                arn.starts_with(resource) && arn[resource.size()] == '-';
    return without_suffix;
  }
  return resource.size() == arn.size() || resource[arn.size()] == '/' ||
         resource[arn.size()] == ':';
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = to.empty() ? std::string::npos : text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Visits every text of a statement that may hold an ARN.
template <class Visit>
void each_text(policy::Statement& statement, const Visit& visit) {
  for (auto* principals : {&statement.principals, &statement.not_principals}) {
    for (std::size_t i = 0; *principals && i < (*principals)->size(); ++i) {
      visit((**principals)[i].value.value);
    }
  }
  for (auto* resources : {&statement.resources, &statement.not_resources}) {
    for (std::size_t i = 0; *resources && i < (*resources)->size(); ++i) {
      visit((**resources)[i].value);
    }
  }
  for (policy::Condition& clause : statement.conditions) {
    for (policy::Text& value : clause.values) {
      visit(value.value);
    }
  }
}

/// The ARN with the secret's suffix of the other one, which nobody chooses.
std::string with_suffix_of(std::string arn, std::string_view asked) {
  constexpr std::string_view kMadeUp = "-Suffix";
  const bool both = arn.ends_with(kMadeUp) && asked.size() == arn.size() &&
                    asked[asked.size() - kSecretSuffix] == '-';
  if (both) {
    arn.replace(arn.size() - kSecretSuffix, kSecretSuffix,
                asked.substr(asked.size() - kSecretSuffix));
  }
  return arn;
}

bool has_stand_in(std::string_view arn) {
  return arn_field(arn, kAccountField) == iac::kSomeAccount ||
         arn_field(arn, kRegionField) == iac::kSomeRegion || arn.ends_with("-Suffix");
}

/// A part of the policy of a resource that is there already.
void join(const DeclaredResourcePolicy& part, ResourcePolicy& whole) {
  if (!part.policy.policy) {
    whole.missing = whole.missing.empty() ? part.policy.missing : whole.missing;
    return;
  }
  policy::Policy text = whole.policy ? *whole.policy : policy::Policy{};
  if (!whole.policy) {
    text = *part.policy.policy;
  } else {
    const auto& more = part.policy.policy->statements;
    text.statements.insert(text.statements.end(), more.begin(), more.end());
    text.version = part.policy.policy->version;
  }
  whole.policy = std::make_shared<const policy::Policy>(std::move(text));
}

}  // namespace

ResourcePolicy settled(const ResourcePolicy& policy, std::string_view account,
                       std::string_view region) {
  ResourcePolicy made = policy;
  const auto settle = [&](std::string& text) {
    replace_all(text, iac::kSomeAccount, account);
    replace_all(text, iac::kSomeRegion, region);
  };
  settle(made.arn);
  settle(made.account);
  if (made.policy) {
    policy::Policy text = *made.policy;
    for (policy::Statement& statement : text.statements) {
      each_text(statement, settle);
    }
    made.policy = std::make_shared<const policy::Policy>(std::move(text));
  }
  return made;
}

void ResourcePolicies::read_facts(const AuditInput& input) {
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::AwsAccount) {
      continue;
    }
    const auto tree = parse_account_json(document);
    // The error of a document is the account's.
    for (const Node& written :
         tree ? tree.value().root().items_under("resource_policies") : std::vector<Node>()) {
      auto entry = entry_of(written);
      if (entry) {
        policies_.push_back(std::move(entry).value());
        continue;
      }
      unreadable_.push_back({document.source, entry.error()});
      if (std::string arn = written.text_under("arn"); !arn.empty()) {
        const std::string owner(arn_field(arn, kAccountField));
        policies_.push_back(
            {std::move(arn), owner, nullptr, entry.error().message, written.where()});
      }
    }
  }
  std::ranges::stable_sort(policies_, {}, &ResourcePolicy::arn);
  const auto repeated = std::ranges::unique(policies_, {}, &ResourcePolicy::arn);
  policies_.erase(repeated.begin(), repeated.end());
}

/// What is deployed counts before what is declared.
void ResourcePolicies::read_declared(const AuditInput& input) {
  const auto deployed = policies_.size();
  for (const auto& part : input.model<DeclaredInfrastructure>().parts()) {
    const std::size_t first = policies_.size();
    for (const DeclaredResourcePolicy& one : part.content.resource_policies) {
      if (one.error) {
        unreadable_.push_back({part.source, *one.error});
      }
      if (one.arn.empty()) {
        unassigned_.push_back({one.service, one.where, one.policy.missing});
        continue;
      }
      const auto known = std::ranges::find(policies_.begin() + static_cast<std::ptrdiff_t>(first),
                                           policies_.end(), one.arn, &ResourcePolicy::arn);
      if (known != policies_.end()) {
        join(one, *known);
        continue;
      }
      const std::string owner(arn_field(one.arn, kAccountField));
      policies_.push_back({one.arn, owner.empty() ? one.account : owner, one.policy.policy,
                           one.policy.missing, one.where});
    }
  }
  // Of several for one resource the first counts, and tells of the others.
  for (std::size_t i = deployed; i < policies_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const ResourcePolicy& declared = policies_[i];
      const bool differs = policies_[j].arn == declared.arn &&
                           (!declared.policy || !policies_[j].policy ||
                            !policy::same_policy(*declared.policy, *policies_[j].policy));
      if (differs) {
        policies_[j].notes.push_back("another policy of `" + declared.arn + "` stands at " +
                                     muster::to_string(declared.where) + ": the answer is about " +
                                     muster::to_string(policies_[j].where));
      }
    }
  }
  std::ranges::stable_sort(policies_, {}, &ResourcePolicy::arn);
  const auto repeated = std::ranges::unique(policies_, {}, &ResourcePolicy::arn);
  policies_.erase(repeated.begin(), repeated.end());
}

ResourcePolicies ResourcePolicies::build(const AuditInput& input) {
  ResourcePolicies result;
  result.read_facts(input);
  result.read_declared(input);
  return result;
}

std::optional<ResourcePolicy> ResourcePolicies::of(std::string_view arn) const {
  const ResourcePolicy* best = nullptr;
  for (const ResourcePolicy& one : policies_) {
    if (is_within(arn, one.arn) && (best == nullptr || one.arn.size() > best->arn.size())) {
      best = &one;
    }
  }
  if (best != nullptr) {
    return *best;
  }
  std::optional<ResourcePolicy> found;
  for (const ResourcePolicy& one : policies_) {
    if (!has_stand_in(one.arn)) {
      continue;
    }
    ResourcePolicy here = settled(one, arn_field(arn, kAccountField), arn_field(arn, kRegionField));
    here.arn = with_suffix_of(std::move(here.arn), arn);
    if (is_within(arn, here.arn) && (!found || here.arn.size() > found->arn.size())) {
      here.notes.push_back("account and region of what " + muster::to_string(one.where) +
                           " declares are not known: taken for those of `" + std::string(arn) +
                           "`");
      found = std::move(here);
    }
  }
  return found;
}

bool has_resource_policies(std::string_view service) {
  return std::ranges::binary_search(kCovered, service);
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::ResourcePolicies>(
    const AuditInput&);
