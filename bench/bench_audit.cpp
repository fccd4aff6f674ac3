// Audited files per second on a repository of 300 workflows and 60 trust policies: the engine in
// this process, and the whole program with history and reports. Peers over the same files: reading
// their bytes, and PyYAML over the workflows.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/audit_input.h"
#include "app/repository.h"
#include "app/workers.h"
#include "bench/measure.h"
#include "bench/sample_repository.h"
#include "checks/core/engine.h"

namespace {

namespace fs = std::filesystem;
using namespace muster;
using nlohmann::ordered_json;

constexpr int kRuns = 5;

/// A temporary folder that goes away with its owner.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "muster-bench-XXXXXX").string();
    path_ = mkdtemp(pattern.data()) != nullptr ? fs::path(pattern) : fs::path();
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::size_t read_bytes(const fs::path& root) {
  std::size_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream bytes;
      bytes << in.rdbuf();
      total += bytes.str().size();
    }
  }
  return total;
}

/// Processor seconds PyYAML takes to load all workflows with a loader, the start of Python not
/// counted; absent when it is not installed.
ordered_json pyyaml_seconds(const fs::path& root, const std::string& loader) {
  const fs::path script = root.parent_path() / ("load_" + loader + ".py");
  std::ofstream(script) << "import sys, time, glob, yaml\n"
                           "texts = [open(f).read() for f in glob.glob(sys.argv[1] + '/*.yml')]\n"
                           "loader = getattr(yaml, '"
                        << loader
                        << "')\n"
                           "begin = time.process_time()\n"
                           "for text in texts: yaml.load(text, Loader=loader)\n"
                           "print(time.process_time() - begin)\n";
  const auto text = bench::output_of("python3 '" + script.string() + "' '" +
                                     (root / ".github/workflows").string() + "' 2>/dev/null");
  return text && !text->empty() ? ordered_json(std::stod(*text)) : ordered_json();
}

struct Engine {
  double read = 0;
  double audit = 0;
  std::size_t documents = 0;
  std::size_t outcomes = 0;
  std::size_t fails = 0;
  std::size_t undecided = 0;
};

std::size_t count(const AuditResult& result, OutcomeKind kind) {
  return static_cast<std::size_t>(
      std::count_if(result.outcomes.begin(), result.outcomes.end(),
                    [&](const Outcome& outcome) { return outcome.kind == kind; }));
}

/// Errors: the sample repository cannot be read, which is a mistake of this program.
Result<Engine> run_engine(const fs::path& root) {
  MUSTER_TRY(const Intent intent, app::find_intent(root, {}));
  MUSTER_TRY(const app::Repository repository, app::read_repository(root, {}, intent));
  Engine engine;
  engine.documents = repository.facts.documents.size();
  engine.read = bench::median_seconds(kRuns, [&] {
    const auto again = app::read_repository(root, {}, intent);
    bench::keep(again ? again.value().inputs.size() : 0);
  });
  AuditResult result;
  const app::Threads threads;
  engine.audit = bench::median_seconds(kRuns, [&] {
    result = audit({repository.facts, intent, TimePoint{}, &threads}, registered_checks());
  });
  engine.outcomes = result.outcomes.size();
  engine.fails = count(result, OutcomeKind::Fail);
  engine.undecided = count(result, OutcomeKind::Undecided);
  return engine;
}

/// The whole program; its exit code 1 (findings) is as good as 0 here.
double program_seconds(const fs::path& root, int& exit_code) {
  const fs::path out = root.parent_path() / "out";
  const std::string command = std::string("'") + MUSTER_PROGRAM + "' audit '" + root.string() +
                              "' --history '" + (out / "history.db").string() + "' --out '" +
                              out.string() + "' >/dev/null 2>&1";
  return bench::median_seconds(3, [&] {
    fs::remove_all(out);
    fs::create_directories(out);
    const int status = std::system(command.c_str());
    exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  });
}

ordered_json ratio(double ours, const ordered_json& peer) {
  return peer.is_number() ? ordered_json(ours / peer.get<double>()) : ordered_json();
}

}  // namespace

int main() {
  const Folder folder;
  const fs::path root = folder.path() / "repository";
  bench::write_sample_repository(root, {});
  const auto engine = run_engine(root);
  if (!engine) {
    std::cerr << "bench_audit: " << to_string(engine.error()) << "\n";
    return 1;
  }
  const Engine& timed = engine.value();
  std::size_t bytes = 0;
  const double reading = bench::median_seconds(kRuns, [&] { bytes = read_bytes(root); });
  const ordered_json safe = pyyaml_seconds(root, "SafeLoader");
  const ordered_json c_safe = pyyaml_seconds(root, "CSafeLoader");
  int exit_code = 0;
  const double program = program_seconds(root, exit_code);
  const double files = static_cast<double>(timed.documents);
  bench::print("audit", {{"files", timed.documents},
                         {"bytes", bytes},
                         {"outcomes", timed.outcomes},
                         {"fails", timed.fails},
                         {"undecided", timed.undecided},
                         {"seconds",
                          {{"engine", timed.audit},
                           {"read_and_recognise", timed.read},
                           {"program", program},
                           {"read_bytes", reading},
                           {"pyyaml_safe_loader_workflows", safe},
                           {"pyyaml_c_safe_loader_workflows", c_safe}}},
                         {"program_exit_code", exit_code},
                         {"engine_files_per_s", files / timed.audit},
                         {"program_files_per_s", files / program},
                         {"engine_against_read_bytes", timed.audit / reading},
                         {"program_against_read_bytes", program / reading},
                         {"program_against_pyyaml_c_safe_loader", ratio(program, c_safe)},
                         {"program_against_pyyaml_safe_loader", ratio(program, safe)}});
  return exit_code == 0 || exit_code == 1 ? 0 : 1;
}
