// What `aws ssm send-command` hands to a host: the commands in its parameters, as scripts.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/script.h"

namespace muster::workflow {

/// The words of `--parameters` and `--comment`: what AWS keeps in the history of commands.
[[nodiscard]] std::vector<std::string> kept_words(const Command& command);

/// The scripts that the parameter `commands` holds, in order: of `commands=["a","b"]`, of JSON, of
/// `commands=a`. None when they are in a file or a variable.
[[nodiscard]] std::vector<std::string> sent_scripts(const Command& command);

/// The command as it is written in the step or in the script that the step runs; without a place
/// there (a Makefile's recipe), its words.
[[nodiscard]] std::string raw_command(const StepCommand& item, const Sources& sources);

}  // namespace muster::workflow
