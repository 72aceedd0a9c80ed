// Templates of the kinds people write every day: annotations, chat messages, mail subjects.
#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

TEST(Everyday, Annotations) {
  EXPECT_EQ(expanded("Node {{ $labels.instance }} runs hot"), "Node db1:9100 runs hot");
  EXPECT_EQ(expanded("p95 latency of {{ $labels.model }} is {{ $value }}s", 2.75),
            "p95 latency of mini is 2.75s");
  EXPECT_EQ(expanded("{{ $labels.container }} restarted {{ $value }} times", 4),
            " restarted 4 times");
  EXPECT_EQ(expanded("busy: {{ printf \"%.1f\" $value }}%", 93.456), "busy: 93.5%");
  EXPECT_EQ(expanded("{{ with $labels.model }}model {{ . }}{{ else }}all models{{ end }}"),
            "model mini");
}

TEST(Everyday, LegendsAreNoTemplates) {
  // Dashboards write {{instance}}; in a rule that is an unknown function.
  EXPECT_NE(expanded("{{instance}}").find("function \"instance\" not defined"), std::string::npos);
  EXPECT_NE(expanded("{{.error_type}}").find("can't evaluate field error_type"), std::string::npos);
}

TEST(Everyday, Subjects) {
  expect_all({
      {"[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }}", "[FIRING] PodDown"},
      {"Alert: {{ .GroupLabels.alertname }}",
       "template: :1:22: executing \"\" at <.GroupLabels.alertname>: can't evaluate field "
       "GroupLabels "
       "in type template.Data"},
  });
}

TEST(Everyday, Messages) {
  expect_all({
      {"{{ range .Alerts }}\n*{{ .Annotations.summary }}*\nSeverity: {{ .Labels.severity "
       "}}\nSince: "
       "{{ .StartsAt }}\n{{ end }}",
       "\n*a pod is <down> & out*\nSeverity: \nSince: 2026-01-02 03:04:05.678 +0000 UTC\n"
       "\n*a pod is <down> & out*\nSeverity: \nSince: 2026-01-02 03:04:05 +0000 UTC\n"},
      {"{{ range .Alerts -}}\n  {{ .Labels.pod }}: {{ .Status }}\n{{ end }}",
       "web-1: firing\nweb-2: resolved\n"},
      {"{{ if gt (len .Alerts) 1 }}{{ len .Alerts }} alerts{{ else }}one alert{{ end }}",
       "2 alerts"},
      {"{{ .ExternalURL }}/#/alerts?receiver={{ \"team a\" | urlquery }}",
       "https://am.example/#/alerts?receiver=team+a"},
  });
}

}  // namespace
}  // namespace tocsin::tmpl
