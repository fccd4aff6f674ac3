// Template and pattern are met field by field: the literal text of one fills the gap of the other.
#include "checks/escalation/candidates.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/policy/arn.h"
#include "checks/policy/catalogue.h"
#include "checks/policy/glob.h"

namespace muster::escalation {
namespace {

constexpr std::size_t kFields = 6;
constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kName = "example";

using Fields = std::array<std::string, kFields>;

bool matches(std::string_view pattern, std::string_view text) {
  return policy::glob_match(pattern, text, policy::Wildcards{});
}

/// The six fields of an ARN or of an ARN pattern; missing ones are `*`.
Fields fields_of(std::string_view arn) {
  Fields fields;
  fields.fill("*");
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::size_t colon = i + 1 < kFields ? arn.find(':') : std::string_view::npos;
    fields[i] = arn.substr(0, colon);
    if (colon == std::string_view::npos) {
      break;
    }
    arn.remove_prefix(colon + 1);
  }
  return fields;
}

std::string joined(const Fields& fields) {
  std::string arn = fields[0];
  for (std::size_t i = 1; i < kFields; ++i) {
    arn += ":" + fields[i];
  }
  return arn;
}

/// `text` with each `*` as `run` and each `?` as a letter.
std::string filled(std::string_view text, std::string_view run) {
  std::string out;
  for (const char c : text) {
    if (c == '*') {
      out += run;
    } else {
      out += c == '?' ? 'x' : c;
    }
  }
  return out;
}

/// A template with its places as globs, and how a new thing would be called.
struct Template {
  Fields glob;
  Fields example;
};

/// `${Region}` and the like filled in; other places are the thing's own name.
Template template_of(std::string_view arn, const Home& home) {
  Template made;
  const Fields written = fields_of(arn);
  for (std::size_t i = 0; i < kFields; ++i) {
    std::string_view rest = written[i];
    while (!rest.empty()) {
      const std::size_t at = rest.find("${");
      made.glob[i] += rest.substr(0, at);
      made.example[i] += rest.substr(0, at);
      if (at == std::string_view::npos) {
        break;
      }
      const std::size_t end = std::min(rest.find('}', at), rest.size() - 1);
      const std::string_view place = rest.substr(at + 2, end - at - 2);
      made.glob[i] += '*';
      made.example[i] += place == "Partition" ? home.partition
                         : place == "Region"  ? kRegion
                         : place == "Account" ? home.account
                                              : kName;
      rest.remove_prefix(end + 1);
    }
  }
  return made;
}

/// One text that template and pattern both match; empty when none is found.
std::string meet(const std::string& glob, const std::string& example, const std::string& pattern) {
  if (matches(pattern, example)) {
    return example;
  }
  for (const std::string_view run : {kName, std::string_view(), std::string_view("x")}) {
    const std::string text = filled(pattern, run);
    if (matches(glob, text)) {
      return text;
    }
    const std::string inside = filled(glob, text);
    if (matches(pattern, inside)) {
      return inside;
    }
  }
  return {};
}

void add_meeting(const Template& made, const std::string& pattern, std::set<std::string>& out) {
  if (pattern == "*") {
    out.insert(joined(made.example));
    return;
  }
  const Fields wanted = fields_of(pattern);
  Fields fields = made.example;
  for (std::size_t i = 0; i < kFields; ++i) {
    const bool fixed = i == 4 || made.glob[i].empty();
    fields[i] = fixed ? (matches(wanted[i], made.example[i]) ? made.example[i] : std::string())
                      : meet(made.glob[i], made.example[i], wanted[i]);
    if (fields[i].empty() && !made.example[i].empty()) {
      return;
    }
    if (!matches(wanted[i], fields[i])) {
      return;
    }
  }
  out.insert(joined(fields));
}

}  // namespace

Home home_of(const iam::Principal& principal) {
  const std::string_view partition = iam::arn_field(principal.arn, iam::kPartitionField);
  return {partition.empty() ? "aws" : partition, principal.account};
}

std::vector<std::vector<std::string>> per_resource_type(std::string_view action,
                                                        const NamesOfTemplate& names_of) {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  const policy::Action* known = catalogue.find_action(action);
  if (known == nullptr || !policy::Catalogue::scopable(*known)) {
    return {{"*"}};
  }
  std::vector<std::vector<std::string>> needed;
  std::set<std::string> any;
  for (const policy::ResourceUse& use : catalogue.uses(*known)) {
    std::set<std::string> found;
    for (const std::string& arn : arn_templates(catalogue.type_of(use))) {
      names_of(arn, found);
    }
    if (use.required) {
      needed.emplace_back(found.begin(), found.end());
    } else {
      any.merge(found);
    }
  }
  if (needed.empty()) {
    needed.emplace_back(any.begin(), any.end());
  }
  return needed;
}

std::vector<std::vector<std::string>> nameable(std::string_view action, const Home& home,
                                               const std::vector<std::string>& patterns) {
  return per_resource_type(action, [&](const std::string& arn, std::set<std::string>& found) {
    const Template made = template_of(arn, home);
    for (const std::string& pattern : patterns) {
      add_meeting(made, pattern, found);
    }
  });
}

std::vector<std::string> spellings(std::string_view action, const std::string& arn) {
  std::vector<std::string> out{arn};
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  const policy::Action* known = catalogue.find_action(action);
  if (known == nullptr) {
    return out;
  }
  if (!policy::Catalogue::scopable(*known)) {
    return {"*"};
  }
  for (const policy::ResourceUse& use : catalogue.uses(*known)) {
    for (const std::string& pattern : arn_patterns(catalogue.type_of(use))) {
      const std::string longer = arn + "/" + std::string(kName);
      if (!matches(pattern, arn) && matches(pattern, longer)) {
        out.push_back(longer);
      }
    }
  }
  return out;
}

}  // namespace muster::escalation
