#include "engine/api/pages.h"

#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

constexpr const char* kEvil = "<script>alert('x')</script>\"&";

rules::AlertView evil_alert() {
  rules::AlertView out;
  out.labels = base::Labels::of({{"alertname", kEvil}});
  out.annotations = base::Labels::of({{kEvil, kEvil}});
  out.state = rules::AlertState::kFiring;
  return out;
}

struct Pages : ::testing::Test {
  Pages() {
    PagesView view;
    view.rules = {[](bool) {
                    rules::GroupView group;
                    group.name = group.file = kEvil;
                    rules::RuleView rule;
                    rule.name = rule.query = rule.last_error = kEvil;
                    group.rules = {rule};
                    return std::vector{group};
                  },
                  [] { return std::vector{evil_alert()}; }};
    view.targets.targets = [] {
      scrape::ActiveTarget target;
      target.pool = target.target.url = target.state.last_error = kEvil;
      target.target.labels = base::Labels::of({{"a", kEvil}});
      scrape::TargetsSnapshot out;
      out.active = {target};
      return out;
    };
    view.query = [](const std::string& expr) -> base::Result<promql::QueryResult> {
      if (expr == "bad") return base::Error{base::Code::kInvalid, kEvil};
      promql::QueryResult out;
      out.type = promql::ValueType::kVector;
      out.series.push_back({base::Labels::of({{"a", kEvil}}), {{0, 1, nullptr}}});
      return out;
    };
    mount_pages(router, clock, view);
  }
  testing::FakeClock clock;
  Router router;
};

TEST(HtmlEscape, EscapesWhatHtmlReads) {
  EXPECT_EQ(html_escape("a<b>&\"'"), "a&lt;b&gt;&amp;&#34;&#39;");
}

// Labels, annotations, errors and expressions are attackers' text.
TEST_F(Pages, NeverShowTextAsMarkup) {
  for (const auto& [path, query] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/", ""}, {"/graph", "g0.expr=%3Cscript%3E%22"}, {"/graph", "g0.expr=bad"}}) {
    const auto answer = router(get(path, query));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.find("<script"), std::string::npos) << path << query;
    EXPECT_NE(answer.body.find("&lt;script"), std::string::npos) << path << query;
    EXPECT_EQ(header_of(answer, "Content-Security-Policy").find("default-src 'none'"), 0u);
    EXPECT_EQ(header_of(answer, "X-Content-Type-Options"), "nosniff");
  }
}

TEST_F(Pages, KeepUpstreamsAddresses) {
  for (const char* page : {"alerts", "rules", "targets"}) {
    const auto answer = router(get("/" + std::string(page)));
    EXPECT_EQ(answer.status, 302);
    EXPECT_EQ(header_of(answer, "Location"), "./#" + std::string(page));
  }
}

}  // namespace
}  // namespace tocsin::api
