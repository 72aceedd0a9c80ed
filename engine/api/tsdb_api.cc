#include "engine/api/tsdb_api.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/api/envelope.h"
#include "engine/api/parameters.h"
#include "engine/base/json_writer.h"

namespace tocsin::api {
namespace {

constexpr int64_t kListDefault = 10;
constexpr int64_t kListMax = 10'000;

struct Count {
  std::string name;
  uint64_t value = 0;
};

/// A text in Prometheus's label sets, with its length. There every series has its own; here they
/// share, so that this shows the weight of a label, not what it takes.
/// Source: prometheus model/labels/labels_stringlabels.go.
uint64_t text_bytes(std::string_view text) { return text.size() + (text.size() < 255 ? 1 : 4); }

/// The same counts as Prometheus takes of its postings.
/// Source: prometheus tsdb/index/postings.go Stats.
class Cardinality {
 public:
  explicit Cardinality(const std::vector<base::Labels>& series) {
    for (const base::Labels& labels : series) {
      for (size_t i = 0; i < labels.size(); ++i) ++labels_[labels[i].name][labels[i].value];
    }
  }

  uint64_t pairs() const {
    uint64_t out = 0;
    for (const auto& [name, values] : labels_) out += values.size();
    return out;
  }
  std::vector<Count> series_by_metric() const {
    std::vector<Count> out;
    const auto names = labels_.find("__name__");
    if (names == labels_.end()) return out;
    for (const auto& [value, series] : names->second) out.push_back({std::string(value), series});
    return out;
  }
  std::vector<Count> values_by_label() const {
    std::vector<Count> out;
    for (const auto& [name, values] : labels_) out.push_back({std::string(name), values.size()});
    return out;
  }
  std::vector<Count> bytes_by_label() const {
    std::vector<Count> out;
    for (const auto& [name, values] : labels_) {
      Count bytes{std::string(name), 0};
      for (const auto& [value, series] : values)
        bytes.value += (text_bytes(name) + text_bytes(value)) * series;
      out.push_back(std::move(bytes));
    }
    return out;
  }
  std::vector<Count> series_by_pair() const {
    std::vector<Count> out;
    for (const auto& [name, values] : labels_) {
      for (const auto& [value, series] : values)
        out.push_back({std::string(name) + "=" + std::string(value), series});
    }
    return out;
  }

 private:
  using Values = std::unordered_map<std::string_view, uint64_t>;
  std::unordered_map<std::string_view, Values> labels_;
};

/// Where the samples of all series begin and end; as upstream's when there are none.
class TimesVisitor final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override { take(tile.t); }
  void on_mixed(const base::MixedSeries& series) override { take(series.t); }
  base::TimestampMs first = INT64_MAX;
  base::TimestampMs last = INT64_MIN;

 private:
  void take(std::span<const base::TimestampMs> t) {
    first = std::min(first, t.front());
    last = std::max(last, t.back());
  }
};

base::Status visit_all(tsdb::Store& store, base::TileVisitor& visitor) {
  ASSIGN_OR_RETURN(const auto named, base::Matcher::make(base::MatchOp::kNotEqual, "__name__", ""));
  ASSIGN_OR_RETURN(const auto selection, store.select({named}));
  const auto rows = selection->rows();
  return selection->scan(*rows, {0, static_cast<uint32_t>(rows->labels.size())},
                         {INT64_MIN, INT64_MAX}, visitor);
}

/// The largest first, equals by name.
void write_top(base::JsonWriter& json, std::string_view key, std::vector<Count> counts,
               int64_t limit) {
  const auto size = std::min(counts.size(), static_cast<size_t>(limit));
  std::partial_sort(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(size),
                    counts.end(), [](const Count& a, const Count& b) {
                      return a.value != b.value ? a.value > b.value : a.name < b.name;
                    });
  json.key(key).begin_array();
  for (size_t i = 0; i < size; ++i) {
    json.begin_object().field("name", counts[i].name);
    json.key("value").integer(static_cast<int64_t>(counts[i].value)).end_object();
  }
  json.end_array();
}

net::ServerResponse status(const Call& call, tsdb::Store& store) {
  const Parameters parameters(call.http);
  int64_t limit = kListDefault;
  if (const auto text = parameters.get("limit"); !text.empty()) {
    const auto parsed = parse_integer(text, "strconv.Atoi");
    if (!parsed || *parsed < 1)
      return failure(ErrorType::kBadData, "limit must be a positive number");
    if (*parsed > kListMax)
      return failure(ErrorType::kBadData, "limit must not exceed " + std::to_string(kListMax));
    limit = *parsed;
  }
  const auto series = store.series({}, kTimeMin, kTimeMax);
  if (!series) return failure(ErrorType::kInternal, series.error().message);
  TimesVisitor times;
  if (const base::Status status = visit_all(store, times); !status.ok())
    return failure(ErrorType::kInternal, status.to_string());
  const Cardinality cardinality(*series);
  const tsdb::StoreStats stats = store.stats();
  std::string data;
  base::JsonWriter json(data);
  json.begin_object().key("headStats").begin_object();
  json.key("numSeries").integer(static_cast<int64_t>(stats.series));
  json.key("numLabelPairs").integer(static_cast<int64_t>(cardinality.pairs()));
  json.key("chunkCount")
      .integer(static_cast<int64_t>(stats.raw_chunks + stats.frozen_chunks + stats.loose_pieces));
  json.key("minTime").integer(times.first);
  json.key("maxTime").integer(times.last);
  json.end_object();
  write_top(json, "seriesCountByMetricName", cardinality.series_by_metric(), limit);
  write_top(json, "labelValueCountByLabelName", cardinality.values_by_label(), limit);
  write_top(json, "memoryInBytesByLabelName", cardinality.bytes_by_label(), limit);
  write_top(json, "seriesCountByLabelValuePair", cardinality.series_by_pair(), limit);
  json.end_object();
  return success(data);
}

}  // namespace

void mount_tsdb_api(Router& router, tsdb::Store& store) {
  router.add("GET", "/api/v1/status/tsdb",
             [&store](const Call& call) { return status(call, store); });
  // All samples are in memory; blocks are what Prometheus has on disk.
  router.add("GET", "/api/v1/status/tsdb/blocks",
             [](const Call&) { return success(R"({"blocks":[]})"); });
}

}  // namespace tocsin::api
