// Everything that can be refused is checked before the repository is read.
#include "app/init.h"

#include <filesystem>
#include <ostream>
#include <system_error>

#include "app/git_checkout.h"
#include "app/init_infer.h"
#include "app/init_render.h"
#include "app/init_summary.h"
#include "app/repository.h"
#include "app/write.h"
#include "checks/intent/read.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

Status refuse_overwriting(const InitOptions& options, const fs::path& file) {
  std::error_code error;
  const bool there = fs::exists(fs::symlink_status(file, error));
  if (there && !options.force && !options.to_stdout) {
    return Error{ErrorCode::Usage,
                 "`" + file.generic_string() +
                     "` is there already: compare it with `muster init --stdout`, or overwrite it "
                     "with --force",
                 {}};
  }
  return Done{};
}

void warn(const Draft& draft, const Console& console) {
  for (const std::string& what : draft.unreadable) {
    console.err << report::safe_line("muster: not read: " + what) << "\n";
  }
}

Status init(const InitOptions& options, const Console& console) {
  const fs::path root(options.path);
  const fs::path file = root / "muster.yaml";
  MUSTER_CHECK_OK(refuse_overwriting(options, file));
  MUSTER_TRY(const Repository repository, read_repository(root, {}, Intent{}));
  const Draft draft = infer_intent(repository.facts, read_git_checkout(root));
  const std::string yaml = render_intent(draft);
  // What init writes must be what audit reads; a file that is not is better not written.
  MUSTER_CHECK_OK(read_intent(yaml, SourceId("muster.yaml")));
  warn(draft, console);
  if (options.to_stdout) {
    console.out << yaml;
    return Done{};
  }
  MUSTER_CHECK_OK(write_file(file, yaml));
  console.out << (options.json ? draft_json(draft, file.generic_string())
                               : draft_words(draft, file.generic_string(), options.path));
  return Done{};
}

}  // namespace

int run_init(const InitOptions& options, const Console& console) {
  const Status done = init(options, console);
  return done ? kClean : report_error(console, done.error());
}

}  // namespace muster::app
