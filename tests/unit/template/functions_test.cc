// Builtins and the functions of notification templates.
#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

TEST(Builtins, LogicStopsEarly) {
  expect_all({
      {"{{ and 0 (index .Alerts 99) }}", "0"},
      {"{{ or 1 (index .Alerts 99) }}", "1"},
      {"{{ and 1 \"\" }}|{{ or 0 \"\" \"z\" }}|{{ not .Empty }}", "|z|true"},
      {"{{ not 1 2 }}",
       "template: :1:3: executing \"\" at <not>: wrong number of args for not: want 1 got 2"},
  });
}

TEST(Builtins, LenIndexSlice) {
  expect_all({
      {"{{ len \"h\u00e9llo\" }} {{ len .Alerts }} {{ len .CommonLabels }}", "6 2 2"},
      {"{{ len 3 }}",
       "template: :1:3: executing \"\" at <len 3>: error calling len: len of type int"},
      {"{{ index \"abc\" 1 }} {{ (index .Alerts 1).Labels.pod }} {{ index .CommonLabels "
       "\"severity\" }}",
       "98 web-2 page"},
      {"{{ index .Alerts 10 }}",
       "template: :1:3: executing \"\" at <index .Alerts 10>: error calling index: index out of "
       "range: 10"},
      {"{{ index .CommonLabels 3 }}",
       "template: :1:3: executing \"\" at <index .CommonLabels 3>: error calling index: value has "
       "type "
       "int; should be string"},
      {"{{ index 3 3 }}",
       "template: :1:3: executing \"\" at <index 3 3>: error calling index: can't index item of "
       "type int"},
      {"{{ slice \"hello\" 1 3 }} {{ len (slice .Alerts 1) }}", "el 1"},
      {"{{ slice \"abc\" 2 1 }}",
       "template: :1:3: executing \"\" at <slice \"abc\" 2 1>: error calling slice: invalid slice "
       "index: 2 > 1"},
      {"{{ slice \"abc\" 1 2 3 }}",
       "template: :1:3: executing \"\" at <slice \"abc\" 1 2 3>: error calling slice: cannot "
       "3-index slice "
       "a string"},
      {"{{ call .Status }}",
       "template: :1:3: executing \"\" at <call .Status>: error calling call: non-function of type "
       "string"},
  });
}

TEST(Builtins, Comparisons) {
  expect_all({
      {"{{ eq 1 1 2 }} {{ eq 1 2 1 }} {{ eq \"a\" \"b\" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ ge 2.5 2.5 "
       "}}",
       "true true false true true true"},
      {"{{ gt \"b\" \"a\" }} {{ le 3 2 }} {{ eq nil 1 }} {{ eq .Extra.none nil }}",
       "true false false true"},
      {"{{ eq 1 }}",
       "template: :1:3: executing \"\" at <eq 1>: error calling eq: missing argument for "
       "comparison"},
      {"{{ lt true false }}",
       "template: :1:3: executing \"\" at <lt true false>: error calling lt: invalid type for "
       "comparison"},
      {"{{ eq .Alerts 1 }}",
       "template: :1:3: executing \"\" at <eq .Alerts 1>: error calling eq: incompatible types for "
       "comparison"},
      {"{{ eq .CommonLabels .CommonLabels }}",
       "template: :1:3: executing \"\" at <eq .CommonLabels .CommonLabels>: error calling eq: "
       "non-comparable type map[alertname:PodDown severity:page]: map[string]string"},
  });
}

TEST(Builtins, Escaping) {
  expect_all({{"{{ html \"<a&b>\" }} {{ js \"it's <b>\" }} {{ urlquery \"a b&c\" }}",
               "&lt;a&amp;b&gt; it\\'s \\u003Cb\\u003E a+b%26c"}});
}

TEST(Notifications, Text) {
  expect_all({
      {"{{ \"\u00e9a\" | toUpper }} {{ toLower \"\u00c9A\" }} [{{ trimSpace \" \\n a b\\t\" }}]",
       "\u00c9A \u00e9a [a b]"},
      {"{{ title \"foo.bar foo-bar foo_bar don't ABC a:b \u00e9a\" }}",
       "Foo.bar Foo-Bar Foo_bar Don't Abc A:b \u00c9a"},
      {"{{ stringSlice \"a\" \"b\" | join \", \" }}", "a, b"},
      {"{{ list 1 2 | join \",\" }}",
       "template: :1:14: executing \"\" at <join \",\">: error calling join: wrong type for value; "
       "expected "
       "[]string; got []interface {}"},
      {"{{ match \"^a.c$\" \"abc\" }} {{ match \"b\" \"abc\" }}", "true true"},
      {"{{ match \"(\" \"a\" }}",
       "template: :1:3: executing \"\" at <match \"(\" \"a\">: error calling match: error parsing "
       "regexp: "
       "missing closing ): `(`"},
      {"{{ reReplaceAll \"(a)(b)?\" \"[$1-${2}]$$\" \"abaac\" }} {{ reReplaceAll \"x*\" \"-\" "
       "\"abxc\" }}",
       "[a-b]$[a-]$[a-]$c -a-b-c-"},
      {"{{ reReplaceAll \"(?P<n>a)\" \"$n$nx${n}x$9\" \"a\" }}", "aax"},
      {"{{ urlUnescape \"a%20b+c\" }}", "a b c"},
      {"{{ urlUnescape \"%zz\" }}",
       "template: :1:3: executing \"\" at <urlUnescape \"%zz\">: error calling urlUnescape: "
       "invalid URL "
       "escape \"%zz\""},
      {"{{ base64encode \"a?>~b\" }} {{ base64decode \"YT8-fmI=\" }} {{ base64encode \"\" }}",
       "YT8-fmI= a?>~b "},
      {"{{ base64decode \"a\" }}",
       "template: :1:3: executing \"\" at <base64decode \"a\">: error calling base64decode: "
       "illegal base64 "
       "data at input byte 1"},
      {"{{ routeLabels \"team\" }}{{ routeLabels \"x\" }}", "storage"},
      {"{{ toUpper 3 }}", "template: :1:11: executing \"\" at <3>: expected string; found 3"},
      {"{{ toUpper nil }}",
       "template: :1:11: executing \"\" at <nil>: cannot assign nil to string"},
      {"{{ toUpper }}",
       "template: :1:3: executing \"\" at <toUpper>: wrong number of args for toUpper: want 1 got "
       "0"},
      {"{{ .Extra | toUpper }}",
       "template: :1:12: executing \"\" at <toUpper>: wrong type for value; expected string; got "
       "map[string]interface {}"},
  });
}

TEST(Notifications, Collections) {
  expect_all({
      {"{{ $d := dict \"b\" 2 \"a\" (list 1 \"x\") }}{{ $d }} {{ $d.a }} {{ $d.c }}",
       "map[a:[1 x] b:2] [1 x] <no value>"},
      {"{{ append (list 1) 2 3 }}", "[1 2 3]"},
      {"{{ dict 1 }}",
       "template: :1:3: executing \"\" at <dict 1>: error calling dict: dict requires an even "
       "number of "
       "arguments"},
      {"{{ dict 1 2 }}",
       "template: :1:3: executing \"\" at <dict 1 2>: error calling dict: dict keys must be "
       "strings"},
      {"{{ toJson (dict \"a\" (list 1 2.5 nil true \"<&>\") \"d\" (since .none)) }}",
       "template: :1:59: executing \"\" at <.none>: can't evaluate field none in type "
       "template.Data"},
      {"{{ toJson (dict \"a\" (list 1 2.5 nil true \"<\") \"e\" 0.0000001) }}",
       "{\"a\":[1,2.5,null,true,\"\\u003c\"],\"e\":1e-7}"},
      {"{{ toJson now }} {{ toJson .CommonLabels }}",
       "\"2026-01-02T03:04:05.678Z\" {\"alertname\":\"PodDown\",\"severity\":\"page\"}"},
  });
}

TEST(Notifications, Times) {
  expect_all({
      {"{{ now | tz \"Europe/Berlin\" | date \"Mon, 02 Jan 2006 15:04:05 MST -0700\" }}",
       "Fri, 02 Jan 2026 04:04:05 CET +0100"},
      {"{{ tz \"Mars/Base\" now }}",
       "template: :1:3: executing \"\" at <tz \"Mars/Base\" now>: error calling tz: unknown time "
       "zone Mars/Base"},
      {"{{ (toDate \"2006-01-02\" \"2024-02-29\").Unix }} {{ (toDate \"2006\" \"x\").IsZero }}",
       "1709164800 true"},
      {"{{ mustToDate \"2006\" \"x\" }}",
       "template: :1:3: executing \"\" at <mustToDate \"2006\" \"x\">: error calling mustToDate: "
       "parsing time "
       "\"x\" as \"2006\": cannot parse \"x\" as \"2006\""},
      {"{{ since (index .Alerts 1).StartsAt }}", "678ms"},
      {"{{ humanizeDuration 3723.5 }} {{ humanizeDuration \"0.0123\" }} {{ humanizeDuration 0 }}",
       "1h 2m 3s 12.3ms 0s"},
  });
}

}  // namespace
}  // namespace tocsin::tmpl
