// Where in its interval a group's slots lie best, seen from the scrapes that feed it. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/base/time.h"

namespace tocsin::rules {

/// When one writer's samples arrive.
struct Arrival {
  base::TimestampMs t = 0;      ///< Some arrival; others lie whole periods away.
  base::DurationMs period = 0;  ///< Positive.
};

/// How old samples are at slots of `phase`, on average over the writers. Of samples that come
/// several times per interval the newest counts. Requires arrivals.
double mean_wait(std::span<const Arrival> arrivals, base::DurationMs interval,
                 base::DurationMs phase);

/// The phase shortly after an arrival that makes samples youngest, in [0, interval), if that makes
/// them younger than `current` does by a quarter of the interval or more. Where arrivals are spread
/// over the interval no phase does.
std::optional<base::DurationMs> better_phase(std::span<const Arrival> arrivals,
                                             base::DurationMs interval, base::DurationMs current);

}  // namespace tocsin::rules
