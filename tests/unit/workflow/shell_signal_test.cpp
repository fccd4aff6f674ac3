// Whether a failing command makes its step fail: a table of the ways in which scripts lose it.
#include "checks/workflow/shell_signal.h"

#include <doctest/doctest.h>

#include "checks/workflow/shell_program.h"

using namespace muster::workflow;

namespace {

bool is_probe(const std::vector<std::string>& words) {
  return words[0] == "probe" || words[0] == "curl";
}

struct Row {
  std::string script;
  /// Under `bash -e`, and with pipefail: `y`, `n`, `h` (hangs), `?`.
  std::string signals;
};

char letter(const Signal& signal) {
  switch (signal.kind) {
    case Signal::Kind::Never:
      return 'n';
    case Signal::Kind::Reaches:
      return 'y';
    case Signal::Kind::Hangs:
      return 'h';
    case Signal::Kind::Unknown:
      return '?';
  }
  return ' ';
}

void check(const Row& row, Failing failing) {
  CAPTURE(row.script);
  const ShellProgram plain = compile_shell(row.script, {true, false}, is_probe);
  const ShellProgram strict = compile_shell(row.script, {true, true}, is_probe);
  const std::string found{letter(signal_of(plain, failing)), letter(signal_of(strict, failing))};
  CHECK(found == row.signals);
}

}  // namespace

TEST_CASE("a status is lost or kept as bash loses and keeps it") {
  for (const Row& row : {
           Row{"probe || true", "nn"},
           Row{"probe || echo x", "nn"},
           Row{"probe || exit 0", "nn"},
           Row{"probe || exit 1", "yy"},
           Row{"probe || { echo x; exit 1; }", "yy"},
           Row{"probe | tee log", "ny"},
           Row{"x=$(probe | tail -1)", "ny"},
           Row{"probe | grep -q ok", "yy"},
           Row{"probe && echo ok", "yy"},
           Row{"probe && echo ok\necho done", "nn"},
           Row{"probe; echo x", "yy"},
           Row{"if probe; then echo up; fi", "nn"},
           Row{"if probe; then echo up; else exit 1; fi", "yy"},
           Row{"if ! probe; then echo down; exit 1; fi", "yy"},
           Row{"for i in 1 2 3; do if probe; then break; fi; sleep 5; done", "nn"},
           Row{"for i in 1 2 3; do probe && break; sleep 5; done", "nn"},
           Row{"for i in 1 2 3; do sleep 5; probe && break; done", "yy"},
           Row{"for i in $(seq 5); do probe && exit 0; sleep 5; done; exit 1", "yy"},
           Row{"until probe; do sleep 5; done", "hh"},
           Row{"while ! probe; do sleep 5; done", "hh"},
           Row{"timeout 60 bash -c 'until probe; do sleep 5; done'", "yy"},
           Row{"x=$(probe)", "yy"},
           Row{"export x=$(probe)", "nn"},
           Row{"f() { local x=$(probe); }\nf", "nn"},
           Row{"echo $(probe)", "nn"},
           Row{"set +e; probe; echo", "nn"},
           Row{"probe & wait", "nn"},
           Row{"probe & p=$!; wait $p", "yy"},
           Row{"( probe; echo x )", "yy"},
           Row{"case x in x) probe;; esac", "yy"},
           Row{"echo a | while read l; do probe; done", "yy"},
           Row{"f() { probe; echo x; }\nif f; then echo y; fi", "nn"},
           Row{"f() { probe; echo x; }\nf || echo z", "nn"},
           Row{"f() { probe; echo x; }\nf", "yy"},
           Row{"bash <<E\nprobe\necho x\nE", "nn"},
           Row{"bash <<E\necho x\nprobe\nE", "yy"},
           Row{"bash -e <<E\nprobe\necho x\nE", "yy"},
           Row{"ssh host 'probe; echo x'", "nn"},
           Row{"ssh host 'set -e; probe; echo x'", "yy"},
           Row{"echo probe", "nn"},
           Row{"# probe\ntrue", "nn"},
       }) {
    check(row, Failing::Status);
  }
}

TEST_CASE("a status that is put aside still counts where it is asked for") {
  for (
      const Row& row : {
          Row{"set +e\nprobe\nrc=$?\nif [ $rc -ne 0 ]; then exit 1; fi", "yy"},
          Row{"set +e\nprobe\nrc=$?\necho $rc", "nn"},
          Row{"set +e\nprobe\nrc=$?\nexit $rc", "yy"},
          Row{"set +e\nprobe\nif [ $? -ne 0 ]; then exit 1; fi", "yy"},
          Row{"ok=false\nfor i in 1 2 3; do\n  if probe; then ok=true; break; fi\n  sleep 2\ndone\n"
              "[ \"$ok\" = true ] || exit 1",
              "yy"},
          Row{"ok=false\nfor i in 1 2 3; do\n  if probe; then ok=true; break; fi\n  sleep 2\ndone\n"
              "[ \"$ok\" = true ] || echo down",
              "nn"},
          Row{"healthy=false\nprobe && healthy=true\nif ! $healthy; then exit 1; fi", "yy"},
          Row{"failed=0\nprobe || failed=1\nexit $failed", "yy"},
          Row{"n=0\nuntil probe; do\n  n=$((n+1))\n  if [ $n -ge 5 ]; then exit 1; fi\n  sleep 5\n"
              "done",
              "yy"},
          Row{"n=0\nuntil probe; do\n  n=$((n+1))\n  if [ $n -ge 5 ]; then break; fi\n  sleep 5\n"
              "done",
              "nn"},
          Row{"if [ -z \"$URL\" ]; then echo missing; exit 1; fi\nprobe || true", "nn"},
          Row{"trap 'exit 0' EXIT\nprobe", "??"},
          // A second pattern where a command goes on: bash does not take the script either.
          Row{"case 5 in a) probe | b) echo x;; esac", "??"},
          Row{"case 5 in f() probe | b) echo x;; esac", "??"},
      }) {
    check(row, Failing::Status);
  }
}

TEST_CASE("a wrong answer with status 0 counts where something looks at it") {
  for (const Row& row : {
           Row{"curl -s https://x", "nn"},
           Row{"code=$(curl -s -o /dev/null -w '%{http_code}' https://x)\n[ \"$code\" = 200 ]",
               "yy"},
           Row{"code=$(curl -s -w '%{http_code}' https://x)\nif [ \"$code\" != 200 ]; then exit 1; "
               "fi",
               "yy"},
           Row{"code=$(curl -s -w '%{http_code}' https://x)\nif [ \"$code\" != 200 ]; then echo "
               "bad; "
               "fi",
               "nn"},
           Row{"curl -s https://x | grep -q ok", "yy"},
           Row{"curl -s https://x | jq .status", "nn"},
           Row{"curl -s https://x | jq -e .ok", "yy"},
           Row{"curl -s https://x > out.json\ngrep -q ok out.json", "yy"},
           Row{"curl -s https://x -o out.json\ngrep -q ok other.json", "nn"},
           Row{"case \"$(curl -s -w '%{http_code}' https://x)\" in 200) ;; *) exit 1;; esac", "yy"},
           Row{"case \"$(curl -s -w '%{http_code}' https://x)\" in 200) ;; *) echo bad;; esac",
               "nn"},
           Row{"body=$(curl -s https://x)\necho \"$body\" | grep -q ok", "yy"},
           Row{"[ \"$(curl -s https://x)\" = ok ]", "yy"},
           Row{"code=$(curl -s https://x)\n[ code == 200 ] || true", "nn"},
       }) {
    check(row, Failing::Output);
  }
}
