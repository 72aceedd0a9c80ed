// The program's own metrics, exposed at /metrics under the field's names.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::base {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// Goes up. Thread-safe, lock-free.
class Counter {
 public:
  void add(double n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Goes anywhere. Thread-safe, lock-free.
class Gauge {
 public:
  void set(double v) { value_.store(v, std::memory_order_relaxed); }
  void add(double n) { value_.fetch_add(n, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Classic histogram with fixed upper bounds (ascending, without +Inf). Thread-safe.
class HistogramMetric {
 public:
  explicit HistogramMetric(std::vector<double> bounds);
  void observe(double v);

 private:
  friend class MetricRegistry;
  std::vector<double> bounds_;
  std::vector<std::atomic<uint64_t>> buckets_;
  std::atomic<double> sum_{0};
};

/// Owns the metrics. The same name and labels give the same object; a name has one type and help.
/// References stay valid as long as the registry. Thread-safe.
class MetricRegistry {
 public:
  Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {});
  HistogramMetric& histogram(std::string_view name, std::string_view help,
                             std::vector<double> bounds, MetricLabels labels = {});
  /// A gauge (or counter) read when scraped. `read` must be thread-safe and outlive the
  /// registry; it may use the registry, and may still run once just after remove().
  void gauge_from(std::string_view name, std::string_view help, std::function<double()> read,
                  MetricLabels labels = {});
  void counter_from(std::string_view name, std::string_view help, std::function<double()> read,
                    MetricLabels labels = {});
  /// Forgets the series of `name` with these labels.
  void remove(std::string_view name, const MetricLabels& labels);
  /// Text exposition format 0.0.4, families sorted by name.
  std::string expose() const;

 private:
  struct Family;
  using ReadValues = std::map<std::string, std::map<MetricLabels, double>>;
  ReadValues read_values() const;
  Family& family(std::string_view name, std::string_view help, std::string_view type);
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;

 public:
  MetricRegistry();
  ~MetricRegistry();
};

}  // namespace tocsin::base
