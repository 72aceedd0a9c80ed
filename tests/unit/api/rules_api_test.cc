#include "engine/api/rules_api.h"

#include "notifiers/fingerprint.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

rules::GroupView group_of(std::string file, std::string name) {
  rules::GroupView out;
  out.name = std::move(name);
  out.file = std::move(file);
  out.interval = 1500;
  out.limit = 3;
  return out;
}

std::vector<rules::GroupView> groups(bool with_alerts) {
  rules::GroupView first = group_of("a.yml", "one");
  rules::RuleView alert;
  alert.name = "Hot";
  alert.query = "temp > 80";
  alert.hold = 1000;
  alert.labels = {{"team", "x"}};
  alert.annotations = {{"s", "{{ $value }} <b>"}};
  alert.state = rules::AlertState::kFiring;
  alert.health = rules::RuleHealth::kErr;
  alert.last_error = "bad";
  alert.last_evaluation = 1'500;
  if (with_alerts) {
    alert.alerts.push_back({base::Labels::of({{"alertname", "Hot"}}), base::Labels(),
                            rules::AlertState::kFiring, 1'000, 2'000, 81.25});
  }
  rules::RuleView idle;
  idle.name = "Idle";
  idle.state = rules::AlertState::kNone;
  first.rules = {alert, idle};
  rules::GroupView second = group_of("b.yml", "two");
  rules::RuleView record;
  record.kind = rules::RuleKind::kRecording;
  record.name = "job:x";
  record.query = "sum(x)";
  second.rules = {record};
  return {first, second};
}

struct RulesApi : ::testing::Test {
  RulesApi() {
    mount_rules_api(router, {groups, [] { return groups(true)[0].rules[0].alerts; }});
  }
  std::string ask(const std::string& query) { return router(get("/api/v1/rules", query)).body; }
  Router router;
};

TEST_F(RulesApi, ShowsAlertingRulesInUpstreamsOrder) {
  EXPECT_EQ(
      ask("rule_name[]=Hot"),
      R"({"status":"success","data":{"groups":[{"name":"one","file":"a.yml","rules":[{"state":)"
      R"("firing","name":"Hot","query":"temp \u003e 80","duration":1,"keepFiringFor":0,"labels":)"
      R"({"team":"x"},"annotations":{"s":"{{ $value }} \u003cb\u003e"},"alerts":[{"labels":)"
      R"({"alertname":"Hot"},"annotations":{},"state":"firing","activeAt":"1970-01-01T00:00:01Z",)"
      R"("keepFiringSince":"1970-01-01T00:00:02Z","value":"8.125e+01"}],"health":"err",)"
      R"("lastError":"bad","evaluationTime":0,"lastEvaluation":"1970-01-01T00:00:01.5Z","type":)"
      R"("alerting"}],"interval":1.5,"limit":3,"evaluationTime":0,"lastEvaluation":)"
      R"("0001-01-01T00:00:00Z"}]}})");
}

TEST_F(RulesApi, ShowsRecordingRules) {
  const std::string rule =
      R"x({"name":"job:x","query":"sum(x)","labels":{},"health":"unknown",)x"
      R"x("evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z","type":"recording"})x";
  EXPECT_NE(ask("type=RECORD").find("\"rules\":[" + rule + "]"), std::string::npos);
}

TEST_F(RulesApi, SaysUnknownBeforeTheFirstEvaluation) {
  EXPECT_NE(ask("rule_name[]=Idle").find(R"({"state":"unknown","name":"Idle")"), std::string::npos);
}

TEST_F(RulesApi, FiltersAndLeavesEmptyGroupsOut) {
  const std::pair<const char*, int> cases[] = {
      {"", 2},
      {"rule_group[]=one", 1},
      {"rule_group=one", 2},  // The other spelling is ignored.
      {"file[]=b.yml", 1},
      {"file[]=b.yml&rule_name[]=Hot", 0},
      {"match[]=%7Bteam=%22x%22%7D", 1},
      {"type=alert", 1},
  };
  for (const auto& [query, count] : cases) {
    const std::string body = ask(query);
    int found = 0;
    for (size_t at = 0; (at = body.find("\"interval\":", at)) != std::string::npos; ++at) ++found;
    EXPECT_EQ(found, count) << query;
  }
}

TEST_F(RulesApi, LeavesAlertsOutOnDemand) {
  EXPECT_NE(ask("exclude_alerts=true").find(R"("alerts":null)"), std::string::npos);
  EXPECT_EQ(ask("exclude_alerts=f").find(R"("alerts":null)"), std::string::npos);
}

TEST_F(RulesApi, TurnsPages) {
  const std::string token = notifiers::sha256_hex("b.yml;two");
  const std::string first = ask("group_limit=1");
  EXPECT_NE(first.find("\"groupNextToken\":\"" + token + "\""), std::string::npos) << first;
  EXPECT_EQ(first.find("\"two\""), std::string::npos);
  const std::string second = ask("group_limit=1&group_next_token=" + token);
  EXPECT_NE(second.find("\"two\""), std::string::npos);
  EXPECT_EQ(second.find("groupNextToken"), std::string::npos);
}

TEST_F(RulesApi, RefusesWhatUpstreamRefuses) {
  const std::pair<const char*, const char*> cases[] = {
      {"type=x", R"(invalid parameter \"type\": not supported value \"x\")"},
      {"match[]=%7B", "1:2: parse error: unexpected end of input inside braces"},
      {"exclude_alerts=x",
       R"(invalid parameter \"exclude_alerts\": error converting exclude_alerts: )"
       R"(strconv.ParseBool: parsing \"x\": invalid syntax)"},
      {"group_limit=0",
       R"(invalid parameter \"group_limit\": group_limit needs to be greater than 0)"},
      {"group_limit=x",
       R"(invalid parameter \"group_limit\": group_limit needs to be a valid number: )"
       R"(strconv.ParseInt: parsing \"x\": invalid syntax)"},
      {"group_next_token=x",
       R"(invalid parameter \"group_next_token\": group_limit needs to be present in order to )"
       R"(paginate over the groups)"},
      {"group_limit=1&group_next_token=x",
       R"(invalid parameter \"group_next_token\": invalid group_next_token 'x'. were rule groups )"
       R"(changed?)"},
  };
  for (const auto& [query, error] : cases) {
    const auto answer = router(get("/api/v1/rules", query));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.body,
              R"({"status":"error","errorType":"bad_data","error":")" + std::string(error) + "\"}");
  }
}

TEST_F(RulesApi, ListsAlerts) {
  EXPECT_EQ(router(get("/api/v1/alerts")).body.find(R"({"status":"success","data":{"alerts":[{)"),
            0u);
  EXPECT_EQ(router(post("/api/v1/alerts", "", "")).status, 405);
}

}  // namespace
}  // namespace tocsin::api
