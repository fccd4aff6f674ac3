// Hosts of one service in one environment are not alike: another unit, script or configuration,
// other variables in an environment file, another version in the state file, a link that leads
// elsewhere. What most of them say counts; hosts about which nothing can be said
// do not vote. One host alone has nothing to differ from.
#include <algorithm>
#include <map>
#include <set>

#include "checks/host/deploy_state.h"
#include "checks/host/hosts.h"
#include "checks/text/ascii.h"

namespace muster::host {
namespace {

/// What one host says, by what it is about.
using Answers = std::map<std::string, std::string>;

struct Voice {
  const Host* host = nullptr;
  Answers answers;
};

/// Names of the variables. Their values are judged by what is declared of them.
std::string variables_of(const EnvFile& file) {
  std::set<std::string> keys;
  std::size_t unnamed = 0;
  for (const EnvLine& line : file.lines) {
    if (line.key != "?") {
      keys.insert(line.key);
    } else if (line.shape != "none") {
      ++unnamed;
    }
  }
  const std::string names = text::joined(std::vector<std::string>(keys.begin(), keys.end()));
  return unnamed == 0 ? names : names + " and " + std::to_string(unnamed) + " that are not named";
}

Answers answers_of(const Host& host, const IntentHosts& group) {
  const HostFacts& facts = *host.facts;
  Answers answers;
  for (const auto& [path, digest] : facts.digests) {
    if (!facts.skips.contains(path)) {
      answers["SHA-256 of " + path] = digest;
    }
  }
  for (const auto& [path, file] : facts.env_files) {
    if (!facts.skips.contains(path)) {
      answers["variables of " + path] = variables_of(file);
    }
  }
  for (const IntentState& declared : group.states) {
    const DeployState state = read_state(host, declared);
    if (state.unknown.empty() && state.defect.empty()) {
      answers["version in " + encoded(declared.path)] = state.current;
    }
  }
  for (const IntentLink& declared : group.links) {
    const auto link = facts.links.find(encoded(declared.path));
    if (link != facts.links.end() && !facts.skips.contains(link->first) &&
        link->second.state == "ok") {
      answers["target of " + link->first] = link->second.real;
    }
  }
  return answers;
}

/// What more than half of the hosts say; empty without such.
std::optional<std::string> majority_of(const std::map<std::string, std::size_t>& votes,
                                       std::size_t voters) {
  const auto most = std::ranges::max_element(
      votes, [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->second * 2 > voters ? std::optional(most->first) : std::nullopt;
}

void fail_row(const Voice& voice, const std::string& what, const std::string& says,
              const std::string& others, Outcomes& out) {
  out.fail(voice.host->asset(), voice.host->where,
           {WitnessKind::Text,
            {{"host", {voice.host->id}}, {"what", {what}}, {"here", {says}}, {"others", {others}}}})
      .anchor(what)
      .arg("host", voice.host->id)
      .arg("what", what)
      .arg("others", others)
      .environment(voice.host->environment);
}

/// The hosts that say something about it and differ from the others; all of them without a
/// majority.
void judge_row(const std::vector<Voice>& voices, const std::string& what,
               std::set<std::string>& odd, Outcomes& out) {
  std::map<std::string, std::size_t> votes;
  std::size_t voters = 0;
  for (const Voice& voice : voices) {
    const auto said = voice.answers.find(what);
    if (said != voice.answers.end()) {
      ++votes[said->second];
      ++voters;
    }
  }
  if (votes.size() < 2) {
    return;
  }
  const auto majority = majority_of(votes, voters);
  for (const Voice& voice : voices) {
    const auto said = voice.answers.find(what);
    if (said != voice.answers.end() && (!majority || said->second != *majority)) {
      odd.insert(voice.host->id);
      fail_row(voice, what, said->second,
               majority ? "`" + *majority + "`" : "no two of which most agree", out);
    }
  }
}

/// Why the host is not known to be like the others; empty when it is.
std::string doubt_about(const Voice& voice, const std::set<std::string>& whats, std::size_t voices,
                        const IntentHosts& group) {
  if (voices < 2) {
    return "of the hosts of `" + group.name +
           "` this is the only one about which something can be said";
  }
  if (whats.empty()) {
    return "the facts tell nothing of it that hosts should agree on";
  }
  const auto missing = std::ranges::find_if(
      whats, [&](const std::string& what) { return !voice.answers.contains(what); });
  return missing == whats.end() ? "" : "the facts do not tell the " + *missing;
}

void judge_group(const std::vector<Voice>& voices, const IntentHosts& group, Outcomes& out) {
  std::set<std::string> whats;
  for (const Voice& voice : voices) {
    for (const auto& [what, says] : voice.answers) {
      whats.insert(what);
    }
  }
  std::set<std::string> odd;
  for (const std::string& what : whats) {
    judge_row(voices, what, odd, out);
  }
  for (const Voice& voice : voices) {
    if (odd.contains(voice.host->id)) {
      continue;
    }
    const std::string doubt = doubt_about(voice, whats, voices.size(), group);
    if (doubt.empty()) {
      out.pass(voice.host->asset(), voice.host->where).environment(voice.host->environment);
    } else {
      out.undecided(voice.host->asset(), voice.host->where, doubt)
          .environment(voice.host->environment);
    }
  }
}

void instances_differ(const AuditInput& input, Outcomes& out) {
  for (const IntentHosts& group : input.intent().hosts) {
    if (group.names.size() < 2) {
      continue;
    }
    std::vector<Voice> voices;
    for (const Host& host : input.model<Hosts>().all()) {
      if (std::ranges::find(host.declared, &group) == host.declared.end()) {
        continue;
      }
      if (host.problem.empty()) {
        voices.push_back({&host, answers_of(host, group)});
      } else {
        out.undecided(host.asset(), host.where, host.problem).environment(host.environment);
      }
    }
    judge_group(voices, group, out);
  }
}

const Register kInstancesDifferCheck{
    "host-instances-differ", instances_differ, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
