// Large selectors are worked on in morsels: ranges of rows, on several threads at once.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/series_source.h"

namespace tocsin::promql {

/// Who helps with large selectors. Results do not depend on it.
struct Parallelism {
  base::Executor* executor = nullptr;  ///< Null: nobody. Outlives every query.
  size_t threads = 1;                  ///< At once, the caller's included.
  size_t cells_min = 65'536;           ///< Rows × steps of a morsel: less is not worth a helper.
};

/// Into how many morsels to split `rows`: at least 1. Pure.
size_t morsel_count(size_t rows, size_t steps, const Parallelism& parallelism);

/// Splits `rows` into at most `threads` ranges of whole 64-bit words of a bitmap, about equally
/// large; one range when there is too little to split. Pure.
std::vector<base::RowRange> morsels_of(size_t rows, size_t steps, const Parallelism& parallelism);

/// Calls work(i) once for every i < count, on this thread and, where they have time, on the
/// executor's; returns when all calls are over. Does not wait for a thread that has not begun: with
/// a busy executor this thread does everything.
void run_morsels(base::Executor& executor, size_t count, const std::function<void(size_t)>& work);

}  // namespace tocsin::promql
