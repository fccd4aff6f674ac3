// Names of actions against the catalogue. Three states: known, retired, unknown. A name that was
// right within the year before the catalogue's date is not reported.
#include "checks/lint/families.h"
#include "checks/text/did_you_mean.h"

namespace muster::lint {
namespace {

using policy::Action;
using policy::Catalogue;
using policy::Service;

/// Patterns of one document that are looked up; AWS takes no policy with as many.
constexpr std::size_t kMostPatterns = 2'000;

/// A written entry of `Action`, with where it stands.
struct Named {
  const Subject& subject;
  const Statement& statement;
  const Element& element;
  const Entry& entry;
  /// Patterns looked up so far.
  std::size_t& patterns;

  [[nodiscard]] Location place() const { return subject.out.at(statement, element, entry); }
};

std::string nearest_service(const Subject& subject, std::string_view prefix) {
  if (!subject.out.may_suggest()) {
    return "";
  }
  std::vector<std::string_view> names;
  for (const Service& service : subject.catalogue.services()) {
    names.push_back(service.prefix);
  }
  return text::did_you_mean(prefix, names);
}

std::string nearest_action(const Subject& subject, const Service& service, std::string_view name) {
  if (!subject.out.may_suggest()) {
    return "";
  }
  std::vector<std::string_view> names;
  for (const Action& action : subject.catalogue.actions(service)) {
    if (action.last_edition == policy::kCurrent) {
      names.push_back(action.name);
    }
  }
  return text::did_you_mean(name, names);
}

void judge_literal(const Named& named, const Service& service, std::string_view name) {
  const Catalogue& catalogue = named.subject.catalogue;
  const Action* action = catalogue.find_action(named.entry.text());
  if (action == nullptr) {
    named.subject.out.add(Code::InvalidAction,
                          "the action " + quoted(named.entry.text()) + " does not exist" +
                              nearest_action(named.subject, service, name),
                          named.place());
  } else if (long_retired(catalogue, action->last_edition)) {
    named.subject.out.add(Code::InvalidAction,
                          "the action " + quoted(named.entry.text()) + " no longer exists, since " +
                              std::string(catalogue.retired_since(action->last_edition)),
                          named.place());
  }
}

void judge_service(const Named& named, std::string_view prefix, const Service* service) {
  const Catalogue& catalogue = named.subject.catalogue;
  const std::string end = service == nullptr
                              ? " does not exist" + nearest_service(named.subject, prefix)
                              : " no longer exists, since " +
                                    std::string(catalogue.retired_since(service->last_edition));
  named.subject.out.add(Code::InvalidServiceInAction,
                        "the service of " + quoted(named.entry.text()) + end, named.place());
}

void judge_entry(const Named& named) {
  const std::string_view text = named.entry.text();
  if (text == "*" || has_variable(text)) {
    return;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    if (!has_wildcard(text)) {
      named.subject.out.add(Code::InvalidAction,
                            quoted(text) + " is no action: expected `service:Name` or `*`",
                            named.place());
    }
    return;
  }
  const std::string_view prefix = text.substr(0, colon);
  const std::string_view name = text.substr(colon + 1);
  if (has_wildcard(prefix)) {
    if (prefix != "*") {
      named.subject.out.add(Code::WildcardInServiceName,
                            quoted(text) + " has a wildcard in the name of the service",
                            named.place());
    }
    return;
  }
  const Catalogue& catalogue = named.subject.catalogue;
  const Service* service = catalogue.find_service(prefix);
  if (service == nullptr || long_retired(catalogue, service->last_edition)) {
    if (!has_wildcard(name)) {
      judge_service(named, prefix, service);
    }
  } else if (!has_wildcard(name)) {
    judge_literal(named, *service, name);
  } else if (++named.patterns <= kMostPatterns &&
             catalogue.expand(text, policy::Extent::WithRetired).empty()) {
    named.subject.out.add(Code::MusterActionMatchesNothing,
                          "no action of " + quoted(prefix) + " matches " + quoted(text),
                          named.place());
  }
}

}  // namespace

void judge_actions(const Subject& subject) {
  std::size_t patterns = 0;
  for (const Statement& statement : subject.document.statements) {
    for (const Element& element : statement.actions) {
      for (const Entry& entry : element.entries) {
        judge_entry({subject, statement, element, entry, patterns});
      }
    }
  }
}

}  // namespace muster::lint
