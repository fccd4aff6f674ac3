// A diff is made from the edits themselves, so no lines have to be compared.
#include "checks/text/edit.h"

#include <algorithm>

namespace muster::text {
namespace {

/// Lines `[first, first + gone)` of the old text (0-based) become `fresh`.
struct Chunk {
  std::size_t first = 0;
  std::size_t gone = 0;
  std::vector<std::string_view> fresh;
};

/// The lines of a text with their breaks.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// Edits that touch one line, or lines next to each other, and what the whole lines become.
struct Cluster {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<Edit> edits;
};

std::size_t begin_of_line(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
  const std::size_t after = text.find('\n', at);
  return after == std::string_view::npos ? text.size() : after + 1;
}

std::vector<Cluster> clusters_of(std::string_view text, const std::vector<Edit>& edits) {
  std::vector<Cluster> clusters;
  for (const Edit& edit : edits) {
    const std::size_t begin = begin_of_line(text, edit.begin);
    const std::size_t end = end_of_line(text, edit.end);
    if (!clusters.empty() && begin < clusters.back().end) {
      clusters.back().end = std::max(clusters.back().end, end);
    } else {
      clusters.push_back({begin, end, {}});
    }
    clusters.back().edits.push_back(edit);
  }
  return clusters;
}

/// Lines that both sides have in front and at the end are no change.
void trim_chunk(Chunk& chunk, const std::vector<std::string_view>& old) {
  while (chunk.gone > 0 && !chunk.fresh.empty() && old[chunk.first] == chunk.fresh.front()) {
    ++chunk.first;
    --chunk.gone;
    chunk.fresh.erase(chunk.fresh.begin());
  }
  while (chunk.gone > 0 && !chunk.fresh.empty() &&
         old[chunk.first + chunk.gone - 1] == chunk.fresh.back()) {
    --chunk.gone;
    chunk.fresh.pop_back();
  }
}

void print_line(char mark, std::string_view line, std::string& out) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) {
    out += "\n\\ No newline at end of file\n";
  }
}

/// `12,5`; `12` for one line; `11,0` for none behind line 11.
std::string range_of(std::size_t first, std::size_t count) {
  const std::size_t line = count == 0 ? first : first + 1;
  return std::to_string(line) + (count == 1 ? "" : "," + std::to_string(count));
}

constexpr std::size_t kContext = 3;

/// The chunks `[from, to)` as one hunk. `shift`: how many lines more the new text has before it.
void print_hunk(const std::vector<Chunk>& chunks, std::size_t from, std::size_t to,
                const std::vector<std::string_view>& old, std::ptrdiff_t shift, std::string& out) {
  const std::size_t begin = chunks[from].first - std::min(chunks[from].first, kContext);
  const Chunk& last = chunks[to - 1];
  const std::size_t end = std::min(last.first + last.gone + kContext, old.size());
  std::string body;
  std::size_t at = begin;
  std::size_t fresh = end - begin;
  for (std::size_t i = from; i < to; ++i) {
    for (; at < chunks[i].first; ++at) {
      print_line(' ', old[at], body);
    }
    for (; at < chunks[i].first + chunks[i].gone; ++at) {
      print_line('-', old[at], body);
    }
    for (const std::string_view line : chunks[i].fresh) {
      print_line('+', line, body);
    }
    fresh = fresh + chunks[i].fresh.size() - chunks[i].gone;
  }
  for (; at < end; ++at) {
    print_line(' ', old[at], body);
  }
  const auto there = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(begin) + shift);
  out += "@@ -" + range_of(begin, end - begin) + " +" + range_of(there, fresh) + " @@\n" + body;
}

}  // namespace

Result<std::string> apply_edits(std::string_view text, std::vector<Edit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::string changed;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    if (edit.begin < at || edit.end < edit.begin || edit.end > text.size()) {
      return Error{ErrorCode::Invalid, "two changes overlap", {}};
    }
    changed += text.substr(at, edit.begin - at);
    changed += edit.text;
    at = edit.end;
  }
  changed += text.substr(at);
  return changed;
}

std::string unified_diff(std::string_view path, std::string_view text, std::vector<Edit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  const std::vector<std::string_view> old = lines_of(text);
  std::vector<std::string> kept;
  const std::vector<Cluster> clusters = clusters_of(text, edits);
  kept.reserve(clusters.size());
  std::vector<Chunk> chunks;
  std::size_t line = 0;
  std::size_t at = 0;
  for (Cluster cluster : clusters) {
    line += static_cast<std::size_t>(
        std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                   text.begin() + static_cast<std::ptrdiff_t>(cluster.begin), '\n'));
    at = cluster.begin;
    for (Edit& edit : cluster.edits) {
      edit.begin -= cluster.begin;
      edit.end -= cluster.begin;
    }
    const std::string_view part = text.substr(cluster.begin, cluster.end - cluster.begin);
    auto changed = apply_edits(part, cluster.edits);
    kept.push_back(changed ? std::move(changed).value() : std::string(part));
    Chunk chunk{line, lines_of(part).size(), lines_of(kept.back())};
    trim_chunk(chunk, old);
    if (chunk.gone > 0 || !chunk.fresh.empty()) {
      chunks.push_back(std::move(chunk));
    }
  }
  std::string out;
  std::ptrdiff_t shift = 0;
  for (std::size_t from = 0; from < chunks.size();) {
    std::size_t to = from + 1;
    while (to < chunks.size() &&
           chunks[to].first <= chunks[to - 1].first + chunks[to - 1].gone + 2 * kContext) {
      ++to;
    }
    print_hunk(chunks, from, to, old, shift, out);
    for (; from < to; ++from) {
      shift += static_cast<std::ptrdiff_t>(chunks[from].fresh.size()) -
               static_cast<std::ptrdiff_t>(chunks[from].gone);
    }
  }
  const std::string name(path);
  return out.empty() ? out : "--- a/" + name + "\n+++ b/" + name + "\n" + out;
}

std::string leaf_path(const std::vector<std::string>& keys) {
  std::string path;
  for (const std::string& key : keys) {
    path += '\x1f' + key;
  }
  return path;
}

std::string leaf(Type type, std::string_view text) {
  return std::string(to_string(type)) + ": " + std::string(text);
}

Result<Leaves> leaves(const Node& root) {
  constexpr std::size_t kMost = std::size_t{32} << 20U;

  struct Open {
    Node node;
    std::string path;
  };

  Leaves found;
  std::vector<Open> open{{root, {}}};
  std::size_t bytes = 0;
  while (!open.empty()) {
    const Open next = std::move(open.back());
    open.pop_back();
    const bool mapping = next.node.is(Type::Mapping);
    if ((!mapping && !next.node.is(Type::Sequence)) || next.node.size() == 0) {
      bytes += next.path.size() + next.node.text().size();
      found.emplace(next.path, leaf(next.node.type(), next.node.text()));
    }
    for (std::size_t i = 0; (mapping || next.node.is(Type::Sequence)) && i < next.node.size();
         ++i) {
      const std::string key =
          mapping ? std::string(next.node.key_at(i).text()) : "#" + std::to_string(i);
      open.push_back({next.node.at(i), next.path + '\x1f' + key});
      bytes += open.back().path.size();
    }
    if (bytes > kMost) {
      return Error{ErrorCode::Limit, "its aliases say too much to be compared", {}};
    }
  }
  return found;
}

}  // namespace muster::text
