#include "aws/system.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "aws/process.h"

namespace muster::aws {
namespace {

constexpr std::size_t kFileBytes = 1U << 20U;

}  // namespace

std::optional<std::string> System::variable(const std::string& name) const {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::optional<std::string>> System::read_file(const std::string& path) const {
  const SourceRef where{SourceId(path), {}};
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return errno == ENOENT || errno == ENOTDIR
               ? Result<std::optional<std::string>>(std::nullopt)
               : Error{ErrorCode::Unreadable,
                       "cannot read: " + std::generic_category().message(errno), where};
  }
  std::string bytes(kFileBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) {
    return Error{ErrorCode::Unreadable, "cannot read", where};
  }
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > kFileBytes) {
    return Error{ErrorCode::Limit, "larger than 1 MiB", where};
  }
  return std::optional(std::move(bytes));
}

Result<Ended> System::run(const std::vector<std::string>& words) const {
  return run_process(words, {.output_bytes = 64U << 10U, .time = std::chrono::seconds(60)});
}

std::string System::expanded(const std::string& path) const {
  if (path != "~" && !path.starts_with("~/")) {
    return path;
  }
  return variable("HOME").value_or("") + path.substr(1);
}

}  // namespace muster::aws
