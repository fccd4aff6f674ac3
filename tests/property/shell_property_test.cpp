// A deploy stays a deploy in whatever it is wrapped, and stops being one when it is quoted, echoed
// or commented out.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "checks/workflow/shell.h"

using namespace muster::workflow;

namespace {

const std::array<std::string, 6> kDeploys = {
    "aws ecs update-service --cluster shop --service api --force-new-deployment",
    "terraform apply -auto-approve",
    "cdk deploy --all",
    "helm upgrade shop ./chart",
    "aws lambda update-function-code --function-name \"shop api\" --zip-file fileb://a.zip",
    "docker compose -f 'a b.yml' up -d"};

std::string single_quoted(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return "'" + quoted + "'";
}

std::string heredoc(const std::string& head, const std::string& text) {
  return head + " <<'EOF" + std::to_string(text.size()) + "'\n" + text + "\nEOF" +
         std::to_string(text.size()) + "\n";
}

/// `words` are put in front of a command; `text` around any script.
struct Wrapper {
  std::string name;
  bool takes_words = false;
  std::string (*wrap)(const std::string&) = nullptr;
};

const std::vector<Wrapper>& wrappers() {
  static const std::vector<Wrapper> kWrappers = {
      {"sudo", true, [](const std::string& c) { return "sudo -E -u app " + c; }},
      {"env", true, [](const std::string& c) { return "env -u HOME A=b " + c; }},
      {"assignment", true, [](const std::string& c) { return "A=b C='d e' " + c; }},
      {"timeout", true, [](const std::string& c) { return "timeout -k 5 5m " + c; }},
      {"nohup", true, [](const std::string& c) { return "nohup " + c + " &\nwait"; }},
      {"time", true, [](const std::string& c) { return "time -p " + c; }},
      {"nice", true, [](const std::string& c) { return "nice -n 10 " + c; }},
      {"command", true, [](const std::string& c) { return "command " + c; }},
      {"exec", true, [](const std::string& c) { return "exec " + c; }},
      {"xargs", true, [](const std::string& c) { return "ls | xargs -n 1 " + c; }},
      {"find", true, [](const std::string& c) { return "find . -name x -exec " + c + " \\;"; }},
      {"negation", true, [](const std::string& c) { return "! " + c; }},
      {"eval", false, [](const std::string& c) { return "eval " + single_quoted(c); }},
      {"bash -c", false,
       [](const std::string& c) { return "bash -euo pipefail -c " + single_quoted(c); }},
      {"sh -c", false, [](const std::string& c) { return "sh -c " + single_quoted(c); }},
      {"heredoc", false, [](const std::string& c) { return heredoc("bash -e", c); }},
      {"ssh", false,
       [](const std::string& c) { return "ssh -o A=b app@host.example.com " + single_quoted(c); }},
      {"ssh heredoc", false,
       [](const std::string& c) { return heredoc("ssh host.example.com", c); }},
      {"if", false, [](const std::string& c) { return "if true; then\n" + c + "\nfi"; }},
      {"or", false, [](const std::string& c) { return "{ " + c + "\n} || exit 1"; }},
      {"subshell", false, [](const std::string& c) { return "(\n" + c + "\n)"; }},
      {"substitution", false, [](const std::string& c) { return "out=\"$(\n" + c + "\n)\""; }},
      {"function", false, [](const std::string& c) { return "deploy() {\n" + c + "\n}\ndeploy"; }},
  };
  return kWrappers;
}

std::vector<std::string> words_of(const std::string& script) {
  return shell_commands(script).front().words;
}

bool runs(const std::string& script, const std::vector<std::string>& words) {
  const auto all = shell_commands(script);
  return std::any_of(all.begin(), all.end(), [&](const Command& command) {
    // Substitutions and functions leave the words as they are.
    return command.words == words;
  });
}

bool is_simple(const std::string& script) {
  return script.find_first_of("\n;|&(<") == std::string::npos;
}

}  // namespace

TEST_CASE("a deploy in wrappers of wrappers is found, with all its words") {
  CHECK(rc::check("wrapped twice or thrice", [] {
    const std::string deploy = *rc::gen::elementOf(kDeploys);
    std::string script = deploy;
    std::string names;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
      const auto& wrapper = wrappers()[*rc::gen::inRange<std::size_t>(0, wrappers().size())];
      if (wrapper.takes_words && !is_simple(script)) {
        continue;
      }
      script = wrapper.wrap(script);
      names += wrapper.name + " ";
    }
    RC_LOG() << names << "\n" << script;
    RC_ASSERT(runs(script, words_of(deploy)));
    RC_ASSERT(read_script(script).open.empty());
  }));
}

TEST_CASE("a deploy that is quoted, echoed or commented out is none") {
  CHECK(rc::check("data", [] {
    const std::string deploy = *rc::gen::elementOf(kDeploys);
    std::string script = deploy;
    const auto& wrapper = wrappers()[*rc::gen::inRange<std::size_t>(0, wrappers().size())];
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        script = "echo " + single_quoted(script);
        break;
      case 1:
        script = "printf '%s' " + single_quoted(script);
        break;
      case 2:
        script = ": " + script;
        break;
      case 3:
        script = heredoc("cat > plan.txt", script);
        break;
      default:
        script = "# " + script + "\nls";
    }
    if (!wrapper.takes_words) {
      script = wrapper.wrap(script);
    }
    RC_LOG() << script;
    RC_ASSERT(!runs(script, words_of(deploy)));
  }));
}
