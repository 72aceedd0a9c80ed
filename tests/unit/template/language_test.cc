// The language itself: syntax, scopes, control structures, fields and error texts.
// Expected texts were recorded from Go's text/template.
#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

TEST(Language, PlacesErrorsOfFilesInTheFile) {
  TemplateSet set(alertmanager_functions());
  const base::Status status =
      set.add("x.tmpl", "{{ define \"x\" }}\n  {{ if }}\n{{ end }}{{ end }}");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().where, (base::Position{"", 2, 9}));
  // A text of another file has its place from there.
  const auto compiled = set.compile("", "{{ if }}");
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.error().where, base::Position{});
}

TEST(Language, PrintsTextAndValues) {
  expect_all({
      {"", ""},
      {"plain } { text", "plain } { text"},
      {"{{ .Status }}", "firing"},
      {"{{.CommonLabels.alertname}}", "PodDown"},
      {"{{ .CommonLabels.nope }}|", "|"},
      {"{{ .Extra.nope }}", "<no value>"},
      {"{{ .Extra.none }}", "<no value>"},
      {"{{ print .Extra.none }}", "<nil>"},
      {"{{ .Extra }}", "map[f:2.5 n:3 none:<nil>]"},
      {"{{ .CommonLabels }}", "map[alertname:PodDown severity:page]"},
      {"{{ .Empty }}", "[]"},
      {"{{ (index .Alerts 0).StartsAt }}", "2026-01-02 03:04:05.678 +0000 UTC"},
      {"{{ 1000000.0 }} {{ 100000.0 }} {{ 123456.5 }} {{ 1e20 }}", "1e+06 100000 123456.5 1e+20"},
      {"{{ 0x1F }} {{ 1_000 }} {{ -3 }} {{ +4 }} {{ 017 }} {{ 0b11 }} {{ 'a' }} {{ '\\n' }} {{ "
       "'\\'' }}",
       "31 1000 -3 4 15 3 97 10 39"},
      {"{{ `raw \"x\"` }} {{ \"tab\\t\\u00e9\\x41\\101\" }}", "raw \"x\" tab\t\u00e9AA"},
      {"{{ .Status\n }}", "firing"},
      {"{{ .Status | }}", "firing"},
      {"{{-3}}", "-3"},
  });
}

TEST(Language, TrimsSpacesAndDropsComments) {
  expect_all({
      {"a {{- /* c */ -}} b", "ab"},
      {"a{{/* c */}} b", "a b"},
      {"a \n\t{{- \"x\" -}} \n b", "axb"},
      {"a {{ \"x\" }} b", "a x b"},
      {"{{/* unclosed", "template: :1: unclosed comment"},
      {"{{/* a */ b }}", "template: :1: comment ends before closing delimiter"},
  });
}

TEST(Language, BranchesAndLoops) {
  expect_all({
      {"{{ if .Status }}a{{ else }}b{{ end }}", "a"},
      {"{{ if .Empty }}a{{ else if eq .Status \"firing\" }}b{{ else }}c{{ end }}", "b"},
      {"{{ with .CommonLabels.nope }}a{{ else with .Status }}{{ . }}{{ end }}", "firing"},
      {"{{ range .Alerts }}{{ .Labels.pod }};{{ end }}", "web-1;web-2;"},
      {"{{ range $i, $a := .Alerts }}{{ $i }}={{ $a.Labels.pod }};{{ end }}", "0=web-1;1=web-2;"},
      {"{{ range $k, $v := .CommonLabels }}{{ $k }}={{ $v }};{{ end }}",
       "alertname=PodDown;severity=page;"},
      {"{{ range .Empty }}a{{ else }}none{{ end }}", "none"},
      {"{{ range .Extra.none }}a{{ else }}none{{ end }}", "none"},
      {"{{ range 3 }}{{ . }}{{ end }}", "012"},
      {"{{ range $i := 3 }}{{ $i }}{{ end }}", "012"},
      {"{{ range 0 }}a{{ else }}b{{ end }}", "b"},
      {"{{ range 9 }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ if eq . 4 }}{{ break }}{{ end }}{{ . "
       "}}{{ end }}",
       "013"},
      {"{{ range $i, $e := 3 }}{{ end }}",
       "template: :1:19: executing \"\" at <3>: can't use 3 to iterate over more than one "
       "variable"},
      {"{{ range .Status }}x{{ end }}",
       "template: :1:9: executing \"\" at <.Status>: range can't iterate over firing"},
  });
}

TEST(Language, VariablesAndScopes) {
  expect_all({
      {"{{ $x := 1 }}{{ range .Alerts }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"},
      {"{{ $x := 1 }}{{ range .Alerts }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"},
      {"{{ range .Alerts }}{{ $.Status }} {{ end }}", "firing firing "},
      {"{{ with $x := .Status }}{{ $x }}{{ end }}", "firing"},
      {"{{ $x := 0 }}{{ range $x = .Alerts }}{{ end }}{{ $x.Labels.pod }}", "web-2"},
      {"{{ $x }}", "template: :1: undefined variable \"$x\""},
      {"{{ if $x := 1 }}{{ end }}{{ $x }}", "template: :1: undefined variable \"$x\""},
      {"{{ $x = 1 }}", "template: :1:8: executing \"\" at <1>: undefined variable: $x"},
  });
}

TEST(Language, TemplatesCallEachOther) {
  expect_all({
      {"{{ define \"q\" }}[{{ . }}{{ .x }}{{ $ }}]{{ end }}{{ template \"q\" }}",
       "[<no value><no value><no value>]"},
      {"{{ define \"q\" }}<{{ .pod }}>{{ end }}{{ range .Alerts }}{{ template \"q\" .Labels }}{{ "
       "end }}",
       "<web-1><web-2>"},
      {"{{ block \"b\" .Status }}<{{ . }}>{{ end }}{{ template \"b\" \"again\" }}",
       "<firing><again>"},
      {"{{ define \"a\" }}1{{ end }}{{ define \"a\" }}2{{ end }}",
       "template: :1: template: multiple definition of template \"a\""},
      {"{{ template \"b\" . }}",
       "template: :1:12: executing \"\" at <{{template \"b\" .}}>: template \"b\" not defined"},
  });
}

TEST(Language, SetsKeepTheLastDefinitionThatSaysSomething) {
  TemplateSet set(alertmanager_functions());
  ASSERT_TRUE(set.add("one.tmpl", "ignored {{ define \"a\" }}first{{ end }}"));
  ASSERT_TRUE(set.add("two.tmpl", "{{ define \"a\" }}second{{ end }}"));
  ASSERT_TRUE(set.add("three.tmpl", "{{ define \"a\" }} {{/* nothing */}} {{ end }}"));
  EXPECT_FALSE(set.add("bad.tmpl", "{{ define \"a\" }}third{{ end }}{{ if }}"));
  EXPECT_EQ(set.names(), (std::vector<std::string>{"a", "one.tmpl", "three.tmpl", "two.tmpl"}));
  auto title = set.compile("", "{{ template \"a\" }}");
  ASSERT_TRUE(title);
  auto local = set.compile("", "{{ define \"a\" }}local{{ end }}{{ template \"a\" }}");
  ASSERT_TRUE(local);
  EXPECT_EQ(*title->execute(Value(), TestEnvironment()), "second");
  EXPECT_EQ(*local->execute(Value(), TestEnvironment()), "local");
  EXPECT_FALSE(set.has("b"));
}

TEST(Language, SyntaxErrorsReadAsInGo) {
  expect_all({
      {"{{ .Foo.Bar", "template: :1: unclosed action"},
      {"{{ \"abc", "template: :1: unterminated quoted string"},
      {"{{ if true }}x", "template: :1: unexpected EOF"},
      {"line1\n{{ if .Status }}\n{{ else }}{{ else }}{{ end }}",
       "template: :3: expected end; found {{else}}"},
      {"{{ range $i, $j, $k := .Alerts }}{{end}}", "template: :1: too many declarations in range"},
      {"{{ 1 | 2 }}", "template: :1: non executable command in pipeline stage 2"},
      {"{{ () }}", "template: :1: missing value for parenthesized pipeline"},
      {"{{ template foo }}", "template: :1: unexpected \"foo\" in template clause"},
      {"{{ define foo }}{{end}}", "template: :1: unexpected \"foo\" in define clause"},
      {"{{ break }}", "template: :1: {{break}} outside {{range}}"},
      {"{{ 09 }}", "template: :1: integer overflow: \"09\""},
      {"{{ 3x }}", "template: :1: bad number syntax: \"3x\""},
      {"{{ !x }}", "template: :1: unexpected \"!\" in command"},
      {"{{ \"a\".b }}", "template: :1: unexpected . after term \"\\\"a\\\"\""},
      {"{{ foo }}", "template: :1: function \"foo\" not defined"},
      {"{{ if }}", "template: :1: missing value for if"},
      {"{{ end }}", "template: :1: unexpected {{end}}"},
      {"{{ else }}", "template: :1: unexpected {{else}}"},
      {"{{ ( .b }}", "template: :1: unclosed left paren"},
      {"{{ ) }}", "template: :1: unexpected right paren"},
      {"{{ .a:b }}", "template: :1: expected :="},
      {"{{ define \"x\" }}{{ if true }}{{ end }}", "template: :1: unexpected EOF"},
      {"{{ if true }}{{ define \"z\" }}{{ end }}{{ end }}",
       "template: :1: unexpected <define> in command"},
      {"{{ \x01 }}", "template: :1: unrecognized character in action: U+0001"},
      {"{{ + }}", "template: :1: illegal number syntax: \"+\""},
      {"{{ 1i }}", "template: :1: complex numbers are not supported: 1i"},
  });
}

TEST(Language, ExecutionErrorsReadAsInGo) {
  expect_all({
      {"{{ .Foo }}",
       "template: :1:3: executing \"\" at <.Foo>: can't evaluate field Foo in type template.Data"},
      {"{{ .CommonLabels.foo.bar }}",
       "template: :1:16: executing \"\" at <.CommonLabels.foo.bar>: can't evaluate field bar in "
       "type string"},
      {"{{ .Extra.none.x }}",
       "template: :1:9: executing \"\" at <.Extra.none.x>: nil pointer evaluating interface {}.x"},
      {"{{ .Status \"x\" }}",
       "template: :1:3: executing \"\" at <.Status>: Status has arguments but cannot be invoked as "
       "function"},
      {"{{ .Extra.n 1 }}",
       "template: :1:9: executing \"\" at <.Extra.n>: n is not a method but has arguments"},
      {"{{ nil }}", "template: :1:3: executing \"\" at <nil>: nil is not a command"},
      {"{{ \"x\" 1 }}",
       "template: :1:3: executing \"\" at <\"x\">: can't give argument to non-function \"x\""},
      {"{{ (1) 2 }}",
       "template: :1:3: executing \"\" at <(1) 2>: can't give argument to non-function 1"},
      {"{{ (toUpper \"a\").b }}",
       "template: :1:12: executing \"\" at <\"a\">: can't evaluate field b in type string"},
      {"{{ 9223372036854775808 }}",
       "template: :1:3: executing \"\" at <9223372036854775808>: 9223372036854775808 overflows "
       "int"},
      {"abc\n  {{ if eq 1 2.0 }}{{ end }}",
       "template: :2:8: executing \"\" at <eq 1 2.0>: error calling eq: incompatible types for "
       "comparison"},
      {"{{ .Twice 1 }}",
       "template: :1:3: executing \"\" at <.Twice>: error calling Twice: takes one string"},
  });
}

TEST(Language, MethodsTakeArguments) {
  expect_all({{"{{ .Twice \"ab\" }}", "abab"}, {"{{ \"x\" | .Twice | printf \"%s!\" }}", "xx!"}});
}

}  // namespace
}  // namespace tocsin::tmpl
