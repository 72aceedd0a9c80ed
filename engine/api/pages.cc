#include "engine/api/pages.h"

#include "engine/api/parameters.h"
#include "engine/base/number.h"
#include "engine/template/escape.h"

namespace tocsin::api {
namespace {

using rules::AlertView;
using rules::GroupView;
using rules::RuleView;

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>)";
constexpr std::string_view kStyle = R"(</title><style>
:root{color-scheme:light dark;--line:#8884;--red:#c62828;--amber:#b26a00;--green:#2e7d32}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:76rem;padding:1rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}nav a{margin-right:1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-top:1px solid var(--line)}
code{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
.firing,.down,.err{color:var(--red);font-weight:600}.pending,.unknown{color:var(--amber);font-weight:600}.ok,.up,.inactive{color:var(--green)}
input{font:13px ui-monospace,monospace;width:min(50rem,75%);padding:.3rem}small{opacity:.7}
</style></head><body><h1>Tocsin</h1><nav><a href="./#alerts">Alerts</a><a href="./#rules">Rules</a><a href="./#targets">Targets</a><a href="graph">Query</a><a href="metrics">Metrics</a></nav>
)";

std::string head(const PagesView& view) {
  return std::string(kHead) + html_escape(view.title) + std::string(kStyle);
}

std::string age(base::TimestampMs now, base::TimestampMs then) {
  const base::DurationMs seconds =
      std::max<base::DurationMs>(0, now - then) / base::kSecond * base::kSecond;
  return base::format_duration(seconds);
}

std::string state(std::string_view text) {
  return "<span class=\"" + std::string(text) + "\">" + std::string(text) + "</span>";
}

std::string code(std::string_view text) { return "<code>" + html_escape(text) + "</code>"; }

void append_alerts(std::string& out, const std::vector<AlertView>& alerts, base::TimestampMs now) {
  out += "<h2 id=\"alerts\">Alerts (" + std::to_string(alerts.size()) + ")</h2>";
  if (alerts.empty()) {
    out += "<p>Nothing is pending or firing.</p>";
    return;
  }
  out +=
      "<table><tr><th>State</th><th>Labels</th><th>Annotations</th><th>Value</th><th>Since</th></"
      "tr>";
  for (const AlertView& alert : alerts) {
    out += "<tr><td>" + state(rules::to_string(alert.state)) + "</td><td>" +
           code(alert.labels.to_braces()) + "</td><td>";
    for (size_t i = 0; i < alert.annotations.size(); ++i) {
      out += "<small>" + html_escape(alert.annotations[i].name) + "</small> " +
             html_escape(alert.annotations[i].value) + "<br>";
    }
    out += "</td><td>" + base::format_general(alert.value) + "</td><td>" +
           age(now, alert.active_at) + "</td></tr>";
  }
  out += "</table>";
}

void append_rule(std::string& out, const GroupView& group, const RuleView& rule) {
  const bool alerting = rule.kind == rules::RuleKind::kAlerting;
  out += "<tr><td>" + html_escape(group.name) + "<br><small>" + html_escape(group.file) +
         "</small></td><td>" + html_escape(rule.name) + "</td><td>" + code(rule.query);
  if (!rule.last_error.empty())
    out += "<br><span class=\"err\">" + html_escape(rule.last_error) + "</span>";
  out += "</td><td>";
  if (alerting) out += state(rules::to_string(rule.state)) + "<br>";
  out += state(rules::to_string(rule.health)) + "</td><td>" +
         base::format_general(static_cast<double>(rule.evaluation_ns) / 1e6) + " ms</td></tr>";
}

void append_rules(std::string& out, const std::vector<GroupView>& groups) {
  out +=
      "<h2 "
      "id=\"rules\">Rules</h2><table><tr><th>Group</th><th>Rule</th><th>Expression</th><th>State</"
      "th><th>Took</th></tr>";
  for (const GroupView& group : groups) {
    for (const RuleView& rule : group.rules) append_rule(out, group, rule);
  }
  out += "</table>";
}

void append_targets(std::string& out, const scrape::TargetsSnapshot& snapshot,
                    base::TimestampMs now) {
  out += "<h2 id=\"targets\">Targets (" + std::to_string(snapshot.active.size()) +
         ")</h2><table><tr><th>Job</th><th>Address</th><th>Labels</th><th>State</th><th>Last "
         "scrape</th></tr>";
  for (const scrape::ActiveTarget& active : snapshot.active) {
    out += "<tr><td>" + html_escape(active.pool) + "</td><td>" + code(active.target.url) +
           "</td><td>" + code(active.target.labels.to_braces()) + "</td><td>" +
           state(scrape::to_string(active.state.health));
    if (!active.state.last_error.empty())
      out += "<br><span class=\"err\">" + html_escape(active.state.last_error) + "</span>";
    const bool scraped = active.state.last_scrape != 0;
    out += "</td><td>" +
           (scraped ? age(now, active.state.last_scrape) + " ago, " +
                          base::format_general(active.state.last_duration_seconds * 1000) + " ms"
                    : std::string("never")) +
           "</td></tr>";
  }
  out += "</table>";
}

net::ServerResponse html(std::string body) {
  net::ServerResponse out;
  out.content_type = "text/html; charset=utf-8";
  out.headers.emplace_back("Content-Security-Policy",
                           "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");
  out.headers.emplace_back("X-Content-Type-Options", "nosniff");
  out.body = std::move(body);
  return out;
}

net::ServerResponse overview(const PagesView& view, const base::Clock& clock) {
  std::string out = head(view);
  append_alerts(out, view.rules.alerts(), clock.now());
  append_rules(out, view.rules.groups(false));
  append_targets(out, view.targets.targets(), clock.now());
  out += "<p><small>tocsin " + html_escape(view.version) + "</small></p></body></html>\n";
  return html(std::move(out));
}

void append_result(std::string& out, const promql::QueryResult& result) {
  if (result.type == promql::ValueType::kScalar) {
    out += "<p>" + code(base::format_fixed(result.scalar.v)) + "</p>";
    return;
  }
  if (result.type == promql::ValueType::kString) {
    out += "<p>" + code(result.string) + "</p>";
    return;
  }
  out += "<table><tr><th>Series (" + std::to_string(result.series.size()) +
         ")</th><th>Value</th></tr>";
  for (const promql::ResultSeries& series : result.series) {
    out += "<tr><td>" + code(series.labels.to_metric()) + "</td><td>";
    for (const promql::Point& point : series.points) {
      std::string value;
      base::append_sample(value, point.v);
      if (result.type == promql::ValueType::kMatrix) {
        value += " @";
        base::append_timestamp(value, point.t);
      }
      out += code(value) + "<br>";
    }
    out += "</td></tr>";
  }
  out += "</table>";
}

// Links of alerts carry the expression as g0.expr.
net::ServerResponse query_page(const Call& call, const PagesView& view) {
  const Parameters parameters(call.http);
  const std::string expr(parameters.get("g0.expr"));
  std::string out = head(view);
  out +=
      "<h2>Query</h2><form action=\"graph\"><input name=\"g0.expr\" aria-label=\"PromQL "
      "expression\" value=\"" +
      html_escape(expr) + "\"> <button>Evaluate</button></form>";
  if (!expr.empty()) {
    const auto result = view.query(expr);
    if (result) {
      append_result(out, *result);
    } else {
      out += "<p class=\"err\">" + html_escape(result.error().message) + "</p>";
    }
  }
  return html(out + "</body></html>\n");
}

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  tmpl::append_html_function(out, text);
  return out;
}

void mount_pages(Router& router, const base::Clock& clock, PagesView view) {
  router.add("GET", "/", [view, &clock](const Call&) { return overview(view, clock); });
  router.add("GET", "/graph", [view](const Call& call) { return query_page(call, view); });
  for (const std::string_view page : {"/alerts", "/rules", "/targets"}) {
    router.add("GET", page, [page](const Call&) {
      net::ServerResponse out;
      out.status = 302;
      out.content_type.clear();
      out.headers.emplace_back("Location", "./#" + std::string(page.substr(1)));
      return out;
    });
  }
}

}  // namespace tocsin::api
