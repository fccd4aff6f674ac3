#include "net/clock.h"

#include <random>
#include <thread>

namespace muster::net {

void Clock::sleep(Milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

double Clock::chance() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace muster::net
