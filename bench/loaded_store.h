// A store with the fleet in it, written through the daemon's own scrape path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/scrape/intake.h"
#include "engine/tsdb/store.h"

namespace tocsin::bench {

/// A clock that stands where it is put.
class StillClock final : public base::Clock {
 public:
  base::TimestampMs now() const override { return now_; }
  int64_t steady_ns() const override { return now_ * 1'000'000; }
  void set(base::TimestampMs now) { now_ = now; }

 private:
  base::TimestampMs now_ = 0;
};

/// A store and an intake for each target. Not thread-safe.
class LoadedStore {
 public:
  static constexpr base::DurationMs kInterval = 15 * base::kSecond;

  explicit LoadedStore(uint32_t targets);

  /// Stores one body of each target, `interval` after the ones before. Ends the program on an
  /// error.
  void scrape(std::vector<std::string>& bodies);
  /// What reads the store while it fills: nothing, or what rules do: five minutes of every series
  /// after every scrape. The store keeps what is read again and again uncompressed.
  enum class Readers : uint8_t { kNone, kRules };
  /// Generates and stores `count` scrapes.
  void fill(uint32_t count, Readers readers = Readers::kRules);

  tsdb::Store& store() { return store_; }
  const StillClock& clock() const { return clock_; }
  uint32_t targets() const { return static_cast<uint32_t>(intakes_.size()); }
  tsdb::StoreStats stats() const { return store_.stats(); }
  base::TimestampMs now() const { return clock_.now(); }

 private:
  void look_back();

  StillClock clock_;
  tsdb::Store store_;
  std::vector<std::unique_ptr<scrape::Intake>> intakes_;
  uint32_t scrapes_ = 0;
};

/// The bodies of all targets at a scrape.
std::vector<std::string> fleet_bodies(uint32_t targets, uint32_t scrape);

}  // namespace tocsin::bench
