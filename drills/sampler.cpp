// A libcurl handle for each thread: a kept connection is what is measured.
#include "drills/sampler.h"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "net/value.h"

namespace muster::drills {
namespace {

constexpr std::size_t kThreads = 8;
constexpr long kTimeoutMs = 5000;
constexpr std::size_t kBodyBytes = 8U << 20U;

struct Exchange {
  std::string body;
  /// How often the request was sent: libcurl sends it again when a kept connection turns out to be
  /// dead.
  int sent = 0;
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (exchange.body.size() + size * count > kBodyBytes) {
    return CURL_WRITEFUNC_ERROR;
  }
  exchange.body.append(bytes, size * count);
  return size * count;
}

int count_sending(void* user, char*, char*, int, int) {
  ++static_cast<Exchange*>(user)->sent;
  return CURL_PREREQFUNC_OK;
}

class Client {
 public:
  explicit Client(const SamplerOptions& options)
      : options_(options), easy_(curl_easy_init(), curl_easy_cleanup) {
    CURL* easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_URL, options.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, kTimeoutMs);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "muster drill");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange_);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, count_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &exchange_);
  }

  /// Fills in all but `due_us`.
  void ask(Sample& sample) {
    exchange_ = {};
    sample.start_us = monotonic_us();
    const CURLcode code = curl_easy_perform(easy_.get());
    sample.end_us = monotonic_us();
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    sample.status = static_cast<int>(status);
    if (code != CURLE_OK || status != 200) {
      sample.error =
          code == CURLE_OK ? "status " + std::to_string(status) : curl_easy_strerror(code);
      return;
    }
    sample.fate = exchange_.sent > 1 ? Fate::RetrySafe : Fate::Ok;
    const auto body = net::parse_json(exchange_.body);
    sample.version = body ? body.value().text_of(options_.member) : "";
  }

 private:
  const SamplerOptions& options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  Exchange exchange_;
};

}  // namespace

const char* to_string(Fate fate) {
  switch (fate) {
    case Fate::Ok:
      return "ok";
    case Fate::RetrySafe:
      return "retry_safe";
    case Fate::Lost:
      return "lost";
  }
  return "";
}

std::int64_t monotonic_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Sampler::Sampler(SamplerOptions options) : options_(std::move(options)), begin_us_(monotonic_us()) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads_.emplace_back([this] { ask_on(); });
  }
}

Sampler::~Sampler() {
  done_ = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Sampler::ask_on() {
  Client client(options_);
  std::vector<Sample> own;
  while (!done_) {
    Sample sample;
    sample.due_us = begin_us_ + next_++ * 1'000'000 / options_.rate;
    while (!done_ && monotonic_us() < sample.due_us) {
      const std::int64_t left = std::min<std::int64_t>(sample.due_us - monotonic_us(), 20'000);
      std::this_thread::sleep_for(std::chrono::microseconds(std::max<std::int64_t>(left, 0)));
    }
    if (done_) {
      break;
    }
    client.ask(sample);
    lost_ += sample.fate == Fate::Lost ? 1 : 0;
    own.push_back(std::move(sample));
  }
  const std::scoped_lock lock(mutex_);
  std::ranges::move(own, std::back_inserter(samples_));
}

std::vector<Sample> Sampler::finish() {
  done_ = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
  std::ranges::sort(samples_, {}, &Sample::due_us);
  return std::move(samples_);
}

}  // namespace muster::drills
