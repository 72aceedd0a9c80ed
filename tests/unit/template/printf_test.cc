// printf: verbs, flags and Go's diagnostics.
#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

TEST(Printf, VerbsAndFlags) {
  expect_all({
      {"{{ printf \"%5d|%-5d|%05d|%x|%X|%#x|%+d|%q|%v|%T\" 42 42 42 255 255 255 42 \"hi\" 1.5 "
       "\"x\" }}",
       "   42|42   |00042|ff|FF|0xff|+42|\"hi\"|1.5|string"},
      {"{{ printf \"%c|%U|%e|%8.3f|%g|%s|%t\" 65 65 1234.5 3.14159 1e21 \"s\" true }}",
       "A|U+0041|1.234500e+03|   3.142|1e+21|s|true"},
      {"{{ printf \"%6.3v|%-8v|%08.3f|%+.2e|%x|% x|%#q|%o|%b|%c\" 3.14159 \"ab\" 3.14159 12345.678 "
       "\"hi\" "
       "\"hi\" \"hi\" 8 5 0x1F600 }}",
       "  3.14|ab      |0003.142|+1.23e+04|6869|68 69|`hi`|10|101|\U0001F600"},
      {"{{ printf \"%v %#v\" .CommonLabels .CommonLabels }}",
       "map[alertname:PodDown severity:page] map[string]string{\"alertname\":\"PodDown\", "
       "\"severity\":\"page\"}"},
      {"{{ printf \"%s %d\" now.Weekday now.Month }}", "Friday 1"},
      {"{{ printf \"%v\" nil }} {{ printf \"%[2]d %[1]d\" 1 2 }} {{ printf \"%*d\" 5 42 }} "
       "{{ printf \"%.*f\" 2 3.14159 }} {{ printf \"%.2s\" \"abc\" }} {{ printf \"%6.2f%%\" 12.345 "
       "}}",
       "<nil> 2 1    42 3.14 ab  12.35%"},
      {"{{ printf \"%f %F %.3g %G %x\" 1.5 2.5 1234567.0 1e-7 1.5 }}",
       "1.500000 2.500000 1.23e+06 1E-07 0x1.8p+00"},
      {"{{ print \"a\" 1 2 \"b\" 3.5 true nil }}|{{ println \"a\" 1 }}",
       "a1 2b3.5 true <nil>|a 1\n"},
  });
}

TEST(Printf, DiagnosticsShowInTheText) {
  expect_all({
      {"{{ printf \"%d %s\" \"x\" }}", "%!d(string=x) %!s(MISSING)"},
      {"{{ printf \"%z\" 1 }} {{ printf \"%\" }} {{ printf \"x\" 1 \"a\" }}",
       "%!z(int=1) %!(NOVERB) x%!(EXTRA int=1, string=a)"},
      {"{{ printf \"%t %s %d\" 1 1 1.5 }} {{ printf \"%d\" nil }}",
       "%!t(int=1) %!s(int=1) %!d(float64=1.5) %!d(<nil>)"},
      {"{{ printf \"%!\" }} {{ printf \"%[5]d\" 1 }} {{ printf \"%[x]d\" 1 }} {{ printf \"%f\" 5 "
       "}}",
       "%!!(MISSING) %!d(BADINDEX) %!d(BADINDEX) %!f(int=5)"},
  });
}

}  // namespace
}  // namespace tocsin::tmpl
