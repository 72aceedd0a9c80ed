// Any file, read as samples for offline queries.
#include "engine/app/open_metrics.h"
#include "engine/tsdb/store.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  const base::SystemClock clock;
  tsdb::Store store({}, clock);
  const auto text = fuzz_text(data, size);
  const base::Status status = app::load_open_metrics(text, 1'700'000'000'000, store);
  if (status.ok()) return 0;
  fuzz_check(!status.error().message.empty(), "an error says something");
  fuzz_check(status.error().where.line != 0 && status.error().where.column != 0,
             "an error says where");
  return 0;
}
