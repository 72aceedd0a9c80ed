// html/template's escaping in text, attributes and URLs; refusal elsewhere.
#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

TEST(Html, EscapesByPlace) {
  expect_all(
      {
          {"<p>{{ (index .Alerts 0).Annotations.summary }}</p>",
           "<p>a pod is &lt;down&gt; &amp; out</p>"},
          {"<p title=\"{{ `a\"b<+` }}\">x</p>", "<p title=\"a&#34;b&lt;&#43;\">x</p>"},
          {"<a href='{{ `it's` }}'>x</a>", "<a href='it%27s'>x</a>"},
          {"<a href=\"/search?{{ \"q=test%20foo\" }}\">x</a>",
           "<a href=\"/search?q%3dtest%2520foo\">x</a>"},
          {"<a href=\"{{ \"https://a.example/x y?a=b&c\" }}\">x</a>",
           "<a href=\"https://a.example/x%20y?a=b&amp;c\">x</a>"},
          {"<a href=\"{{ \"javascript:alert(1)\" }}\">x</a>", "<a href=\"#ZgotmplZ\">x</a>"},
          {"<a href=\" {{ \"javascript:alert(1)\" }}\">x</a>", "<a href=\" #ZgotmplZ\">x</a>"},
          {"<a href=\"{{ \"tel:1\" | safeUrl }}\">x</a>", "<a href=\"tel:1\">x</a>"},
          {"<b>{{ safeHtml \"<i>x</i>\" }}</b>", "<b><i>x</i></b>"},
          {"<b>{{ .Status | html }}{{ \"<\" | html }}</b>", "<b>firing&lt;</b>"},
          {"<title>{{ \"</title>\" }}</title>", "<title>&lt;/title&gt;</title>"},
          {"a<!-- c {{ .Status }} -->b", "ab"},
          {"<p>{{ .Extra.none }}</p>", "<p></p>"},
          {"<{{ \"img src=x onerror=f()\" }}>", "&lt;img src=x onerror=f()>"},
          {"</{{ \"p\" }}>", "&lt;/p>"},
          {"<<{{ \"p\" }}>", "<&lt;p>"},
          {"a <{{ range .Alerts }}b{{ end }}", "a &lt;bb"},
          {"<style>p { color: red }</style>{{ \"<\" }}", "<style>p { color: red }</style>&lt;"},
          {"<br/>{{ range .Alerts }}<li class=\"{{ .Status }}\">{{ .Labels.pod }}</li>{{ end }}",
           "<br/><li class=\"firing\">web-1</li><li class=\"resolved\">web-2</li>"},
      },
      Escaping::kHtml);
}

TEST(Html, RefusesPlacesItCannotEscapeFor) {
  for (const std::string_view text :
       {"<script>var x = {{ .Status }}</script>", "<style>{{ .Status }}</style>",
        "<p style=\"{{ .Status }}\">", "<p onclick=\"{{ .Status }}\">", "<p title={{ .Status }}>",
        "<p {{ .Status }}>", "<img srcset=\"{{ .Status }}\">"}) {
    const std::string result = rendered(text, test_data(), Escaping::kHtml);
    EXPECT_NE(result.find("of HTML are not supported"), std::string::npos)
        << text << " gave " << result;
  }
  EXPECT_NE(
      rendered("<p title=\"x", test_data(), Escaping::kHtml).find("ends in a non-text context"),
      std::string::npos);
}

}  // namespace
}  // namespace tocsin::tmpl
