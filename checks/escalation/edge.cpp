// Each category of ways in turn. Cheap questions (does anything name the action, does the role
// trust the service) come before the evaluator's.
#include "checks/escalation/edge.h"

#include <algorithm>
#include <array>

#include "checks/escalation/candidates.h"
#include "checks/escalation/draft.h"

namespace muster::escalation {
namespace {

template <class Container>
bool contains(const Container& container, const typename Container::value_type& value) {
  return std::ranges::find(container, value) != container.end();
}

/// Whether Systems Manager manages a host with this role: its agent must be able to call home.
bool reports_to_systems_manager(const AccountMap& map, Id role) {
  static constexpr std::array<const char*, 3> kCalls = {"ssmmessages:CreateControlChannel",
                                                        "ec2messages:GetMessages",
                                                        "ssm:UpdateInstanceInformation"};
  return std::ranges::any_of(kCalls, [&](const char* action) {
    return map.power(role)
               .ask({map.principal(role), action, {"*"}, {}, TagKnowledge::Unknown, {}, nullptr})
               .verdict != Verdict::Blocked;
  });
}

/// Regions in which the policies may name something.
std::vector<std::string> regions_of(const std::vector<std::string>& patterns) {
  std::vector<std::string> regions{"us-east-1"};
  for (const std::string& pattern : patterns) {
    const std::string region(iam::arn_field(pattern, iam::kRegionField));
    if (!region.empty() && region.find_first_of("*?") == std::string::npos &&
        !contains(regions, region)) {
      regions.push_back(region);
    }
  }
  return regions;
}

/// Documents of AWS in these regions.
std::vector<std::string> document_arns(const Way& way, const Home& home,
                                       const std::vector<std::string>& regions) {
  std::vector<std::string> arns;
  for (const std::string& region : regions) {
    for (const std::string& name : way.documents) {
      arns.push_back("arn:" + std::string(home.partition) + ":ssm:" + region + "::document/" +
                     name);
    }
  }
  return arns;
}

/// Hosts that the inventory does not name: those that the policies name, and one of any name.
std::vector<std::string> unknown_hosts(const std::vector<std::string>& patterns, const Home& home) {
  std::vector<std::string> hosts;
  for (const std::string& pattern : patterns) {
    if (pattern.find(":instance/") != std::string::npos &&
        pattern.find_first_of("*?$") == std::string::npos) {
      hosts.push_back(pattern);
    }
  }
  for (const std::string& region : regions_of(patterns)) {
    hosts.push_back("arn:" + std::string(home.partition) + ":ec2:" + region + ":" +
                    std::string(home.account) + ":instance/i-0123456789abcdef0");
  }
  return hosts;
}

/// Tags the host into the scope of a policy that limits the command by a tag.
void tag_into_scope(const Way& way, const iam::Resource& host, Draft& draft) {
  const std::string& command = way.steps.front().action;
  Object object = object_of(command, host);
  object.tag_knowledge = TagKnowledge::Chosen;
  object.tags.clear();
  const Reply reply = draft.step(command, object);
  for (const auto& [key, value] : reply.request.context) {
    const std::size_t at = key.find("resourcetag/");
    if (at == std::string::npos || draft.blocked()) {
      continue;
    }
    const std::string tag = key.substr(at + std::string_view("resourcetag/").size());
    draft.set_key("aws:requesttag/" + tag, value.values.front());
    draft.set_key("aws:tagkeys", tag);
    draft.step(way.tagging, object_of(way.tagging, host));
  }
}

}  // namespace

bool is_service_linked(const iam::Principal& principal) {
  return principal.role != nullptr && principal.path.starts_with("/aws-service-role/");
}

bool EdgeFinder::is_personal(const Power& power, const Way& way) {
  return std::ranges::any_of(way.steps,
                             [&](const Step& step) { return power.is_personal(step.action); });
}

bool EdgeFinder::worth_asking(Id from, const std::string& action,
                              const std::string& resource) const {
  return effort_ == Effort::Everything || map_.power(from).may_reach(action, resource);
}

bool EdgeFinder::worth_carrying(const Way& way, Id from, const iam::Resource& carrier) const {
  return std::ranges::all_of(way.steps, [&](const Step& step) {
    return step.on != On::Carrier ||
           std::ranges::any_of(spellings(step.action, carrier.arn),
                               [&](const std::string& resource) {
                                 return worth_asking(from, step.action, resource);
                               });
  });
}

std::optional<Edge> EdgeFinder::assume(Id from, Id to) const {
  const iam::Principal& caller = map_.principal(from);
  const iam::Principal& role = map_.principal(to);
  if (from == to || role.role == nullptr || !role.role->trust ||
      without_.contains({nullptr, from, to})) {
    return std::nullopt;
  }
  const Trusts& trusts = map_.trusts(to);
  const iam::Principal* const known = &map_.principal(map_.origin(from));
  const bool named =
      trusts.arns.contains(caller.arn) || (trusts.everyone && caller.account == role.account) ||
      std::ranges::any_of(trusts.arns,
                          [&](const std::string& arn) { return map_.find(arn) == known; });
  const bool delegated = trusts.everyone || trusts.accounts.contains(caller.account);
  const bool reaches = worth_asking(from, "sts:AssumeRole", role.arn);
  if (!(named && (caller.account == role.account || reaches)) && !(delegated && reaches)) {
    return std::nullopt;
  }
  Draft draft(map_, nullptr, from, to);
  const ResourceSide side{&*role.role->trust, false, role.account, map_.facts().rcp(role.account)};
  const Reply reply = map_.power(from).ask(
      {caller, "sts:AssumeRole", {role.arn}, {}, TagKnowledge::Listed, role.tags, &side});
  Edge& edge = draft.edge();
  edge.hops.push_back({reply.request, reply.verdict, reply.where});
  edge.verdict = reply.verdict;
  if (reply.verdict != Verdict::Proven) {
    edge.because.push_back("`sts:AssumeRole` on `" + role.arn + "`: " + reply.because);
  }
  return std::move(edge);
}

Edge EdgeFinder::pass_to(const Way& way, Id from, Id to, const std::string& service) const {
  const iam::Principal& role = map_.principal(to);
  Draft draft(map_, &way, from, to);
  draft.set_key("iam:passedtoservice", service);
  draft.set_keys(role.arn, {});
  draft.step("iam:PassRole", object_of(role));
  const Verdict trusted = admits_service(*role.role->trust, service, role.account);
  if (trusted == Verdict::Blocked) {
    draft.stop("role `" + role.name + "` does not trust `" + service + "`");
  } else if (trusted == Verdict::Possible) {
    draft.unknown("whether a call of `" + service +
                  "` meets the conditions of the trust of role `" + role.name + "`");
  }
  if (way.profile && role.role->instance_profiles.empty()) {
    draft.stop("no instance profile holds role `" + role.name + "`");
  }
  for (const Step& step : way.steps) {
    if (step.on == On::New) {
      draft.step_on_new(step.action);
    } else if (step.on == On::Existing && !draft.blocked()) {
      draft.step_on_existing(step.action, step.types);
    }
  }
  if (!way.ways.empty()) {
    draft.any_step(way.ways, way.no_way);
  }
  return std::move(draft.edge());
}

std::optional<Edge> EdgeFinder::pass_role(const Way& way, Id from, Id to) const {
  const iam::Principal& role = map_.principal(to);
  if (role.role == nullptr || !role.role->trust || is_service_linked(role) ||
      role.account != map_.principal(from).account ||
      !worth_asking(from, "iam:PassRole", role.arn)) {
    return std::nullopt;
  }
  std::optional<Edge> best;
  for (const std::string& service : way.passed_to) {
    if (map_.trusts(to).services.contains(service)) {
      keep_better(best, pass_to(way, from, to, service));
    }
  }
  return best;
}

Edge EdgeFinder::over_carrier(const Way& way, Id from, Id to, const iam::Resource* carrier) const {
  Draft draft(map_, &way, from, to);
  const std::string arn = carrier == nullptr ? std::string() : carrier->arn;
  draft.edge().over = arn;
  draft.set_keys(map_.principal(to).arn, arn);
  if (!way.tagging.empty()) {
    tag_into_scope(way, *carrier, draft);
  }
  const std::string& first = way.steps.front().action;
  const std::vector<std::string> patterns = map_.power(from).patterns(first);
  const Home home = home_of(map_.principal(from));
  for (const Step& step : way.steps) {
    if (draft.blocked() || !way.tagging.empty()) {
      break;
    }
    if (step.on == On::Carrier && carrier != nullptr) {
      draft.step(step.action, object_of(step.action, *carrier));
    } else if (step.on == On::Carrier && way.host) {
      draft.step(step.action, {unknown_hosts(patterns, home), TagKnowledge::Unknown, {}});
    } else {
      draft.step_on_new(step.action);
    }
  }
  if (!way.documents.empty() && !draft.blocked()) {
    const std::vector<std::string> here{std::string(iam::arn_field(arn, iam::kRegionField))};
    const std::vector<std::string> regions = carrier == nullptr ? regions_of(patterns) : here;
    draft.step(first, {document_arns(way, home, regions), TagKnowledge::Listed, {}});
  }
  if (way.host && !reports_to_systems_manager(map_, to)) {
    draft.unknown("whether Systems Manager manages a host whose role `" + map_.principal(to).name +
                  "` lets no agent report");
  }
  if (carrier == nullptr) {
    draft.unknown("the inventory names no `" + way.carriers.front() + "`");
  }
  return std::move(draft.edge());
}

std::optional<Edge> EdgeFinder::over_carriers(const Way& way, Id from, Id to) const {
  const iam::Principal& role = map_.principal(to);
  const std::string& account = map_.principal(from).account;
  if (role.role == nullptr || role.account != account) {
    return std::nullopt;
  }
  std::optional<Edge> best;
  for (const iam::Resource* carrier : map_.carriers(to)) {
    const bool fits = contains(way.carriers, carrier->type) &&
                      (way.fields.empty() || contains(way.fields, carrier->field));
    if (!fits || !worth_carrying(way, from, *carrier)) {
      continue;
    }
    if (!way.tagging.empty()) {
      // Where the command is allowed as it is, there is no need to tag.
      const auto plain = by(*find_way("ssm-send-command"), from, to);
      if (plain && plain->verdict == Verdict::Proven) {
        return std::nullopt;
      }
    }
    keep_better(best, over_carrier(way, from, to, carrier));
  }
  const bool may_exist = !best && way.tagging.empty() && !is_service_linked(role) &&
                         map_.trusts(to).services.contains(way.carrier_service) &&
                         !map_.has_things(way.carriers, account);
  if (may_exist) {
    best = over_carrier(way, from, to, nullptr);
  }
  return best;
}

std::optional<Edge> EdgeFinder::over_providers(const Way& way, Id from, Id to) const {
  const iam::Principal& role = map_.principal(to);
  if (role.account != map_.principal(from).account) {
    return std::nullopt;
  }
  std::optional<Edge> best;
  for (const std::string& provider : map_.trusts(to).providers) {
    if (provider.find(":oidc-provider/") == std::string::npos) {
      continue;
    }
    Draft draft(map_, &way, from, to);
    draft.edge().over = provider;
    draft.step(way.steps.front().action, {{provider}, TagKnowledge::Unknown, {}});
    if (way.id == "cd-oidc-client-id" && pins_audience(*role.role->trust, provider)) {
      draft.stop("the trust policy of role `" + role.name + "` demands an audience");
    }
    keep_better(best, std::move(draft.edge()));
  }
  return best;
}

std::optional<Edge> EdgeFinder::over_credentials(const Way& way, Id from, Id to) const {
  const iam::Principal& target = map_.principal(to);
  const On on = way.steps.front().on;
  const bool fits = on == On::User ? target.kind == iam::PrincipalKind::User
                                   : target.kind == iam::PrincipalKind::Role;
  if (!fits || is_service_linked(target) || target.account != map_.principal(from).account ||
      !worth_asking(from, way.steps.front().action, target.arn)) {
    return std::nullopt;
  }
  Draft draft(map_, &way, from, to);
  for (const Step& step : way.steps) {
    draft.step(step.action, object_of(target));
  }
  return std::move(draft.edge());
}

bool EdgeFinder::concerns(const Way& way, Id to) const {
  const Trusts& trusts = map_.trusts(to);
  const auto is_one = [&](const iam::Resource* carrier) {
    return contains(way.carriers, carrier->type);
  };
  switch (way.category) {
    case Category::NewPassRole:
      return std::ranges::any_of(way.passed_to, [&](const std::string& service) {
        return trusts.services.contains(service);
      });
    case Category::ExistingPassRole:
      return trusts.services.contains(way.carrier_service) ||
             std::ranges::any_of(map_.carriers(to), is_one);
    case Category::PrincipalAccess:
      return (way.steps.front().on == On::User) ==
             (map_.principal(to).kind == iam::PrincipalKind::User);
    case Category::Artifact:
      return !map_.carriers(to).empty();
    case Category::TrustTampering:
      return !trusts.providers.empty();
    case Category::SelfEscalation:
      return false;
  }
  return false;
}

std::optional<Edge> EdgeFinder::by(const Way& way, Id from, Id to) const {
  if (without_.contains({&way, from, to})) {
    return std::nullopt;
  }
  if (!is_plausible(map_.power(from), way)) {
    return std::nullopt;
  }
  switch (way.category) {
    case Category::NewPassRole:
      return pass_role(way, from, to);
    case Category::ExistingPassRole:
      return from == to ? std::nullopt : over_carriers(way, from, to);
    case Category::PrincipalAccess:
      return from == to ? std::nullopt : over_credentials(way, from, to);
    case Category::Artifact:
      return from == to ? std::nullopt : over_artifacts(way, from, to);
    case Category::TrustTampering:
      return from == to ? std::nullopt : over_providers(way, from, to);
    case Category::SelfEscalation:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace muster::escalation
