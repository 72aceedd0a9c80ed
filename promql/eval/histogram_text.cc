#include "promql/eval/histogram_text.h"

#include <vector>

#include "engine/base/number.h"
#include "promql/eval/histogram_buckets.h"

namespace tocsin::promql {
namespace {

void append_bucket(std::string& out, const NativeBucket& bucket) {
  if (bucket.count == 0) return;
  out += bucket.lower_inclusive ? ", [" : ", (";
  base::append_general(out, bucket.lower);
  out += ',';
  base::append_general(out, bucket.upper);
  out += bucket.upper_inclusive ? "]:" : "):";
  base::append_general(out, bucket.count);
}

}  // namespace

std::string histogram_value_text(const base::FloatHistogram& h) {
  std::string out =
      "{count:" + base::format_general(h.count) + ", sum:" + base::format_general(h.sum);
  std::vector<NativeBucket> negative;
  for (BucketCursor at(h.negative_spans, h.negative_buckets.size()); at.next();) {
    negative.push_back(negative_bucket(h, at.index(), h.negative_buckets[at.place()]));
  }
  for (auto bucket = negative.rbegin(); bucket != negative.rend(); ++bucket) {
    append_bucket(out, *bucket);
  }
  // Unlike list_buckets, bounds are not moved to where the zero bucket ends.
  append_bucket(out, zero_bucket(h));
  for (BucketCursor at(h.positive_spans, h.positive_buckets.size()); at.next();) {
    append_bucket(out, positive_bucket(h, at.index(), h.positive_buckets[at.place()]));
  }
  return out + '}';
}

}  // namespace tocsin::promql
