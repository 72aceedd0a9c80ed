// Real scrape bodies, when the corpus is at hand.
#include <filesystem>

#include "engine/scrape/text_parser.h"
#include "tests/support/source_dir.h"
#include "tests/unit/scrape/reading.h"

namespace tocsin::scrape {
namespace {

struct Expected {
  const char* file;
  size_t samples;
};

TEST(ExpositionCorpus, TextBodiesAreReadWhole) {
  const std::filesystem::path root =
      std::filesystem::path(tocsin::testing::source_dir()) / "../shared/corpus/exposition";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  for (const Expected& expected :
       {Expected{"alltypes.237mfs.prom.txt", 1857}, {"alltypes.237mfs.nometa.prom.txt", 1857}}) {
    auto body = config::read_file((root / expected.file).string());
    ASSERT_TRUE(body.ok());
    const auto samples = parse_text(*std::move(body));
    ASSERT_TRUE(samples.ok()) << samples.error().message;
    EXPECT_EQ(samples->size(), expected.samples) << expected.file;
  }
}

}  // namespace
}  // namespace tocsin::scrape
