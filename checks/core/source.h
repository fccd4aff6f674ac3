// Places in audited text: which file, which region. Every error and every finding carries one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace muster {

/// A half-open region of a text. Lines and columns are 1-based; columns count code points, not
/// bytes.
/// `{3, 5, 3, 9}` is four characters on line 3. All zero = "the file as a whole".
struct Span {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;

  friend auto operator<=>(const Span&, const Span&) = default;
};

/// The name under which a text is shown to people: its path relative to the audited root,
/// with forward slashes, e.g. `.github/workflows/deploy.yml`.
class SourceId {
 public:
  SourceId() = default;

  explicit SourceId(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const { return path_; }

  friend auto operator<=>(const SourceId&, const SourceId&) = default;

 private:
  std::string path_;
};

/// A region of one source. A default-constructed one means "nowhere in particular".
struct SourceRef {
  SourceId source;
  Span span;

  friend auto operator<=>(const SourceRef&, const SourceRef&) = default;
};

/// `deploy.yml:41:9`; only the path when the span is empty; `-` when there is no path.
[[nodiscard]] std::string to_string(const SourceRef& where);

}  // namespace muster
