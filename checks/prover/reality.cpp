// An action's types decide which resources it can have; the policies decide which of them fit.
#include "checks/prover/reality.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <limits>
#include <set>
#include <tuple>

#include "checks/prover/symbols.h"

namespace muster::prover {
namespace {

using policy::AccessLevel;
using policy::Action;

constexpr std::size_t kBits = 64;

/// Atoms whose actions are remembered.
constexpr std::size_t kMostRememberedActions = 2'000;

/// Steps of the search for one resource.
constexpr std::size_t kResourceSteps = 1'000'000;

/// Services that readers know, so that their actions tell most.
constexpr std::array<std::string_view, 16> kKnownServices = {
    "iam", "sts", "s3",  "ec2", "lambda",         "ecs",      "ecr",  "ssm",
    "kms", "rds", "sqs", "sns", "secretsmanager", "dynamodb", "logs", "cloudformation"};

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kRegion = "eu-central-1";

/// What a key looks like; a key that ends so.
struct Likely {
  std::string_view key;
  std::string_view value;
};

constexpr std::array<Likely, 19> kLikely = {{
    {"aws:principalarn", "arn:aws:iam::111122223333:role/example"},
    {"aws:principalaccount", kAccount},
    {"aws:principalaccount", "444455556666"},
    {"aws:resourceaccount", kAccount},
    {"aws:resourceaccount", "444455556666"},
    {"aws:sourceaccount", kAccount},
    {"aws:principalorgid", "o-a1b2c3d4e5"},
    {"aws:resourceorgid", "o-a1b2c3d4e5"},
    {"aws:sourceorgid", "o-a1b2c3d4e5"},
    {"aws:principalorgid", "o-f6g7h8i9j0"},
    {"aws:principaltype", "AssumedRole"},
    {"aws:requestedregion", kRegion},
    {"aws:requestedregion", "us-east-1"},
    {"aws:sourcevpc", "vpc-0a1b2c3d4e5f60718"},
    {"aws:sourcevpce", "vpce-0a1b2c3d4e5f60718"},
    {"aws:username", "example"},
    {"iam:passedtoservice", "ec2.amazonaws.com"},
    {"iam:passedtoservice", "lambda.amazonaws.com"},
    {"iam:permissionsboundary", "arn:aws:iam::111122223333:policy/example"},
}};

std::size_t service_rank(std::string_view prefix) {
  return static_cast<std::size_t>(std::ranges::find(kKnownServices, prefix) -
                                  kKnownServices.begin());
}

int level_rank(AccessLevel level) {
  switch (level) {
    case AccessLevel::PermissionsManagement:
      return 0;
    case AccessLevel::Write:
      return 1;
    case AccessLevel::Read:
      return 2;
    case AccessLevel::List:
      return 3;
    case AccessLevel::Tagging:
      return 4;
  }
  return 4;
}

/// How the free parts of an ARN template are filled.
struct Filling {
  std::string_view region;
  std::string_view account;
  std::string_view other;
};

constexpr std::string_view kAny = "*";
constexpr std::string_view kSomething = "?*";

/// From the most to the least expected.
constexpr std::array<Filling, 6> kFillings = {{{kRegion, kAccount, "example"},
                                               {kRegion, kAccount, kSomething},
                                               {kSomething, kAccount, kSomething},
                                               {kRegion, kSomething, kSomething},
                                               {kSomething, kSomething, kSomething},
                                               {kAny, kAny, kSomething}}};

std::string filled(std::string_view text, const Filling& filling) {
  std::string out;
  for (const Piece& piece : pieces(text, policy::Version::V2012_10_17)) {
    if (!piece.placeholder) {
      out += piece.text;
    } else if (piece.text == "Partition") {
      out += "aws";
    } else if (piece.text == "Region") {
      out += filling.region;
    } else {
      out += piece.text == "Account" ? filling.account : filling.other;
    }
  }
  return out;
}

/// The text with a name at its end, `role/app-example` for `role/app-` and `role/x`, if that is one
/// too.
std::string with_name(const TextQuery& query, const Word& text) {
  constexpr std::u32string_view kName = U"example";
  const bool bare = text.ends_with(U"/x") || text.ends_with(U":x") || text.ends_with(U"-x");
  const Word named = Word(text, 0, text.size() - (bare ? 1 : 0)).append(kName);
  const bool open = bare || text.ends_with(U'-') || text.ends_with(U'/') || text.ends_with(U':');
  return policy::encode(open && admits(query, named) ? named : text);
}

}  // namespace

std::optional<std::string> likely_value(std::string_view key, const TextQuery& query) {
  for (const Likely& likely : kLikely) {
    if (likely.key == key && admits(query, policy::decode(likely.value))) {
      return std::string(likely.value);
    }
  }
  // An account number that only begins as the policies want it.
  for (char digit = '1'; key.ends_with("account") && digit <= '9'; ++digit) {
    Word number(kAccount.size(), static_cast<Char>(digit));
    if (admits(query, number)) {
      return policy::encode(number);
    }
  }
  return std::nullopt;
}

Reality::Reality(const policy::Catalogue& catalogue, const Atoms& atoms)
    : catalogue_(catalogue), atoms_(atoms) {
  for (const policy::Service& service : catalogue.services()) {
    for (const Action& action : catalogue.actions(service)) {
      if (action.last_edition == policy::kCurrent) {
        names_.push_back({policy::decode(policy::lower(catalogue.full_name(action))), &action});
      }
    }
  }
  // The catalogue is in this order, or nearly so.
  if (!std::ranges::is_sorted(names_, {}, &Name::lowered)) {
    std::ranges::sort(names_, {}, &Name::lowered);
  }
  order();
}

void Reality::order() {
  // Worked out once for each name: a comparison in the sort must not look anything up.
  using Key = std::tuple<std::size_t, int, std::size_t, std::uint32_t>;
  std::vector<Key> keys;
  keys.reserve(names_.size());
  const policy::Service* service = nullptr;
  std::size_t rank_of_service = 0;
  for (std::uint32_t place = 0; place < names_.size(); ++place) {
    const Action& action = *names_[place].action;
    const policy::Service& own = catalogue_.service_of(action);
    if (service != &own) {
      service = &own;
      rank_of_service = service_rank(own.prefix);
    }
    keys.emplace_back(rank_of_service, level_rank(action.level), action.name.size(), place);
  }
  std::ranges::sort(keys);
  for (std::uint32_t rank = 0; rank < keys.size(); ++rank) {
    names_[std::get<3>(keys[rank])].rank = rank;
  }
}

void Reality::mark(const Glob& glob, Bits& bits) const {
  const std::u32string_view prefix = glob.prefix_text();
  auto name = std::ranges::lower_bound(
      names_, prefix, {}, [](const Name& one) { return std::u32string_view(one.lowered); });
  for (; name != names_.end() && name->lowered.starts_with(prefix); ++name) {
    if (may_match(glob, name->lowered)) {
      const auto place = static_cast<std::size_t>(name - names_.begin());
      bits[place / kBits] |= std::uint64_t{1} << (place % kBits);
    }
  }
}

const Bits& Reality::holds(AtomId id) {
  if (const auto known = holds_.find(id); known != holds_.end()) {
    return known->second;
  }
  Bits bits(names_.size() / kBits + 1, 0);
  for (const Glob* glob : atoms_[id].globs.globs()) {
    mark(*glob, bits);
  }
  if (atoms_[id].complement) {
    std::ranges::transform(bits, bits.begin(), [](std::uint64_t word) { return ~word; });
    bits.back() &= (std::uint64_t{1} << (names_.size() % kBits)) - 1;
  }
  return holds_.emplace(id, std::move(bits)).first->second;
}

void Reality::make_room(std::size_t atoms) {
  if (holds_.size() + atoms > kMostRememberedActions) {
    holds_.clear();
  }
}

bool Reality::has_action(const std::vector<AtomId>& wanted, const std::vector<AtomId>& unwanted) {
  make_room(wanted.size() + unwanted.size());
  std::vector<const Bits*> in;
  std::vector<const Bits*> out;
  std::ranges::transform(wanted, std::back_inserter(in), [&](AtomId id) { return &holds(id); });
  std::ranges::transform(unwanted, std::back_inserter(out), [&](AtomId id) { return &holds(id); });
  const std::size_t words = names_.size() / kBits + 1;
  for (std::size_t word = 0; word < words; ++word) {
    std::uint64_t left =
        word + 1 < words ? ~std::uint64_t{0} : (std::uint64_t{1} << (names_.size() % kBits)) - 1;
    for (const Bits* bits : in) {
      left &= (*bits)[word];
    }
    for (const Bits* bits : out) {
      left &= ~(*bits)[word];
    }
    if (left != 0) {
      return true;
    }
  }
  return false;
}

Bits Reality::actions(const std::vector<AtomId>& wanted, const std::vector<AtomId>& unwanted) {
  make_room(wanted.size() + unwanted.size());
  Bits all(names_.size() / kBits + 1, ~std::uint64_t{0});
  all.back() &= (std::uint64_t{1} << (names_.size() % kBits)) - 1;
  for (const AtomId atom : wanted) {
    std::ranges::transform(all, holds(atom), all.begin(), std::bit_and<>());
  }
  for (const AtomId atom : unwanted) {
    std::ranges::transform(all, holds(atom), all.begin(),
                           [](std::uint64_t a, std::uint64_t b) { return a & ~b; });
  }
  return all;
}

/// The most telling first.
std::vector<std::size_t> Reality::places(const Bits& actions) const {
  std::vector<std::size_t> all;
  for (std::size_t word = 0; word < actions.size(); ++word) {
    for (std::uint64_t rest = actions[word]; rest != 0; rest &= rest - 1) {
      all.push_back(word * kBits + static_cast<std::size_t>(std::countr_zero(rest)));
    }
  }
  std::ranges::sort(all, {}, [&](std::size_t place) { return names_[place].rank; });
  return all;
}

Reality::Pick Reality::pick(const Bits& actions, const TextQuery& resource) {
  const std::vector<std::size_t> all = places(actions);
  std::unordered_map<std::uint32_t, std::string> tried;
  std::size_t budget = kResourceSteps;
  for (std::size_t i = 0; i < all.size() && budget > 0; ++i) {
    const Action& action = *names_[all[i]].action;
    if (auto found = resource_for(action, resource, tried, budget)) {
      return {catalogue_.full_name(action), std::move(*found)};
    }
  }
  return {catalogue_.full_name(*names_[all.front()].action), {}};
}

std::vector<Reality::Pairing> Reality::pairings(const std::vector<std::vector<AtomId>>& boxes,
                                                const std::vector<AtomId>& all, std::size_t limit) {
  constexpr std::uint32_t kNoType = std::numeric_limits<std::uint32_t>::max();
  Bits within(names_.size() / kBits + 1, 0);
  for (const std::vector<AtomId>& wanted : boxes) {
    std::ranges::transform(within, actions(wanted, {}), within.begin(), std::bit_or<>());
  }
  std::set<std::pair<std::vector<bool>, std::uint32_t>> seen;
  std::vector<Pairing> kinds;
  for (const std::size_t place : places(within)) {
    const Action& action = *names_[place].action;
    std::vector<bool> told;
    for (const AtomId atom : all) {
      told.push_back((holds(atom)[place / kBits] >> (place % kBits) & 1U) != 0);
    }
    if (!policy::Catalogue::scopable(action) && seen.emplace(told, kNoType).second) {
      kinds.push_back({catalogue_.full_name(action), "${*}"});
    }
    for (const policy::ResourceUse& use : catalogue_.uses(action)) {
      const bool fresh = seen.emplace(told, use.type).second;
      for (const std::string& text : arn_templates(catalogue_.type_of(use))) {
        if (fresh) {
          kinds.push_back({catalogue_.full_name(action), filled(text, kFillings.back())});
        }
      }
    }
    if (kinds.size() >= limit) {
      break;
    }
  }
  return kinds;
}

std::optional<std::string> Reality::resource_for(
    const Action& action, const TextQuery& query,
    std::unordered_map<std::uint32_t, std::string>& tried, std::size_t& budget) {
  if (!policy::Catalogue::scopable(action)) {
    return admits(query, U"*") ? std::optional<std::string>("*") : std::nullopt;
  }
  const auto listed = catalogue_.uses(action);
  std::vector<policy::ResourceUse> uses(listed.begin(), listed.end());
  std::ranges::stable_partition(uses, &policy::ResourceUse::required);
  for (const policy::ResourceUse& use : uses) {
    const auto [place, fresh] = tried.try_emplace(use.type);
    if (fresh) {
      place->second = resource_of(catalogue_.type_of(use), query, budget).value_or("");
    }
    if (!place->second.empty()) {
      return place->second;
    }
  }
  return std::nullopt;
}

std::optional<std::string> Reality::resource_of(const policy::ResourceType& type,
                                                const TextQuery& query, std::size_t& budget) {
  for (const std::string& text : arn_templates(type)) {
    for (const Filling& filling : kFillings) {
      const std::string wanted = filled(text, filling);
      const GlobUnion form({resource_glob(wanted, policy::Version::V2008_10_17, templates_)});
      TextQuery narrowed = query;
      narrowed.wanted.push_back(&form);
      if (const auto found = find_text(narrowed, budget)) {
        return with_name(narrowed, *found);
      }
    }
  }
  return std::nullopt;
}

}  // namespace muster::prover
