// The commands of scripts, as tables.
#include "checks/workflow/shell.h"

#include <doctest/doctest.h>

#include <string>

using namespace muster::workflow;

namespace {

/// Commands one after another, words joined by a blank.
std::string commands_of(std::string_view script) {
  std::string out;
  for (const Command& command : shell_commands(script)) {
    out += out.empty() ? "" : "; ";
    for (std::size_t i = 0; i < command.words.size(); ++i) {
      out += (i == 0 ? "" : " ") + command.words[i];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("commands inside the text of another command are found") {
  struct Row {
    const char* name;
    std::string_view script, commands;
  };

  for (const Row& row : {
           Row{"eval", R"(eval "terraform apply -auto-approve")",
               "terraform apply -auto-approve; terraform apply -auto-approve"},
           Row{"eval of words", "eval terraform apply", "terraform apply"},
           Row{"a shell", "bash -c 'cd x && eb deploy'",
               "bash -c cd x && eb deploy; cd x; eb deploy"},
           Row{"its options take words", "/bin/bash -euo pipefail -c 'eb deploy'",
               "/bin/bash -euo pipefail -c eb deploy; eb deploy"},
           Row{"one in another", R"(sh -c "eval 'eb deploy'")",
               "sh -c eval 'eb deploy'; eb deploy; eb deploy"},
           Row{"behind sudo", "sudo -E bash -lc 'eb deploy'", "bash -lc eb deploy; eb deploy"},
           Row{"the options of a script are not the shell's text", "bash --rcfile x deploy.sh",
               "bash --rcfile x deploy.sh"},
           Row{"ssh is no shell of this machine", "ssh -c aes host", "ssh -c aes host"},
       }) {
    CAPTURE(row.name);
    CHECK(commands_of(row.script) == row.commands);
  }
}
