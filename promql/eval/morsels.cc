#include "promql/eval/morsels.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace tocsin::promql {
namespace {

constexpr size_t kRowsPerWord = 64;

/// Shared by all threads of one run_morsels(); helpers that come late outlive the call.
struct Board {
  Board(size_t morsels, const std::function<void(size_t)>& task) : count(morsels), work(task) {}

  /// Takes morsels until none is left. `work` is there as long as one is.
  void help() {
    for (;;) {
      const size_t i = next.fetch_add(1);
      if (i >= count) return;
      work(i);
      const std::lock_guard lock(mutex);
      if (++done == count) all_done.notify_one();
    }
  }
  void wait() {
    std::unique_lock lock(mutex);
    all_done.wait(lock, [this] { return done == count; });
  }

  const size_t count;
  const std::function<void(size_t)>& work;
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable all_done;
  size_t done = 0;
};

}  // namespace

size_t morsel_count(size_t rows, size_t steps, const Parallelism& parallelism) {
  if (parallelism.executor == nullptr || parallelism.threads <= 1) return 1;
  const size_t by_size = rows * steps / std::max<size_t>(parallelism.cells_min, 1);
  return std::clamp<size_t>(by_size, 1, parallelism.threads);
}

std::vector<base::RowRange> morsels_of(size_t rows, size_t steps, const Parallelism& parallelism) {
  const size_t count = morsel_count(rows, steps, parallelism);
  const size_t words = (rows + kRowsPerWord - 1) / kRowsPerWord;
  std::vector<base::RowRange> out;
  for (size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<uint32_t>(words * i / count * kRowsPerWord);
    const auto end = static_cast<uint32_t>(std::min(words * (i + 1) / count * kRowsPerWord, rows));
    if (begin < end) out.push_back({begin, end});
  }
  return out;
}

void run_morsels(base::Executor& executor, size_t count, const std::function<void(size_t)>& work) {
  const auto board = std::make_shared<Board>(count, work);
  for (size_t i = 1; i < count; ++i) executor.submit([board] { board->help(); });
  board->help();
  board->wait();
}

}  // namespace tocsin::promql
