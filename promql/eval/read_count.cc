#include "promql/eval/read_count.h"

namespace tocsin::promql {

void ReadCount::add_to_step(size_t step, uint64_t samples) {
  if (steps_.size() <= step) steps_.resize(step + 1);
  steps_[step] += samples;
}

void ReadCount::add(const Frame& frame) {
  if (!by_step_) {
    total_ += frame.weight();
    return;
  }
  for (size_t step = 0; step < frame.steps; ++step) {
    uint64_t samples = 0;
    for_each_bit(frame.bits(step), [&](size_t row) {
      samples += frame.is_histogram(step, row)
                     ? sample_weight(*frame.histograms[step * frame.rows + row])
                     : 1;
    });
    add(step, samples);
  }
}

void ReadCount::add(const ReadCount& other) {
  total_ += other.total_;
  for (size_t step = 0; step < other.steps_.size(); ++step) add_to_step(step, other.steps_[step]);
}

}  // namespace tocsin::promql
