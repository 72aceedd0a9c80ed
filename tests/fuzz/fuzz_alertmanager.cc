// Any text, loaded as an alertmanager.yml.
#include "notifiers/config.h"
#include "notifiers/route.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  const auto config = notifiers::load_config(fuzz_text(data, size), "input.yml");
  if (!config) {
    fuzz_check(!config.error().message.empty(), "an error says something");
    return 0;
  }
  const notifiers::RouteTree routes(config->route);
  const auto matched = routes.match(base::Labels::of({{"alertname", "x"}, {"severity", "page"}}));
  fuzz_check(!matched.empty(), "every alert ends somewhere");
  for (const notifiers::Route* route : matched) {
    fuzz_check(!route->receiver().empty(), "a route has a receiver");
    fuzz_check(route->timing().group_interval > 0, "a group interval is positive");
  }
  return 0;
}
