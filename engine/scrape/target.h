// A target: what discovery found, after relabelling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/labels.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/scrape/scrape_config.h"

namespace tocsin::scrape {

/// One endpoint to scrape. Value type.
struct Target {
  base::Labels discovered;  ///< Before relabelling, with the defaults of the job.
  base::Labels all;         ///< After it, without __meta_*; identifies the target with `url`.
  base::Labels labels;      ///< What its series get: without any __*.
  std::string url;
  base::DurationMs interval = 0;
  base::DurationMs timeout = 0;
  /// The moments of the interval that the targets of the job share: see slots_for().
  uint32_t slots = 1;
  uint64_t phase = 0;  ///< By which the moments of jobs differ.

  /// Where in its interval the target is scraped: the same after a restart, different between the
  /// replicas of a pair by their `seed`. [0, interval). Twice the slots move half of the targets,
  /// by half the time between two slots.
  base::DurationMs offset(uint64_t seed) const;
  bool same_endpoint(const Target& other) const { return all == other.all && url == other.url; }
};

/// Labels of a target as discovery gives them plus the defaults of the job (job, __scheme__,
/// __metrics_path__, __scrape_interval__, __scrape_timeout__, __param_*).
base::Labels with_defaults(const base::Labels& target, const base::Labels& group,
                           const ScrapeConfig& config);

/// Relabels and checks. nullopt: dropped by relabel_configs. An error loses this target only.
/// Source: prometheus scrape/target.go PopulateLabels.
base::Result<std::optional<Target>> make_target(const base::Labels& discovered,
                                                const ScrapeConfig& config);

/// How many moments of an interval so many targets are spread over. Waking up for a scrape costs
/// about as much as the scrape, so that targets are scraped a few (4 to 8 on average) at a time.
/// `slots` is what they had before, 0: nothing; it stays while their number changes a little.
uint32_t slots_for(size_t targets, uint32_t slots);

/// FNV-1a, 64 bits: for seeds and offsets.
uint64_t fnv1a(std::string_view text, uint64_t hash = 0xcbf29ce484222325);

}  // namespace tocsin::scrape
