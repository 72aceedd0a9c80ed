#include "random_query.h"

namespace tocsin::promql::test {

std::string RandomQuery::pick(Words words) {
  std::uniform_int_distribution<size_t> any(0, words.size() - 1);
  return words.begin()[any(random_)];
}

bool RandomQuery::happens(double p) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < p;
}

std::string RandomQuery::next() { return happens(0.05) ? scalar(2) : vector(3); }

std::string RandomQuery::vector(int depth) {
  if (depth == 0) return selector() + shift();
  switch (std::uniform_int_distribution<int>(0, 15)(random_)) {
    case 0:
      return selector() + shift();
    case 1:
    case 2:
    case 3:
    case 4:
      return range_call(depth);
    case 5:
      return math_call(depth);
    case 6:
    case 7:
    case 8:
      return aggregation(depth);
    case 9:
    case 10:
      return join(depth);
    case 11:
      return set_operation(depth);
    case 12:
      return "-(" + vector(depth - 1) + ")";
    case 13:
      return "histogram_quantile(" + pick({"0.5", "0.9", "0", "1", "-1", "2"}) +
             ", sum by (le, job) (rate(latency_bucket[" + pick({"1m", "5m"}) + "])))";
    case 14:
      return happens(0.5) ? "absent(" + selector() + ")"
                          : "absent_over_time(" + selector() + "[1m])";
    default:
      return with_scalar(depth);
  }
}

std::string RandomQuery::scalar(int depth) {
  if (depth == 0 || happens(0.5))
    return pick({"0", "1", "-1.5", "2", "37.21", "1e3", "NaN", "Inf"});
  if (happens(0.3)) return "scalar(" + vector(depth - 1) + ")";
  if (happens(0.2)) return "time()";
  return "(" + scalar(depth - 1) + pick({" + ", " - ", " * ", " / ", " % ", " > bool "}) +
         scalar(depth - 1) + ")";
}

std::string RandomQuery::selector(bool is_counter) {
  std::string out = is_counter
                        ? pick({"requests_total", "errors_total", "latency_bucket"})
                        : pick({"temperature", "odd", "up", "requests_total", "errors_total"});
  if (happens(0.6)) return out;
  return out + "{" +
         pick({"job=\"api\"", "job!=\"api\"", "instance=~\"i[01]\"", "code!~\"5..\"", "zone=\"\"",
               "zone=~\"a|b\",instance!=\"i3\"", "job=\"nothing\""}) +
         "}";
}

std::string RandomQuery::shift() {
  std::string out;
  if (happens(0.1)) out += " offset " + pick({"1m", "-30s", "7s", "10m"});
  if (happens(0.06)) out += " @ " + pick({"start()", "end()", "1500", "2000.5"});
  return out;
}

std::string RandomQuery::window(int depth, bool is_counter) {
  const std::string range = pick({"20s", "1m", "2m30s", "5m", "10m"});
  if (depth > 1 && happens(0.2)) {
    return "(" + vector(depth - 2) + ")[" + range + ":" + pick({"15s", "1m", "7s"}) + "]" + shift();
  }
  return selector(is_counter) + "[" + range + "]" + shift();
}

std::string RandomQuery::labels() {
  return pick({"", "job", "instance", "job, instance", "job, instance, zone", "code"});
}

std::string RandomQuery::range_call(int depth) {
  if (happens(0.1)) {
    return "quantile_over_time(" + scalar(0) + ", " + window(depth, false) + ")";
  }
  if (happens(0.1)) return "predict_linear(" + window(depth, false) + ", 60)";
  if (happens(0.4)) {
    return pick({"rate", "increase", "irate", "resets", "changes"}) + "(" + window(depth, true) +
           ")";
  }
  return pick({"sum_over_time", "avg_over_time", "min_over_time", "max_over_time",
               "count_over_time", "present_over_time", "first_over_time", "last_over_time",
               "stddev_over_time", "stdvar_over_time", "mad_over_time", "delta", "idelta",
               "deriv"}) +
         "(" + window(depth, false) + ")";
}

std::string RandomQuery::math_call(int depth) {
  const std::string in = vector(depth - 1);
  if (happens(0.2)) return "round(" + in + pick({")", ", 5)", ", 0.5)"});
  if (happens(0.2)) return pick({"clamp_min(", "clamp_max("}) + in + ", " + scalar(0) + ")";
  return pick({"abs", "ceil", "floor", "exp", "sqrt", "sgn", "ln", "deg"}) + "(" + in + ")";
}

std::string RandomQuery::aggregation(int depth) {
  const std::string grouping =
      happens(0.2) ? "" : " " + pick({"by", "without"}) + " (" + labels() + ") ";
  if (happens(0.1)) return "quantile" + grouping + "(0.3, " + vector(depth - 1) + ")";
  if (happens(0.1)) {
    // Ties would be broken by order of arrival: products of values hardly ever tie.
    return pick({"topk", "bottomk"}) + grouping + "(" + pick({"1", "2", "5.9", "0"}) +
           ", rate(requests_total[5m]))";
  }
  return pick({"sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"}) + grouping + "(" +
         vector(depth - 1) + ")";
}

std::string RandomQuery::matching() {
  return happens(0.2) ? " " : " " + pick({"on", "ignoring"}) + " (" + labels() + ") ";
}

std::string RandomQuery::join(int depth) {
  const std::string op = pick({"+", "-", "*", "/", "%", "atan2", ">", "<=", "==", "!=", "> bool"});
  std::string left = vector(depth - 1);
  std::string right = vector(depth - 1);
  if (happens(0.6)) {  // Likely to match one to one, or many to one.
    const std::string by = pick({"job", "job, instance"});
    right = "max by (" + by + ") (" + right + ")";
    if (happens(0.5)) {
      return "(" + left + ") " + op + " on (" + by + ") group_left " + right;
    }
    left = "sum by (" + by + ") (" + left + ")";
    if (happens(0.3)) return left + " " + op + " on (" + by + ") group_right (zone) " + right;
  }
  return "(" + left + ") " + op + matching() + "(" + right + ")";
}

std::string RandomQuery::set_operation(int depth) {
  return "(" + vector(depth - 1) + ") " + pick({"and", "or", "unless"}) + matching() + "(" +
         vector(depth - 1) + ")";
}

std::string RandomQuery::with_scalar(int depth) {
  const std::string op = pick({"+", "-", "*", "/", "%", "^", ">", "<=", "==", "!= bool", "< bool"});
  const std::string in = "(" + vector(depth - 1) + ")";
  return happens(0.7) ? in + " " + op + " " + scalar(1) : scalar(1) + " " + op + " " + in;
}

}  // namespace tocsin::promql::test
