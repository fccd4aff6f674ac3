// Repairs of whole workflow files: real ones, those of the golden cases, and mutants of both; and
// of scripts, run by bash before and after.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "checks/workflow/splice_place.h"
#include "tests/fuzz/fix_laws.h"

using namespace muster;

namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void add_workflows(const fs::path& folder, std::vector<std::string>& texts) {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.is_regular_file() && entry.path().extension() == ".yml") {
      texts.push_back(read_text(entry.path()));
    }
  }
}

const std::vector<std::string>& workflow_files() {
  static const std::vector<std::string> kFiles = [] {
    std::vector<std::string> texts;
    for (const char* area : {"tests/golden", "tests/fuzz/corpus/fix", "examples"}) {
      add_workflows(fs::path(MUSTER_SOURCE_DIR) / area, texts);
    }
    const char* shared = std::getenv("MUSTER_SHARED");
    const fs::path real =
        (shared != nullptr ? fs::path(shared) : fs::path(MUSTER_SOURCE_DIR) / "../shared") /
        "data/workflows";
    if (fs::exists(real)) {
      add_workflows(real, texts);
    } else {
      MESSAGE("skipped: no real workflow files");
    }
    return texts;
  }();
  return kFiles;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::size_t pick_below(std::size_t bound) {
  return *rc::gen::inRange<std::size_t>(0, bound);
}

/// One change that keeps many files workflows and puts repairs into odd places.
void mutate(std::string& text) {
  std::vector<std::string> lines = fuzz::split_lines(text);
  const std::size_t at = lines.empty() ? 0 : pick_below(lines.size());
  switch (pick_below(12)) {
    case 0:
      replace_all(text, "\r\n", "\n");
      replace_all(text, "\n", "\r\n");
      return;
    case 1:
      text = text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
      return;
    case 2:
      text = "\xEF\xBB\xBF" + text;
      return;
    case 3:
      replace_all(text, "- uses:", "- &x" + std::to_string(pick_below(9)) + "\n        uses:");
      return;
    case 4:
      replace_all(text, "run: |", "run: >");
      return;
    case 5:
      replace_all(text, "permissions:", pick_below(2) == 0 ? "# permissions:" : "env:");
      return;
    case 6:
      replace_all(text, "on: push", "on: [issues, push]");
      return;
    case 7:
      replace_all(text, "persist-credentials: false", "fetch-depth: 1");
      return;
    default:
      break;
  }
  if (lines.empty()) {
    return;
  }
  switch (pick_below(5)) {
    case 0:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), "    #\tnote: ${{ x }}\n");
      break;
    case 1:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 2:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at),
                   lines[pick_below(lines.size())]);
      break;
    case 3:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), "\n");
      break;
    default:
      replace_all(lines[at], "${{ ", "${{ github.event.issue.title || ");
      break;
  }
  text.clear();
  for (const std::string& line : lines) {
    text += line;
  }
}

}  // namespace

TEST_CASE("repairs of files keep everything else, and repairing twice changes nothing") {
  std::size_t repaired = 0;
  for (const std::string& text : workflow_files()) {
    const std::string law = fuzz::broken_fix_law(text);
    CHECK_MESSAGE(law == "", text);
    repaired += fuzz::repaired_text(text).files.size();
  }
  CHECK(repaired > 20);
}

TEST_CASE("repairs of mutants keep everything else") {
  CHECK(rc::check("mutants", [] {
    std::string text = workflow_files()[pick_below(workflow_files().size())];
    for (std::size_t left = 1 + pick_below(4); left > 0; --left) {
      mutate(text);
    }
    const std::string law = fuzz::broken_fix_law(text);
    if (!law.empty()) {
      RC_LOG() << law << "\n" << text;
    }
    RC_ASSERT(law.empty());
  }));
}

namespace {

/// What bash prints for a script, with one variable.
std::string printed_by_bash(const std::string& script, const std::string& value) {
  const std::string file = (fs::temp_directory_path() / "muster_repair_test.sh").string();
  std::ofstream(file) << script;
  ::setenv("VALUE_OF_TEST", value.c_str(), 1);
  std::FILE* pipe = ::popen(("bash " + file + " 2>&1").c_str(), "r");
  std::string printed;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    printed += static_cast<char>(c);
  }
  ::pclose(pipe);
  fs::remove(file);
  return printed;
}

constexpr const char* kSplice = "${{ x }}";

std::string random_piece() {
  const std::vector<std::string> pieces = {
      "echo S",
      "echo \"a S b\"",
      "printf '%s\\n' S",
      "A=S; echo \"$A\"",
      "A=S env | grep -c ^A=",
      "echo \"$(echo S)\"",
      "echo \"$(echo \"x S\" | tr a-z A-Z)\"",
      "if [ S = v1.2 ]; then echo yes; else echo no; fi",
      "if [[ S == v1* ]]; then echo yes; fi",
      "# comment S",
      "echo a#S",
      "case S in v*) echo v;; *) echo other;; esac",
      "for w in a S; do echo \"$w\"; done",
      "cat <<E\nS\nE",
      "cat <<'E'\nit's S\nE\necho 'it'\\''s' \"S\"",
      "cat <<-E\n\tS\n\tE\necho S",
      "echo 'S' S",
      "echo ${X:-S}",
      "echo `echo S`",
      "echo $((1 + 1)) S",
      "B=(a S); echo \"${#B[@]}\"",
      "bash -c \"echo S\"",
      "eval \"echo S\"",
      "C=S; eval \"echo $C\"",
      "echo x > /dev/null; echo S 2>&1",
      "echo \\\n  S",
      "f() { echo \"got $1\"; }; f S; f \"S\"",
      "( echo S; echo \"S\" )",
      "true && echo S || echo no",
      "echo --tag=S --path=/a/S/b",
      "echo S | sed -e 's/v/w/'",
      "while read -r l; do echo \"$l S\"; done <<< a",
  };
  return pieces[pick_below(pieces.size())];
}

}  // namespace

TEST_CASE("bash prints the same for a harmless value, and never runs a hostile one") {
  CHECK(rc::check("scripts", [] {
    std::string script;
    for (std::size_t left = 1 + pick_below(4); left > 0; --left) {
      script += random_piece() + "\n";
    }
    replace_all(script, "S", kSplice);
    std::string fixed = script;
    const auto places = workflow::splice_places(script, workflow::ShellKind::Posix);
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
      const bool word = place->kind == workflow::SplicePlace::Kind::Word;
      if (place->kind != workflow::SplicePlace::Kind::Closed) {
        fixed.replace(place->begin, place->end - place->begin,
                      word ? "\"$VALUE_OF_TEST\"" : "${VALUE_OF_TEST}");
      }
    }
    const auto filled = [](std::string text, const std::string& value) {
      replace_all(text, kSplice, value);
      return text;
    };
    RC_ASSERT(printed_by_bash(filled(script, "v1.2"), "") ==
              printed_by_bash(filled(fixed, "v1.2"), "v1.2"));
    const std::string hostile = "$(echo INJ''ECTED)\"; echo INJ''ECTED; \"";
    RC_ASSERT(printed_by_bash(filled(fixed, "v1.2"), hostile).find("INJECTED") ==
              std::string::npos);
  }));
}
