// Queries with and without pushed matchers find the same, fail the same and say the same.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>

#include "promql/eval/run.h"
#include "promql/plan/make_plan.h"
#include "promql/plan/result.h"
#include "promql/plan/walk.h"
#include "promql/syntax/printer.h"
#include "tests/unit/promql_eval/running.h"

namespace tocsin::promql::test {
namespace {

constexpr size_t kColumns = 12;

/// Everything a query has to say, a series a line. Not in its order, as operators without order
/// leave the one they happen to work in.
std::string outcome(Expr& rewritten, const std::string& text, base::SeriesSource& source,
                    const EvalRange& range, const EvalOptions& options) {
  auto plan = make_plan(rewritten, source, options);
  if (!plan) return "refused: " + plan.error().to_string();
  SchemaIds ids;
  EvalMemory memory;
  base::Annotations annotations;
  Run::Setup setup;
  setup.limits = &options.limits;
  setup.clock = &system_clock();
  setup.text = text;
  setup.ids = &ids;
  setup.memory = &memory;
  setup.annotations = &annotations;
  Run run(setup);
  const Grid grid = *to_grid(range);
  const base::Status status = plan->vector->eval(grid, run);
  if (!status.ok()) return "error: " + status.error().to_string();
  QueryResult result;
  collect_values(*plan->vector, grid, !range.instant(), result);
  std::set<std::string> lines;
  for (const ResultSeries& series : result.series) {
    std::string line = series.labels.to_metric();
    for (const Point& point : series.points) {
      uint64_t bits = 0;
      std::memcpy(&bits, &point.v, sizeof bits);
      line += " " + std::to_string(point.t) + ":" +
              std::to_string(point.h ? static_cast<uint64_t>(point.h->count) : bits);
    }
    lines.insert(line);
  }
  for (const base::Severity severity : {base::Severity::kWarning, base::Severity::kInfo}) {
    for (const std::string& line : annotations.render(severity, text)) lines.insert(line);
  }
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

/// The written matchers of all selectors alone. Returns how many others there were.
size_t unpush(Expr& expr) {
  size_t pushed = 0;
  for_each_selector(expr, [&pushed](const VectorSelector& found) {
    auto& selector = const_cast<VectorSelector&>(found);
    const auto begin = selector.matchers.begin();
    selector.matchers.erase(begin, begin + static_cast<std::ptrdiff_t>(selector.pushed));
    pushed += std::exchange(selector.pushed, 0);
  });
  return pushed;
}

struct Compared {
  std::string with;
  std::string without;
  size_t pushed = 0;
};

Compared compare(const std::string& text, base::SeriesSource& source, const EvalRange& range,
                 const EvalOptions& options) {
  const auto expr = parse_expr(text, Features::all());
  EXPECT_TRUE(expr) << text;
  auto rewritten = rewrite(**expr, range);
  EXPECT_TRUE(rewritten) << text;
  Compared out;
  out.with = outcome(**rewritten, text, source, range, options);
  out.pushed = unpush(**rewritten);
  out.without = outcome(**rewritten, text, source, range, options);
  return out;
}

class PushedJoins : public ::testing::Test {
 protected:
  Compared compare_at(const std::string& text, base::TimestampMs t = 0) {
    return compare(text, source_, {t, t, 0}, {});
  }
  TableSource source_;
};

TEST_F(PushedJoins, DuplicatesFailWhenTheManySideHasOtherSeries) {
  source_.load(1000, "b{job=\"x\",i=\"1\"}", "1");
  source_.load(1000, "b{job=\"x\",i=\"2\"}", "1");
  source_.load(1000, "a{job=\"y\"}", "1");
  for (const char* text : {"a * on (job) group_left () b{job=\"x\"}", "a - on (job) b{job=\"x\"}",
                           "b{job=\"x\"} * on (job) group_right () a"}) {
    const Compared found = compare_at(text);
    EXPECT_GT(found.pushed, 0u) << text;
    EXPECT_NE(found.with.find("found duplicate series"), std::string::npos) << text;
    EXPECT_EQ(found.with, found.without) << text;
  }
}

TEST_F(PushedJoins, DuplicatesAreNoMatterWhenTheManySideIsEmpty) {
  source_.load(1000, "b{job=\"x\",i=\"1\"}", "1");
  source_.load(1000, "b{job=\"x\",i=\"2\"}", "1");
  source_.load(1000, "a{job=\"y\"}", "stale");
  const Compared found = compare_at("a * on (job) group_left () b{job=\"x\"}");
  EXPECT_GT(found.pushed, 0u);
  EXPECT_EQ(found.with, "");
  EXPECT_EQ(found.without, "");
}

TEST_F(PushedJoins, ThatIsDecidedStepByStep) {
  source_.load(1000, "b{job=\"x\",i=\"1\"}", "1 1 stale _");
  source_.load(1000, "b{job=\"x\",i=\"2\"}", "1 1 1 1");
  source_.load(1000, "a{job=\"y\"}", "_ _ 1 1");
  source_.load(1000, "a{job=\"x\"}", "_ _ 1 1");
  const EvalRange range{0, 3000, 1000};
  const Compared found = compare("a * on (job) group_left () b{job=\"x\"}", source_, range, {});
  EXPECT_GT(found.pushed, 0u);
  EXPECT_EQ(found.with.find("error"), std::string::npos);
  EXPECT_EQ(found.with, found.without);
}

/// Random joins of a few metrics with few labels, so that much meets and much clashes.
class RandomJoin {
 public:
  explicit RandomJoin(uint32_t seed) : random_(seed) {}

  void fill(TableSource& source) {
    for (const char* name : {"a", "b", "c_total"}) {
      for (const char* job : {"x", "y", ""}) {
        for (const char* i : {"1", "2", ""}) {
          if (!happens(0.6)) continue;
          const std::string labels = std::string("{job=\"") + job + "\",i=\"" + i + "\",zone=\"" +
                                     pick({"p", "q", ""}) + "\"}";
          if (happens(0.1)) {
            add_mixed(source, base::Labels::of({{"__name__", name}, {"job", job}, {"i", i}}));
          } else {
            source.load(15'000, name + labels, values());
          }
        }
      }
    }
  }
  std::string next() {
    const std::string text = join(3);
    const double roll = draw(100);
    if (roll < 8) return "sum by (" + labels() + ") (" + text + ")";
    if (roll < 12) return "count(" + text + ")";
    if (roll < 16) return "-(" + text + ")";
    return text;
  }
  bool happens(double p) { return draw(1000) < p * 1000; }
  double draw(uint32_t n) { return static_cast<double>(random_() % n); }

 private:
  std::string pick(std::initializer_list<const char*> words) {
    return *(words.begin() + static_cast<size_t>(draw(static_cast<uint32_t>(words.size()))));
  }
  std::string values() {
    std::string out;
    for (size_t c = 0; c < kColumns; ++c) out += pick({"1 ", "2 ", "3 ", "_ ", "stale ", "5 "});
    return out;
  }
  void add_mixed(TableSource& source, base::Labels labels) {
    MixedTable& series = source.add_mixed();
    series.labels = std::move(labels);
    for (size_t c = 0; c < kColumns; ++c) {
      auto h = std::make_shared<base::FloatHistogram>();
      h->count = static_cast<double>(c);
      series.t.push_back(static_cast<base::TimestampMs>(c) * 15'000);
      series.v.push_back(1);
      series.h.push_back(happens(0.7) ? h : nullptr);
    }
  }
  std::string labels() {
    return pick({"job", "i", "job, i", "job, i, zone", "zone", "__name__, job", ""});
  }
  std::string selector() {
    std::string out = pick({"a", "b", "c_total", "a", "b", ""});
    std::string matchers =
        pick({"", "", "job=\"x\"", "job!=\"x\"", "i=~\"1|2\"", "i=\"\"", "job=\"x\",i=\"1\"",
              "zone!~\"p\"", "zone=~\".+\"", "job=~\"x|\""});
    if (out.empty()) out = matchers.empty() ? "a" : "";
    if (out.empty()) matchers += ",__name__=~\"a|b\"";
    if (!matchers.empty()) out += "{" + matchers + "}";
    if (happens(0.1)) out += pick({" offset 30s", " @ 60", " @ end()"});
    return out;
  }
  std::string side(int depth) {
    const double roll = draw(100);
    if (depth > 0 && roll < 30) return "(" + join(depth - 1) + ")";
    if (roll < 40)
      return pick({"sum", "count", "group", "max"}) + (" by (" + labels()) + ") (" + selector() +
             ")";
    if (roll < 45) return "count without (" + labels() + ") (" + selector() + ")";
    if (roll < 50)
      return pick({"rate", "count_over_time", "last_over_time", "max_over_time"}) +
             ("(" + plain()) + "[1m])";
    if (roll < 53) return "(" + selector() + " > 1)";
    if (roll < 55) return "abs(" + selector() + ")";
    if (roll < 57) return "label_replace(" + selector() + ", \"job\", \"x\", \"i\", \"1\")";
    return selector();
  }
  std::string plain() { return pick({"a", "b{job=\"x\"}", "c_total{i=~\"1|2\"}", "c_total"}); }
  std::string join(int depth) {
    const bool is_set = happens(0.4);
    std::string op =
        is_set ? pick({"and", "and", "unless", "or"}) : pick({"+", "/", "-", ">", "==", "<= bool"});
    if (happens(0.7)) op += " " + (pick({"on", "ignoring"}) + (" (" + labels()) + ")");
    const bool grouped = !is_set && op.ends_with(")") && happens(0.6);
    if (grouped) op += pick({" group_left ()", " group_right ()", " group_left (version)"});
    if (!is_set && happens(0.05)) op += " fill (0)";
    return side(depth) + " " + op + " " + side(depth);
  }

  std::mt19937 random_;
};

void compare_many(uint32_t seed, const EvalOptions& options) {
  size_t pushed = 0;
  size_t failed = 0;
  size_t found_any = 0;
  for (uint32_t data = 0; data < 20; ++data) {
    TableSource source;
    RandomJoin random(seed + data);
    random.fill(source);
    for (int i = 0; i < 400; ++i) {
      const std::string text = random.next();
      const auto t = static_cast<base::TimestampMs>(random.draw(kColumns) * 15'000);
      EvalRange range{t, t, 0};
      if (random.happens(0.5)) range = {0, 165'000, 15'000};
      const Compared found = compare(text, source, range, options);
      ASSERT_EQ(found.with, found.without) << text << "\nseed " << seed + data;
      if (found.pushed == 0) continue;
      ++pushed;
      const bool fails = found.with.starts_with("error");
      failed += fails ? 1 : 0;
      found_any += !fails && !found.with.empty() ? 1 : 0;
    }
  }
  EXPECT_GT(pushed, 1000u);
  EXPECT_GT(failed, 100u);
  EXPECT_GT(found_any, 100u);
}

TEST(RandomPushedJoins, AreTheSame) { compare_many(1, {}); }

TEST(RandomPushedJoins, AreTheSameWhenNamesGoLate) {
  EvalOptions options;
  options.features.delayed_name_removal = true;
  compare_many(1000, options);
}

}  // namespace
}  // namespace tocsin::promql::test
