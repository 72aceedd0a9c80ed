#include "engine/app/open_metrics.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/number.h"
#include "engine/scrape/text_parser.h"

namespace tocsin::app {
namespace {

// What a person means by a time of day in this century, in milliseconds; less is likely seconds.
constexpr double kMillisecondsLeast = 1e11;

struct Point {
  base::TimestampMs t = 0;
  double v = 0;
  const char* at = nullptr;  // In the text, for complaints.
};

struct Series {
  base::Labels labels;
  std::vector<Point> points;
};

class Reader {
 public:
  Reader(std::string_view text, base::TimestampMs now) : text_(text), now_(now) {
    std::string_view rest = text;
    while (!rest.empty() && (rest.back() == '\n' || rest.back() == '\r')) rest.remove_suffix(1);
    is_open_metrics_ = rest == "# EOF" || rest.ends_with("\n# EOF");
  }

  base::Status read() {
    const char* const end = text_.data() + text_.size();
    for (const char* p = text_.data(); p < end;) {
      const char* newline = std::find(p, end, '\n');
      if (ended_ && newline != p) return wrong(p, "there is text after # EOF");
      RETURN_IF_ERROR(line(p, newline));
      p = newline + 1;
    }
    return {};
  }

  base::Status write(base::SampleSink& sink) {
    if (series_.empty()) return {};
    std::vector<base::Labels> labels;
    for (const Series& one : series_) labels.push_back(one.labels);
    const auto stream = sink.open_stream("file");
    ASSIGN_OR_RETURN(base::WriterRow row, stream->add_series(labels));
    for (Series& one : series_) {
      RETURN_IF_ERROR(sort(one));
      for (const Point& point : one.points)
        stream->add_loose(row, point.t, base::from_outside(point.v));
      ++row;
    }
    const auto stats = stream->commit();
    return stats ? base::Status() : base::Status(stats.error());
  }

 private:
  base::Status wrong(const char* at, std::string message) const {
    const auto line = std::count(text_.data(), at, '\n') + 1;
    const char* begin = at;
    while (begin > text_.data() && begin[-1] != '\n') --begin;
    return {base::Code::kInvalid,
            std::move(message),
            {"", static_cast<uint32_t>(line), static_cast<uint32_t>(at - begin) + 1}};
  }

  base::Status line(const char* p, const char* newline) {
    const char* first = scrape::skip_blanks(p);
    if (first >= newline || *first == '\r') return {};
    if (*first == '#') {
      ended_ = is_open_metrics_ && std::string_view(p, newline) == "# EOF";
      return {};
    }
    scrape::TextFault fault;
    const char* stop = scrape::scan_series(p, newline + 1, fault);
    if (stop == nullptr || !scrape::parse_series(p, stop, text_of_series_, fault))
      return wrong(fault.at, fault.message);
    return sample(stop, newline);
  }

  // Value, timestamp and exemplar of the series that was read.
  base::Status sample(const char* p, const char* newline) {
    const std::string_view value_text = word(p, newline);
    const auto value = base::parse_float(value_text);
    if (!value) {
      return wrong(p, value_text.empty() ? "the sample has no value"
                                         : "not a value: " + base::go_quote(value_text));
    }
    Point point{now_, *value, p};
    p += value_text.size();
    const std::string_view time_text = word(p, newline);
    const char* const time_at = p;
    if (!time_text.empty() && time_text.front() != '#') {
      RETURN_IF_ERROR(time(time_at, time_text, point.t));
      p += time_text.size();
    }
    const std::string_view rest = word(p, newline);
    const bool has_exemplar = is_open_metrics_ && rest == "#";
    if (!rest.empty() && !has_exemplar)
      return wrong(p, "unexpected " + base::go_quote(rest) + " after the sample");
    series().points.push_back(point);
    return {};
  }

  base::Status time(const char* at, std::string_view text, base::TimestampMs& out) const {
    const auto number = base::parse_float(text);
    constexpr double kMost = 9.2e15;  // Milliseconds, with room for arithmetic.
    const double ms = number.value_or(0) * (is_open_metrics_ ? 1000 : 1);
    if (!number || !(std::fabs(ms) < kMost))
      return wrong(at, "not a timestamp: " + base::go_quote(text));
    if (!is_open_metrics_ && (ms != std::floor(ms) || std::fabs(ms) < kMillisecondsLeast)) {
      return wrong(at, "the timestamp " + std::string(text) +
                           " looks like seconds; then this is OpenMetrics and must end with the "
                           "line # EOF (without it timestamps are milliseconds)");
    }
    out = static_cast<base::TimestampMs>(std::llround(ms));
    return {};
  }

  // Skips blanks, then the text up to the next blank or the end of the line.
  static std::string_view word(const char*& p, const char* newline) {
    while (p < newline && (*p == ' ' || *p == '\t')) ++p;
    const char* end = p;
    while (end < newline && *end != ' ' && *end != '\t' && *end != '\r') ++end;
    return {p, end};
  }

  Series& series() {
    std::vector<base::LabelView> pairs = text_of_series_.labels;
    pairs.push_back({base::kMetricName, text_of_series_.name});
    base::Labels labels = base::Labels::of(pairs);
    const auto [entry, is_new] = index_.try_emplace(labels, series_.size());
    if (is_new) series_.push_back({std::move(labels), {}});
    return series_[entry->second];
  }

  base::Status sort(Series& one) const {
    std::ranges::stable_sort(one.points, {}, &Point::t);
    const auto twin = std::ranges::adjacent_find(one.points, {}, &Point::t);
    if (twin == one.points.end()) return {};
    return wrong(std::next(twin)->at, one.labels.to_metric() + " has a second sample of the time " +
                                          base::format_rfc3339(twin->t));
  }

  std::string_view text_;
  base::TimestampMs now_;
  bool is_open_metrics_ = false;
  bool ended_ = false;
  scrape::SeriesText text_of_series_;
  std::vector<Series> series_;
  std::unordered_map<base::Labels, size_t, base::LabelsHash> index_;
};

}  // namespace

base::Status load_open_metrics(std::string_view text, base::TimestampMs now,
                               base::SampleSink& sink) {
  // The parser reads up to a newline.
  std::string whole(text);
  if (!whole.ends_with('\n')) whole += '\n';
  Reader reader(whole, now);
  RETURN_IF_ERROR(reader.read());
  return reader.write(sink);
}

}  // namespace tocsin::app
