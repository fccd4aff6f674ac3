// What one question to the prover costs as policies grow, on the worst policies that a search
// finds: random ones first, then steps from the worst so far. The budget bounds what is worse than
// that.
#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "bench/measure.h"
#include "checks/policy/operators.h"
#include "checks/prover/prover.h"

namespace {

using namespace muster;
using nlohmann::ordered_json;
using Dice = std::mt19937;

/// Processor seconds for the search at one size.
constexpr double kSearchSeconds = 4;
constexpr int kLeastTries = 6;

std::size_t below(Dice& dice, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(dice);
}

policy::Text plain(std::string text) {
  return {std::move(text), {}};
}

policy::Statement statement(std::string action, std::string resource) {
  policy::Statement made;
  made.effect = policy::Effect::Allow;
  made.actions = {plain(std::move(action))};
  made.resources = {plain(std::move(resource))};
  return made;
}

/// A pair of policies as numbers, so that a search can change single ones.
using Genes = std::vector<unsigned>;

struct Pair {
  policy::Policy a;
  policy::Policy b;
};

/// `size` statements of `b` with three clauses each about few keys: whether they cover everything
/// is the question whether as many clauses of logic have a common solution.
Pair statements(const Genes& genes, std::size_t size) {
  Pair pair;
  pair.a.statements.push_back(statement("*", "*"));
  const std::size_t keys = std::max<std::size_t>(3, size * 10 / 43);
  std::size_t next = 0;
  const auto gene = [&] { return genes[next++ % genes.size()]; };
  for (std::size_t i = 0; i < size; ++i) {
    policy::Statement made = statement("*", "*");
    for (int clause = 0; clause < 3; ++clause) {
      const unsigned drawn = gene();
      policy::Condition condition;
      condition.op = policy::parse_operator(plain(drawn % 2 == 0 ? "StringLike" : "StringNotLike"));
      condition.key = plain("k" + std::to_string(drawn / 2 % keys));
      condition.values = {plain("a*")};
      made.conditions.push_back(std::move(condition));
    }
    made.index = i;
    pair.b.statements.push_back(std::move(made));
  }
  return pair;
}

std::string pattern(const auto& gene, std::size_t stars) {
  static constexpr std::array<const char*, 6> kPieces = {"a", "b", "?", "ab", "a?", "b?b"};
  std::string text = kPieces.at(gene() % kPieces.size());
  for (std::size_t i = 0; i < stars; ++i) {
    text += std::string("*") + kPieces.at(gene() % kPieces.size());
  }
  return text;
}

/// One statement on each side with `size` patterns of few stars.
Pair patterns(const Genes& genes, std::size_t size) {
  Pair pair;
  std::size_t next = 0;
  const auto gene = [&] { return genes[next++ % genes.size()]; };
  for (policy::Policy* policy : {&pair.a, &pair.b}) {
    policy->statements.push_back(statement("*", "*"));
    policy->statements.front().resources.emplace();
    for (std::size_t i = 0; i < size; ++i) {
      policy->statements.front().resources->push_back(
          plain("arn:aws:s3:::" + pattern(gene, 1 + gene() % 3)));
    }
  }
  return pair;
}

/// A pattern of `size` stars against six of them.
Pair stars(const Genes& genes, std::size_t size) {
  Pair pair;
  std::size_t next = 0;
  const auto gene = [&] { return genes[next++ % genes.size()]; };
  pair.a.statements.push_back(statement("*", "arn:aws:s3:::" + pattern(gene, size)));
  pair.b.statements.push_back(statement("*", "*"));
  pair.b.statements.front().resources.emplace();
  for (int i = 0; i < 6; ++i) {
    pair.b.statements.front().resources->push_back(plain("arn:aws:s3:::" + pattern(gene, size)));
  }
  return pair;
}

struct Tried {
  double seconds = 0;
  bool undecided = false;
};

Tried ask(Pair pair) {
  pair.a.version = pair.b.version = policy::Version::V2012_10_17;
  prover::Prover prover;
  const std::size_t a = prover.add(prover::Policies{std::move(pair.a)});
  const std::size_t b = prover.add(prover::Policies{std::move(pair.b)});
  Tried tried;
  tried.seconds = bench::seconds(
      [&] { tried.undecided = prover.within(a, b).verdict == prover::Verdict::Undecided; });
  return tried;
}

using Make = Pair (*)(const Genes&, std::size_t);

ordered_json worst_of(Make make, std::size_t size) {
  Dice dice(static_cast<unsigned>(size));
  Genes best(64 + size * 4);
  std::vector<double> random;
  Tried worst;
  std::size_t tries = 0;
  std::size_t undecided = 0;
  double spent = 0;
  while (spent < kSearchSeconds || tries < kLeastTries) {
    Genes genes = best;
    const bool fresh = spent < kSearchSeconds / 2;
    for (unsigned& gene : genes) {
      if (fresh || below(dice, 12) == 0) {
        gene = static_cast<unsigned>(below(dice, 1U << 20U));
      }
    }
    const Tried tried = ask(make(genes, size));
    spent += std::max(tried.seconds, kSearchSeconds / 2000);
    ++tries;
    undecided += tried.undecided ? 1U : 0U;
    if (fresh) {
      random.push_back(tried.seconds);
    }
    if (tried.seconds > worst.seconds) {
      worst = tried;
      best = std::move(genes);
    }
  }
  return {{"size", size},
          {"tries", tries},
          {"undecided", undecided},
          {"random_median_ms", bench::percentile(random, 0.5) * 1e3},
          {"worst_ms", worst.seconds * 1e3},
          {"worst_is_undecided", worst.undecided}};
}

ordered_json curve(Make make, const std::vector<std::size_t>& sizes) {
  ordered_json points = ordered_json::array();
  for (const std::size_t size : sizes) {
    points.push_back(worst_of(make, size));
  }
  return points;
}

}  // namespace

int main() {
  const std::vector<std::size_t> sizes = {1, 3, 10, 30, 100, 300, 1000};
  ordered_json json{{"statements", curve(statements, sizes)},
                    {"patterns", curve(patterns, sizes)},
                    {"stars", curve(stars, {1, 2, 3, 4, 6, 8, 10, 12})}};
  json["peak_mb"] = bench::peak_megabytes();
  bench::print("cost", json);
  return 0;
}
