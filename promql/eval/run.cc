#include "promql/eval/run.h"

#include <algorithm>
#include <utility>

namespace tocsin::promql {

Run::Run(const Setup& setup)
    : setup_(setup), started_ns_(setup.clock->steady_ns()), reads_(setup.count_by_step) {}

Run Run::fork(base::Annotations& annotations) const {
  Run out = *this;
  out.setup_.annotations = &annotations;
  out.reads_ = ReadCount(reads_.by_step());
  return out;
}

void Run::join(const Run& fork) {
  setup_.annotations->merge(*fork.setup_.annotations);
  reads_.add(fork.reads_);
}

base::Status Run::check() {
  if (setup_.cancel != nullptr && setup_.cancel->load(std::memory_order_relaxed)) {
    return {base::Code::kCancelled, "query was canceled in expression evaluation"};
  }
  const int64_t elapsed_ns = setup_.clock->steady_ns() - started_ns_;
  if (elapsed_ns > setup_.limits->timeout * 1'000'000) {
    return {base::Code::kTimeout, "query timed out in expression evaluation"};
  }
  return {};
}

base::Status Run::hold_samples(uint64_t held) {
  held_ = held;
  peak_ = std::max(peak_, held);
  if (held <= setup_.limits->samples_max) return {};
  return {base::Code::kLimit,
          "query processing would load too many samples into memory in query execution "
          "(--query.max-samples=" +
              std::to_string(setup_.limits->samples_max) + ")"};
}

base::Status Run::reserve_bytes(uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= setup_.limits->memory_bytes_max && bytes <= setup_.limits->memory_bytes_max)
    return {};
  return {base::Code::kLimit, "query would use too much memory (--query.max-memory=" +
                                  std::to_string(setup_.limits->memory_bytes_max) + ")"};
}

void Run::annotate(base::Annotation annotation) { setup_.annotations->add(std::move(annotation)); }

void Run::warn(std::string message, base::PosRange where) {
  setup_.annotations->add({base::Severity::kWarning, std::move(message), where});
}

void Run::inform(std::string message, base::PosRange where) {
  setup_.annotations->add({base::Severity::kInfo, std::move(message), where});
}

QueryStats Run::stats() const {
  return {.samples_read = reads_.total(),
          .samples_peak = peak_,
          .eval_ns = setup_.clock->steady_ns() - started_ns_,
          .samples_by_step = reads_.steps()};
}

}  // namespace tocsin::promql
