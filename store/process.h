// Which process a run belongs to, to tell a running one from one that died.
#pragma once

#include <string>

namespace muster::store {

/// `boot-id:pid:start-time` of this process. Process ids are used again; the start time tells two
/// owners apart.
[[nodiscard]] std::string this_process();

/// Whether the process is certainly gone. One of another boot of this machine is gone; with an
/// unreadable /proc the answer is no.
[[nodiscard]] bool is_gone(const std::string& process);

}  // namespace muster::store
