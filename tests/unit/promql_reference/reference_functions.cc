// Functions of the reference evaluator: of one window, of one number, of buckets.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "reference.h"

namespace tocsin::promql::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

using Samples = std::vector<base::Sample>;

double seconds(base::TimestampMs ms) { return static_cast<double>(ms) / 1000; }

std::vector<double> values_of(const Samples& samples) {
  std::vector<double> out;
  for (const base::Sample& sample : samples) out.push_back(sample.v);
  return out;
}

double sum(const Samples& samples) {
  long double total = 0;
  for (const base::Sample& sample : samples) total += sample.v;
  return static_cast<double>(total);
}

double mean(const Samples& samples) {
  long double total = 0;
  for (const base::Sample& sample : samples) total += sample.v;
  return static_cast<double>(total / static_cast<long double>(samples.size()));
}

double variance(const Samples& samples) {
  const long double middle = mean(samples);
  long double total = 0;
  for (const base::Sample& sample : samples) total += (sample.v - middle) * (sample.v - middle);
  return static_cast<double>(total / static_cast<long double>(samples.size()));
}

// The least or greatest by `better`; NaN only if nothing else is there.
double best(const Samples& samples, const std::function<bool(double, double)>& better) {
  double out = samples[0].v;
  for (const base::Sample& sample : samples) {
    if (better(sample.v, out) || std::isnan(out)) out = sample.v;
  }
  return out;
}

double count_pairs(const Samples& samples, const std::function<bool(double, double)>& counts) {
  double out = 0;
  for (size_t i = 1; i < samples.size(); ++i) out += counts(samples[i - 1].v, samples[i].v) ? 1 : 0;
  return out;
}

bool differ(double a, double b) { return a != b && !(std::isnan(a) && std::isnan(b)); }

double extrapolated(const SlowWindow& w, bool is_counter, bool is_rate) {
  const Samples& s = w.samples;
  double rise = s.back().v - s.front().v;
  for (size_t i = 1; is_counter && i < s.size(); ++i) {
    if (s[i].v < s[i - 1].v) rise += s[i - 1].v;
  }
  const double sampled = seconds(s.back().t - s.front().t);
  const double gap = sampled / static_cast<double>(s.size() - 1);
  double to_start = seconds(s.front().t - w.from);
  double to_end = seconds(w.to - s.back().t);
  if (to_start >= 1.1 * gap) to_start = gap / 2;
  if (is_counter && rise > 0 && s.front().v >= 0) {
    to_start = std::min(to_start, sampled * (s.front().v / rise));  // A counter began at zero.
  }
  if (to_end >= 1.1 * gap) to_end = gap / 2;
  const double whole = rise * ((sampled + to_start + to_end) / sampled);
  return is_rate ? whole / seconds(w.to - w.from) : whole;
}

double last_change(const Samples& s, bool is_rate) {
  const base::Sample& last = s[s.size() - 1];
  const base::Sample& before = s[s.size() - 2];
  if (!is_rate) return last.v - before.v;
  const double rise = last.v < before.v ? last.v : last.v - before.v;
  return rise / seconds(last.t - before.t);
}

struct Line {
  double slope;
  double intercept;
};

// Least squares through the samples, with time counted from `zero`.
Line regression(const Samples& s, base::TimestampMs zero) {
  const bool is_level =
      std::all_of(s.begin(), s.end(), [&](const base::Sample& x) { return x.v == s[0].v; });
  if (is_level) return std::isinf(s[0].v) ? Line{kNan, kNan} : Line{0, s[0].v};
  long double n = 0, x_sum = 0, y_sum = 0, xy_sum = 0, xx_sum = 0;
  for (const base::Sample& sample : s) {
    const long double x = static_cast<long double>(sample.t - zero) / 1000;
    n += 1;
    x_sum += x;
    y_sum += sample.v;
    xy_sum += x * sample.v;
    xx_sum += x * x;
  }
  const long double slope = (xy_sum - x_sum * y_sum / n) / (xx_sum - x_sum * x_sum / n);
  return {static_cast<double>(slope), static_cast<double>(y_sum / n - slope * x_sum / n)};
}

double median_deviation(const Samples& samples) {
  const auto is_nan = [](const base::Sample& sample) { return std::isnan(sample.v); };
  if (std::any_of(samples.begin(), samples.end(), is_nan)) return kNan;
  const double middle = slow_quantile(0.5, values_of(samples));
  std::vector<double> distances;
  for (const base::Sample& sample : samples) distances.push_back(std::abs(sample.v - middle));
  return slow_quantile(0.5, distances);
}

}  // namespace

bool slow_range_function(std::string_view name, const SlowWindow& w, double param, double& out) {
  const Samples& s = w.samples;
  const bool has_two = s.size() >= 2;
  if (name == "rate") return has_two && (out = extrapolated(w, true, true), true);
  if (name == "increase") return has_two && (out = extrapolated(w, true, false), true);
  if (name == "delta") return has_two && (out = extrapolated(w, false, false), true);
  if (name == "irate") return has_two && (out = last_change(s, true), true);
  if (name == "idelta") return has_two && (out = last_change(s, false), true);
  if (name == "deriv") return has_two && (out = regression(s, s[0].t).slope, true);
  if (name == "predict_linear") {
    if (!has_two) return false;
    const Line line = regression(s, w.step);
    out = line.slope * param + line.intercept;
    return true;
  }
  if (name == "sum_over_time")
    out = sum(s);
  else if (name == "avg_over_time")
    out = mean(s);
  else if (name == "min_over_time")
    out = best(s, std::less<>());
  else if (name == "max_over_time")
    out = best(s, std::greater<>());
  else if (name == "count_over_time")
    out = static_cast<double>(s.size());
  else if (name == "present_over_time")
    out = 1;
  else if (name == "first_over_time")
    out = s.front().v;
  else if (name == "last_over_time")
    out = s.back().v;
  else if (name == "stdvar_over_time")
    out = variance(s);
  else if (name == "stddev_over_time")
    out = std::sqrt(variance(s));
  else if (name == "quantile_over_time")
    out = slow_quantile(param, values_of(s));
  else if (name == "mad_over_time")
    out = median_deviation(s);
  else if (name == "changes")
    out = count_pairs(s, differ);
  else if (name == "resets")
    out = count_pairs(s, std::greater<>());
  else
    throw QueryFails{"the reference knows no " + std::string(name)};
  return true;
}

double slow_math_function(std::string_view name, double v, const std::vector<double>& params) {
  if (name == "abs") return std::abs(v);
  if (name == "ceil") return std::ceil(v);
  if (name == "floor") return std::floor(v);
  if (name == "exp") return std::exp(v);
  if (name == "sqrt") return std::sqrt(v);
  if (name == "sgn") return v > 0 ? 1 : v < 0 ? -1 : v;
  if (name == "ln") return std::log(v);
  if (name == "deg") return v * 180 / M_PI;
  if (name == "round") {
    const double inverse = 1 / (params.empty() ? 1 : params[0]);
    return std::floor(v * inverse + 0.5) / inverse;
  }
  // Go's Max and Min: an infinity on the winning side beats NaN, NaN beats the rest.
  if (name == "clamp_min") {
    if (v == kInf || params[0] == kInf) return kInf;
    return std::isnan(v) || std::isnan(params[0]) ? kNan : std::max(v, params[0]);
  }
  if (name == "clamp_max") {
    if (v == -kInf || params[0] == -kInf) return -kInf;
    return std::isnan(v) || std::isnan(params[0]) ? kNan : std::min(v, params[0]);
  }
  throw QueryFails{"the reference knows no " + std::string(name)};
}

double slow_quantile(double q, std::vector<double> values) {
  if (values.empty() || std::isnan(q)) return kNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  std::sort(values.begin(), values.end(),
            [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double rank = q * static_cast<double>(values.size() - 1);
  const double below = std::floor(rank);
  const auto low = static_cast<size_t>(below);
  const size_t high = std::min(low + 1, values.size() - 1);
  const double weight = rank - below;
  return values[low] * (1 - weight) + values[high] * weight;
}

double slow_bucket_quantile(double q, const std::map<double, double>& buckets) {
  if (std::isnan(q)) return kNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (buckets.size() < 2 || !std::isinf(buckets.rbegin()->first)) return kNan;
  std::vector<std::pair<double, double>> rising(buckets.begin(), buckets.end());
  for (size_t i = 1; i < rising.size(); ++i) {
    rising[i].second = std::max(rising[i].second, rising[i - 1].second);
  }
  const double total = rising.back().second;
  if (total == 0 || std::isnan(total)) return kNan;
  const double rank = q * total;
  size_t at = 0;
  while (at + 1 < rising.size() && rising[at].second < rank) ++at;
  if (at + 1 == rising.size()) return rising[at - 1].first;
  if (at == 0 && rising[0].first <= 0) return rising[0].first;
  const double low = at == 0 ? 0 : rising[at - 1].first;
  const double before = at == 0 ? 0 : rising[at - 1].second;
  return low + (rising[at].first - low) * ((rank - before) / (rising[at].second - before));
}

}  // namespace tocsin::promql::test
