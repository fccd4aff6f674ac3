// Bash itself is the oracle: random scripts around a command that fails, or does well, on demand.
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "checks/workflow/shell_program.h"
#include "checks/workflow/shell_signal.h"

using namespace muster::workflow;

namespace {

std::string random_list(int depth);

/// A command; deeper ones hold lists.
std::string random_command(int depth) {
  static const std::vector<std::string> kSimple = {"probe",
                                                   "probe",
                                                   "probe",
                                                   "true",
                                                   "echo x",
                                                   "false",
                                                   "x=$(probe)",
                                                   "export y=$(probe)",
                                                   "ok=1",
                                                   "ok=0",
                                                   "rc=$?",
                                                   "[ $rc -eq 0 ]",
                                                   "[ \"$ok\" = 1 ]",
                                                   "set +e",
                                                   "set -e",
                                                   "set -o pipefail",
                                                   "exit 0",
                                                   "exit 1",
                                                   "exit $rc",
                                                   "probe || exit 1",
                                                   "probe && echo ok",
                                                   "probe || true",
                                                   "! probe",
                                                   "probe | cat",
                                                   "true | probe",
                                                   "probe | true",
                                                   "[ $? -ne 0 ]",
                                                   "! [ $rc -ne 0 ]",
                                                   "set -euo pipefail"};
  if (depth <= 0 || *rc::gen::inRange(0, 3) == 0) {
    return *rc::gen::elementOf(kSimple);
  }
  const std::string one = random_list(depth - 1);
  const std::string two = random_list(depth - 1);
  switch (*rc::gen::inRange(0, 15)) {
    case 0:
      return "if " + one + "; then " + two + "; fi";
    case 1:
      return "if " + one + "; then " + two + "; else " + random_list(depth - 1) + "; fi";
    case 2:
      return "( " + one + " )";
    case 3:
      return "{ " + one + "; }";
    case 4:
      return "{ " + one + "; } || { " + two + "; }";
    case 5:
      return "( " + one + " ) && echo y";
    case 6:
      return "for i in 1; do " + one + "; done";
    case 7:
      return "for i in 1; do " + one + "; break; " + two + "; done";
    case 8:
      return "x=$( " + one + " )";
    case 9:
      return "case $ok in 1) " + one + ";; *) " + two + ";; esac";
    case 10:
      return "{ " + one + "; } | cat";
    case 11:
      // Nothing is written: a writer would now and then die of a reader that is gone.
      return "true | { " + one + "; }";
    case 12:
      return one.find('\'') == std::string::npos ? "bash -c '" + one + "'" : one;
    case 13:
      return "until " + one + "; do " + two + "; break; done";
    default:
      return "! ( " + one + " )";
  }
}

std::string random_list(int depth) {
  std::string script;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    script += (i > 0 ? *rc::gen::elementOf(std::vector<std::string>{"; ", "; ", " && ", " || "})
                     : std::string()) +
              random_command(depth);
  }
  return script;
}

/// A script where nothing is open: variables are set, quotes are not nested.
std::string random_script() {
  static const std::vector<std::string> kCalls = {
      "f", "f || echo z", "if f; then echo y; fi", "f && echo y; echo z", "x=$(f)", "! f"};
  return "ok=1; rc=0\nf() { " + random_list(1) + "; }\n" + random_list(2) + "\n" +
         *rc::gen::elementOf(kCalls) + "\n" + random_list(1) + "\n";
}

/// Runs bash over all files of the folder, with the command doing well and failing: two letters per
/// file, `0` or `1`.
std::string run_bash(const std::filesystem::path& folder, const std::string& options) {
  const std::string command =
      "cd '" + folder.string() +
      "' && export PATH=\"$PWD:$PATH\" && for s in s*; do for PROBE in 0 1; do "
      "export PROBE; timeout 5 bash " +
      options +
      " $s >/dev/null 2>&1 </dev/null; if [ $? = 0 ]; then printf 0; else "
      "printf 1; fi; done; done";
  std::FILE* pipe = ::popen(("bash -c '" +
                             [&] {
                               std::string quoted;
                               for (const char c : command) {
                                 quoted += c == '\'' ? "'\\''" : std::string(1, c);
                               }
                               return quoted;
                             }() +
                             "'")
                                .c_str(),
                            "r");
  std::string out;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) {
    out += part.data();
  }
  ::pclose(pipe);
  return out;
}

std::string numbered(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "s" + std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

TEST_CASE("what a script makes of a failure is what bash makes of it") {
  const char* many = std::getenv("MUSTER_SHELL_SCRIPTS");
  const std::size_t count = many != nullptr ? std::strtoull(many, nullptr, 10) : 100;
  const auto folder = std::filesystem::temp_directory_path() /
                      ("muster-shell-signal-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "probe") << "#!/bin/sh\nexit $PROBE\n";
  std::filesystem::permissions(folder / "probe", std::filesystem::perms::owner_all);
  std::vector<std::string> scripts;
  while (scripts.size() < count) {
    rc::check("scripts are made", [&] { scripts.push_back(random_script()); });
  }
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    std::ofstream(folder / numbered(i)) << scripts[i];
  }
  std::size_t known = 0;
  for (const bool pipefail : {false, true}) {
    const std::string statuses = run_bash(folder, pipefail ? "-eo pipefail" : "-e");
    REQUIRE(statuses.size() == scripts.size() * 2);
    for (std::size_t i = 0; i < scripts.size(); ++i) {
      CAPTURE(scripts[i]);
      CAPTURE(pipefail);
      const ShellProgram program =
          compile_shell(scripts[i], {true, pipefail},
                        [](const std::vector<std::string>& words) { return words[0] == "probe"; });
      const Signal signal = signal_of(program, Failing::Status);
      const bool reaches = statuses[2 * i] == '0' && statuses[2 * i + 1] == '1';
      // A started program may have the variables or not, which is taken as it suits a run that ends
      // well; here it has none, and a script that fails for that has no such run.
      const bool moot = statuses[2 * i] == '1' && scripts[i].find("bash -c") != std::string::npos;
      known += signal.kind != Signal::Kind::Unknown && !moot ? 1U : 0U;
      if (signal.kind != Signal::Kind::Unknown && !moot) {
        CHECK((signal.kind == Signal::Kind::Reaches) == reaches);
      }
    }
  }
  CHECK(known * 10 > scripts.size() * 2 * 8);
  std::filesystem::remove_all(folder);
}
