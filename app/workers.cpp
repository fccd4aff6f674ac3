// Each thread takes the next piece that nobody has, so that long pieces do not hold up the others.
#include "app/workers.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace muster::app {
namespace {

constexpr std::size_t kMostThreads = 8;

/// What all threads of one call share.
struct Shared {
  std::size_t count = 0;
  const Work& work;
  std::atomic<std::size_t> next = 0;
};

/// Takes pieces until none is left; an exception ends the work of all.
void take_pieces(Shared& shared, std::size_t worker, std::exception_ptr& failure) {
  try {
    for (std::size_t number = 0; (number = shared.next++) < shared.count;) {
      shared.work({number, worker});
    }
  } catch (...) {
    failure = std::current_exception();
    shared.next = shared.count;
  }
}

}  // namespace

Threads::Threads()
    : size_(std::clamp(std::size_t{std::thread::hardware_concurrency()}, std::size_t{1},
                       kMostThreads)) {}

void Threads::run(std::size_t count, const Work& work) const {
  const std::size_t workers = std::max(std::min(size_, count), std::size_t{1});
  Shared shared{count, work};
  std::vector<std::exception_ptr> failures(workers);
  std::vector<std::thread> threads;
  threads.reserve(workers - 1);
  try {
    for (std::size_t worker = 1; worker < workers; ++worker) {
      threads.emplace_back(take_pieces, std::ref(shared), worker, std::ref(failures[worker]));
    }
  } catch (const std::system_error&) {
    // The system gives no more threads: those that are there take all pieces.
  }
  take_pieces(shared, 0, failures[0]);
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
}

}  // namespace muster::app
