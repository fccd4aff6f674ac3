// What `aws ssm send-command` hands to a host: the commands in its parameters, as scripts.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/script.h"

namespace muster::workflow {

/// The words of `--parameters` and `--comment`: what AWS keeps in the history of commands.
[[nodiscard]] std::vector<std::string> kept_words(const Command& command);

/// The instances that it names, as written: `--instance-ids a b`, `--targets Key=InstanceIds,
/// Values=a,b`.
[[nodiscard]] std::vector<std::string> named_instances(const Command& command);

/// The scripts that the parameter `commands` holds, in order: of `commands=["a","b"]`, of JSON, of
/// `commands=a`. None when they are in a file or a variable.
[[nodiscard]] std::vector<std::string> sent_scripts(const Command& command);

/// A command that a host runs.
struct HostCommand {
  Command command;
  /// The file here of whose copy on the host it is a part; null for one that is sent itself.
  const Document* file = nullptr;

  /// Its place in `file`.
  [[nodiscard]] SourceRef where() const;
};

/// What the host runs, in order: the scripts that are sent, which make one, and behind the call of
/// a script there that is sure to be a copy of a file of the repository what stands in that file.
[[nodiscard]] std::vector<HostCommand> host_commands(const Command& command,
                                                     const Sources& sources);

/// The command as it is written in the step or in the script that the step runs; without a place
/// there (a Makefile's recipe), its words.
[[nodiscard]] std::string raw_command(const StepCommand& item, const Sources& sources);

}  // namespace muster::workflow
