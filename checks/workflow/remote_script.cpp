// A script from the network that runs at once (`curl … | bash`) in a job that holds credentials:
// whoever controls the server, or the name, deploys.
#include <algorithm>
#include <array>
#include <cctype>

#include "checks/text/ascii.h"
#include "checks/workflow/stake.h"

namespace muster::workflow {
namespace {

/// A script that is fetched and run on one line.
struct RemoteScript {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string url;
};

bool is_shell_word(std::string_view word) {
  static constexpr std::array<std::string_view, 9> kPrograms = {
      "bash", "sh", "zsh", "dash", "python", "python3", "node", "perl", "ruby"};
  return text::one_of(word.substr(word.rfind('/') + 1), kPrograms);
}

/// The first word behind `| `, with `sudo` and its options taken off.
std::string_view piped_program(std::string_view rest) {
  while (true) {
    rest = text::trim(rest);
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t\n;&|)\""));
    const bool skip = word == "sudo" || word == "env" || word.starts_with('-') ||
                      word.find('=') != std::string_view::npos;
    if (!skip || word.size() >= rest.size()) {
      return word;
    }
    rest.remove_prefix(word.size());
  }
}

std::string url_in(std::string_view line) {
  const std::size_t begin = line.find("http");
  return begin == std::string_view::npos
             ? std::string()
             : std::string(line.substr(begin, line.find_first_of(" \t\"'|)>", begin) - begin));
}

/// Whether a fetch at the beginning of a command feeds a shell: `curl … | bash`, `bash <(curl …)`,
/// `sh -c "$(curl …)"`.
bool feeds_shell(std::string_view line, std::size_t fetch) {
  const std::string_view before = text::trim(line.substr(0, fetch));
  if (before.ends_with("<(") || before.ends_with("$(")) {
    const std::string_view outer = text::trim(before.substr(0, before.size() - 2));
    const std::string_view program = piped_program(outer.substr(outer.find_last_of(";&|") + 1));
    return is_shell_word(program) &&
           (before.ends_with("<(") || outer.find(" -c") != std::string_view::npos);
  }
  const std::size_t pipe = line.find('|', fetch);
  const bool alone = before.empty() || before.ends_with("&&") || before.ends_with(';') ||
                     before.ends_with("sudo") || before.ends_with("then") || before.ends_with("||");
  return alone && pipe != std::string_view::npos && !line.substr(pipe).starts_with("||") &&
         is_shell_word(piped_program(line.substr(pipe + 1)));
}

/// Lines joined at a backslash, with their places.
std::vector<RemoteScript> remote_scripts(std::string_view script) {
  std::vector<RemoteScript> found;
  for (std::size_t begin = 0; begin < script.size();) {
    std::size_t end = script.find('\n', begin);
    while (end != std::string_view::npos && end > begin && script[end - 1] == '\\') {
      end = script.find('\n', end + 1);
    }
    end = std::min(end, script.size());
    const std::string_view line = script.substr(begin, end - begin);
    const bool comment = text::trim(line).starts_with('#') || text::trim(line).starts_with("echo ");
    for (const std::string_view tool : {"curl ", "wget "}) {
      const std::size_t fetch = comment ? std::string_view::npos : line.find(tool);
      if (fetch != std::string_view::npos && feeds_shell(line, fetch)) {
        found.push_back({begin + fetch, end, url_in(line.substr(fetch))});
      }
    }
    begin = end + 1;
  }
  return found;
}

/// Whether the address names a commit: what it gives cannot change.
bool names_commit(const std::string& url) {
  std::size_t digits = 0;
  for (const char c : url) {
    digits = std::isxdigit(static_cast<unsigned char>(c)) != 0 ? digits + 1 : 0;
    if (digits >= 40) {
      return true;
    }
  }
  return false;
}

void remote_script(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const std::size_t before = out.items().size();
    const Stake stake = stake_of(run);
    const bool power = stake.cloud || stake.secrets || stake.deploys;
    for (const Step* step : run.script->steps) {
      if (!power || !step->run_node) {
        continue;
      }
      for (const RemoteScript& one : remote_scripts(step->run.value)) {
        if (!one.url.empty() && !names_commit(one.url)) {
          out.fail(run.workflow->asset(*run.job, *step), step->run_node->where(one.begin, one.end),
                   text_witness("runs", one.url))
              .arg("job", run.job->id.value)
              .arg("url", one.url)
              .severity(stake.production ? Severity::Medium : Severity::Low)
              .anchor(one.url)
              .because("the job holds " + stake.in_words());
        }
      }
    }
    if (out.items().size() == before) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kRemoteScriptCheck{"workflow-remote-script", remote_script, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
