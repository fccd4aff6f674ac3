#include "drills/judge.h"

#include <algorithm>

namespace muster::drills {
namespace {

std::int64_t ms(std::int64_t us) {
  return us <= 0 ? 0 : (us + 999) / 1000;
}

/// When the first answer of one version, and the last of the other, came in [from, to).
struct Switch {
  std::optional<std::int64_t> first_new;
  std::optional<std::int64_t> last_old;
};

Switch switch_between(const std::vector<Sample>& samples, std::int64_t from, std::int64_t to,
                      const std::string& before, const std::string& after) {
  Switch seen;
  for (const Sample& sample : samples) {
    if (sample.end_us < from || sample.end_us >= to) {
      continue;
    }
    if (sample.version == after) {
      seen.first_new = std::min(seen.first_new.value_or(sample.end_us), sample.end_us);
    } else if (sample.version == before) {
      seen.last_old = std::max(seen.last_old.value_or(sample.end_us), sample.end_us);
    }
  }
  return seen;
}

std::int64_t mixed_us(const Switch& seen) {
  return seen.first_new && seen.last_old
             ? std::max<std::int64_t>(*seen.last_old - *seen.first_new, 0)
             : 0;
}

/// The union of the times from due to end of all that were lost.
std::int64_t downtime_us(const std::vector<Sample>& samples) {
  std::int64_t total = 0;
  std::int64_t covered = 0;
  for (const Sample& sample : samples) {
    if (sample.fate == Fate::Lost && sample.end_us > covered) {
      total += sample.end_us - std::max(covered, sample.due_us);
      covered = sample.end_us;
    }
  }
  return total;
}

void count(const std::vector<Sample>& samples, Metrics& metrics) {
  metrics.sent = samples.size();
  for (const Sample& sample : samples) {
    metrics.ok += sample.fate == Fate::Ok ? 1 : 0;
    metrics.lost += sample.fate == Fate::Lost ? 1 : 0;
    metrics.retry_safe += sample.fate == Fate::RetrySafe ? 1 : 0;
    if (sample.fate != Fate::Lost) {
      ++metrics.by_version[sample.version];
    }
  }
}

/// A second without an answer is one in which nobody knows what visitors got; one in ten may come
/// late.
bool is_complete(const Plan& plan, const Marks& marks, const std::vector<Sample>& samples) {
  const std::int64_t due = (marks.sampled - marks.sampling) * plan.target.rate / 1'000'000;
  return !samples.empty() && static_cast<std::int64_t>(samples.size()) * 10 >= due * 9;
}

void judge_requests(const Plan& plan, const Metrics& metrics, std::vector<std::string>& against) {
  if (metrics.lost > plan.target.max_lost) {
    against.push_back(std::to_string(metrics.lost) + " of " + std::to_string(metrics.sent) +
                      " requests were lost, at most " + std::to_string(plan.target.max_lost) +
                      " may be");
  }
  for (const auto& [version, number] : metrics.by_version) {
    if (version != plan.from.version && version != plan.to.version) {
      against.push_back(std::to_string(number) + " answers told " +
                        (version.empty() ? "no version" : "version `" + version + "`") +
                        ", which is none of the drill");
    }
  }
}

}  // namespace

Judgement judge(const Plan& plan, const Marks& marks, const std::vector<Sample>& samples) {
  Judgement judged;
  Metrics& metrics = judged.metrics;
  count(samples, metrics);
  const Switch back =
      switch_between(samples, marks.rollback, marks.forward, plan.from.version, plan.to.version);
  const Switch forth =
      switch_between(samples, marks.forward, marks.sampled, plan.to.version, plan.from.version);
  const std::int64_t first = back.first_new.value_or(marks.verified_old);
  const std::int64_t last =
      std::clamp(back.last_old.value_or(first), first, std::max(first, marks.verified_old));
  metrics.act_ms = ms(first - marks.rollback);
  metrics.converge_ms = ms(last - first);
  metrics.verify_ms = ms(marks.verified_old - last);
  metrics.rto_ms = ms(marks.verified_old - marks.rollback);
  metrics.restore_ms = ms(marks.verified_new - marks.forward);
  metrics.downtime_ms = ms(downtime_us(samples));
  metrics.mixed_ms = ms(mixed_us(back) + mixed_us(forth));
  if (metrics.rto_ms > static_cast<std::int64_t>(plan.target.objective_seconds) * 1000) {
    judged.against.push_back("it took " + std::to_string(metrics.rto_ms) +
                             " ms, the objective is " +
                             std::to_string(plan.target.objective_seconds) + " s");
  }
  if (!is_complete(plan, marks, samples)) {
    judged.against.push_back("only " + std::to_string(samples.size()) +
                             " requests could be made, at " + std::to_string(plan.target.rate) +
                             " a second: what visitors got is not known");
  }
  if (!back.first_new || !forth.first_new) {
    judged.against.push_back("no visitor was answered by the version that was deployed");
  }
  judge_requests(plan, metrics, judged.against);
  return judged;
}

}  // namespace muster::drills
