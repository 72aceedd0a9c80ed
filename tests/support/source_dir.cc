#include "tests/support/source_dir.h"

namespace tocsin::testing {

const char* source_dir() { return TOCSIN_SOURCE_DIR; }

}  // namespace tocsin::testing
