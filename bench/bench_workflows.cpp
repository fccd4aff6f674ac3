// Workflow files judged per processor second, all checks on: real files repeated, one file made
// longer. Peer: npm @actions/workflow-parser, which only parses them. Each size in a process of its
// own, so that the memory is its own too.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "bench/measure.h"
#include "checks/core/engine.h"
#include "checks/workflow/jobs.h"

namespace {

namespace fs = std::filesystem;
using namespace muster;
using nlohmann::ordered_json;

/// The real files where they are at hand, else those of the examples.
fs::path corpus() {
  const fs::path real = bench::shared() / "data/workflows/corpus";
  return fs::is_directory(real)
             ? real
             : fs::path(MUSTER_SOURCE_DIR) / "examples/sandbox-ecs/flawed/.github/workflows";
}

std::vector<std::string> texts_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yml" || entry.path().extension() == ".yaml") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

Document workflow_file(std::size_t number, std::string bytes) {
  const std::string digits = std::to_string(number);
  return {DocumentKind::GithubWorkflow,
          SourceId(".github/workflows/w" + std::string(6 - digits.size(), '0') + digits + ".yml"),
          std::move(bytes)};
}

ordered_json judged(const Facts& facts) {
  std::size_t bytes = 0;
  for (const Document& document : facts.documents) {
    bytes += document.bytes.size();
  }
  const double before = bench::peak_megabytes();
  ordered_json figures{{"files", facts.documents.size()}, {"bytes", bytes}};
  const double parsing = bench::seconds([&] {
    const AuditInput input(facts, Intent{}, TimePoint{});
    bench::keep(workflow::Workflows::build(input).all().size());
  });
  std::size_t outcomes = 0;
  const double all = bench::seconds([&] {
    const AuditResult result = audit({facts, Intent{}, TimePoint{}}, registered_checks());
    outcomes = result.outcomes.size();
  });
  figures["outcomes"] = outcomes;
  figures["parse_seconds"] = parsing;
  figures["seconds"] = all;
  figures["files_per_s"] = static_cast<double>(facts.documents.size()) / all;
  figures["mb_per_s"] = static_cast<double>(bytes) / 1e6 / all;
  figures["megabytes_before"] = before;
  figures["peak_megabytes"] = bench::peak_megabytes();
  return figures;
}

/// The corpus, again and again under other names.
ordered_json repeated(std::size_t files) {
  const std::vector<std::string> texts = texts_of(corpus());
  Facts facts;
  for (std::size_t i = 0; i < files; ++i) {
    facts.documents.push_back(workflow_file(i, texts[i % texts.size()]));
  }
  return judged(facts);
}

/// One workflow of this size: jobs that build, push and deploy.
ordered_json one_file(std::size_t bytes) {
  std::string text =
      "on: {push: {branches: [main]}}\npermissions: {id-token: write, contents: read}\njobs:\n";
  for (int i = 0; text.size() < bytes; ++i) {
    const std::string name = "service" + std::to_string(i);
    text += "  " + name +
            ":\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n"
            "      - uses: actions/checkout@v4\n"
            "      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n"
            "          role-to-assume: arn:aws:iam::111122223333:role/" +
            name +
            "\n          aws-region: eu-central-1\n      - run: |\n"
            "          docker build -t " +
            name + ":${{ github.sha }} .\n          docker push " + name +
            ":${{ github.sha }}\n"
            "          aws ecs update-service --cluster shop --service " +
            name +
            " --force-new-deployment\n          aws ecs wait services-stable --cluster shop "
            "--services " +
            name + "\n";
  }
  Facts facts;
  facts.documents.push_back(workflow_file(0, std::move(text)));
  return judged(facts);
}

/// The peer over the corpus; null when the package or node is not there.
ordered_json parser_figures(int times) {
  const std::string command = "node '" MUSTER_SOURCE_DIR "/bench/workflow_parser.mjs' '" +
                              corpus().string() + "' " + std::to_string(times) + " 2>/dev/null";
  const auto text = bench::output_of(command);
  return text ? ordered_json::parse(*text, nullptr, false) : ordered_json();
}

}  // namespace

/// `bench_workflows [FILES]`: one number of files alone, in this process.
int main(int argc, char** argv) {
  if (argc > 1) {
    bench::print("workflows", repeated(std::strtoull(argv[1], nullptr, 10)));
    return 0;
  }
  ordered_json figures;
  for (const std::size_t files : {1'000U, 5'000U, 20'000U}) {
    figures["files"].push_back(bench::in_own_process([&] { return repeated(files); }));
  }
  for (const std::size_t kilobytes : {10U, 100U, 1'000U}) {
    figures["one_file"].push_back(
        bench::in_own_process([&] { return one_file(kilobytes * 1000); }));
  }
  const ordered_json peer = parser_figures(10);
  figures["workflow_parser"] = peer;
  if (peer.is_object()) {
    const double theirs = peer["files"].get<double>() / peer["seconds"].get<double>();
    figures["workflow_parser"]["files_per_s"] = theirs;
    figures["against_workflow_parser"] = figures["files"][1]["files_per_s"].get<double>() / theirs;
  }
  bench::print("workflows", figures);
  return 0;
}
