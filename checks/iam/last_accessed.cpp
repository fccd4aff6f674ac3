#include "checks/iam/last_accessed.h"

#include <utility>

#include "checks/core/model.h"
#include "checks/iam/aws_answers.h"
#include "checks/iam/model.h"

namespace muster::iam {

LastAccessed LastAccessed::build(const AuditInput& input) {
  LastAccessed result;
  for (const AwsAnswer& answer : input.model<AwsAnswers>().all()) {
    const text::Node root = answer.tree.root();
    const auto list = root.find("ServicesLastAccessed");
    const auto origin = root.find("muster");
    if (!list || !origin) {
      continue;
    }
    RoleServices found{
        time_of(root.text_under("JobCompletionDate")).value_or(input.now()), {}, list->where()};
    for (const text::Node& one : list->items()) {
      found.services.push_back(
          {one.string_under("ServiceNamespace"), time_of(one.text_under("LastAuthenticated"))});
    }
    result.roles_.insert_or_assign(origin->string_under("Arn"), std::move(found));
  }
  return result;
}

const RoleServices* LastAccessed::find(std::string_view role) const {
  const auto found = roles_.find(role);
  return found == roles_.end() ? nullptr : &found->second;
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::LastAccessed>(const AuditInput&);
