// Each exchange is a `Transfer`; the loop's thread alone touches libcurl's handles after a transfer
// was handed to it.
#include "net/transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "net/url.h"

namespace muster::net {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

/// One exchange under way.
struct Transfer {
  Transfer(const Request& asked, const TransportOptions& with) : request(asked), options(with) {}

  const Request& request;
  const TransportOptions& options;
  Url url;
  Easy easy{nullptr, curl_easy_cleanup};
  HeaderList headers{nullptr, curl_slist_free_all};
  std::size_t header_bytes = 0;
  bool too_large = false;
  SteadyTime started;
  char error[CURL_ERROR_SIZE] = {};
  Reply reply;
  std::promise<void> done;
};

namespace {

bool is_header_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// The rule of the transport that a request breaks; empty when it breaks none.
std::string broken_rule(const Request& request, const Url& url) {
  if (request.reach == Reach::Public && url.scheme != "https") {
    return "only https is allowed here";
  }
  for (const Header& header : request.headers) {
    if (header.name.empty() || !is_header_text(header.name) || !is_header_text(header.value)) {
      return "a header has a line break in it";
    }
  }
  return {};
}

// ---- what libcurl calls back
// ---------------------------------------------------------------------

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t length = size * count;
  if (transfer.reply.body.size() + length > transfer.options.body_bytes) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.reply.body.append(bytes, length);
  return length;
}

void take_header_line(std::string_view line, std::vector<Header>& headers) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) {
    line.remove_suffix(1);
  }
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers.clear();  // an interim answer (1xx) stood before
  } else if (colon != std::string_view::npos) {
    const std::size_t begin = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    headers.push_back({std::string(line.substr(0, colon)), std::string(line.substr(begin))});
  }
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t length = size * count;
  transfer.header_bytes += length;
  if (transfer.header_bytes > transfer.options.header_bytes) {
    transfer.too_large = true;
    return 0;
  }
  take_header_line({bytes, length}, transfer.reply.headers);
  return length;
}

// ---- settings of one exchange
// --------------------------------------------------------------------

void set_times(Transfer& transfer) {
  CURL* const easy = transfer.easy.get();
  const auto& limit = transfer.request.timeout;
  const Milliseconds connect = limit.value_or(transfer.options.connect_timeout);
  const Milliseconds total = limit.value_or(transfer.options.total_timeout);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect.count());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, total.count());
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, transfer.options.stall_timeout.count());
}

void set_security(Transfer& transfer) {
  CURL* const easy = transfer.easy.get();
  const bool plain = transfer.request.reach != Reach::Public;
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!transfer.options.ca_bundle.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, transfer.options.ca_bundle.c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, transfer.options.ca_bundle.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (transfer.request.reach == Reach::Metadata) {
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
  }
}

void add_header(Transfer& transfer, const std::string& line) {
  transfer.headers.reset(curl_slist_append(transfer.headers.release(), line.c_str()));
}

void set_headers(Transfer& transfer) {
  // A name alone removes what libcurl would add by itself.
  add_header(transfer, "Expect:");
  if (!find_header(transfer.request.headers, "Content-Type")) {
    add_header(transfer, "Content-Type:");
  }
  for (const Header& header : transfer.request.headers) {
    add_header(transfer,
               header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  curl_easy_setopt(transfer.easy.get(), CURLOPT_HTTPHEADER, transfer.headers.get());
}

void set_request(Transfer& transfer) {
  CURL* const easy = transfer.easy.get();
  const Request& request = transfer.request;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, transfer.options.user_agent.c_str());
  if (request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void set_callbacks(Transfer& transfer) {
  CURL* const easy = transfer.easy.get();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(transfer.error));
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

void prepare(Transfer& transfer) {
  transfer.easy.reset(curl_easy_init());
  set_request(transfer);
  set_headers(transfer);
  set_times(transfer);
  set_security(transfer);
  set_callbacks(transfer);
}

// ---- what came of it
// -----------------------------------------------------------------------------

Failure failure_of(CURLcode code) {
  // CURLcode has a hundred values; the ones not named here are trouble on the way.
  static const std::map<CURLcode, Failure> kFailures = {
      {CURLE_OK, Failure::None},
      {CURLE_URL_MALFORMAT, Failure::Refused},
      {CURLE_COULDNT_RESOLVE_PROXY, Failure::Connect},
      {CURLE_COULDNT_RESOLVE_HOST, Failure::Connect},
      {CURLE_COULDNT_CONNECT, Failure::Connect},
      {CURLE_PROXY, Failure::Connect},
      {CURLE_SSL_CONNECT_ERROR, Failure::Connect},
      {CURLE_PEER_FAILED_VERIFICATION, Failure::Certificate},
      {CURLE_SSL_CACERT_BADFILE, Failure::Certificate},
      {CURLE_SSL_ISSUER_ERROR, Failure::Certificate},
      {CURLE_OPERATION_TIMEDOUT, Failure::Timeout},
  };
  const auto found = kFailures.find(code);
  return found == kFailures.end() ? Failure::Broken : found->second;
}

void conclude(Transfer& transfer, CURLcode code) {
  Reply& reply = transfer.reply;
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  reply.failure = transfer.too_large ? Failure::TooLarge : failure_of(code);
  if (reply.failure != Failure::None) {
    const std::string said = transfer.error[0] == '\0' ? curl_easy_strerror(code) : transfer.error;
    reply.why = transfer.url.authority() + ": " +
                (transfer.too_large ? "the answer is larger than muster takes" : said);
    reply.body.clear();
  }
}

void write_log(const Transfer& transfer) {
  if (!transfer.options.log) {
    return;
  }
  const Reply& reply = transfer.reply;
  const auto took =
      std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - transfer.started);
  transfer.options.log(
      transfer.request.label + " " + transfer.request.method + " " + transfer.url.scheme + "://" +
      transfer.url.authority() + transfer.url.path + (transfer.url.query.empty() ? "" : "?…") +
      " " + (reply.failure == Failure::None ? std::to_string(reply.status) : reply.why) + " " +
      std::to_string(reply.body.size()) + " bytes " + std::to_string(took.count()) + " ms");
}

}  // namespace

/// The thread and what it shares with the callers.
class Transport::Loop {
 public:
  explicit Loop(TransportOptions options) : options_(std::move(options)) {
    static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(kStarted);
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.in_all));
    thread_ = std::thread([this] { run(); });
  }

  ~Loop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] const TransportOptions& options() const { return options_; }

  void enqueue(Transfer& transfer) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(&transfer);
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    int running = 0;
    while (start_waiting()) {
      curl_multi_perform(multi_, &running);
      if (!finish_done()) {
        curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
      }
    }
  }

  /// Starts every waiting transfer whose host has room. No when the loop is to end.
  bool start_waiting() {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [this](Transfer* transfer) {
      std::size_t& with_host = under_way_[transfer->url.authority()];
      if (with_host >= options_.per_host || in_all_ >= options_.in_all) {
        return false;
      }
      ++with_host;
      ++in_all_;
      transfer->started = std::chrono::steady_clock::now();
      prepare(*transfer);
      curl_multi_add_handle(multi_, transfer->easy.get());
      return true;
    });
    return !stopping_;
  }

  /// Answers the callers of what has ended. Yes when there was any.
  bool finish_done() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) {
        continue;
      }
      const CURLcode code = message->data.result;
      CURL* const easy = message->easy_handle;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
      curl_multi_remove_handle(multi_, easy);
      conclude(*transfer, code);
      write_log(*transfer);
      --under_way_[transfer->url.authority()];
      --in_all_;
      transfer->easy.reset();
      // SAFETY: the caller may destroy the transfer as soon as the promise is kept.
      std::promise<void> done = std::move(transfer->done);
      done.set_value();
      any = true;
    }
    return any;
  }

  TransportOptions options_;
  CURLM* multi_ = nullptr;
  std::mutex mutex_;
  std::deque<Transfer*> waiting_;
  bool stopping_ = false;
  /// Of the thread alone.
  std::map<std::string, std::size_t> under_way_;
  std::size_t in_all_ = 0;
  std::thread thread_;
};

Transport::Transport(TransportOptions options)
    : loop_(std::make_unique<Loop>(std::move(options))) {}

Transport::~Transport() = default;

Reply Transport::send(const Request& request) {
  auto url = parse_url(request.url);
  if (!url) {
    return {.failure = Failure::Refused, .why = url.error().message};
  }
  if (std::string rule = broken_rule(request, url.value()); !rule.empty()) {
    return {.failure = Failure::Refused, .why = url.value().authority() + ": " + rule};
  }
  Transfer transfer(request, loop_->options());
  transfer.url = std::move(url).value();
  const std::future<void> done = transfer.done.get_future();
  loop_->enqueue(transfer);
  done.wait();
  return std::move(transfer.reply);
}

}  // namespace muster::net
