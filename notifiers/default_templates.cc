// Our own built-in templates. Names, structure and white space follow upstream, so that overriding
// some of them works; users see the words.
#include "notifiers/templates.h"

namespace tocsin::notifiers {

namespace {

constexpr std::string_view kText = R"tmpl(
{{- define "__alertmanager" }}Alertmanager{{ end }}
{{- define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}{{ end }}
{{- define "__description" }}{{ end }}

{{- /* [FIRING:2] group values (other values that all alerts share) */}}
{{- define "__subject" -}}
[{{ toUpper .Status }}{{ with .Alerts.Firing }}:{{ len . }}{{ end }}] {{ join " " .GroupLabels.Values }}{{ " " }}
{{- if lt (len .GroupLabels) (len .CommonLabels) -}}
({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ join " " .Values }}{{ end }})
{{- end }}
{{- end }}

{{- /* Called with a list of alerts. */}}
{{- define "__text_alert_list" }}
{{- range $alert := . -}}
Labels:
{{ range $alert.Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end -}}
Annotations:
{{ range $alert.Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end -}}
Source: {{ $alert.GeneratorURL }}
{{ end }}
{{- end }}

{{- define "__text_alert_list_markdown" }}
{{- range $alert := . }}
Labels:
{{ range $alert.Labels.SortedPairs }}  - {{ .Name }} = {{ .Value }}
{{ end }}
Annotations:
{{ range $alert.Annotations.SortedPairs }}  - {{ .Name }} = {{ .Value }}
{{ end }}
Source: {{ $alert.GeneratorURL }}
{{ end }}
{{ end }}

{{- define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "slack.default.fallback" -}}
{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}
{{- end }}
{{- define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "slack.default.color" }}{{ if .Alerts.Firing }}danger{{ else }}good{{ end }}{{ end }}
{{- define "slack.default.pretext" }}{{ end }}
{{- define "slack.default.text" }}{{ end }}
{{- define "slack.default.footer" }}{{ end }}
{{- define "slack.default.callbackid" }}{{ end }}
{{- define "slack.default.iconemoji" }}{{ end }}
{{- define "slack.default.iconurl" }}{{ end }}

{{- define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
{{- define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}
)tmpl";

// Tables and inline styles only: mail programs understand little else. No remote content.
constexpr std::string_view kEmail = R"tmpl(
{{- define "email.default.subject" }}{{ template "__subject" . }}{{ end }}

{{- define "__email_pairs" }}
{{- range .SortedPairs }}
<tr><td style="padding:2px 12px 2px 0;color:#57606a;vertical-align:top">{{ .Name }}</td><td style="padding:2px 0;word-break:break-word">{{ .Value }}</td></tr>
{{- end }}
{{- end }}

{{- define "__email_alerts" }}
{{- range . }}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 16px;font-size:14px;line-height:20px">
<tr><td colspan="2" style="padding:4px 0;font-weight:bold">Labels</td></tr>
{{- template "__email_pairs" .Labels }}
{{- if .Annotations }}
<tr><td colspan="2" style="padding:8px 0 4px;font-weight:bold">Annotations</td></tr>
{{- template "__email_pairs" .Annotations }}
{{- end }}
{{- if .GeneratorURL }}
<tr><td colspan="2" style="padding:8px 0"><a href="{{ .GeneratorURL }}" style="color:#0969da">Source</a></td></tr>
{{- end }}
</table>
{{- end }}
{{- end }}

{{- define "email.default.html" -}}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ template "__subject" . }}</title>
</head>
<body style="margin:0;padding:24px 0;background-color:#f3f4f6;color:#1f2328;font-family:Helvetica,Arial,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;background-color:#ffffff;border:1px solid #d0d7de">
<tr>
{{- if .Alerts.Firing }}
<td style="padding:16px 24px;background-color:#d9730d;color:#ffffff;font-size:18px;font-weight:bold">
{{- else }}
<td style="padding:16px 24px;background-color:#2c7a3f;color:#ffffff;font-size:18px;font-weight:bold">
{{- end }}
{{ len .Alerts }} alert{{ if gt (len .Alerts) 1 }}s{{ end }}{{ if .GroupLabels }} for{{ range .GroupLabels.SortedPairs }} {{ .Name }}={{ .Value }}{{ end }}{{ end }}
</td></tr>
<tr><td style="padding:24px">
<p style="margin:0 0 24px"><a href="{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver }}" style="display:inline-block;padding:10px 16px;background-color:#0969da;color:#ffffff;text-decoration:none">View in {{ template "__alertmanager" . }}</a></p>
{{- with .Alerts.Firing }}
<h2 style="margin:0 0 12px;font-size:16px">[{{ len . }}] Firing</h2>
{{- template "__email_alerts" . }}
{{- end }}
{{- if .Alerts.Resolved }}
{{- if .Alerts.Firing }}
<hr style="border:0;border-top:1px solid #d0d7de;margin:16px 0">
{{- end }}
<h2 style="margin:0 0 12px;font-size:16px">[{{ len .Alerts.Resolved }}] Resolved</h2>
{{- template "__email_alerts" .Alerts.Resolved }}
{{- end }}
</td></tr>
<tr><td style="padding:12px 24px;border-top:1px solid #d0d7de;font-size:12px;color:#57606a"><a href="{{ .ExternalURL }}" style="color:#57606a">Sent by {{ template "__alertmanager" . }}</a></td></tr>
</table>
</td></tr></table>
</body>
</html>
{{ end }}
)tmpl";

}  // namespace

std::string_view default_text_templates() { return kText; }

std::string_view default_email_templates() { return kEmail; }

}  // namespace tocsin::notifiers
