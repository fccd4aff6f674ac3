// The fields of ARNs: their form, and what the resource types of the service say about region,
// account and resource. A field with a wildcard or a variable fits everything.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "checks/lint/families.h"
#include "checks/lint/overlap.h"
#include "checks/policy/principals.h"
#include "checks/policy/variables.h"
#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"

namespace muster::lint {
namespace {

using policy::Catalogue;
using policy::ResourceType;
using policy::Service;

constexpr std::array<std::string_view, 8> kPartitions = {
    "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"};
constexpr std::size_t kFields = 6;
/// AWS has no longer ones.
constexpr std::size_t kLongestArn = 2048;
/// Services of one document that are looked for in the whole catalogue.
constexpr std::size_t kMostServices = 200;

/// `arn`, partition, service, region, account, resource.
using Fields = std::vector<std::string_view>;

/// A resource type of the catalogue as globs of the four fields that count.
struct Form {
  std::string service;
  std::string region;
  std::string account;
  std::string resource;
  std::string written;
};

bool is_open(std::string_view field) {
  return has_wildcard(field) || has_variable(field);
}

std::vector<Form> forms_of(const ResourceType& type) {
  std::vector<Form> forms;
  const std::vector<std::string> written = policy::arn_templates(type);
  const std::vector<std::string> patterns = policy::arn_patterns(type);
  for (std::size_t i = 0; i < patterns.size() && i < written.size(); ++i) {
    const Fields fields = policy::split_fields(patterns[i], policy::Version::V2012_10_17);
    if (fields.size() == kFields) {
      forms.push_back({std::string(fields[2]), std::string(fields[3]), std::string(fields[4]),
                       std::string(fields[5]), written[i]});
    }
  }
  return forms;
}

/// The forms that ARNs of a service can have, read once per document.
class Forms {
 public:
  explicit Forms(const Catalogue& catalogue) : catalogue_(catalogue) {}

  /// Of the service itself.
  const std::vector<Form>& own(std::string_view service) {
    const auto [found, fresh] = own_.try_emplace(std::string(service));
    const Service* known = fresh ? catalogue_.find_service(service) : nullptr;
    if (known != nullptr) {
      add(*known, service, found->second);
    }
    return found->second;
  }

  /// Whether a look at the whole catalogue is still worth its time.
  [[nodiscard]] bool may_search() const { return anywhere_.size() < kMostServices; }

  /// Of all services: some use ARNs of another one, and some have another name in ARNs.
  const std::vector<Form>& anywhere(std::string_view service) {
    const auto [found, fresh] = anywhere_.try_emplace(std::string(service));
    if (fresh) {
      for (const Service& other : catalogue_.services()) {
        add(other, service, found->second);
      }
    }
    return found->second;
  }

 private:
  void add(const Service& from, std::string_view service, std::vector<Form>& out) const {
    for (const ResourceType& type : catalogue_.resource_types(from)) {
      if (type.written_templates.find(service) == std::string_view::npos) {
        continue;
      }
      for (Form& form : forms_of(type)) {
        if (form.service == service) {
          out.push_back(std::move(form));
        }
      }
    }
  }

  const Catalogue& catalogue_;
  std::map<std::string, std::vector<Form>> own_;
  std::map<std::string, std::vector<Form>> anywhere_;
};

/// An entry of `Resource` with the place to report it at.
struct Written {
  const Subject& subject;
  const Statement& statement;
  const Element& element;
  const Entry& entry;

  void report(Code code, std::string message) const {
    subject.out.add(code, std::move(message), subject.out.at(statement, element, entry));
  }
};

using policy::is_account;

/// A defect of the ARN against the forms: its code and the words; nothing when one form fits.
struct Defect {
  Code code;
  std::string message;
};

std::optional<Defect> region_defect(const Fields& fields, const std::vector<const Form*>& fitting) {
  const std::string_view region = fields[3];
  const auto has_none = [](const Form* form) { return form->region.empty(); };
  if (!region.empty() && !is_open(region) && std::ranges::all_of(fitting, has_none)) {
    return Defect{Code::ArnRegionNotAllowed, "such an ARN of " + quoted(fields[2]) +
                                                 " has no region, so not " + quoted(region)};
  }
  if (region.empty() && std::ranges::none_of(fitting, has_none)) {
    return Defect{Code::MissingArnRegion,
                  "the ARN has no region, as in " + quoted(fitting.front()->written)};
  }
  return std::nullopt;
}

std::optional<Defect> account_defect(const Fields& fields,
                                     const std::vector<const Form*>& fitting) {
  const std::string_view account = fields[4];
  const auto has_none = [](const Form* form) { return form->account.empty(); };
  if (!account.empty() && !is_open(account) && std::ranges::all_of(fitting, has_none)) {
    return Defect{Code::ArnAccountNotAllowed, "such an ARN of " + quoted(fields[2]) +
                                                  " has no account, so not " + quoted(account)};
  }
  // Documents that AWS itself owns have no account.
  if (account.empty() && fields[2] != "ssm" && std::ranges::none_of(fitting, has_none)) {
    return Defect{Code::MissingArnAccount,
                  "the ARN has no account, as in " + quoted(fitting.front()->written)};
  }
  return std::nullopt;
}

/// The text with each variable replaced by `*`.
std::string without_variables(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t open = text.find("${");
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) {
      return out.append(text);
    }
    out.append(text.substr(0, open)).append("*");
    text.remove_prefix(close + 1);
  }
}

std::optional<Defect> defect(const Fields& fields, const std::vector<Form>& forms) {
  const std::string resource = without_variables(fields[5]);
  std::vector<const Form*> fitting;
  for (const Form& form : forms) {
    if (overlap(resource, form.resource)) {
      fitting.push_back(&form);
    }
  }
  // The catalogue lacks forms that exist, so a resource that fits none of them proves nothing.
  if (fitting.empty()) {
    return std::nullopt;
  }
  auto found = region_defect(fields, fitting);
  return found ? found : account_defect(fields, fitting);
}

void judge_against_catalogue(const Written& written, const Fields& fields, Forms& forms) {
  const std::string_view service = fields[2];
  const std::vector<Form>& own = forms.own(service);
  if ((!own.empty() && !defect(fields, own)) || !forms.may_search()) {
    return;
  }
  const std::vector<Form>& all = forms.anywhere(service);
  const Service* known = written.subject.catalogue.find_service(service);
  const bool gone =
      known == nullptr || long_retired(written.subject.catalogue, known->last_edition);
  if (all.empty() && gone) {
    written.report(Code::InvalidService, "there is no service " + quoted(service));
  } else if (!all.empty()) {
    if (auto found = defect(fields, all)) {
      written.report(found->code, std::move(found->message));
    }
  }
}

/// Whether the region and the account can be what they say; what is wrong is reported.
bool judge_form(const Written& written, const Fields& fields) {
  const std::string_view region = fields[3];
  const std::string_view account = fields[4];
  if (!region.empty() && !is_open(region) && !may_be_region(region)) {
    written.report(Code::InvalidArnRegion, "no region can be called " + quoted(region));
    return false;
  }
  const bool number = !account.empty() && std::ranges::all_of(account, [](char c) {
    return (c >= '0' && c <= '9') || c == '-';
  });
  if (number && !is_account(account)) {
    written.report(Code::InvalidArnAccount, quoted(account) + " is no account: expected 12 digits");
    return false;
  }
  return true;
}

void judge_fields(const Written& written, const Fields& fields, Forms& forms) {
  const std::string_view partition = fields[1];
  const std::string_view service = fields[2];
  if (!is_open(partition) && !text::one_of(partition, kPartitions)) {
    written.report(Code::InvalidPartition, "there is no partition " + quoted(partition) +
                                               text::did_you_mean(partition, kPartitions));
    return;
  }
  if (is_open(service)) {
    if (has_wildcard(service) && service != "*") {
      written.report(Code::WildcardInServiceName,
                     quoted(written.entry.text()) + " has a wildcard in the name of the service");
    }
    return;
  }
  if (policy::lower(service) != service) {
    written.report(Code::InvalidArnServiceCase,
                   "the service " + quoted(service) + " must be in lower case");
  } else if (judge_form(written, fields)) {
    judge_against_catalogue(written, fields, forms);
  }
}

/// Whether the text begins as an ARN does, as far as it is written out.
bool may_be_arn(std::string_view text) {
  const std::string_view head = text.substr(0, text.find_first_of("*?$"));
  constexpr std::string_view kPrefix = "arn:";
  const std::size_t common = std::min(head.size(), kPrefix.size());
  return head.substr(0, common) == kPrefix.substr(0, common) &&
         (head.size() >= kPrefix.size() || head.size() < text.size());
}

void judge_entry(const Written& written, Forms& forms) {
  const std::string_view text = written.entry.text();
  if (text == "*" || text.size() > kLongestArn) {
    return;
  }
  if (!may_be_arn(text)) {
    written.report(Code::InvalidArnPrefix, quoted(text) + " does not begin with `arn:`");
    return;
  }
  const Fields fields = policy::split_fields(text, policy::Version::V2012_10_17);
  if (!text.starts_with("arn:")) {
    return;
  }
  if (fields.size() == kFields) {
    judge_fields(written, fields, forms);
  } else if (!is_open(fields.back())) {
    written.report(Code::MissingArnField,
                   quoted(text) + " has " + std::to_string(fields.size()) + " of the 6 fields");
  }
}

}  // namespace

void judge_arns(const Subject& subject) {
  Forms forms(subject.catalogue);
  for (const Statement& statement : subject.document.statements) {
    for (const Element& element : statement.resources) {
      for (const Entry& entry : element.entries) {
        judge_entry({subject, statement, element, entry}, forms);
      }
    }
  }
}

}  // namespace muster::lint
