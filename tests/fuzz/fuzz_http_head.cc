// Any bytes, read as the start of a connection: the head is found and judged, in one piece or in
// two.
#include <algorithm>
#include <string>

#include "engine/net/http_head.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tocsin;

/// Where the head ends when its bytes arrive in two pieces.
size_t end_in_two_pieces(std::string_view bytes, size_t cut) {
  size_t line = 0;
  const size_t early = net::find_head_end(bytes.substr(0, cut), line);
  return early != std::string_view::npos ? early : net::find_head_end(bytes, line);
}

void check_accepted(const net::RequestHead& head) {
  fuzz_check(head.path.starts_with('/') || head.path == "*", "a path starts with a slash");
  fuzz_check(head.path.find('\0') == std::string::npos, "a path has no NUL");
  fuzz_check(head.headers.size() <= net::kRequestHeadersMax, "headers are bounded");
  fuzz_check(!(head.chunked && head.content_length), "a body is framed in one way");
  for (const auto& [name, value] : head.headers) {
    fuzz_check(!name.empty(), "a header has a name");
    const std::string_view line_ends("\r\n\0", 3);
    fuzz_check(value.find_first_of(line_ends) == std::string::npos, "a header is one line");
    const bool is_lower = std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
    fuzz_check(is_lower, "header names are lower case");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz_text(data, size);
  size_t line = 0;
  const size_t end = net::find_head_end(bytes, line);
  fuzz_check(end_in_two_pieces(bytes, size / 2) == end, "pieces do not matter");
  fuzz_check(end == std::string_view::npos || end <= size, "the head ends inside the bytes");

  const auto head = net::check_head(end == std::string_view::npos ? bytes : bytes.substr(0, end));
  if (head) {
    fuzz_check(end != std::string_view::npos, "an accepted head is complete");
    check_accepted(*head);
  } else {
    fuzz_check(head.error().status >= 400, "a refusal has a status");
    fuzz_check(!head.error().message.empty(), "a refusal says something");
  }
  return 0;
}
