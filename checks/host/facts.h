// What `host/collect.sh` told of one host: docs/host-facts.md has the lines. Fields stay as they
// were written, bytes that are not plain as `%xx`: every byte string has one such form, and nothing
// that a hostile name holds reaches a report. What one compares them with is `encoded` first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/facts.h"
#include "checks/core/result.h"

namespace muster::host {

/// A text as a field of a fact has it.
[[nodiscard]] std::string encoded(std::string_view text);

enum class PathKind { Directory, File, Link, Fifo, Socket, Device, None, Denied, Error };

/// Who owns a path that is there and who may do what with it. Zero where nothing is told.
struct PathFact {
  PathKind kind = PathKind::Error;
  /// The permission bits with set-user-id, set-group-id and sticky: `st_mode & 07777`.
  std::uint32_t bits = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string user;
  std::string group;
  std::uint64_t links = 0;
  /// When the content changed, in seconds since 1970.
  std::int64_t modified = 0;
  /// When its owner, its mode or its name did, too.
  std::int64_t changed = 0;
  /// The folder above it was told with another answer than before: it changed meanwhile.
  bool contradicted = false;
  SourceRef where;

  /// Whether something is there that can be judged.
  [[nodiscard]] bool is_there() const { return kind < PathKind::None; }
};

struct LinkFact {
  std::string target;
  /// Where it leads in the end; empty for a loop.
  std::string real;
  /// `ok`, `dangling`, `deny`, `loop`
  std::string state;
  SourceRef where;
};

/// A line of an environment file that is no comment.
struct EnvLine {
  std::uint32_t number = 0;
  /// `?` when it may not be told.
  std::string key;
  std::string shape;
  std::string length;
  std::string quote;
  std::vector<std::string> flags;
  /// Of a public key alone.
  std::optional<std::string> value;
  SourceRef where;

  [[nodiscard]] bool has(std::string_view flag) const;
};

struct EnvFile {
  std::string path;
  std::vector<std::string> flags;
  std::vector<EnvLine> lines;
  SourceRef where;

  [[nodiscard]] bool has(std::string_view flag) const;
};

struct UnitLine {
  /// `[Service]`
  std::string section;
  std::string name;
  std::string value;
  SourceRef where;
};

struct Checkout {
  /// Empty = not known.
  std::string commit;
  std::string ref;
  SourceRef where;
};

struct Remote {
  std::string address;
  /// `yes`, `no`, `unknown`
  std::string credential;
  SourceRef where;
};

/// Something that was asked for and is not told, or not as a whole.
struct Skip {
  std::string reason;
  SourceRef where;
};

/// The folder above a path, as `par` tells it.
struct ParentFact {
  PathKind kind = PathKind::Error;
  std::uint32_t bits = 0;
  std::uint32_t uid = 0;
  bool contradicted = false;
  SourceRef where;
};

/// The facts of one host at one time. Every map goes by the path, or by what else the line begins
/// with, as it is written.
struct HostFacts {
  template <class T>
  using Table = std::map<std::string, T, std::less<>>;

  SourceId source;
  std::string host;
  std::string environment;
  /// When they were collected, in seconds since 1970.
  std::int64_t time = 0;
  /// How long the host was up then, in seconds; absent = not told.
  std::optional<std::int64_t> uptime;
  /// Whether they are of a copy of the host's files: names of users are then those of the machine
  /// that read it.
  bool is_copy = false;
  /// The line `v1`.
  SourceRef where;

  Table<PathFact> paths;
  Table<LinkFact> links;
  Table<ParentFact> parents;
  Table<std::string> digests;
  Table<EnvFile> env_files;
  Table<std::vector<UnitLine>> units;
  /// By unit, then by property.
  Table<Table<std::string>> unit_runs;
  Table<Checkout> checkouts;
  Table<std::vector<Remote>> remotes;
  /// Content of state files, in base64.
  Table<std::string> states;
  /// Folders whose entries were told.
  Table<SourceRef> trees;
  /// By what was not read; the first reason that matters.
  Table<Skip> skips;
};

/// Reads a document of the kind `HostFacts`. Errors: what does not end with a trailer that fits
/// (count of lines and SHA-256), another version, a line that is no fact, and more or longer lines
/// than a collector writes.
[[nodiscard]] Result<HostFacts> read_host_facts(const Document& document);

/// The host and the environment that the first line names, whatever stands behind it; nothing when
/// it is not whole.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> named_host(
    const Document& document);

}  // namespace muster::host
