#include "drills/host_backend.h"

#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>

#include "drills/command.h"
#include "drills/file_lock.h"
#include "drills/words.h"
#include "net/value.h"

namespace muster::drills {
namespace {

constexpr std::chrono::milliseconds kProbe{2000};
constexpr std::chrono::seconds kQuestion{30};
constexpr std::size_t kStateBytes = 64U << 10U;

/// Exit codes of a deploy path that say that nothing was touched: docs/drills.md.
constexpr int kBusy = 10;
constexpr int kMissing = 11;
constexpr int kOvertaken = 16;

class LockHold final : public Hold {
 public:
  explicit LockHold(FileLock lock) : lock_(std::move(lock)) {}

 private:
  FileLock lock_;
};

const std::string* value_of(const std::vector<Variable>& entries, std::string_view name) {
  const auto found =
      std::ranges::find_if(entries, [&](const Variable& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &found->value;
}

std::string link_target(const std::string& path) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::readlink(path.c_str(), buffer.data(), buffer.size());
  return count < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(count));
}

Shipping shipping_of(const Ended& ended) {
  switch (ended.status) {
    case 0:
      return Shipping::Done;
    case kBusy:
      return Shipping::Busy;
    case kMissing:
      return Shipping::Missing;
    case kOvertaken:
      return Shipping::Overtaken;
    default:
      return Shipping::Failed;
  }
}

std::string ending_of(const Ended& ended) {
  std::string why = ended.timed_out    ? "it took too long and was ended"
                    : ended.status < 0 ? "a signal ended it"
                                       : "it ended with " + std::to_string(ended.status);
  return ended.tail.empty()
             ? why
             : why + ": " + ended.tail.substr(0, ended.tail.find_last_not_of('\n') + 1);
}

}  // namespace

const char* to_string(Shipping how) {
  switch (how) {
    case Shipping::Done:
      return "done";
    case Shipping::Busy:
      return "busy";
    case Shipping::Missing:
      return "missing";
    case Shipping::Overtaken:
      return "overtaken";
    case Shipping::Failed:
      return "failed";
  }
  return "";
}

Result<DeployState> read_state(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(kStateBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (!in.eof() || bytes.empty()) {
    const char* why = !in.is_open()   ? "cannot be read"
                      : bytes.empty() ? "is empty"
                                      : "is larger than 64 KiB";
    return Error{ErrorCode::Unreadable, "the deploy state `" + path + "` " + why, {}};
  }
  auto parsed = net::parse_json(bytes);
  const auto text = [](const net::Value* object, std::string_view name) {
    const net::Value* found = object == nullptr ? nullptr : object->find(name);
    return found != nullptr && found->kind == net::Value::Kind::Text ? found->text : std::string();
  };
  const net::Value* state = parsed ? &parsed.value() : nullptr;
  const net::Value* previous = state == nullptr ? nullptr : state->find("previous");
  DeployState read{{text(state, "run_id"), text(state, "release"), text(previous, "run_id"),
                    text(previous, "release")},
                   text(state, "color")};
  if (read.newest.id.empty() || read.newest.release.empty()) {
    return Error{
        ErrorCode::Invalid,
        "the deploy state `" + path + "` is no JSON object with the texts `run_id` and `release`",
        {}};
  }
  return read;
}

std::string HostBackend::absolute(const std::string& path) const {
  return path.starts_with('/') ? path : root_ + "/" + path;
}

Result<DeployState> HostBackend::state() const {
  return read_state(absolute(target_.state));
}

std::string HostBackend::version_at(const std::string& address) {
  net::Request request;
  request.url = address + target_.version_path;
  // A connection that was open before may lead to a worker with the configuration of before.
  request.headers = {{"Connection", "close"}};
  request.reach = net::Reach::Endpoint;
  request.label = "version";
  request.timeout = kProbe;
  const net::Reply reply = http_.send(request);
  if (reply.failure != net::Failure::None || reply.status != 200) {
    return "";
  }
  const auto body = net::parse_json(reply.body);
  return body ? body.value().text_of(target_.version_member) : "";
}

std::string HostBackend::disagreement(const DeployState& state, const std::string& served) {
  const std::string wanted = version_of(target_, state.newest.release);
  const auto tells = [](const std::string& version) {
    return version.empty() ? std::string("no version") : "version `" + version + "`";
  };
  if (served != wanted) {
    return "the state says `" + state.newest.release + "`, visitors get " + tells(served);
  }
  if (has_colors()) {
    const std::string* upstream = value_of(target_.upstreams, state.color);
    const std::string link = link_target(absolute(target_.link));
    if (upstream == nullptr || link != *upstream) {
      return "the state says color `" + state.color + "`, the link says `" + link + "`";
    }
  }
  for (const Variable& backend : target_.backends) {
    if (has_colors() && backend.name != state.color) {
      continue;
    }
    const std::string version = version_at(backend.value);
    if (version != wanted) {
      return "backend `" + backend.name + "` tells " + tells(version) + ", not `" + wanted + "`";
    }
  }
  return "";
}

Look HostBackend::look() {
  Look seen;
  seen.served = version_at(target_.balancer);
  const auto read = state();
  if (!read) {
    seen.why = read.error().message;
    return seen;
  }
  seen.newest = read.value().newest;
  seen.why = disagreement(read.value(), seen.served);
  seen.consistent = seen.why.empty();
  return seen;
}

Result<std::unique_ptr<Hold>> HostBackend::hold(std::chrono::milliseconds limit) {
  const std::string path = absolute(target_.lock);
  MUSTER_TRY(auto lock, FileLock::take(path, limit));
  if (!lock) {
    return Error{ErrorCode::Limit,
                 "process " + holder_of(path) + " holds the deploy lock `" + path + "`",
                 {}};
  }
  return std::unique_ptr<Hold>(std::make_unique<LockHold>(std::move(*lock)));
}

Shipped HostBackend::deploy(const Release& release, const std::string& run,
                            const std::string& expect) {
  const auto words =
      filled(target_.deploy, {{"{release}", release.name}, {"{run}", run}, {"{expect}", expect}});
  const auto ended = run_command(words, root_, std::chrono::seconds(target_.timeout_seconds));
  if (!ended) {
    return {Shipping::Failed, ended.error().message};
  }
  return {shipping_of(ended.value()), ending_of(ended.value())};
}

Result<std::string> HostBackend::digest(const std::string& release) {
  MUSTER_TRY(const Ended ended,
             run_command(filled(target_.digest, {{"{release}", release}}), root_, kQuestion));
  const std::string text = ended.tail.substr(0, ended.tail.find_last_not_of(" \n") + 1);
  const bool plain = !text.empty() && text.find_first_of(" \n\t") == std::string::npos;
  if (ended.status != 0 || !plain) {
    return Error{ErrorCode::NotFound, "no digest of `" + release + "`: " + ending_of(ended), {}};
  }
  return text;
}

Status HostBackend::verify() {
  for (const Variable& probe : target_.verify) {
    net::Request request;
    request.url = target_.balancer + probe.name;
    request.headers = {{"Connection", "close"}};
    request.reach = net::Reach::Endpoint;
    request.label = "verify";
    request.timeout = kProbe;
    const net::Reply reply = http_.send(request);
    if (reply.failure != net::Failure::None || std::to_string(reply.status) != probe.value) {
      const std::string got =
          reply.failure != net::Failure::None ? reply.why : std::to_string(reply.status);
      return Error{
          ErrorCode::Invalid, "`" + probe.name + "` must answer " + probe.value + ": " + got, {}};
    }
  }
  return Done{};
}

Status HostBackend::point_to(const std::string& color) {
  const std::string* upstream = value_of(target_.upstreams, color);
  const std::string link = absolute(target_.link);
  const std::string fresh = link + ".muster";
  ::unlink(fresh.c_str());
  if (::symlink(upstream->c_str(), fresh.c_str()) != 0 ||
      std::rename(fresh.c_str(), link.c_str()) != 0) {
    return Error{
        ErrorCode::Unwritable, "cannot set the link `" + link + "`: " + ::strerror(errno), {}};
  }
  MUSTER_TRY(const Ended ended, run_command(target_.reload, root_, kQuestion));
  if (ended.status != 0) {
    return Error{ErrorCode::Unwritable, "cannot reload the proxy: " + ending_of(ended), {}};
  }
  return Done{};
}

Status HostBackend::realign() {
  if (!has_colors()) {
    // Nothing to turn: only a deploy brings one version everywhere.
    return Done{};
  }
  // The state's color if it is alive there, for it was verified once; else the one that visitors
  // have already.
  const auto read = state();
  const std::string* own = read ? value_of(target_.backends, read.value().color) : nullptr;
  if (own != nullptr && version_at(*own) == version_of(target_, read.value().newest.release)) {
    return point_to(read.value().color);
  }
  const std::string served = version_at(target_.balancer);
  for (const Variable& backend : target_.backends) {
    if (!served.empty() && version_at(backend.value) == served) {
      return point_to(backend.name);
    }
  }
  // Visitors get nothing: a color that is alive is better than none.
  for (const Variable& backend : target_.backends) {
    if (!version_at(backend.value).empty()) {
      return point_to(backend.name);
    }
  }
  return Error{ErrorCode::Invalid, "no color is alive", {}};
}

}  // namespace muster::drills
