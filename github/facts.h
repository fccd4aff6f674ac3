// Where collectors put what GitHub answered, and what it did not. The files: docs/github-facts.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"
#include "github/client.h"
#include "net/value.h"

namespace muster::github {

/// Something that was asked for and did not come.
struct NotRead {
  /// What it is, for people: `environments of acme/shop`.
  std::string what;
  /// What a token needs for it; empty = nobody may read it for another reason.
  std::string permission;
  Problem problem;
  /// Whether another run could well read it. What this token may not see is no gap of the
  /// collection: every answer that rests on it says so already.
  bool needed = true;
};

/// What an answer does not tell by itself.
struct About {
  /// `acme/shop`
  std::string repository{};
  /// As GitHub's documentation names it: `GET /repos/{owner}/{repo}/environments`
  std::string endpoint{};
  /// Name and value of what else is in the address: `environment` and `production`.
  std::vector<std::pair<std::string, std::string>> more{};
};

/// The facts of one run, file by file. Not thread-safe.
class Facts {
 public:
  /// Writes one file; the path is relative to the folder.
  using Write = std::function<Status(const std::string& path, const std::string& bytes)>;

  explicit Facts(Write write) : write_(std::move(write)) {}

  /// The answer with a member `muster` in front that says what it is about; an array becomes the
  /// member `items`. Errors: those of `Write`.
  [[nodiscard]] Status put(const std::string& path, const About& about, const net::Value& answer);

  void not_read(NotRead what) { not_read_.push_back(std::move(what)); }

  /// Whether something is missing that another run could read.
  [[nodiscard]] bool complete() const;

  [[nodiscard]] const std::vector<NotRead>& missing() const { return not_read_; }

  /// The members `files` (path and SHA-256) and `not_read` of the manifest.
  void describe(net::Value& manifest) const;

 private:
  Write write_;
  net::Value files_ = net::list_value({});
  std::vector<NotRead> not_read_;
};

}  // namespace muster::github
