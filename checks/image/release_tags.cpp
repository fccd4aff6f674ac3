#include "checks/image/release_tags.h"

#include "checks/policy/glob.h"
#include "checks/workflow/filter.h"
#include "checks/workflow/jobs.h"

namespace muster::image {
namespace {

/// A `push` whose tag filter admits the name. Without any filter every push starts it, which says
/// nothing about tags.
bool starts(const workflow::Trigger& trigger, const std::string& tag) {
  const bool filtered = !trigger.tags.empty() || !trigger.tags_ignore.empty();
  return trigger.event.value == "push" && filtered &&
         workflow::filters_admit(trigger.tags, trigger.tags_ignore, tag);
}

}  // namespace

std::string release_reason(const AuditInput& input, const std::string& tag) {
  for (const IntentRole& role : input.intent().roles) {
    for (const IntentSubject& subject : role.subjects) {
      for (const std::string& glob : subject.tags) {
        if (policy::glob_match(glob, tag, {'*', '\xFF', false})) {
          return "role `" + role.name + "` is for tags like it";
        }
      }
    }
  }
  for (const workflow::Workflow& one : input.model<workflow::Workflows>().all()) {
    for (const workflow::Trigger& trigger : one.triggers) {
      if (starts(trigger, tag)) {
        return "it starts workflow `" + one.display_name() + "`";
      }
    }
  }
  return "";
}

}  // namespace muster::image
