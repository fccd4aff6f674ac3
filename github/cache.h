// Answers with their entity tags, so that an unchanged one costs no request of the limit.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "net/value.h"

namespace muster::github {

struct CachedAnswer {
  std::string etag;
  /// Address of the next page; empty = none.
  std::string next;
  /// As `cleaned` leaves it.
  net::Value value;
};

/// Without what is no setting or must not lie around: values of variables, tokens, addresses of
/// people, texts of releases, links.
[[nodiscard]] net::Value cleaned(net::Value value);

/// The answers of the run before, and of this one. Not thread-safe.
class Cache {
 public:
  Cache() = default;

  /// Reads what `text` wrote; what cannot be read is not there.
  explicit Cache(std::string_view text);

  /// The answer of the run before to the same question; null when there is none. `key`: see
  /// `Cache::key`.
  [[nodiscard]] const CachedAnswer* find(const std::string& key) const;

  /// Keeps an answer for the next run.
  void keep(const std::string& key, CachedAnswer answer) { now_[key] = std::move(answer); }

  /// What this run kept, one JSON object a line.
  [[nodiscard]] std::string text() const;

  /// The key of an address asked for with a version of the API. The token is no part of it: where
  /// two tokens get two answers, their entity tags differ too.
  [[nodiscard]] static std::string key(std::string_view address, std::string_view version);

 private:
  std::map<std::string, CachedAnswer, std::less<>> before_;
  std::map<std::string, CachedAnswer, std::less<>> now_;
};

}  // namespace muster::github
