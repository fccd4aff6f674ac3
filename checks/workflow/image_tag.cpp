// Cuts a reference into plain text and expansions, so that neither is mistaken for the other.
#include "checks/workflow/image_tag.h"

#include <algorithm>
#include <array>
#include <vector>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

/// Stands for the commit and the number of the run.
constexpr std::string_view kPerRun = "\x02";

struct Piece {
  std::string_view text;
  bool expansion = false;
};

/// The end of the expansion that begins with `$` at `at`.
std::size_t expansion_end(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  if (text.substr(at).starts_with("${{")) {
    const std::size_t close = text.find("}}", at);
    return close == std::string_view::npos ? text.size() : close + 2;
  }
  if (end < text.size() && (text[end] == '{' || text[end] == '(')) {
    const std::size_t close = text.find(text[end] == '{' ? '}' : ')', end);
    return close == std::string_view::npos ? text.size() : close + 1;
  }
  while (end < text.size() && text::is_word_char(text[end])) {
    ++end;
  }
  return end;
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const bool expansion = text[at] == '$';
    const std::size_t end =
        expansion ? expansion_end(text, at) : std::min(text.find('$', at), text.size());
    pieces.push_back({text.substr(at, end - at), expansion});
    at = end;
  }
  return pieces;
}

/// The text with expansions struck out, same length.
std::string plain_part(std::string_view text) {
  std::string plain;
  for (const Piece& piece : pieces_of(text)) {
    plain += piece.expansion ? std::string(piece.text.size(), '_') : std::string(piece.text);
  }
  return plain;
}

/// Whether the expansion is the commit or something else that no two runs share.
bool names_the_run(std::string_view expansion) {
  static constexpr std::array<std::string_view, 3> kNames = {"sha", "run_id", "run_number"};
  static constexpr std::array<std::string_view, 3> kVariables = {"GITHUB_SHA", "GITHUB_RUN_ID",
                                                                 "GITHUB_RUN_NUMBER"};
  const auto expressions = expressions_of(expansion);
  if (!expressions.empty()) {
    const std::string_view name = expressions.front();
    return name.starts_with("github.") && text::one_of(name.substr(7), kNames);
  }
  const std::string_view name = expansion.substr(expansion.starts_with("${") ? 2 : 1);
  return std::any_of(kVariables.begin(), kVariables.end(), [&](std::string_view variable) {
    const std::string_view rest =
        name.starts_with(variable) ? name.substr(variable.size()) : std::string_view("?");
    // `${GITHUB_SHA::7}` cuts, `${GITHUB_SHA:-x}` does not: the commit is always there.
    return rest.empty() || rest == "}" || rest.starts_with(":");
  });
}

bool names_the_run(const std::vector<Piece>& pieces) {
  return std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
    return piece.expansion && names_the_run(piece.text);
  });
}

/// What a script assigns to a variable: `TAG=$(git rev-parse HEAD)`. An assignment that is not a
/// line of its own, or stands inside something, counts as one of nothing known: it may not happen.
std::vector<std::string_view> assigned(std::string_view script, std::string_view variable) {
  std::vector<std::string_view> values;
  const std::string sign = std::string(variable) + "=";
  for (std::size_t at = script.find(sign); at != std::string_view::npos;
       at = script.find(sign, at + 1)) {
    if (at > 0 && text::is_word_char(script[at - 1])) {
      continue;
    }
    const std::string_view before = script.substr(0, at);
    const std::string_view line = before.substr(before.rfind('\n') + 1);
    const std::string_view behind = script.substr(at + sign.size());
    // `echo "TAG=$TAG" >> "$GITHUB_OUTPUT"` says a name and assigns nothing.
    const bool said = text::trim(line).starts_with("echo ") &&
                      line.find_first_of(";&|`") == std::string_view::npos;
    if (said) {
      continue;
    }
    const bool sure = line.empty() || line == "export ";
    values.push_back(sure ? behind.substr(0, behind.find('\n')) : std::string_view());
  }
  return values;
}

/// Whether a command substitution prints the commit, the number of the run or the time.
bool prints_the_run(std::string_view value) {
  static constexpr std::array<std::string_view, 4> kCommands = {"$(git rev-parse ", "$(git log -1 ",
                                                                "$(git show -s ", "$(date "};
  const bool branch = value.find("--abbrev-ref") != std::string_view::npos;
  return !branch && text::contains_any(value, kCommands);
}

/// Variables inside variables that are followed.
constexpr int kMostFollowed = 4;

/// The name that an expansion begins with: `TAG` of `${TAG::7}`.
std::string_view name_in(std::string_view expansion) {
  expansion.remove_prefix(
      std::min<std::size_t>(expansion.starts_with("${") ? 2 : 1, expansion.size()));
  const auto end = std::find_if_not(expansion.begin(), expansion.end(), text::is_word_char);
  return expansion.substr(0, static_cast<std::size_t>(end - expansion.begin()));
}

/// Whether the expansion takes the beginning of what it names: `${X::7}`, `${X:0:8}`.
bool cuts(std::string_view expansion) {
  const std::size_t colon = expansion.find(':');
  return expansion.starts_with("${") && colon != std::string_view::npos &&
         (expansion.substr(colon).starts_with("::") || expansion.substr(colon).starts_with(":0:"));
}

/// Whether a substitution prints the beginning of the commit: `$(git rev-parse --short HEAD)`,
/// `$(echo $GITHUB_SHA | cut -c1-7)`.
bool prints_short_commit(std::string_view value) {
  const bool git = text::contains_any(value, {"git rev-parse --short", "git log -1 --format=%h",
                                              "git log -1 --pretty=%h"}) &&
                   value.find("--short=40") == std::string_view::npos;
  const bool cut = text::contains_any(value, {"GITHUB_SHA", "github.sha"}) &&
                   text::contains_any(value, {"cut -c", "cut -b", "head -c"});
  return git || cut;
}

/// `1`, `v2`, `20260101`, or the beginning of a commit.
bool is_version(std::string_view part) {
  part.remove_prefix(part.starts_with('v') ? 1 : 0);
  const bool commit =
      part.size() >= 7 && part.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return commit || (!part.empty() && part.front() >= '0' && part.front() <= '9');
}

/// Whether a tag that every run of the file gives is moved by each of them: one that names no
/// version (`main`, `prod`, `edge`), or `latest` of one.
bool moves(std::string_view tag) {
  bool version = false;
  bool latest = false;
  for (const std::string_view part : text::split(tag, "-._+")) {
    version = version || is_version(part);
    latest = latest || part == "latest";
  }
  return latest || !version;
}

/// Whether the reference is a digest, or an image of a registry that ends with the job.
bool needs_no_tag(std::string_view image) {
  return image.empty() || image.find('@') != std::string_view::npos ||
         image.starts_with("localhost:") || image.starts_with("127.0.0.1:");
}

/// The reference with the tag that it has when none is written.
std::string with_tag(const std::string& image) {
  return tag_of(image).empty() ? image + ":latest" : image;
}

/// Judges the values of the text behind `begin`: a tag, or a name that brings its tag along.
TagVerdict resolved(const ImageText& image, const std::string& text, std::size_t begin,
                    Scope scope) {
  const std::string part = text.substr(begin);
  scope.per_run = kPerRun;
  const Values values = image.shell ? resolve_word(part, scope) : resolve(part, scope);
  if (!values.known) {
    return {TagVerdict::Kind::Unknown, {}, values.missing};
  }
  for (const std::string& value : values.values) {
    const std::string whole = with_tag(text.substr(0, begin) + value);
    const bool fixed = value.empty() || value.find(kPerRun) != std::string::npos;
    if (!fixed && !needs_no_tag(whole) && moves(tag_of(whole))) {
      return {TagVerdict::Kind::Moves, whole, {}};
    }
  }
  return {};
}

}  // namespace

std::string tag_of(std::string_view image) {
  const std::string plain = plain_part(image);
  const std::size_t slash = plain.rfind('/');
  const std::size_t colon = plain.rfind(':');
  const bool has_tag = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return has_tag && plain.find('@') == std::string::npos ? std::string(image.substr(colon + 1))
                                                         : "";
}

std::string with_assigned(std::string_view word, std::string_view script) {
  std::string result;
  for (const Piece& piece : pieces_of(word)) {
    const bool braces = piece.text.starts_with("${");
    const std::string_view name =
        piece.expansion ? piece.text.substr(braces ? 2 : 1, piece.text.size() - (braces ? 3 : 1))
                        : std::string_view();
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), text::is_word_char);
    const auto values = plain ? assigned(script, name) : std::vector<std::string_view>();
    std::string_view value = values.size() == 1 ? values.front() : std::string_view();
    const bool quoted = value.size() > 1 && value.front() == '"' && value.back() == '"';
    value = quoted ? value.substr(1, value.size() - 2) : value;
    const bool word_only =
        !value.empty() && plain_part(value).find_first_of(" \t\"'`;&|<>()") == std::string::npos;
    const bool run = prints_the_run(value);
    result += run ? "$GITHUB_SHA" : std::string(word_only ? value : piece.text);
  }
  return result;
}

bool names_short_commit(std::string_view word, std::string_view script) {
  std::vector<std::pair<std::string_view, int>> waiting{{word, 0}};
  bool found = false;
  while (!waiting.empty()) {
    const auto [text, depth] = waiting.back();
    waiting.pop_back();
    if (prints_short_commit(text)) {
      found = true;
      continue;
    }
    for (const Piece& piece : pieces_of(text)) {
      const bool whole = piece.expansion && names_the_run({piece}) && !cuts(piece.text);
      if (whole) {
        return false;
      }
      const std::string_view name = piece.expansion ? name_in(piece.text) : std::string_view();
      const auto values = name.empty() ? std::vector<std::string_view>() : assigned(script, name);
      const bool commit =
          name == "GITHUB_SHA" ||
          (values.size() == 1 && text::contains_any(values.front(), {"GITHUB_SHA", "github.sha"}));
      if (cuts(piece.text) && commit) {
        found = true;
      } else if (values.size() == 1 && depth < kMostFollowed) {
        waiting.emplace_back(values.front(), depth + 1);
      }
    }
  }
  return found;
}

TagVerdict judge_tag(const ImageText& image, const Scope& scope) {
  const std::string_view script = image.shell ? script_of(scope) : std::string_view();
  const std::string text = image.shell ? with_assigned(image.text, script) : image.text;
  const std::string tag = tag_of(text);
  const std::string plain = plain_part(text);
  const std::size_t slash = plain.rfind('/');
  // Without a colon the last part of the path may still bring the tag along, in a variable.
  const std::size_t begin = !tag.empty()                 ? text.size() - tag.size()
                            : slash == std::string::npos ? 0
                                                         : slash + 1;
  const auto pieces = pieces_of(std::string_view(text).substr(begin));
  if (needs_no_tag(plain) || names_the_run(pieces)) {
    return {};
  }
  return resolved(image, text, begin, scope);
}

}  // namespace muster::workflow
