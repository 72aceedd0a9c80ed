// Any body, read as the text exposition format.
#include <string>

#include "engine/scrape/text_parser.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  const auto samples = scrape::parse_text(std::string(fuzz_text(data, size)));
  if (!samples) {
    fuzz_check(!samples.error().message.empty(), "an error says something");
    return 0;
  }
  for (const scrape::TextSample& sample : *samples) {
    fuzz_check(!sample.name.empty() || !sample.labels.empty(), "a sample has a series");
  }
  return 0;
}
