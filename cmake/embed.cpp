// Build-time generator: rules/<area>/<id>.json and rules/data/* -> one C++ file with the tables of
// checks/core/rule.h. Validates every entry; any mistake is a build error with the file's name.
// The action catalogue stays apart from the other data files, see `action_catalogue_bytes`.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const std::set<std::string> kSeverities = {"critical", "high", "medium", "low", "info"};
const std::set<std::string> kConfidences = {"high", "medium", "low"};
const std::set<std::string> kKeys = {
    "id",       "area",    "title",  "severity",  "confidence", "message",
    "why",      "fix",     "bad",    "good",      "reference",  "references",
    "controls", "aliases", "phrase", "undecided", "since",      "tags"};
const std::string kCatalogue = "aws-actions.txt";
const std::set<std::string> kFixKeys = {"steps", "cli", "terraform", "workflow"};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> sorted_files(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) {
    return files;
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// A C++ string literal, cut into pieces that every compiler takes.
std::string literal(const std::string& text) {
  std::string out = "std::string_view(\"";
  std::size_t column = 0;
  for (const char c : text) {
    char octal[8];
    std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned char>(c));
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?';
    out += plain ? std::string(1, c) : std::string(octal);
    if (++column % 2000 == 0) {
      out += "\"\n\"";
    }
  }
  return out + "\", " + std::to_string(text.size()) + ")";
}

void require(bool condition, const std::string& message) {
  if (!condition) {
    throw std::runtime_error(message);
  }
}

std::string text(const json& rule, const std::string& key) {
  require(rule.contains(key), "missing key `" + key + "`");
  require(rule[key].is_string(), "`" + key + "` must be a string");
  return rule[key].get<std::string>();
}

std::string optional_text(const json& rule, const std::string& key) {
  return rule.contains(key) ? text(rule, key) : std::string();
}

void reject_unknown(const json& object, const std::set<std::string>& known) {
  for (const auto& item : object.items()) {
    require(known.contains(item.key()), "unknown key `" + item.key() + "`");
  }
}

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}

  void rule(const fs::path& path) {
    const json rule = json::parse(read_file(path));
    const std::string id = text(rule, "id");
    reject_unknown(rule, kKeys);
    require(id == path.stem().string(), "id `" + id + "` is not the file's name");
    require(text(rule, "area") == path.parent_path().filename().string(),
            "`area` is not the folder's name");
    require(id.rfind(text(rule, "area") + "-", 0) == 0, "an id begins with its area");
    require(kSeverities.contains(text(rule, "severity")), "unknown severity");
    require(kConfidences.contains(text(rule, "confidence")), "unknown confidence");
    require(text(rule, "phrase").size() <= 60, "`phrase` is longer than 60 characters");
    require(!text(rule, "reference").empty(), "`reference` is empty");
    require(rule.contains("fix") && rule["fix"].contains("steps"), "missing `fix.steps`");
    require(!rule.contains("undecided") || rule["undecided"].is_boolean(),
            "`undecided` must be a boolean");
    reject_unknown(rule["fix"], kFixKeys);
    entry(rule, id);
  }

  void finish() {
    out_ << "constexpr std::array<Rule, " << rows_.size() << "> kRules = {{\n";
    for (const auto& [id, row] : rows_) {
      out_ << row;
    }
    out_ << "}};\n";
  }

 private:
  std::string list(const json& owner, const std::string& key) {
    const json values = owner.value(key, json::array());
    require(values.is_array(), "`" + key + "` must be a list");
    if (values.empty()) {
      return "{}";
    }
    const std::string name = "kList" + std::to_string(lists_++);
    out_ << "constexpr std::string_view " << name << "[] = {\n";
    for (const json& value : values) {
      require(value.is_string(), "`" + key + "` holds something that is no string");
      out_ << "  " << literal(value.get<std::string>()) << ",\n";
    }
    out_ << "};\n";
    return name;
  }

  void entry(const json& rule, const std::string& id) {
    const json& fix = rule["fix"];
    std::string severity = text(rule, "severity");
    severity[0] = static_cast<char>(severity[0] - 'a' + 'A');
    const auto field = [](const std::string& name, const std::string& value) {
      return "    ." + name + " = " + value + ",\n";
    };
    std::string row = "  Rule{\n";
    for (const char* key : {"id", "area", "title"}) {
      row += field(key, literal(text(rule, key)));
    }
    row += field("severity", "Severity::" + severity);
    for (const char* key : {"confidence", "message", "why"}) {
      row += field(key, literal(text(rule, key)));
    }
    row += field("fix_steps", list(fix, "steps"));
    for (const char* key : {"cli", "terraform", "workflow"}) {
      row += field(std::string("fix_") + key, literal(optional_text(fix, key)));
    }
    for (const char* key : {"bad", "good", "reference"}) {
      row += field(key, literal(text(rule, key)));
    }
    for (const char* key : {"references", "controls", "aliases"}) {
      row += field(key, list(rule, key));
    }
    row += field("phrase", literal(text(rule, "phrase")));
    row += field("undecided_blocks", rule.value("undecided", true) ? "true" : "false");
    row += field("since", literal(text(rule, "since")));
    row += field("tags", list(rule, "tags"));
    require(rows_.emplace(id, row + "  },\n").second, "this id exists twice");
  }

  std::ostream& out_;
  std::map<std::string, std::string> rows_;
  int lists_ = 0;
};

void write_data(const fs::path& folder, std::ostream& out) {
  out << "constexpr DataFile kDataFiles[] = {\n";
  for (const fs::path& path : sorted_files(folder)) {
    if (path.filename() != kCatalogue) {
      out << "  {" << literal(path.filename().string()) << ", " << literal(read_file(path))
          << "},\n";
    }
  }
  out << "  {{}, {}},\n};\nconstexpr std::string_view kActionCatalogue = "
      << literal(read_file(folder / kCatalogue)) << ";\n";
}

}  // namespace

int embed_rules(const fs::path& rules, const fs::path& target) {
  std::ofstream out(target);
  out << "// Generated from rules/. Do not edit.\n#include \"checks/core/rule.h\"\n\n#include "
         "<array>\n#include <iterator>\n\nnamespace muster {\nnamespace {\n\n";
  Writer writer(out);
  fs::path current;
  try {
    for (const auto& area : fs::directory_iterator(rules)) {
      if (!area.is_directory() || area.path().filename() == "data") {
        continue;
      }
      for (const fs::path& path : sorted_files(area.path())) {
        current = path;
        writer.rule(path);
      }
    }
  } catch (const std::exception& error) {
    std::cerr << current.string() << ": " << error.what() << "\n";
    return 1;
  }
  writer.finish();
  write_data(rules / "data", out);
  out << "\n}  // namespace\n\nstd::span<const Rule> all_rules() { return kRules; }\n\n"
      << "std::span<const DataFile> all_data_files() { return {kDataFiles, std::size(kDataFiles) - "
         "1}; }\n\n"
      << "std::string_view action_catalogue_bytes() { return kActionCatalogue; }\n\n"
      << "}  // namespace muster\n";
  return out.good() ? 0 : 1;
}

int embed_files(const fs::path& target, const std::vector<fs::path>& files) {
  std::ofstream out(target);
  out << "// Generated from report/. Do not edit.\n#include \"report/embedded.h\"\n\nnamespace "
         "muster::report {\n\n"
      << "std::string_view embedded_file(std::string_view name) {\n";
  for (const fs::path& file : files) {
    out << "  if (name == \"" << file.filename().string() << "\") {\n    return "
        << literal(read_file(file)) << ";\n  }\n";
  }
  out << "  return {};\n}\n\n}  // namespace muster::report\n";
  return out.good() ? 0 : 1;
}

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "rules") {
    return embed_rules(arguments[1], arguments[2]);
  }
  if (arguments.size() >= 3 && arguments[0] == "files") {
    return embed_files(arguments[1], {arguments.begin() + 2, arguments.end()});
  }
  std::cerr << "usage: muster_embed rules DIR OUT.cpp | muster_embed files OUT.cpp FILE…\n";
  return 2;
}
