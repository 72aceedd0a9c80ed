// Any bytes as a remote write request, compressed and not. What is taken makes sense, and goes
// through the store into functions of histograms.
#include <algorithm>

#include "engine/base/histogram_check.h"
#include "engine/remote/write_receiver.h"
#include "engine/tsdb/store.h"
#include "promql/eval/query.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_time.h"

namespace tocsin {
namespace {

size_t buckets_of(const std::vector<base::HistogramSpan>& spans) {
  size_t sum = 0;
  for (const base::HistogramSpan& span : spans) sum += span.length;
  return sum;
}

void check_histograms(const remote::WriteRequest& request) {
  for (const remote::WrittenSeries& series : request.series) {
    for (const remote::TimedHistogram& one : request.histograms_of(series))
      fuzz_check(base::is_valid(*one.h), "a histogram that is taken is valid");
  }
}

base::TimestampMs newest(const remote::WriteRequest& request, base::TimestampMs none) {
  base::TimestampMs t = INT64_MIN;
  for (const remote::TimedHistogram& one : request.histograms) t = std::max(t, one.t);
  return t == INT64_MIN ? none : t;
}

void evaluate(const char* text, tsdb::Store& store, base::TimestampMs t, const base::Clock& clock) {
  const auto expr = promql::parse_expr(text);
  fuzz_check(expr.has_value(), text);
  const auto query = promql::Query::prepare(**expr, text, store, {}, clock);
  if (!query) return;
  const auto result = (*query)->run({t, t, 0});
  if (!result) return;
  for (const promql::ResultSeries& series : result->series) {
    for (const promql::Point& point : series.points) {
      if (point.h == nullptr) continue;
      fuzz_check(buckets_of(point.h->positive_spans) == point.h->positive_buckets.size() &&
                     buckets_of(point.h->negative_spans) == point.h->negative_buckets.size(),
                 "spans describe the buckets");
    }
  }
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  const std::string_view body = fuzz_text(data, size);
  if (const auto compressed = remote::decode_write_request(body)) check_histograms(*compressed);
  const auto request = remote::parse_write_request(body);
  if (!request) {
    fuzz_check(!request.error().message.empty(), "an error says something");
    return 0;
  }
  check_histograms(*request);
  const testing::FakeClock clock;
  tsdb::Store store({}, clock);
  base::MetricRegistry metrics;
  remote::WriteReceiver receiver(store, clock, metrics);
  if (!receiver.write(*request)) return 0;
  const base::TimestampMs t = newest(*request, clock.now());
  for (const char* text :
       {"histogram_quantile(0.9, sum(rate({__name__!=\"\"}[1h])))",
        "histogram_fraction(0, 1, avg_over_time({__name__!=\"\"}[1h]) - {__name__!=\"\"})",
        "histogram_stddev(-{__name__!=\"\"})", "resets({__name__!=\"\"}[1h])",
        "{__name__!=\"\"} * 2"}) {
    evaluate(text, store, t, clock);
  }
  return 0;
}
