#include "checks/host/env_files.h"

#include <algorithm>
#include <array>
#include <map>

#include "checks/text/ascii.h"

namespace muster::host {
namespace {

/// Longer names, and names with a long run of characters without `_`, are told when they are asked
/// for alone.
constexpr std::size_t kMostName = 40;
constexpr std::size_t kLongRun = 25;

bool is_told_by_itself(std::string_view key) {
  std::size_t run = 0;
  std::size_t longest = 0;
  for (const char c : key) {
    run = c == '_' ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  return key.size() <= kMostName && longest < kLongRun;
}

bool names_file(const UnitLine& line, std::string_view path) {
  const std::string_view value = line.value;
  return line.name == "EnvironmentFile" &&
         (value.starts_with('-') ? value.substr(1) : value) == path;
}

EnvSubject subject_of(const Host& host, const std::string& path) {
  EnvSubject file;
  file.host = &host;
  file.path = path;
  const HostFacts& facts = *host.facts;
  const auto content = facts.env_files.find(path);
  const auto skip = facts.skips.find(path);
  const auto place = facts.paths.find(path);
  if (skip != facts.skips.end()) {
    file.unknown = "what is in `" + path + "` does not count: " + gap_in(facts, path);
    file.where = skip->second.where;
  } else if (content == facts.env_files.end()) {
    file.unknown = "the facts do not tell what is in `" + path + "`; ask for it with `--env`";
    file.where = place == facts.paths.end() ? facts.where : place->second.where;
  } else {
    file.content = &content->second;
    file.where = content->second.where;
  }
  if (!units_reading(facts, path).empty()) {
    file.readers.insert(EnvReader::Systemd);
  }
  return file;
}

std::map<std::string, EnvSubject> subjects_of(const Host& host) {
  std::map<std::string, EnvSubject> files;
  const auto add = [&](const std::string& path) -> EnvSubject& {
    return files.try_emplace(path, subject_of(host, path)).first->second;
  };
  for (const auto& [path, content] : host.facts->env_files) {
    add(path);
  }
  for (const IntentHosts* group : host.declared) {
    for (const IntentEnvFile& declared : group->env_files) {
      EnvSubject& file = add(encoded(declared.path));
      file.declared.push_back(&declared);
      file.readers.insert(declared.readers.begin(), declared.readers.end());
    }
  }
  return files;
}

bool has_env_files(const Host& host) {
  return (host.facts != nullptr && !host.facts->env_files.empty()) ||
         std::ranges::any_of(host.declared,
                             [](const IntentHosts* group) { return !group->env_files.empty(); });
}

}  // namespace

std::vector<std::string> units_reading(const HostFacts& facts, std::string_view path) {
  std::vector<std::string> units;
  for (const auto& [file, lines] : facts.units) {
    if (std::ranges::any_of(lines, [&](const UnitLine& line) { return names_file(line, path); })) {
      units.push_back(file.substr(file.rfind('/') + 1));
    }
  }
  return units;
}

bool is_assignment(const EnvLine& line) {
  return line.shape != "none";
}

bool EnvSubject::may_hide(std::string_view key) const {
  const bool splits_lines = is_read_by(EnvReader::Docker) || readers.empty();
  const bool takes_colons = is_read_by(EnvReader::Compose) || readers.empty();
  const bool takes_bare_names = splits_lines || takes_colons;
  return std::ranges::any_of(content->lines, [&](const EnvLine& line) {
    return line.key == "?" &&
           ((is_assignment(line) && (takes_colons || !is_told_by_itself(key))) ||
            line.has("continuation") || (splits_lines && line.has("inside-quote")) ||
            (takes_bare_names && line.has("no-equals")));
  });
}

bool EnvSubject::may_replace(const EnvLine& line) const {
  return line.has("dollar") && line.quote != "single" &&
         (is_read_by(EnvReader::Compose) || is_read_by(EnvReader::Shell));
}

std::vector<const EnvLine*> EnvSubject::lines_of(std::string_view key) const {
  std::vector<const EnvLine*> found;
  for (const EnvLine& line : content->lines) {
    if (line.key == key) {
      found.push_back(&line);
    }
  }
  return found;
}

bool is_safe_for_shell(const EnvLine& line) {
  static constexpr std::array<std::string_view, 3> kPlainShapes = {"empty", "bool", "int"};
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,=-";
  return !is_assignment(line) || line.quote == "single" || line.quote == "double" ||
         text::one_of(line.shape, kPlainShapes) ||
         (line.value && line.value->find_first_not_of(kPlain) == std::string::npos);
}

void each_env_file(const AuditInput& input, Outcomes& out,
                   const std::function<void(const EnvSubject& file)>& judge) {
  each_host(input, out, has_env_files, [&](const Host& host) {
    for (const auto& [path, file] : subjects_of(host)) {
      judge(file);
    }
  });
}

void each_env_content(const AuditInput& input, Outcomes& out,
                      const std::function<void(const EnvSubject& file)>& judge) {
  each_env_file(input, out, [&](const EnvSubject& file) {
    if (file.content == nullptr) {
      out.undecided(file.asset(), file.where, file.unknown).environment(file.host->environment);
    } else {
      judge(file);
    }
  });
}

bool is_secret_name(std::string_view key) {
  const std::string name = text::lower(key);
  return text::contains_any(name,
                            {"secret", "token", "passw", "private", "credential", "webhook"}) ||
         name.ends_with("key") || name.ends_with("_pwd") || name.ends_with("salt") ||
         name.ends_with("dsn");
}

}  // namespace muster::host
