#include "aws/paging.h"

#include <set>
#include <string>

namespace muster::aws {
namespace {

CallError incomplete(const Client& client, const Call& call, std::string why,
                     ErrorKind kind = ErrorKind::Refused) {
  return {.kind = kind,
          .message = "the list is incomplete: " + std::move(why),
          .status = 200,
          .service = std::string(call.service.id),
          .action = std::string(call.action),
          .account = client.account(),
          .region = client.region()};
}

std::string text_at(const Value& value, std::string_view path) {
  const Value* const found = path.empty() ? nullptr : value.find_path(path);
  return found == nullptr ? std::string() : found->text;
}

}  // namespace

std::optional<CallError> each_page(const Client& client, Call call, const Paging& paging,
                                   const std::function<void(const Value&)>& take) {
  std::set<std::string> seen;
  for (int page = 0; page < paging.most_pages; ++page) {
    const Answer answer = client.call(call);
    if (!answer.ok()) {
      return answer.error();
    }
    take(answer.value());
    const std::string token = text_at(answer.value(), paging.token);
    if (token.empty()) {
      const bool more = text_at(answer.value(), paging.truncated) == "true";
      return more ? std::optional(incomplete(client, call, "more was announced without a token"))
                  : std::nullopt;
    }
    if (!seen.insert(token).second) {
      return incomplete(client, call, "a page was handed out twice");
    }
    call.input.set(paging.parameter, text_value(token));
  }
  return incomplete(client, call, "more than " + std::to_string(paging.most_pages) + " pages",
                    ErrorKind::TooMany);
}

}  // namespace muster::aws
