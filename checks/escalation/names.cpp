// One search per region and per way to read the Denies; the layers are lists of patterns that the
// name must meet.
#include "checks/escalation/names.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <set>

#include "checks/iam/model.h"
#include "checks/policy/catalogue.h"
#include "checks/prover/symbols.h"
#include "checks/prover/text_search.h"
#include "checks/text/ascii.h"

namespace muster::escalation {
namespace {

using policy::Effect;
using policy::Policy;
using policy::Statement;
using prover::GlobUnion;

constexpr std::size_t kRegions = 8;
constexpr std::size_t kPatterns = 8;
/// Steps of one search for a text.
constexpr std::size_t kBudget = 20'000;

/// The first two are tried wherever nothing is said about regions.
constexpr std::array<std::string_view, 17> kKnownRegions = {
    "us-east-1",      "eu-west-1",    "eu-central-1",   "us-east-2",      "us-west-1",
    "us-west-2",      "ca-central-1", "eu-west-2",      "eu-west-3",      "eu-north-1",
    "eu-south-1",     "sa-east-1",    "ap-southeast-1", "ap-southeast-2", "ap-northeast-1",
    "ap-northeast-2", "ap-south-1"};

template <class Visit>
void each_layer(const policy::Stack& stack, const Visit& visit) {
  for (const auto* layer : {&stack.identity, &stack.boundary}) {
    if (*layer) {
      visit(**layer);
    }
  }
  for (std::size_t i = 0; stack.scp && i < stack.scp->size(); ++i) {
    visit((*stack.scp)[i]);
  }
}

template <class Visit>
void each_statement_of(const policy::Stack& stack, const Visit& visit) {
  each_layer(stack, [&](const std::vector<Policy>& policies) {
    for (const Policy& policy : policies) {
      for (const Statement& statement : policy.statements) {
        visit(policy, statement);
      }
    }
  });
}

/// Regions that the policies look for, then others.
std::vector<std::string> regions_for(const policy::Stack& stack) {
  std::vector<std::string> found;
  const auto add = [&](std::string_view pattern) {
    std::size_t added = 0;
    for (const std::string_view region : kKnownRegions) {
      const bool fits = policy::glob_match(pattern, region);
      if (fits && added < 2 && !text::one_of(region, found)) {
        found.emplace_back(region);
        ++added;
      }
    }
    const bool literal = !pattern.empty() && pattern.find_first_of("*?$") == pattern.npos;
    if (literal && !text::one_of(pattern, found)) {
      found.emplace_back(pattern);
    }
  };
  each_statement_of(stack, [&](const Policy&, const Statement& statement) {
    for (const policy::Condition& clause : statement.conditions) {
      for (const policy::Text& value : clause.values) {
        if (text::equals_ignoring_case(clause.key.value, "aws:RequestedRegion")) {
          add(value.value);
        }
      }
    }
    for (const auto* texts : {&statement.resources, &statement.not_resources}) {
      for (std::size_t i = 0; *texts && i < (*texts)->size(); ++i) {
        const std::string_view region = iam::arn_field((**texts)[i].value, iam::kRegionField);
        if (region.find_first_of("*?$") == region.npos) {
          add(region);
        }
      }
    }
  });
  // Where many are named, one that is not may be what is left.
  found.resize(std::min(found.size(), kRegions));
  std::size_t more = 0;
  for (const std::string_view region : kKnownRegions) {
    if (more < 2 && !text::one_of(region, found)) {
      found.emplace_back(region);
      ++more;
    }
  }
  return found;
}

/// The template with account and region filled in, every other place at least one character.
std::string form_of(std::string_view arn, const Home& home, std::string_view region) {
  std::string form;
  while (!arn.empty()) {
    const std::size_t at = arn.find("${");
    form += arn.substr(0, at);
    if (at == arn.npos) {
      break;
    }
    const std::size_t end = std::min(arn.find('}', at), arn.size() - 1);
    const std::string_view place = arn.substr(at + 2, end - at - 2);
    form += place == "Partition" ? home.partition
            : place == "Region"  ? region
            : place == "Account" ? home.account
                                 : "?*";
    arn.remove_prefix(end + 1);
  }
  return form;
}

/// The patterns of all layers as a search reads them.
class NameSearch {
 public:
  explicit NameSearch(const policy::Stack& stack) {
    each_layer(stack, [&](const std::vector<Policy>& policies) { add_layer(policies); });
    each_statement_of(stack, [&](const Policy& policy, const Statement& statement) {
      if (statement.effect == Effect::Deny) {
        add_deny(policy, statement);
      }
    });
    for (std::size_t i = 0; stack.identity && i < stack.identity->size(); ++i) {
      add_single((*stack.identity)[i]);
    }
  }

  void find(const std::string& form, std::set<std::string>& out) {
    const GlobUnion shape({prover::resource_glob(form, policy::Version::V2008_10_17, atoms_)});
    for (const bool careful : {true, false}) {
      if (careful && perhaps_denied_.empty()) {
        continue;
      }
      run(shape, nullptr, careful, out);
      for (std::size_t i = 0; singles_.size() > 1 && i < singles_.size(); ++i) {
        run(shape, &singles_[i], careful, out);
      }
    }
  }

 private:
  GlobUnion& keep(const std::vector<policy::Text>& texts, policy::Version version) {
    std::vector<const prover::Glob*> globs;
    for (const policy::Text& one : texts) {
      globs.push_back(prover::resource_glob(one.value, version, atoms_));
    }
    return unions_.emplace_back(std::move(globs));
  }

  /// What the Allow statements of a layer name together.
  void add_layer(const std::vector<Policy>& policies) {
    std::vector<const prover::Glob*> globs;
    for (const Policy& policy : policies) {
      for (const Statement& statement : policy.statements) {
        if (statement.effect != Effect::Allow) {
          continue;
        }
        if (!statement.resources) {
          return;
        }
        for (const policy::Text& one : *statement.resources) {
          globs.push_back(prover::resource_glob(one.value, policy.version, atoms_));
        }
      }
    }
    wanted_.push_back(&unions_.emplace_back(std::move(globs)));
  }

  void add_deny(const Policy& policy, const Statement& statement) {
    const bool always = statement.conditions.empty();
    if (statement.resources) {
      (always ? denied_ : perhaps_denied_).push_back(&keep(*statement.resources, policy.version));
    } else if (statement.not_resources && always) {
      wanted_.push_back(&keep(*statement.not_resources, policy.version));
    }
  }

  /// Each Allow of the identity policies by itself: conditions may leave only one of them.
  void add_single(const Policy& policy) {
    for (const Statement& statement : policy.statements) {
      if (statement.effect != Effect::Allow || !statement.resources) {
        continue;
      }
      for (const policy::Text& one : *statement.resources) {
        if (singles_.size() < kPatterns && one.value != "*") {
          singles_.emplace_back(std::vector<const prover::Glob*>{
              prover::resource_glob(one.value, policy.version, atoms_)});
        }
      }
    }
  }

  void run(const GlobUnion& shape, const GlobUnion* single, bool careful,
           std::set<std::string>& out) const {
    prover::TextQuery query{wanted_, denied_, nullptr};
    query.wanted.push_back(&shape);
    if (single != nullptr) {
      query.wanted.push_back(single);
    }
    if (careful) {
      query.unwanted.insert(query.unwanted.end(), perhaps_denied_.begin(), perhaps_denied_.end());
    }
    std::size_t budget = kBudget;
    if (auto found = prover::find_text(query, budget)) {
      std::ranges::replace(*found, policy::kFreshChar, U'x');
      out.insert(policy::encode(*found));
    }
  }

  prover::Atoms atoms_;
  std::deque<GlobUnion> unions_;
  std::vector<const GlobUnion*> wanted_;
  std::vector<const GlobUnion*> denied_;
  std::vector<const GlobUnion*> perhaps_denied_;
  std::deque<GlobUnion> singles_;
};

}  // namespace

std::vector<std::vector<std::string>> names_within(const policy::Stack& stack,
                                                   std::string_view action, const Home& home) {
  std::vector<std::string> regions;
  std::optional<NameSearch> search;
  return per_resource_type(action, [&](const std::string& arn, std::set<std::string>& found) {
    if (!search) {
      regions = regions_for(stack);
      search.emplace(stack);
    }
    const bool regional = arn.find("${Region}") != arn.npos;
    for (std::size_t i = 0; i < (regional ? regions.size() : 1); ++i) {
      search->find(form_of(arn, home, regions[i]), found);
    }
  });
}

}  // namespace muster::escalation
