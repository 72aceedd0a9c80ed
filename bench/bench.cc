#include "bench/bench.h"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include "engine/base/json_writer.h"
#include "engine/base/number.h"

namespace tocsin::bench {
namespace {

bool smoke = false;

constexpr double kSecondsPerCase = 1.0;
constexpr size_t kRunsMin = 5;
constexpr size_t kRunsMax = 1000;

double cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

int64_t rss_bytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

double at_rank(const std::vector<double>& sorted, double rank) {
  return sorted[static_cast<size_t>(rank * static_cast<double>(sorted.size() - 1))];
}

struct LastRun {
  uint64_t hash = 0;
  uint64_t allocations = 0;
};

void print(const Case& c, std::vector<double> runs, const LastRun& last) {
  std::ranges::sort(runs);
  std::string line;
  base::JsonWriter json(line);
  json.begin_object().key("schema").integer(1).field("bench", c.bench).field("case", c.name);
  json.field("unit", "ns").field("per", c.per).key("n").integer(static_cast<int64_t>(runs.size()));
  for (const auto& [key, value] : {std::pair{"min", runs.front()},
                                   {"median", at_rank(runs, 0.5)},
                                   {"p90", at_rank(runs, 0.9)}}) {
    json.key(key).raw(base::format_general(value));
  }
  json.key("count").integer(static_cast<int64_t>(c.count));
  json.key("allocations").integer(static_cast<int64_t>(last.allocations));
  json.key("rss_bytes").integer(rss_bytes());
  char text[24];
  std::snprintf(text, sizeof(text), "0x%016llx", static_cast<unsigned long long>(last.hash));
  json.field("result_hash", text).end_object();
  std::puts(line.c_str());
  std::fflush(stdout);
}

}  // namespace

bool parse_arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) smoke = smoke || std::string_view(argv[i]) == "--smoke";
  return smoke;
}

void run(const Case& c) {
  std::vector<double> runs;
  LastRun last{c.run(), 0};  // Warm: plans, caches, memory.
  double total = 0;
  while (runs.size() < (smoke ? 1 : kRunsMin) ||
         (!smoke && total < kSecondsPerCase * 1e9 && runs.size() < kRunsMax)) {
    const double start = cpu_ns();
    const uint64_t before = allocations();
    last.hash = c.run();
    last.allocations = allocations() - before;
    const double elapsed = cpu_ns() - start;
    total += elapsed;
    runs.push_back(elapsed / static_cast<double>(c.count));
  }
  print(c, std::move(runs), last);
}

void report(const Figure& figure) {
  const double value = static_cast<double>(figure.total) / static_cast<double>(figure.count);
  std::string line;
  base::JsonWriter json(line);
  json.begin_object().key("schema").integer(1).field("bench", figure.bench);
  json.field("case", figure.name).field("unit", figure.unit).field("per", figure.per);
  json.key("n").integer(1);
  for (const char* key : {"min", "median", "p90"}) json.key(key).raw(base::format_general(value));
  json.key("count").integer(static_cast<int64_t>(figure.count));
  json.key("rss_bytes").integer(rss_bytes()).end_object();
  std::puts(line.c_str());
  std::fflush(stdout);
}

void give_up(const base::Error& error) {
  std::fprintf(stderr, "%s\n", error.to_string().c_str());
  std::exit(1);
}

uint64_t mix(uint64_t hash, uint64_t value) {
  hash ^= value;
  hash *= 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 29);
}

uint64_t mix(uint64_t hash, double value) { return mix(hash, std::bit_cast<uint64_t>(value)); }

}  // namespace tocsin::bench
