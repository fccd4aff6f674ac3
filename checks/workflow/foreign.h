// Scripts in other languages: what they start as programs when that is written out, and whether
// they may start or call more.
#pragma once

#include <string_view>

#include "checks/workflow/shell.h"

namespace muster::workflow {

/// The commands in `subprocess.run(["aws", …])`, `os.system("…")` of a Python script, as far as
/// their words are literals; the rest of its calls, and anything that could deploy in another
/// language (an AWS client, a child process), is open. A script that has none of them is silent.
[[nodiscard]] Script read_foreign(std::string_view script, bool is_python);

}  // namespace muster::workflow
