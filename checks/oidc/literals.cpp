// Reads names out of the values of pinning clauses.
#include "checks/oidc/literals.h"

#include <algorithm>

#include "checks/oidc/alphabet.h"
#include "checks/oidc/clauses.h"
#include "checks/policy/evaluate.h"

namespace muster::oidc {
namespace {

bool is_plain(CharClass kind, std::string_view text) {
  return belongs(kind, decode(text));
}

/// `acme@4400001` or `acme`: name and id, each empty when it is not plain.
struct NameAndId {
  std::string name;
  std::string id;
};

NameAndId split_id(std::string_view text, CharClass kind) {
  const std::size_t at = text.find('@');
  const std::string_view name = text.substr(0, at);
  const std::string_view id = at == std::string_view::npos ? "" : text.substr(at + 1);
  return {is_plain(kind, name) ? std::string(name) : "",
          is_plain(CharClass::Digits, id) ? std::string(id) : ""};
}

void keep(std::set<std::string>& set, const std::string& text) {
  if (!text.empty()) {
    set.insert(text);
  }
}

/// `acme@1/shop@2` or `acme/*`.
void read_repository(std::string_view text, Literals& out) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return;
  }
  const NameAndId owner = split_id(text.substr(0, slash), CharClass::Owner);
  const NameAndId repository = split_id(text.substr(slash + 1), CharClass::Repository);
  keep(out.owners, owner.name);
  keep(out.owner_ids, owner.id);
  keep(out.repository_ids, repository.id);
  if (!owner.name.empty() && !repository.name.empty()) {
    out.repositories.insert(owner.name + "/" + repository.name);
  }
}

void read_owner(std::string_view text, Literals& out) {
  if (is_plain(CharClass::Owner, text)) {
    out.owners.emplace(text);
  }
}

void read_id(std::string_view text, std::set<std::string>& out) {
  if (is_plain(CharClass::Digits, text)) {
    out.emplace(text);
  }
}

/// One `key:value` of a subject.
void read_segment(std::string_view key, std::string_view value, Literals& out) {
  if (key == "repo" || key == "repository") {
    read_repository(value, out);
  } else if (key == "repository_owner") {
    read_owner(value, out);
  } else if (key == "repository_owner_id") {
    read_id(value, out.owner_ids);
  } else if (key == "repository_id") {
    read_id(value, out.repository_ids);
  }
}

/// Only while no wildcard stands before the segment: behind one, nothing says where the text comes
/// from.
void read_github_subject(std::string_view text, Literals& out) {
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view key = text.substr(0, colon);
    if (colon == std::string_view::npos || key.find_first_of("*?") != std::string_view::npos) {
      return;
    }
    const std::size_t end = text.find(':', colon + 1);
    read_segment(key, text.substr(colon + 1, end == std::string_view::npos ? end : end - colon - 1),
                 out);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// The text where `<tenant>` stands in one of the issuer's subject templates.
void read_tenant(std::string_view text, const Issuer& issuer, Literals& out) {
  constexpr std::string_view kPlace = "<tenant>";
  for (const std::string& subject : issuer.subjects) {
    const std::size_t place = subject.find(kPlace);
    if (place == std::string::npos || !text.starts_with(subject.substr(0, place))) {
      continue;
    }
    const std::size_t behind = place + kPlace.size();
    const std::string stop = behind < subject.size() ? subject.substr(behind, 1) : "";
    const std::size_t end = stop.empty() ? text.size() : text.find(stop, place);
    const std::string_view name = text.substr(place, std::min(end, text.size()) - place);
    if (end != std::string_view::npos && is_plain(CharClass::Repository, name)) {
      out.tenants.emplace(name);
    }
  }
}

void read_value(const std::string& claim, std::string_view text, const Issuer& issuer,
                Literals& out) {
  if (!issuer.is_github()) {
    if (claim == "sub") {
      read_tenant(text, issuer, out);
    }
    const auto linked = issuer.claims.find(claim);
    const bool is_tenant = linked != issuer.claims.end() && linked->second.size() == 1 &&
                           linked->second[0] == "<tenant>";
    if (is_tenant && is_plain(CharClass::Repository, text)) {
      out.tenants.emplace(text);
    }
    return;
  }
  if (claim == "sub") {
    read_github_subject(text, out);
  } else {
    read_segment(claim, text, out);
  }
}

}  // namespace

Literals literals_of(const policy::Policy& policy, const Issuer& issuer) {
  Literals out;
  for (const policy::Statement& statement : policy.statements) {
    const bool deny = statement.effect == policy::Effect::Deny;
    for (const policy::Condition& condition : statement.conditions) {
      const auto claim = claim_of_key(issuer, condition.key.value);
      if (!claim || condition.op.negated != deny) {
        continue;
      }
      for (const policy::Text& value : condition.values) {
        read_value(*claim, value.value, issuer, out);
      }
    }
  }
  return out;
}

}  // namespace muster::oidc
