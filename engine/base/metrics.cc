#include "engine/base/metrics.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "engine/base/number.h"

namespace tocsin::base {

HistogramMetric::HistogramMetric(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

void HistogramMetric::observe(double v) {
  const auto bucket = std::ranges::lower_bound(bounds_, v) - bounds_.begin();
  buckets_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(v, std::memory_order_relaxed);
}

/// All series of one name. Exactly one of the maps is in use.
struct MetricRegistry::Family {
  std::string type;
  std::string help;
  std::map<MetricLabels, std::unique_ptr<Counter>> counters;
  std::map<MetricLabels, std::unique_ptr<Gauge>> gauges;
  std::map<MetricLabels, std::unique_ptr<HistogramMetric>> histograms;
  std::map<MetricLabels, std::function<double()>> readers;
};

MetricRegistry::MetricRegistry() = default;
MetricRegistry::~MetricRegistry() = default;

MetricRegistry::Family& MetricRegistry::family(std::string_view name, std::string_view help,
                                               std::string_view type) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), std::make_unique<Family>()).first;
    found->second->type = type;
    found->second->help = help;
  }
  assert(found->second->type == type);
  return *found->second;
}

Counter& MetricRegistry::counter(std::string_view name, std::string_view help,
                                 MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "counter").counters[std::move(labels)];
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Gauge& MetricRegistry::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "gauge").gauges[std::move(labels)];
  if (!slot) slot = std::make_unique<Gauge>();
  return *slot;
}

HistogramMetric& MetricRegistry::histogram(std::string_view name, std::string_view help,
                                           std::vector<double> bounds, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "histogram").histograms[std::move(labels)];
  if (!slot) slot = std::make_unique<HistogramMetric>(std::move(bounds));
  return *slot;
}

void MetricRegistry::gauge_from(std::string_view name, std::string_view help,
                                std::function<double()> read, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  family(name, help, "gauge").readers[std::move(labels)] = std::move(read);
}

void MetricRegistry::counter_from(std::string_view name, std::string_view help,
                                  std::function<double()> read, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  family(name, help, "counter").readers[std::move(labels)] = std::move(read);
}

void MetricRegistry::remove(std::string_view name, const MetricLabels& labels) {
  const std::lock_guard lock(mutex_);
  const auto found = families_.find(name);
  if (found == families_.end()) return;
  found->second->counters.erase(labels);
  found->second->gauges.erase(labels);
  found->second->histograms.erase(labels);
  found->second->readers.erase(labels);
}

namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void append_line(std::string& out, std::string_view name, const MetricLabels& labels,
                 std::string_view bucket_bound, double value) {
  out += name;
  char open = '{';
  const auto append_label = [&](std::string_view label, std::string_view text) {
    out += open;
    out += label;
    out += "=\"";
    append_escaped(out, text, true);
    out += '"';
    open = ',';
  };
  for (const auto& [label, text] : labels) append_label(label, text);
  if (!bucket_bound.empty()) append_label("le", bucket_bound);
  if (open == ',') out += '}';
  out += ' ';
  append_general(out, value);
  out += '\n';
}

}  // namespace

// Readers are asked without the lock: they take locks of their own, whose holders may be about to
// count something here.
MetricRegistry::ReadValues MetricRegistry::read_values() const {
  std::vector<std::tuple<std::string, MetricLabels, std::function<double()>>> readers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, family] : families_) {
      for (const auto& [labels, read] : family->readers) readers.emplace_back(name, labels, read);
    }
  }
  ReadValues out;
  for (const auto& [name, labels, read] : readers) out[name][labels] = read();
  return out;
}

std::string MetricRegistry::expose() const {
  ReadValues read = read_values();
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + " ";
    append_escaped(out, family->help, false);
    out += "\n# TYPE " + name + " " + family->type + "\n";
    for (const auto& [labels, counter] : family->counters) {
      append_line(out, name, labels, {}, counter->value());
    }
    for (const auto& [labels, gauge] : family->gauges)
      append_line(out, name, labels, {}, gauge->value());
    for (const auto& [labels, value] : read[name]) append_line(out, name, labels, {}, value);
    for (const auto& [labels, histogram] : family->histograms) {
      uint64_t cumulative = 0;
      for (size_t i = 0; i < histogram->buckets_.size(); ++i) {
        cumulative += histogram->buckets_[i].load(std::memory_order_relaxed);
        const bool last = i == histogram->bounds_.size();
        const std::string bound = last ? "+Inf" : format_general(histogram->bounds_[i]);
        append_line(out, name + "_bucket", labels, bound, static_cast<double>(cumulative));
      }
      append_line(out, name + "_sum", labels, {}, histogram->sum_.load(std::memory_order_relaxed));
      append_line(out, name + "_count", labels, {}, static_cast<double>(cumulative));
    }
  }
  return out;
}

}  // namespace tocsin::base
