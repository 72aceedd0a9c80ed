#include "engine/api/histogram_json.h"

#include <string_view>
#include <vector>

#include "engine/base/number.h"
#include "promql/eval/histogram_buckets.h"

namespace tocsin::api {
namespace {

void append_number(std::string& out, double v) {
  out += '"';
  base::append_sample(out, v);
  out += '"';
}

char boundaries_of(const promql::NativeBucket& bucket) {
  if (bucket.lower_inclusive) return bucket.upper_inclusive ? '3' : '1';
  return bucket.upper_inclusive ? '0' : '2';
}

}  // namespace

void append_histogram(std::string& out, const base::FloatHistogram& h) {
  out += R"({"count":)";
  append_number(out, h.count);
  out += R"(,"sum":)";
  append_number(out, h.sum);
  std::vector<promql::NativeBucket> buckets;
  promql::list_buckets(h, buckets);
  std::string_view separator = R"(,"buckets":[)";
  for (const promql::NativeBucket& bucket : buckets) {
    if (bucket.count == 0) continue;
    out += separator;
    separator = ",";
    out += '[';
    out += boundaries_of(bucket);
    for (const double v : {bucket.lower, bucket.upper, bucket.count}) {
      out += ',';
      append_number(out, v);
    }
    out += ']';
  }
  out += separator == "," ? "]}" : "}";
}

}  // namespace tocsin::api
