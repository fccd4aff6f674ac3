// One variable stands twice in an environment file. The later line wins for every reader, but who
// edits the file changes the first one that they see, and a script that replaces by pattern changes
// both. Source: systemd.exec(5) "EnvironmentFile=": "the later setting will override the earlier".
#include <map>

#include "checks/host/env_files.h"

namespace muster::host {
namespace {

/// Whether lines without a name may be one variable twice.
bool may_repeat(const EnvSubject& file) {
  std::size_t unnamed = 0;
  for (const EnvLine& line : file.content->lines) {
    if (line.key != "?") {
      continue;
    }
    unnamed += is_assignment(line) ? 1U : 0U;
    if (line.has("continuation") ||
        (line.has("inside-quote") &&
         (file.is_read_by(EnvReader::Docker) || file.readers.empty()))) {
      return true;
    }
  }
  return unnamed > 1;
}

void judge_repeats(const EnvSubject& file, Outcomes& out) {
  std::map<std::string, std::vector<const EnvLine*>> by_key;
  for (const EnvLine& line : file.content->lines) {
    if (line.key != "?") {
      by_key[line.key].push_back(&line);
    }
  }
  bool clean = true;
  for (const auto& [key, lines] : by_key) {
    if (lines.size() < 2) {
      continue;
    }
    clean = false;
    std::vector<std::string> numbers;
    for (const EnvLine* line : lines) {
      numbers.push_back(std::to_string(line->number));
    }
    const std::string first = numbers.front();
    const std::string last = numbers.back();
    out.fail(file.asset(), lines.back()->where,
             {WitnessKind::Text,
              {{"file", {file.path}}, {"variable", {key}}, {"lines", std::move(numbers)}}})
        .anchor(key)
        .arg("key", key)
        .arg("path", file.path)
        .arg("host", file.host->id)
        .arg("first", first)
        .arg("last", last)
        .environment(file.host->environment)
        .related(lines.front()->where, "the first of them");
  }
  if (clean && may_repeat(file)) {
    out.undecided(file.asset(), file.where,
                  "some lines are not named by the facts, and may be one variable twice; name "
                  "long variables with `--key`")
        .environment(file.host->environment);
  } else if (clean) {
    out.pass(file.asset(), file.where).environment(file.host->environment);
  }
}

void env_key_repeated(const AuditInput& input, Outcomes& out) {
  each_env_content(input, out, [&](const EnvSubject& file) { judge_repeats(file, out); });
}

const Register kEnvKeyRepeatedCheck{
    "host-env-key-repeated", env_key_repeated, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
