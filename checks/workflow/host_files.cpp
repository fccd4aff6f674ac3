// Sources: manual pages of scp(1), rsync(1) and ssh(1) for options and for what a copy is called.
#include "checks/workflow/host_files.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

/// One-letter options of `ssh`, `scp` and `rsync` that take the next word along.
bool takes_next(std::string_view program, std::string_view option) {
  const std::string_view letters = program == "rsync" ? "eBfMT"
                                   : program == "scp" ? "cDFiJloPSX"
                                                      : "bcDEeFIiJLlmOopQRSWwB";
  static constexpr std::array<std::string_view, 6> kLong = {"--rsh",    "--exclude", "--include",
                                                            "--filter", "--chown",   "--chmod"};
  const bool one = option.size() == 2 && letters.find(option[1]) != std::string_view::npos;
  return one || (program == "rsync" && text::one_of(option, kLong));
}

/// The words that are no options.
std::vector<std::string> operands(const Command& command, std::string_view program) {
  std::vector<std::string> found;
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const std::string& word = command.words[i];
    if (!word.starts_with('-')) {
      found.push_back(word);
    } else if (takes_next(program, word)) {
      ++i;
    }
  }
  return found;
}

/// `deploy@host` without the user.
std::string host_of(std::string_view target) {
  return std::string(target.substr(target.rfind('@') + 1));
}

std::string last_part(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

/// A path on a host as it is used in `folder` there; empty when it is put together while it runs.
/// `~` is where a login begins.
std::string host_path(std::string_view folder, std::string_view path) {
  const bool absolute = path.starts_with('/') || path.starts_with('~');
  const std::string whole = absolute || folder.empty()
                                ? std::string(path)
                                : std::string(folder) + "/" + std::string(path);
  if (whole.find_first_of("$`*?") != std::string::npos) {
    return "";
  }
  const bool root = whole.starts_with('/');
  const std::size_t home = whole.starts_with("~/") ? 2 : 0;
  const auto inside = path_in("", std::string_view(whole).substr(home));
  return inside ? (root ? "/" : "") + *inside : "";
}

/// Whether the command brings a checkout up to date.
bool updates_checkout(const Command& command) {
  return command.starts_with_any(
      {"git pull", "git fetch", "git checkout", "git reset", "git clone", "git switch"});
}

/// The path inside the checkout that the text has gone to and brought up to date; empty without
/// one.
std::string path_in_checkout(const FileRun& run, const std::string& path,
                             std::span<const Command> beside) {
  const auto moves = std::count_if(beside.begin(), beside.end(), [](const Command& one) {
    return one.starts_with_any({"cd", "pushd", "popd"});
  });
  const bool updated = std::any_of(beside.begin(), beside.end(), updates_checkout);
  const std::string root = host_path("", run.folder) + "/";
  return moves == 1 && updated && root.size() > 1 && path.starts_with(root)
             ? path.substr(root.size())
             : "";
}

}  // namespace

void HostFiles::take_in(const Command& command, std::string_view folder) {
  if (command.remote) {
    return;
  }
  if (command.starts_with("ssh")) {
    const auto words = operands(command, "ssh");
    hosts_.insert(words.empty() ? "" : host_of(words.front()));
  } else if (command.starts_with_any({"scp", "rsync"})) {
    copy(command, folder);
  }
}

void HostFiles::copy(const Command& command, std::string_view folder) {
  const bool rsync = command.starts_with("rsync");
  std::vector<std::string> words = operands(command, rsync ? "rsync" : "scp");
  const std::size_t colon = words.size() < 2 ? std::string::npos : words.back().find(':');
  if (colon == std::string::npos) {
    return;
  }
  hosts_.insert(host_of(std::string_view(words.back()).substr(0, colon)));
  const std::string written = words.back().substr(colon + 1);
  const std::string to = host_path("", written.empty() ? "." : written);
  const bool into = written.empty() || written.ends_with('/') || words.size() > 2;
  words.pop_back();
  for (const std::string& from : words) {
    const auto here = path_in(folder, from);
    if (!here || from.find_first_of("$`*?:") != std::string::npos) {
      continue;
    }
    // `rsync folder/ host:to` copies what is in it; all else may arrive in `to` or as `to`.
    const bool contents = rsync && from.ends_with('/');
    const std::string inside = to + (to.empty() || to == "/" ? "" : "/") + last_part(*here);
    if (!contents) {
      copies_.push_back({inside, *here});
    }
    if (contents || !into) {
      copies_.push_back({to, *here});
    }
  }
}

const Document* HostFiles::find_copy(const std::string& path) const {
  // Of several copies to one place the last is there.
  for (auto copy = copies_.rbegin(); copy != copies_.rend(); ++copy) {
    if (path == copy->on_host) {
      return sources_.script(copy->here);
    }
    const std::string folder = copy->on_host.empty() ? "" : copy->on_host + "/";
    const bool inside = folder.empty() ? !path.starts_with('/') : path.starts_with(folder);
    if (inside) {
      const auto here = path_in(copy->here, path.substr(folder.size()));
      if (const Document* file = here ? sources_.script(*here) : nullptr) {
        return file;
      }
    }
  }
  return nullptr;
}

const Document* HostFiles::find(const FileRun& run, std::span<const Command> beside) const {
  const std::string path = host_path(run.folder, run.path);
  if (path.empty()) {
    return nullptr;
  }
  if (const Document* declared = sources_.host_script(path)) {
    return declared;
  }
  // With two hosts nothing says which of them has the copy.
  if (const Document* copied = hosts_.size() == 1 ? find_copy(path) : nullptr) {
    return copied;
  }
  const std::string inside = path_in_checkout(run, path, beside);
  return inside.empty() ? nullptr : sources_.script(inside);
}

}  // namespace muster::workflow
