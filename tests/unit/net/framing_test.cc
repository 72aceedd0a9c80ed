// Hostile bytes at the server: every one gets its status, and the connection is closed.
#include <gtest/gtest.h>

#include "tests/unit/net/net_fixture.h"

namespace tocsin::testing {
namespace {

struct FramingCase {
  const char* name;
  std::string bytes;
  std::string status;
};

class Framing : public ::testing::TestWithParam<FramingCase> {
 protected:
  LoopbackServer server_{[](const net::ServerRequest&) { return net::ServerResponse{}; },
                         {.head_bytes_max = 4096, .body_bytes_max = 1000}};
};

TEST_P(Framing, IsRefusedAndClosed) {
  const RawSocket socket(server_.port());
  // A second request behind the first would be answered if the connection stayed open.
  socket.send(GetParam().bytes);
  const std::string answer = socket.read_to_end();
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 " + GetParam().status);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("HTTP/1.1 200"), std::string::npos);
  EXPECT_EQ(server_.server().stats().requests, 0u);
}

const std::string kNext = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Requests, Framing,
    ::testing::Values(
        FramingCase{
            "LengthAndChunked",
            kPost + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kNext,
            "400"},
        FramingCase{"TwoLengths",
                    kPost + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab" + kNext, "400"},
        FramingCase{"GzipThenLength",
                    kPost + "Transfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab" + kNext,
                    "400"},
        FramingCase{"FoldedChunked",
                    kPost + "Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n" + kNext, "400"},
        FramingCase{"NoHost", "GET / HTTP/1.1\r\n\r\n" + kNext, "400"},
        FramingCase{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" + kNext, "400"},
        FramingCase{"BareLf", "GET / HTTP/1.1\nHost: a\n\n" + kNext, "400"},
        FramingCase{"Binary", std::string("\x16\x03\x01\x02\x00\x01\x00\n\n", 9), "400"},
        FramingCase{"LongHead", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(5000, 'x'), "431"},
        FramingCase{"EndlessLine", std::string(6000, 'x'), "431"},
        FramingCase{"LargeLength", kPost + "Content-Length: 1001\r\n\r\n", "413"},
        FramingCase{"LargeChunk", kChunked + "3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n",
                    "413"},
        FramingCase{"HugeChunkSize", kChunked + "fffffffffffffffff\r\n", "400"},
        FramingCase{"NegativeChunkSize", kChunked + "-1\r\nx\r\n0\r\n\r\n" + kNext, "400"},
        FramingCase{"HexPrefixChunkSize", kChunked + "0x1\r\nx\r\n0\r\n\r\n" + kNext, "400"},
        FramingCase{"ChunkWithoutEnd", kChunked + "1\r\nxx\r\n0\r\n\r\n" + kNext, "400"},
        FramingCase{"ChunkWithBareLf", kChunked + "1\nx\n0\n\n" + kNext, "400"},
        FramingCase{"BadEscape", "GET /%g0 HTTP/1.1\r\nHost: a\r\n\r\n" + kNext, "400"},
        FramingCase{"NulEscape", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n" + kNext, "400"},
        FramingCase{"Expectation", kPost + "Expect: x\r\nContent-Length: 1\r\n\r\na", "417"},
        FramingCase{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tocsin::testing
