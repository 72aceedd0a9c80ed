// Annotations and labels of alerting rules.
#include <cmath>
#include <limits>

#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

void expect_expanded(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(expanded(c.text), c.expected) << c.text;
}

TEST(RuleTemplates, SeeTheSample) {
  expect_expanded({
      {"{{ $labels.instance }} is at {{ $value }}", "db1:9100 is at 0.25"},
      {"{{ .Labels.instance }}/{{ .Value }}/{{ .ExternalLabels.region }}/{{ .ExternalURL }}",
       "db1:9100/0.25/eu/https://tocsin.example/alerts"},
      {"{{ $labels.__name__ }} {{ $labels.nope }}|{{ $externalLabels.region }} {{ $externalURL }}",
       "up |eu https://tocsin.example/alerts"},
      {"Model {{ $labels.model }} answers slowly: p99 {{ $value | humanizeDuration }}",
       "Model mini answers slowly: p99 250ms"},
      {"error share {{ $value | humanizePercentage }} on {{ $labels.instance | stripPort }}",
       "error share 25% on db1"},
      {"{{ printf \"%.2f\" $value }}", "0.25"},
      {"{{ if gt $value 0.2 }}high{{ else }}low{{ end }}", "high"},
  });
}

TEST(RuleTemplates, ErrorsBecomeText) {
  expect_expanded({
      {"{{ $labels.a.b }}",
       "<error expanding template: error executing template __alert_PodDown: template: "
       "__alert_PodDown:1:122: executing \"__alert_PodDown\" at <$labels.a.b>: can't evaluate "
       "field b in "
       "type string>"},
      {"{{ if }}",
       "error parsing template __alert_PodDown: template: __alert_PodDown:1: missing value for if"},
      {"{{model}}",
       "error parsing template __alert_PodDown: template: __alert_PodDown:1: function \"model\" "
       "not defined"},
  });
}

TEST(RuleTemplates, Queries) {
  expect_expanded({
      {"{{ range query \"up\" | sortByLabel \"instance\" }}{{ .Labels.instance }}={{ .Value }};{{ "
       "end }}",
       "a:80=0.5;b:80=1;"},
      {"{{ with query \"up\" }}{{ . | first | value }} {{ . | first | label \"job\" }} [{{ . | "
       "first | strvalue }}]{{ end }}",
       "1 web []"},
      {"{{ query \"nope\" | first }}",
       "<error expanding template: error executing template __alert_PodDown: template: "
       "__alert_PodDown:1:115: executing \"__alert_PodDown\" at <query \"nope\">: error calling "
       "query: no "
       "such metric>"},
      {"{{ define \"t\" }}{{ .arg0 }}-{{ .arg1 }}{{ end }}{{ template \"t\" (args 1 \"x\") }}",
       "1-x"},
  });
}

TEST(RuleTemplates, Functions) {
  expect_expanded({
      {"{{ humanize 1234567.0 }} {{ humanize 0.00123 }} {{ humanize 0 }} {{ humanize \"1e30\" }}",
       "1.235M 1.23m 0 1e+06Y"},
      {"{{ humanize1024 1048576.0 }} {{ humanize1024 1 }}", "1Mi 1"},
      {"{{ humanizePercentage 1234567.0 }}", "1.235e+08%"},
      {"{{ humanizeDuration 899.99 }} {{ humanizeDuration 86400 }} {{ humanizeDuration 12.345 }} "
       "{{ humanizeDuration -3600 }}",
       "14m 59s 1d 0h 0m 0s 12.35s -1h 0m 0s"},
      {"{{ humanizeTimestamp 1435065584.128 }} {{ 1435065584.0 | humanizeTimestamp }}",
       "2015-06-23 13:19:44.128 +0000 UTC 2015-06-23 13:19:44 +0000 UTC"},
      {"{{ (1435065584 | toTime).Format \"15:04\" }} {{ (toDuration 90).Minutes }} {{ now }}",
       "13:19 1.5 1.767323045678e+09"},
      {"{{ parseDuration \"1h2m10ms\" }} {{ parseDuration \"-5m\" }}", "3720.01 -300"},
      {"{{ title \"aA bB\" }} {{ toUpper \"x\" }} {{ toLower \"X\" }}", "AA BB X x"},
      {"{{ stripPort \"[::1]:80\" }} {{ stripPort \"a\" }} {{ stripDomain \"a.b.c:80\" }} "
       "{{ stripDomain \"10.0.0.1:80\" }} {{ stripDomain \"a.b\" }}",
       "::1 a a:80 10.0.0.1:80 a"},
      {"{{ graphLink \"up == 0\" }} {{ tableLink \"a\" }}",
       "/graph?g0.expr=up+%3D%3D+0&g0.tab=0 /graph?g0.expr=a&g0.tab=1"},
      {"{{ externalURL }} {{ pathPrefix }} {{ urlQueryEscape \"a b\" }} {{ safeHtml \"<b>\" }}",
       "https://tocsin.example/alerts /alerts a+b <b>"},
      {"{{ humanize $labels }}",
       "<error expanding template: error executing template __alert_PodDown: template: "
       "__alert_PodDown:1:115: executing \"__alert_PodDown\" at <humanize $labels>: error calling "
       "humanize: "
       "can't convert map[string]string to float>"},
  });
  EXPECT_EQ(expanded("{{ humanizeTimestamp $value }}", std::nan("")), "NaN");
  EXPECT_EQ(expanded("{{ humanizeDuration $value }}", std::numeric_limits<double>::infinity()),
            "+Inf");
}

TEST(RuleTemplates, ConstantTextIsKnownToBe) {
  EXPECT_TRUE(parse_rule_template("A", "no actions", prometheus_functions())->is_constant());
  EXPECT_FALSE(parse_rule_template("A", "{{ $value }}", prometheus_functions())->is_constant());
}

}  // namespace
}  // namespace tocsin::tmpl
