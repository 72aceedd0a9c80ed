#include "rules/phase.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

/// Arrivals looked at, evenly chosen: each is a candidate that is compared with all.
constexpr size_t kArrivalsMax = 64;
/// A period this close to the interval is the interval, measured.
constexpr double kSamePeriod = 0.9;

base::DurationMs positive_modulo(base::DurationMs a, base::DurationMs b) {
  const base::DurationMs rest = a % b;
  return rest < 0 ? rest + b : rest;
}

/// Scrapes take longer some day than another; a slot just before an arrival is the worst of all.
base::DurationMs margin(base::DurationMs interval) {
  return std::clamp<base::DurationMs>(interval / 50, 50, base::kSecond);
}

/// Some arrivals, late by the margin: a slot must not count on those of the last moment.
std::vector<Arrival> late_arrivals(std::span<const Arrival> arrivals, base::DurationMs interval) {
  std::vector<Arrival> out;
  const size_t stride = (arrivals.size() + kArrivalsMax - 1) / kArrivalsMax;
  for (size_t i = 0; i < arrivals.size(); i += stride) {
    out.push_back({arrivals[i].t + margin(interval), arrivals[i].period});
  }
  return out;
}

}  // namespace

double mean_wait(std::span<const Arrival> arrivals, base::DurationMs interval,
                 base::DurationMs phase) {
  double sum = 0;
  for (const Arrival& arrival : arrivals) {
    const bool once =
        static_cast<double>(arrival.period) >= kSamePeriod * static_cast<double>(interval);
    sum +=
        static_cast<double>(positive_modulo(phase - arrival.t, once ? interval : arrival.period));
  }
  return sum / static_cast<double>(arrivals.size());
}

std::optional<base::DurationMs> better_phase(std::span<const Arrival> arrivals,
                                             base::DurationMs interval, base::DurationMs current) {
  if (arrivals.empty()) return std::nullopt;
  const std::vector<Arrival> chosen = late_arrivals(arrivals, interval);
  base::DurationMs best = current;
  double best_wait = mean_wait(chosen, interval, current);
  const double enough = best_wait - static_cast<double>(interval) / 4;
  for (const Arrival& arrival : chosen) {
    const base::DurationMs phase = positive_modulo(arrival.t, interval);
    const double wait = mean_wait(chosen, interval, phase);
    if (wait >= best_wait) continue;
    best = phase;
    best_wait = wait;
  }
  return best_wait <= enough ? std::optional(best) : std::nullopt;
}

}  // namespace tocsin::rules
