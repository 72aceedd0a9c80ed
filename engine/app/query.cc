// tocsin query: what is asked, where, and for which time.
#include "engine/app/query.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <utility>

#include "engine/api/parameters.h"
#include "engine/app/commands.h"
#include "engine/app/fetch.h"
#include "engine/app/query_offline.h"
#include "engine/app/query_print.h"
#include "engine/app/terminal.h"
#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "engine/net/http_server.h"
#include "promql/eval/query.h"
#include "promql/syntax/printer.h"

namespace tocsin::app {
namespace {

constexpr int64_t kDefaultPoints = 250;

// A request of the query API, to a server or to the data of files.
struct Question {
  std::string path;
  std::string form;  // Empty: GET.
  void add(std::string_view name, std::string_view value) {
    form += (form.empty() ? "" : "&") + std::string(name) + "=" + net::percent_encode(value);
  }
  void add_time(std::string_view name, base::TimestampMs t) {
    std::string text;
    base::append_timestamp(text, t);
    add(name, text);
  }
};

// Whether a word names a server rather than an expression: a URL, host:port or localhost.
bool looks_like_server(const std::string& word) {
  if (word.starts_with("http://") || word.starts_with("https://") || word == "localhost")
    return true;
  const size_t path = std::min(word.find('/'), word.size());
  const size_t colon = word.rfind(':', path);
  if (colon == std::string::npos || colon == 0 || colon + 1 >= path) return false;
  const bool has_port = word.find_first_not_of("0123456789", colon + 1) >= path;
  return has_port && word.find_first_of("{}()[ \"'=") >= colon;
}

int usage(std::string_view text) {
  print_error(std::string(text) + "\nRun with --help for more information.");
  return kExitUsage;
}

// Where answers come from.
class Answerer {
 public:
  // Opens the data, if it is data. What fails is printed; then ok() is false.
  explicit Answerer(const QueryFlags& flags, std::vector<std::string> files) : flags_(flags) {
    if (files.empty()) return;
    auto server = OfflineServer::open(files, flags.features);
    if (server) {
      offline_ = *std::move(server);
    } else {
      print_error(server.error());
      is_ok_ = false;
    }
  }
  bool ok() const { return is_ok_; }
  void use_server(std::string server) { server_ = std::move(server); }
  const std::string& name() const { return server_.empty() ? flags_.server : server_; }

  // The end of time: now, or the newest sample.
  base::TimestampMs newest() {
    const base::TimestampMs now = base::SystemClock().now();
    return offline_ == nullptr ? now : offline_->newest().value_or(now);
  }

  base::Result<net::HttpResponse> ask(const Question& question) {
    if (offline_ != nullptr) return offline_->ask(question.path, question.form);
    net::HttpRequest request;
    std::string server = name();
    while (server.ends_with('/')) server.pop_back();
    if (server.find("://") == std::string::npos) server = "http://" + server;
    request.url = server + question.path;
    request.timeout = 3 * base::kMinute;
    // Label values, unlike the rest, are for GET alone.
    const bool is_get = question.path.starts_with("/api/v1/label/");
    request.method = is_get ? "GET" : "POST";
    if (is_get) {
      if (!question.form.empty()) request.url += "?" + question.form;
    } else {
      request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
      request.body = question.form;
    }
    return fetch(std::move(request));
  }

 private:
  const QueryFlags& flags_;
  std::string server_;
  std::unique_ptr<OfflineServer> offline_;
  bool is_ok_ = true;
};

// The words of a command that takes SERVER EXPR, taken apart.
struct Words {
  std::string server;              // Empty: --server.
  std::string expr;                // Empty with --queries.
  std::vector<std::string> files;  // --data, and with it what stands before EXPR.
};

base::Result<Words> read_words(const QueryFlags& flags) {
  std::vector<std::string> words = flags.words;
  Words out;
  out.files = flags.data;
  const auto invalid = [](std::string text) {
    return base::Error{base::Code::kInvalid, std::move(text)};
  };
  if (flags.queries.empty()) {
    if (words.empty()) return invalid("name an expression");
    out.expr = std::move(words.back());
    words.pop_back();
  } else if (flags.data.empty()) {
    return invalid("--queries needs --data");
  }
  if (!flags.data.empty()) {
    // --data *.om EXPR: the shell made several words of the files.
    out.files.insert(out.files.end(), words.begin(), words.end());
    return out;
  }
  if (words.empty() && looks_like_server(out.expr))
    return invalid("name an expression besides the server " + out.expr);
  if (words.size() > 1)
    return invalid("more words than a server and an expression; does the expression need quotes?");
  if (!words.empty()) out.server = std::move(words.front());
  return out;
}

base::Result<base::TimestampMs> time_of(std::string_view flag, const std::string& text,
                                        base::TimestampMs otherwise) {
  if (text.empty()) return otherwise;
  auto time = api::parse_time(text);
  if (time) return *time;
  return base::Error{base::Code::kInvalid, std::string(flag) + ": " + time.error().message};
}

// --start, --end and --step as a range.
base::Result<promql::EvalRange> range_of(const QueryFlags& flags, base::TimestampMs newest) {
  promql::EvalRange out;
  ASSIGN_OR_RETURN(out.end, time_of("--end", flags.end, newest));
  ASSIGN_OR_RETURN(out.start, time_of("--start", flags.start, out.end - base::kHour));
  out.step = std::max<base::DurationMs>(base::kSecond, (out.end - out.start) / kDefaultPoints);
  if (!flags.step.empty()) {
    const auto step = api::parse_step(flags.step);
    if (!step) return base::Error{base::Code::kInvalid, "--step: " + step.error().message};
    out.step = *step;
  }
  return out;
}

void add_range(Question& question, const promql::EvalRange& range) {
  question.add_time("start", range.start);
  question.add_time("end", range.end);
  question.add_time("step", range.step);
}

// Answers to every line of a file, as they are.
int ask_all(Answerer& answerer, const Question& question, const QueryFlags& flags) {
  std::ifstream file(flags.queries);
  if (!file) return print_error("cannot read " + flags.queries), kExitUsage;
  for (std::string line; std::getline(file, line);) {
    Question one = question;
    one.add("query", line);
    const auto answer = answerer.ask(one);
    if (!answer) return print_error(answer.error()), kExitFailed;
    print_out(answer->body + "\n");
  }
  return kExitOk;
}

// A question about an expression. `times` adds its times; its error is wrong usage.
template <class AddTimes>
int ask_about_expr(const std::string& path, const QueryFlags& flags, const AddTimes& times,
                   PrintStyle style) {
  const bool explains = path.ends_with("_explain");
  const auto words = read_words(flags);
  if (!words) return usage(words.error().message);
  Answerer answerer(flags, words->files);
  if (!answerer.ok()) return kExitFailed;
  answerer.use_server(words->server);
  Question question{path, {}};
  if (const base::Status status = times(question, answerer.newest(), style); !status.ok())
    return print_error(status.error().message), kExitUsage;
  if (!flags.queries.empty()) return ask_all(answerer, question, flags);
  question.add("query", words->expr);
  const auto answer = answerer.ask(question);
  if (explains) return print_explanation(answer, answerer.name(), style);
  return print_answer(answer, answerer.name(), AnswerKind::kResult, style);
}

// The words of a command that takes SERVER and others.
struct Listed {
  std::string server;
  std::vector<std::string> others;
};

Listed read_listed(const QueryFlags& flags) {
  Listed out;
  out.others = flags.words;
  if (!flags.data.empty() || out.others.empty() || !looks_like_server(out.others.front()))
    return out;
  out.server = std::move(out.others.front());
  out.others.erase(out.others.begin());
  return out;
}

base::Status add_span(Question& question, const QueryFlags& flags) {
  if (!flags.start.empty()) {
    ASSIGN_OR_RETURN(const auto start, time_of("--start", flags.start, 0));
    question.add_time("start", start);
  }
  if (!flags.end.empty()) {
    ASSIGN_OR_RETURN(const auto end, time_of("--end", flags.end, 0));
    question.add_time("end", end);
  }
  return {};
}

int ask_for_list(const QueryFlags& flags, Question question, const std::string& server,
                 AnswerKind kind) {
  if (const base::Status status = add_span(question, flags); !status.ok())
    return print_error(status.error().message), kExitUsage;
  Answerer answerer(flags, flags.data);
  if (!answerer.ok()) return kExitFailed;
  answerer.use_server(server);
  return print_answer(answerer.ask(question), answerer.name(), kind, style_for(flags, false));
}

}  // namespace

int run_query_instant(const QueryFlags& flags) {
  const auto times = [&](Question& question, base::TimestampMs newest, PrintStyle&) {
    // A server knows its own time better.
    if (flags.time.empty() && flags.data.empty()) return base::Status();
    const auto time = time_of("--time", flags.time, newest);
    if (!time) return base::Status(time.error());
    question.add_time("time", *time);
    return base::Status();
  };
  return ask_about_expr("/api/v1/query", flags, times, style_for(flags, false));
}

int run_query_range(const QueryFlags& flags) {
  const auto times = [&](Question& question, base::TimestampMs newest, PrintStyle& style) {
    const auto range = range_of(flags, newest);
    if (!range) return base::Status(range.error());
    add_range(question, *range);
    style.start = range->start;
    style.end = range->end;
    style.step = range->step;
    return base::Status();
  };
  return ask_about_expr("/api/v1/query_range", flags, times, style_for(flags, true));
}

int run_query_explain(const QueryFlags& flags) {
  PrintStyle style = style_for(flags, false);
  const auto times = [&](Question& question, base::TimestampMs newest, PrintStyle&) {
    question.add("format", style.format == OutputFormat::kJson ? "json" : "text");
    if (style.colours) question.add("colours", "true");
    if (flags.start.empty() && flags.end.empty() && flags.step.empty()) {
      const auto time = time_of("--time", flags.time, newest);
      if (!time) return base::Status(time.error());
      if (!flags.time.empty() || !flags.data.empty()) question.add_time("time", *time);
      return base::Status();
    }
    if (!flags.time.empty())
      return base::Status(base::Code::kInvalid, "--time is for one time, --start for a range");
    const auto range = range_of(flags, newest);
    if (!range) return base::Status(range.error());
    add_range(question, *range);
    return base::Status();
  };
  return ask_about_expr("/api/v1/query_explain", flags, times, style);
}

int run_query_series(const QueryFlags& flags) {
  const Listed words = read_listed(flags);
  Question question{"/api/v1/series", {}};
  for (const std::string& selector : flags.matches) question.add("match[]", selector);
  for (const std::string& selector : words.others) question.add("match[]", selector);
  if (question.form.empty()) return usage("name a selector, e.g. 'up{job=\"api\"}'");
  return ask_for_list(flags, std::move(question), words.server, AnswerKind::kSeries);
}

int run_query_labels(const QueryFlags& flags) {
  const Listed words = read_listed(flags);
  if (words.others.size() > 1) return usage("name one label at most");
  Question question{"/api/v1/labels", {}};
  if (!words.others.empty())
    question.path = "/api/v1/label/" + net::percent_encode(words.others.front()) + "/values";
  for (const std::string& selector : flags.matches) question.add("match[]", selector);
  return ask_for_list(flags, std::move(question), words.server, AnswerKind::kStrings);
}

int run_query_format(const QueryFlags& flags) {
  if (flags.words.size() != 1) return usage("name one expression; does it need quotes?");
  const auto expr = promql::parse_expr(flags.words.front(), flags.features);
  if (!expr) return print_error(expr.error().message), kExitFailed;
  std::string out = promql::pretty_print(**expr);
  if (flags.format == OutputFormat::kJson) {
    std::string quoted;
    base::append_json_string(quoted, out);
    out = std::move(quoted);
  }
  print_out(out + "\n");
  return kExitOk;
}

}  // namespace tocsin::app
