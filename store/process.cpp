// Linux: /proc. A history on a file system that several machines share is not supported (WAL would
// not work there either).
#include "store/process.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace muster::store {
namespace {

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  in >> id;
  return id;
}

/// Field 22 of /proc/PID/stat; empty when there is no such process.
std::string start_time(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) {
    return "";
  }
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) {
    fields >> field;
  }
  return field;
}

}  // namespace

std::string this_process() {
  const std::string pid = std::to_string(getpid());
  return boot_id() + ":" + pid + ":" + start_time(pid);
}

bool is_gone(const std::string& process) {
  const std::size_t first = process.find(':');
  const std::size_t second = process.find(':', first + 1);
  if (first == std::string::npos || second == std::string::npos || boot_id().empty()) {
    return false;
  }
  if (process.substr(0, first) != boot_id()) {
    return true;
  }
  return start_time(process.substr(first + 1, second - first - 1)) != process.substr(second + 1);
}

}  // namespace muster::store
