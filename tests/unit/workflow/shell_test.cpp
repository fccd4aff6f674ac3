// The commands of scripts, as tables.
#include "checks/workflow/shell.h"

#include <doctest/doctest.h>

#include <string>

using namespace muster::workflow;

namespace {

/// Commands one after another, words joined by a blank; `@` in front of those elsewhere.
std::string commands_of(std::string_view script, const Variables& known = {}) {
  std::string out;
  for (const Command& command : read_script(script, known).commands) {
    out += out.empty() ? "" : "; ";
    out += command.remote ? "@" : "";
    for (std::size_t i = 0; i < command.words.size(); ++i) {
      out += (i == 0 ? "" : " ") + command.words[i];
    }
  }
  return out;
}

struct Row {
  const char* name;
  std::string_view script, commands;
};

void check_rows(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(commands_of(row.script) == row.commands);
  }
}

}  // namespace

TEST_CASE("commands inside the text of another command are found") {
  check_rows({
      {"eval", R"(eval "terraform apply -auto-approve")", "terraform apply -auto-approve"},
      {"eval of words", "eval terraform apply", "terraform apply"},
      {"a shell", "bash -c 'cd x && eb deploy'", "cd x; eb deploy"},
      {"its options take words", "/bin/bash -euo pipefail -c 'eb deploy'", "eb deploy"},
      {"one in another", R"(sh -c "eval 'eb deploy'")", "eb deploy"},
      {"behind sudo", "sudo -E bash -lc 'eb deploy'", "eb deploy"},
      {"a heredoc for a shell", "bash <<'EOF'\neb deploy\nEOF\nls", "eb deploy; ls"},
      {"a heredoc for a shell with options", "bash -s -- a <<EOF\neb deploy\nEOF", "eb deploy"},
      {"a here-string", "bash <<< 'eb deploy'", "eb deploy"},
      {"a pipe of echo", "echo 'eb deploy' | bash", "eb deploy"},
      {"a pipe of a heredoc", "cat <<EOF | sh -e\neb deploy\nEOF", "cat; eb deploy"},
      {"a trap", "trap 'eb deploy' EXIT", "eb deploy"},
      {"the text of env", "env -S 'eb deploy'", "eb deploy"},
      {"another user's shell", "sudo su - app -c 'eb deploy'", "eb deploy"},
      {"a lock", "flock -n /tmp/l -c 'eb deploy'", "eb deploy"},
  });
}

TEST_CASE("programs that run another one are taken off") {
  check_rows({
      {"sudo with a user", "sudo -u app -E X=1 eb deploy", "eb deploy"},
      {"env", "env -i -u HOME A=b C=d eb deploy", "eb deploy"},
      {"timeout", "timeout -k 5 --signal=TERM 5m eb deploy", "eb deploy"},
      {"several", "time nohup nice -n 5 ionice -c 3 stdbuf -oL eb deploy &", "eb deploy"},
      {"xargs", "echo a | xargs -r -n 1 -I {} eb deploy {}", "eb deploy {}"},
      {"find", R"(find . -name x -exec eb deploy {} \;)", "eb deploy {}"},
      {"exec and command", "exec -a x command -p eb deploy", "eb deploy"},
      {"a lookup is no run", "command -v eb deploy", ""},
      {"a lock", "flock -w 10 /tmp/l eb deploy", "eb deploy"},
      {"credentials of a vault", "aws-vault exec prod -- eb deploy", "eb deploy"},
      {"packages", "npx --yes -p aws-cdk@2 cdk@2 deploy", "cdk@2 deploy"},
      {"an image and its program", "docker run --rm -v a:b hashicorp/terraform:1.5 apply",
       "docker run --rm -v a:b hashicorp/terraform:1.5 apply; terraform apply"},
      {"a shell in an image", "docker run -e A=b img bash -c 'eb deploy'",
       "docker run -e A=b img bash -c eb deploy; eb deploy"},
      {"the script's own function", "retry() { \"$@\" || \"$@\"; }\nretry 3 eb deploy",
       "eb deploy"},
      {"a negation in a condition", "if ! sudo eb deploy; then exit 1; fi", "eb deploy; exit 1"},
  });
}

TEST_CASE("what goes to another machine is marked") {
  check_rows({
      {"ssh", "ssh -i k -o A=b u@h 'cd /srv && docker compose up -d'",
       "ssh -i k -o A=b u@h cd /srv && docker compose up -d; @cd /srv; @docker compose up -d"},
      {"ssh without quotes", "ssh h sudo systemctl restart app",
       "ssh h sudo systemctl restart app; @systemctl restart app"},
      {"a heredoc", "ssh h <<EOF\ndocker compose up -d\nEOF", "ssh h; @docker compose up -d"},
      {"a heredoc for a shell there", "ssh h 'bash -s' <<EOF\npm2 restart all\nEOF",
       "ssh h bash -s; @pm2 restart all"},
      {"a password in front", "sshpass -p x ssh h 'pm2 restart a'",
       "ssh h pm2 restart a; @pm2 restart a"},
      {"a daemon elsewhere", "DOCKER_HOST=ssh://u@h docker compose up -d", "@docker compose up -d"},
      {"another context", "docker --context prod compose up", "@docker --context prod compose up"},
      {"options of ssh are not its command", "ssh -c aes host", "ssh -c aes host"},
  });
}

TEST_CASE("data is no command") {
  check_rows({
      {"echo", "echo eb deploy", ""},
      {"a comment", "# eb deploy", ""},
      {"a heredoc for a file", "cat > x <<EOF\neb deploy\nEOF", "cat"},
      {"a substitution in it runs", "cat > x <<EOF\n$(eb deploy)\nEOF", "cat; eb deploy"},
      {"not in a quoted one", "cat > x <<'EOF'\n$(eb deploy)\nEOF", "cat"},
      {"an array", "A=(eb deploy)\nls", "ls"},
      {"a pattern of case", "case $x in\neb) ls;;\n*) pwd;;\nesac", "ls; pwd"},
      {"a test", "[[ $a =~ ^(eb|deploy)$ && -n $b ]] && ls", "ls"},
      {"the options of a script are not the shell's text", "bash --rcfile x deploy.sh", ""},
      {"redirections", "ls > out 2>&1 < in &> all", "ls"},
      {"braces hold quotes", "ls ${A//\"/} b", "ls ${A//\"/} b"},
  });
}

TEST_CASE("a variable in front of a command is replaced when it is known") {
  check_rows({
      {"assigned once", "CMD='eb deploy'\n$CMD x", "eb deploy x"},
      {"an array", "CMD=(eb deploy \"a b\")\n\"${CMD[@]}\"", "eb deploy a b"},
      {"in eval", "CMD='eb deploy'\neval \"$CMD\"", "eb deploy"},
      {"assigned twice", "CMD=a\nCMD=b\n$CMD", ""},
  });
  CHECK(commands_of("$TF apply", {{"TF", "terraform -chdir=infra"}}) ==
        "terraform -chdir=infra apply");
}

TEST_CASE("a text that is run and not written out stays open") {
  struct Open {
    const char* name;
    std::string_view script, what;
  };

  for (const Open& row :
       {Open{"eval", "eval \"$CMD\"", "`$CMD`"}, Open{"a program", "$TOOL apply", "`$TOOL`"},
        Open{"an expression", "${{ inputs.command }}", "`${{ inputs.command }}`"},
        Open{"a shell", "bash -c \"$(cat x)\"", "`$()`"},
        Open{"ssh", "ssh h \"$SCRIPT\"", "`$SCRIPT`"},
        Open{"a pipe", "jq -r .x y | bash", "what `jq` writes, run by a shell"},
        Open{"assigned twice", "CMD=a\nCMD=b\n$CMD", "`$CMD`"}}) {
    CAPTURE(row.name);
    const Script script = read_script(row.script);
    REQUIRE(script.open.size() == 1);
    CHECK(script.open[0].what == row.what);
  }
  for (const std::string_view closed : {"curl -fsSL https://example.com/i.sh | bash", "ls \"$X\"",
                                        "$HOME/bin/aws s3 ls", "echo \"$X\""}) {
    CAPTURE(closed);
    CHECK(read_script(closed).open.empty());
  }
}

TEST_CASE("files that a script runs are told with the folder it has gone to") {
  struct File {
    const char* name;
    std::string_view script, program, path, folder;
  };

  for (const File& row :
       {File{"itself", "./deploy.sh prod", "", "./deploy.sh", ""},
        File{"a shell", "sudo bash -eu ci/x.sh", "bash", "ci/x.sh", ""},
        File{"sourced", ". ./env.sh", "source", "./env.sh", ""},
        File{"python", "python3 -u scripts/d.py --env x", "python3", "scripts/d.py", ""},
        File{"after cd", "cd infra && ./deploy.sh", "", "./deploy.sh", "infra"},
        File{"sent to a host", "ssh h 'bash -s' < ci/x.sh", "bash", "ci/x.sh", ""}}) {
    CAPTURE(row.name);
    const Script script = read_script(row.script);
    REQUIRE(script.files.size() == 1);
    CHECK(script.files[0].program == row.program);
    CHECK(script.files[0].path == row.path);
    CHECK(script.files[0].folder == row.folder);
  }
  CHECK(read_script("ssh h ./deploy.sh").files[0].elsewhere);
  CHECK(read_script("python -c 'import boto3'").files[0].text == "import boto3");
  CHECK(read_script("python - <<EOF\nimport boto3\nEOF").files[0].text == "import boto3\n");
}

TEST_CASE("texts inside texts end somewhere") {
  std::string script = "eb deploy";
  for (int i = 0; i < 7; ++i) {
    std::string quoted;
    for (const char c : script) {
      quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    script = "bash -c '" + quoted + "'";
  }
  CHECK(commands_of(script) == "eb deploy");
  const Script deep = read_script("f() { eval \"$X\"; }\nX='eval \"$X\"'\neval \"$X\"");
  CHECK_FALSE(deep.open.empty());
}
