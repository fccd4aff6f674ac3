// Which entries of one list another entry of it covers. As in Access Analyzer the comparison is one
// of texts: a `*` of an ARN also runs over colons, and the wildcards of the covered entry are plain
// characters.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "checks/lint/families.h"
#include "checks/policy/glob.h"

namespace muster::lint {
namespace {

/// Steps that comparing a list may take before it is given up: about a second, and far more than a
/// policy within AWS's quotas can need.
constexpr std::size_t kMaxSteps = 1'000'000'000;

/// The entries of a list as they are compared.
class List {
 public:
  List(const Element& element, bool fold) {
    for (const Entry& entry : element.entries) {
      texts_.push_back(fold ? policy::lower(entry.text()) : std::string(entry.text()));
      bytes_ += entry.text().size();
      if (has_wildcard(texts_.back())) {
        patterns_.push_back(texts_.size() - 1);
        pattern_bytes_ += entry.text().size();
      }
    }
  }

  /// A match costs at most the product of two lengths, so all of them at most this product.
  [[nodiscard]] bool too_long() const { return pattern_bytes_ * bytes_ > kMaxSteps; }

  /// Groups of at least two entries, the first entry of each being the one that stays.
  [[nodiscard]] std::vector<std::vector<std::size_t>> groups() const;

 private:
  [[nodiscard]] bool covers(std::size_t pattern, std::size_t entry) const {
    const std::string& wide = texts_[pattern];
    const std::size_t literal = wide.find_first_of("*?");
    return texts_[entry].compare(0, literal, wide, 0, literal) == 0 &&
           policy::glob_match(wide, texts_[entry], {});
  }

  /// Whether another pattern covers this one; of two that cover each other the first one stays.
  [[nodiscard]] bool is_covered(std::size_t pattern) const {
    return std::ranges::any_of(patterns_, [&](std::size_t other) {
      return other != pattern && covers(other, pattern) &&
             (other < pattern || !covers(pattern, other));
    });
  }

  void add_duplicates(std::vector<bool>& grouped, std::vector<std::vector<std::size_t>>& out) const;

  std::vector<std::string> texts_;
  /// The entries that have a wildcard.
  std::vector<std::size_t> patterns_;
  std::size_t bytes_ = 0;
  std::size_t pattern_bytes_ = 0;
};

void List::add_duplicates(std::vector<bool>& grouped,
                          std::vector<std::vector<std::size_t>>& out) const {
  std::unordered_map<std::string_view, std::vector<std::size_t>> same;
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    if (!grouped[i]) {
      same[texts_[i]].push_back(i);
    }
  }
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    if (!grouped[i] && same[texts_[i]].size() > 1 && same[texts_[i]].front() == i) {
      out.push_back(same[texts_[i]]);
    }
  }
}

std::vector<std::vector<std::size_t>> List::groups() const {
  std::vector<std::vector<std::size_t>> out;
  std::vector<bool> grouped(texts_.size(), false);
  for (const std::size_t pattern : patterns_) {
    if (is_covered(pattern)) {
      continue;
    }
    std::vector<std::size_t> members{pattern};
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (i != pattern && covers(pattern, i)) {
        members.push_back(i);
      }
    }
    if (members.size() > 1) {
      for (const std::size_t member : members) {
        grouped[member] = true;
      }
      out.push_back(std::move(members));
    }
  }
  add_duplicates(grouped, out);
  return out;
}

struct Listed {
  const Subject& subject;
  const Statement& statement;
  const Element& element;
};

void report(const Listed& listed, Code code, std::vector<std::size_t> members) {
  const auto& entries = listed.element.entries;
  const std::string message =
      quoted(entries[members[0]].text()) + " covers " + quoted(entries[members[1]].text()) +
      (members.size() == 2 ? ""
                           : " and " + std::to_string(members.size() - 2) +
                                 (members.size() == 3 ? " other" : " others"));
  std::ranges::sort(members);
  std::vector<Location> places;
  for (const std::size_t member : members) {
    places.push_back(listed.subject.out.at(listed.statement, listed.element, entries[member]));
  }
  listed.subject.out.add(code, message, std::move(places));
}

void judge_list(const Listed& listed, Code code, bool fold) {
  const List list(listed.element, fold);
  if (list.too_long()) {
    listed.subject.out.add(Code::MusterListNotCompared,
                           quoted(listed.element.name()) + " has " +
                               std::to_string(listed.element.entries.size()) +
                               " entries, too many to compare with each other",
                           listed.subject.out.at(listed.statement, listed.element));
    return;
  }
  for (auto& group : list.groups()) {
    report(listed, code, std::move(group));
  }
}

/// Collects texts so that different collections give different results: each with its length.
class Canonical {
 public:
  void add(std::string_view text) {
    text_ += std::to_string(text.size());
    text_ += ':';
    text_ += text;
  }

  /// A set: the order does not count.
  void add_all(std::vector<std::string> texts) {
    std::ranges::sort(texts);
    add(std::to_string(texts.size()));
    for (const std::string& text : texts) {
      add(text);
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::vector<std::string> texts_of(const std::vector<Entry>& entries, bool fold) {
  std::vector<std::string> texts;
  for (const Entry& entry : entries) {
    texts.push_back(fold ? policy::lower(entry.text()) : std::string(entry.text()));
  }
  return texts;
}

std::string canonical(const Clause& clause) {
  Canonical out;
  out.add(policy::lower(clause.op_key.text()));
  out.add(clause.name);
  out.add_all(texts_of(clause.entries, false));
  return out.take();
}

/// A statement without its Sid, in one spelling: the order of elements and of list entries does not
/// count, nor does the case of actions.
std::string canonical(const Statement& statement) {
  Canonical out;
  out.add(statement.allows() ? "Allow" : "Deny");
  for (const Element& element : statement.actions) {
    out.add(element.name());
    out.add_all(texts_of(element.entries, true));
  }
  for (const Element& element : statement.resources) {
    out.add(element.name());
    out.add_all(texts_of(element.entries, false));
  }
  for (const Element& element : statement.principals) {
    out.add(element.name());
    out.add(element.value.text());
  }
  for (const PrincipalGroup& group : statement.principal_groups) {
    out.add(group.key.text());
    out.add_all(texts_of(group.entries, false));
  }
  std::vector<std::string> clauses;
  for (const Clause& clause : statement.clauses) {
    clauses.push_back(canonical(clause));
  }
  out.add_all(std::move(clauses));
  return out.take();
}

void judge_repeated_statements(const Subject& subject) {
  std::map<std::string, std::vector<const Statement*>> same;
  for (const Statement& statement : subject.document.statements) {
    if (statement.effect && !statement.actions.empty()) {
      same[canonical(statement)].push_back(&statement);
    }
  }
  for (const auto& [text, statements] : same) {
    if (statements.size() < 2) {
      continue;
    }
    std::vector<Location> places;
    for (const Statement* statement : statements) {
      places.push_back(subject.out.at(*statement));
    }
    subject.out.add(Code::RedundantStatement,
                    std::to_string(statements.size()) + " statements say the same",
                    std::move(places));
  }
}

}  // namespace

void judge_redundancy(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    for (const Element& element : statement.actions) {
      judge_list({subject, statement, element}, Code::RedundantAction, true);
    }
    for (const Element& element : statement.resources) {
      judge_list({subject, statement, element}, Code::RedundantResource, false);
    }
  }
  judge_repeated_statements(subject);
}

}  // namespace muster::lint
