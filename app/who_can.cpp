// One question per principal; the trust policy of a role takes part where it is to be assumed.
#include "app/who_can.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "app/location_json.h"
#include "checks/escalation/candidates.h"
#include "checks/escalation/graph.h"
#include "checks/policy/catalogue.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using escalation::Ask;
using escalation::Graph;
using escalation::Reply;
using escalation::Verdict;
using nlohmann::ordered_json;
using report::sanitise;

struct Able {
  const iam::Principal* principal;
  Reply reply;
};

/// What the principal is asked about.
std::vector<std::string> resources_for(const WhoCanOptions& options, const Graph& graph,
                                       const iam::Principal& principal) {
  if (!options.resource.empty()) {
    return {options.resource};
  }
  const auto needed = escalation::nameable(options.action, principal.account,
                                           graph.power(principal).patterns(options.action));
  return needed.front();
}

std::vector<Able> able(const WhoCanOptions& options, const Graph& graph,
                       const iam::Principals& principals) {
  const iam::Principal* target = principals.find(options.resource);
  const bool assumes = text::equals_ignoring_case(options.action, "sts:AssumeRole");
  const bool has_trust =
      assumes && target != nullptr && target->role != nullptr && target->role->trust.has_value();
  std::vector<Able> found;
  for (const iam::Principal& principal : graph.principals()) {
    const Ask question{
        principal,
        options.action,
        resources_for(options, graph, principal),
        {},
        target == nullptr ? escalation::TagKnowledge::Unknown : escalation::TagKnowledge::Listed,
        target == nullptr ? std::vector<iam::Tag>{} : target->tags,
        has_trust ? &*target->role->trust : nullptr};
    Reply reply = graph.ask(question);
    if (reply.verdict != Verdict::Blocked && &principal != target) {
      found.push_back({&principal, std::move(reply)});
    }
  }
  return found;
}

void print_json(const WhoCanOptions& options, const std::vector<Able>& found, std::ostream& out) {
  ordered_json principals = ordered_json::array();
  for (const Able& one : found) {
    principals.push_back(
        {{"arn", one.principal->arn},
         {"kind", one.principal->kind == iam::PrincipalKind::User ? "user" : "role"},
         {"verdict", escalation::to_string(one.reply.verdict)},
         {"because", one.reply.because},
         {"request", request_json(one.reply.request)},
         {"statement", location_json(one.reply.where)}});
  }
  const ordered_json json{{"action", options.action},
                          {"resource", options.resource},
                          {"principals", std::move(principals)}};
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void print_words(const std::vector<Able>& found, std::size_t asked, std::ostream& out) {
  for (const Able& one : found) {
    out << (one.reply.verdict == Verdict::Proven ? "PROVEN    " : "POSSIBLE  ")
        << sanitise(one.principal->arn) << "\n     " << request_words(one.reply.request);
    if (!one.reply.where.source.path().empty()) {
      out << "  (" << sanitise(to_string(one.reply.where)) << ")";
    }
    out << "\n";
    if (!one.reply.because.empty()) {
      out << "     not known: " << sanitise(one.reply.because) << "\n";
    }
  }
  out << found.size() << " of " << asked
      << " principals; of resource policies only the trust policies of roles are known\n";
}

}  // namespace

int who_can(const WhoCanOptions& options, const Console& console) {
  if (policy::embedded_catalogue().find_action(options.action) == nullptr) {
    return report_error(console, {ErrorCode::Usage,
                                  "no action `" + options.action + "` in the catalogue of " +
                                      std::string(policy::embedded_catalogue().date()),
                                  {}});
  }
  auto account = read_account(options);
  if (!account) {
    return report_error(console, account.error());
  }
  const bool incomplete = report_unreadable(*account.value(), console);
  const Graph graph = Graph::build(account.value()->input);
  const auto found = able(options, graph, account.value()->input.model<iam::Principals>());
  if (options.json) {
    print_json(options, found, console.out);
  } else {
    print_words(found, graph.principals().size(), console.out);
  }
  return incomplete ? kIncomplete : kClean;
}

}  // namespace muster::app
