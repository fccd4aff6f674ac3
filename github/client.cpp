#include "github/client.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "net/ascii.h"

namespace muster::github {

using net::Value;

namespace {

/// The version that tells of immutable subjects, and the first one, for older servers.
constexpr std::string_view kVersion = "2026-03-10";
constexpr std::string_view kOldVersion = "2022-11-28";
constexpr std::size_t kMaxPages = 1000;
/// What we wait when GitHub asks for fewer requests and does not say for how long.
constexpr std::chrono::seconds kUnsaidWait{60};
constexpr std::size_t kMessageBytes = 200;

std::optional<long> number_in(const net::Reply& reply, std::string_view header) {
  const auto text = net::find_header(reply.headers, header);
  long number = 0;
  if (!text) {
    return std::nullopt;
  }
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = problem == std::errc() && end == text->data() + text->size() && number >= 0;
  return whole ? std::optional(number) : std::nullopt;
}

/// One line of what GitHub says, without anything that a terminal would act on.
std::string message_of(const net::Reply& reply) {
  const auto body = net::parse_json(reply.body);
  std::string text = body ? body.value().text_of("message") : std::string();
  std::erase_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; });
  text.resize(std::min(text.size(), kMessageBytes));
  return text.empty() ? "no answer of GitHub's API" : text;
}

/// For how long the answer asks us to stay away; nothing when it is not about limits.
std::optional<std::chrono::seconds> limit_of(const net::Reply& reply, net::WallTime now) {
  if (reply.status != 403 && reply.status != 429) {
    return std::nullopt;
  }
  if (const auto seconds = number_in(reply, "retry-after")) {
    return std::chrono::seconds(*seconds);
  }
  if (number_in(reply, "x-ratelimit-remaining") == 0) {
    const auto reset = number_in(reply, "x-ratelimit-reset");
    const auto time = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    // A second more, since their clock and ours need not agree.
    return reset ? std::max(std::chrono::seconds(*reset) - time, std::chrono::seconds(0)) +
                       std::chrono::seconds(1)
                 : kUnsaidWait;
  }
  const bool asks =
      reply.status == 429 || net::lower(message_of(reply)).find("rate limit") != std::string::npos;
  return asks ? std::optional(kUnsaidWait) : std::nullopt;
}

/// The address behind `rel="next"` of a `Link` header.
std::string next_link(const net::Reply& reply) {
  const std::string header = net::find_header(reply.headers, "link").value_or("");
  std::string_view rest = header;
  while (!rest.empty()) {
    const std::size_t open = rest.find('<');
    const std::size_t close = rest.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      return {};
    }
    const std::string_view address = rest.substr(open + 1, close - open - 1);
    const std::string_view behind = rest.substr(close + 1);
    const std::string_view parameters = behind.substr(0, std::min(behind.find('<'), behind.size()));
    if (parameters.find("rel=\"next\"") != std::string_view::npos) {
      return std::string(address);
    }
    rest = behind;
  }
  return {};
}

ProblemKind kind_of_status(int status) {
  return status == 401                                      ? ProblemKind::Credentials
         : status == 403                                    ? ProblemKind::Forbidden
         : status == 404                                    ? ProblemKind::NotFound
         : status == 408 || (status >= 500 && status < 600) ? ProblemKind::Transient
                                                            : ProblemKind::Refused;
}

ProblemKind kind_of_failure(net::Failure failure) {
  switch (failure) {
    case net::Failure::None:
    case net::Failure::Refused:
    case net::Failure::Certificate:
    case net::Failure::TooLarge:
      return ProblemKind::Refused;
    case net::Failure::Connect:
    case net::Failure::Timeout:
    case net::Failure::Broken:
      return ProblemKind::Transient;
  }
  return ProblemKind::Refused;
}

}  // namespace

const char* to_string(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::Credentials:
      return "credentials";
    case ProblemKind::Forbidden:
      return "forbidden";
    case ProblemKind::NotFound:
      return "not-found";
    case ProblemKind::Limited:
      return "limited";
    case ProblemKind::Transient:
      return "transient";
    case ProblemKind::Broken:
      return "broken";
    case ProblemKind::Refused:
      return "refused";
  }
  return "refused";
}

std::string to_string(const Problem& problem) {
  return problem.request + ": " + problem.message +
         (problem.status > 0 ? " (HTTP " + std::to_string(problem.status) + ")" : "") +
         (problem.attempts > 1 ? " after " + std::to_string(problem.attempts) + " attempts" : "");
}

/// One page on its way: asked for as often as is worth it.
class Client::Exchange {
 public:
  Exchange(Client& client, std::string address)
      : client_(client),
        address_(std::move(address)),
        attempts_(client.options_.policy, client.quota_, client.clock_) {}

  /// The page, or why there is none.
  std::optional<Problem> run(Page& page) {
    while (true) {
      const net::Reply reply = send();
      auto problem = read(reply, page);
      if (!problem) {
        attempts_.succeeded();
        return std::nullopt;
      }
      problem->attempts = attempts_.made();
      if (!worth_another(*problem, reply)) {
        return problem;
      }
    }
  }

 private:
  net::Reply send() {
    key_ = Cache::key(address_, client_.version_);
    known_ = client_.cache_.find(key_);
    net::Request request;
    request.url = address_;
    request.reach =
        client_.options_.api.scheme == "https" ? net::Reach::Public : net::Reach::Endpoint;
    request.label = "github";
    request.headers = {{"Accept", "application/vnd.github+json"},
                       {"X-GitHub-Api-Version", client_.version_}};
    if (!client_.options_.token.empty()) {
      request.headers.push_back({"Authorization", "Bearer " + client_.options_.token.reveal()});
    }
    if (known_ != nullptr) {
      request.headers.push_back({"If-None-Match", known_->etag});
    }
    return client_.http_.send(request);
  }

  std::optional<Problem> read(const net::Reply& reply, Page& page) {
    if (reply.failure != net::Failure::None) {
      return Problem{.kind = kind_of_failure(reply.failure), .message = reply.why};
    }
    if (reply.status == 304 && known_ != nullptr) {
      page = {known_->value, known_->next};
      client_.cache_.keep(key_, *known_);
      return std::nullopt;
    }
    if (reply.status != 200) {
      return refusal(reply);
    }
    auto parsed = net::parse_json(reply.body);
    if (!parsed) {
      return Problem{ProblemKind::Transient,
                     {},
                     reply.status,
                     "the answer is broken: " + parsed.error().message};
    }
    page = {cleaned(std::move(parsed).value()), next_link(reply)};
    if (const auto etag = net::find_header(reply.headers, "etag"); etag && !etag->empty()) {
      client_.cache_.keep(key_, {*etag, page.next, page.value});
    }
    return std::nullopt;
  }

  [[nodiscard]] Problem refusal(const net::Reply& reply) const {
    const bool moved =
        reply.status == 301 || reply.status == 302 || reply.status == 307 || reply.status == 308;
    return {
        limit_of(reply, client_.clock_.now()) ? ProblemKind::Limited : kind_of_status(reply.status),
        {},
        reply.status,
        moved ? "it has moved: ask for it by its present name" : message_of(reply)};
  }

  bool worth_another(Problem& problem, const net::Reply& reply) {
    if (problem.kind == ProblemKind::Transient) {
      return attempts_.again(reply.failure == net::Failure::Timeout ? net::RetryReason::Timeout
                                                                    : net::RetryReason::Transient);
    }
    if (problem.kind == ProblemKind::Limited) {
      return wait(*limit_of(reply, client_.clock_.now()), problem);
    }
    if (problem.status == 400 && client_.version_ == kVersion) {
      client_.version_ = kOldVersion;
      return true;
    }
    return false;
  }

  /// Waits until the limit is over, when that is soon enough.
  bool wait(std::chrono::seconds asked, Problem& problem) {
    asked = std::max(asked, std::chrono::seconds(1));
    if (client_.waited_ + asked > client_.options_.longest_wait) {
      problem.message = "the limit of requests is used up, for " + std::to_string(asked.count()) +
                        " seconds more: " + problem.message;
      return false;
    }
    if (client_.options_.waiting) {
      client_.options_.waiting(asked);
    }
    client_.waited_ += asked;
    client_.clock_.sleep(asked);
    return true;
  }

  Client& client_;
  std::string address_;
  net::Attempts attempts_;
  std::string key_;
  const CachedAnswer* known_ = nullptr;
};

Client::Client(ClientOptions options, net::Http& http, net::Clock& clock, Cache& cache)
    : options_(std::move(options)), http_(http), clock_(clock), cache_(cache), version_(kVersion) {}

Answer Client::get(const std::string& path) {
  Page page;
  if (auto problem = Exchange(*this, options_.api.text() + path).run(page)) {
    problem->request = "GET " + path;
    return *std::move(problem);
  }
  if (page.value.kind != Value::Kind::Object) {
    return Problem{ProblemKind::Broken, "GET " + path, 200, "the answer is no object"};
  }
  return std::move(page.value);
}

Answer Client::list(const std::string& path) {
  return pages(path, {});
}

Answer Client::list(const std::string& path, std::string_view member) {
  return pages(path, member);
}

namespace {

/// The list of a page; null when there is none.
Value* list_of(Value& page, std::string_view member) {
  if (member.empty()) {
    return page.kind == Value::Kind::List ? &page : nullptr;
  }
  const auto found =
      std::ranges::find_if(page.members, [&](const auto& one) { return one.name == member; });
  const bool there = found != page.members.end() && found->value.kind == Value::Kind::List;
  return there ? &found->value : nullptr;
}

/// Whether a link to a next page stays where the token may go.
bool stays_at(const net::Url& api, const std::string& link) {
  const auto url = net::parse_url(link);
  return url && url.value().scheme == api.scheme && url.value().authority() == api.authority() &&
         url.value().path.starts_with(api.path + "/");
}

/// Why the list is not all there is; empty when it is. A total that differs means that the list
/// changed between its pages, or that somebody keeps part of it from us.
std::string gap_in(Value& whole, std::string_view member) {
  const Value* const total = member.empty() ? nullptr : whole.find("total_count");
  const std::size_t count = list_of(whole, member)->items.size();
  return total == nullptr || total->text == std::to_string(count)
             ? ""
             : "the list is incomplete: " + std::to_string(count) + " of " + total->text;
}

}  // namespace

Answer Client::pages(const std::string& path, std::string_view member) {
  const auto broken = [&](std::string why) {
    return Problem{ProblemKind::Broken, "GET " + path, 200, std::move(why)};
  };
  std::string address = options_.api.text() + path +
                        (path.find('?') == std::string::npos ? "?" : "&") + "per_page=100";
  std::set<std::string> seen;
  std::optional<Value> whole;
  while (!address.empty()) {
    if (!seen.insert(address).second || seen.size() > kMaxPages) {
      return broken(seen.size() > kMaxPages ? "the list has more than 1000 pages"
                                            : "the list is incomplete: a page leads back");
    }
    Page page;
    if (auto problem = Exchange(*this, address).run(page)) {
      problem->request = "GET " + path;
      return *std::move(problem);
    }
    Value* const items = list_of(page.value, member);
    if (items == nullptr) {
      return broken("the answer holds no list");
    }
    if (!page.next.empty() && !stays_at(options_.api, page.next)) {
      return broken("the list is incomplete: its next page is on another host");
    }
    address = page.next;
    if (!whole) {
      whole = std::move(page.value);
      continue;
    }
    Value* const all = list_of(*whole, member);
    std::move(items->items.begin(), items->items.end(), std::back_inserter(all->items));
  }
  if (std::string why = gap_in(*whole, member); !why.empty()) {
    return broken(std::move(why));
  }
  return *std::move(whole);
}

}  // namespace muster::github
