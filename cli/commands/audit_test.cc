// `avvik audit` against a server that gives what the test says.
#include <algorithm>

#include "cli/commands/audit_trail.h"
#include "cli/commands/command_line_fixture.h"
#include "common/audit/audit_proto.h"
#include "common/audit/syslog.h"
#include "common/audit/test_chain.h"
#include "gmock/gmock.h"

namespace avvik::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class AuditCommandTest : public CommandLineFixture {
 protected:
  void SetUp() override {
    CommandLineFixture::SetUp();
    File("secrets/audit.pub", audit::kTestPublicKey);
    chain_ = audit::TestChain(30);
    checkpoints_ = {audit::TestCheckpoint(key_, chain_[9], 0),
                    audit::TestCheckpoint(key_, chain_[19], 10)};
    // Recent enough not to need a later checkpoint.
    suite_.on_request = [this](const LocalRequest& request) { return Answer(request); };
  }

  // Triage's trace, two pages of it; the other services have none.
  std::optional<LocalAnswer> Answer(const LocalRequest& request) {
    if (request.path.find("/v1/services/") != 0) return std::nullopt;
    const bool triage = request.path.find("/v1/services/triage/") == 0;
    if (request.path.find("audit-checkpoints") != std::string::npos) {
      audit::v1::ListCheckpointsResponse answer;
      for (const auto& checkpoint : checkpoints_) {
        if (triage) *answer.add_checkpoints() = audit::ToProto("triage", checkpoint);
      }
      return LocalAnswer{.body = *ToJson(answer)};
    }
    audit::v1::ListRecordsResponse answer;
    const bool second = request.path.find("page_token=more") != std::string::npos;
    for (const auto& record : chain_) {
      if (triage && (record.sequence > 15) == second) {
        *answer.add_records() = audit::ToProto("triage", record);
      }
    }
    if (triage && !second) answer.set_next_page_token("more");
    asked_.push_back(request.path);
    return LocalAnswer{.body = *ToJson(answer)};
  }

  const audit::SigningKey key_ = *audit::SigningKey::FromPem(audit::kTestKey);
  std::vector<audit::Sealed> chain_;
  std::vector<audit::Checkpoint> checkpoints_;
  std::vector<std::string> asked_;
};

// Finds nothing but that nobody has signed the end, which is long ago.
TEST_F(AuditCommandTest, VerifyRecomputesWhatTheServerGives) {
  checkpoints_.push_back(audit::TestCheckpoint(key_, chain_[29], 20));
  const json sound = RunJson({"audit", "verify", "--tenant", "kalix", "--as", "anna.lind"});
  EXPECT_EQ(sound["sound"], true);
  ASSERT_THAT(sound["chains"], SizeIs(5));
  EXPECT_EQ(sound["chains"][1]["records"], 30);
  EXPECT_EQ(sound["chains"][1]["signed_sequence"], 30);

  chain_[20].record.actor = "somebody.else";
  const json found = RunJson(
      {"audit", "verify", "--service", "triage", "--tenant", "kalix", "--as", "anna.lind"}, kRefused);
  EXPECT_EQ(found["sound"], false);
  ASSERT_THAT(found["chains"][0]["findings"], SizeIs(1));
  const json& finding = found["chains"][0]["findings"][0];
  EXPECT_EQ(finding["fault"], "altered");
  EXPECT_EQ(finding["sequence"], 21);
  EXPECT_EQ(finding["record_id"], chain_[20].record.id);
  EXPECT_THAT(Run({"audit", "verify", "--tenant", "kalix", "--as", "anna.lind"}).out,
              HasSubstr("triage kalix 21 altered: "));
}

TEST_F(AuditCommandTest, VerifyNeedsAKey) {
  EXPECT_EQ(Run({"audit", "verify", "--key", home_ + "/nowhere"}).code, kUsage);
  EXPECT_EQ(Run({"audit", "verify", "--service", "gateway"}).code, kUsage);
}

TEST_F(AuditCommandTest, VerifySaysWhatItCouldNotRead) {
  suite_.on_request = [this](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path.find("/v1/services/metrics/") == 0) return LocalAnswer{.status = 503};
    return Answer(request);
  };
  checkpoints_.push_back(audit::TestCheckpoint(key_, chain_[29], 20));
  const json verified =
      RunJson({"audit", "verify", "--tenant", "kalix", "--as", "anna.lind"}, kUnreachable);
  EXPECT_EQ(verified["sound"], false);
  EXPECT_THAT(verified["not_verified"], SizeIs(1));
}

TEST_F(AuditCommandTest, ExportIsVerifiedWithoutAServer) {
  checkpoints_.push_back(audit::TestCheckpoint(key_, chain_[29], 20));
  const std::string file = home_ + "/trace.jsonl";
  ASSERT_EQ(Run({"audit", "export", "--out", file, "--as", "anna.lind"}).code, kOk);
  server_.GoAway();
  const json sound = RunJson({"audit", "verify", "--file", file, "--tenant", "kalix"});
  EXPECT_EQ(sound["sound"], true);
  ASSERT_THAT(sound["chains"], SizeIs(1));
  EXPECT_EQ(sound["chains"][0]["records"], 30);
  EXPECT_EQ(Run({"audit", "verify", "--file", file, "--tenant", "orebro"}).code, kRefused)
      << "nothing to verify is not soundness";

  // A line less.
  std::ifstream in(file);
  std::string kept, line;
  while (std::getline(in, line)) {
    if (line.find(R"("sequence":"12")") == std::string::npos) kept += line + "\n";
  }
  const json found = RunJson(
      {"audit", "verify", "--file", File("cut.jsonl", kept), "--tenant", "kalix"}, kRefused);
  ASSERT_THAT(found["chains"], SizeIs(1));
  EXPECT_EQ(found["chains"][0]["findings"][0]["fault"], "missing");
  EXPECT_EQ(found["chains"][0]["findings"][0]["sequence"], 12);
  EXPECT_EQ(Run({"audit", "verify", "--file", home_ + "/nowhere"}).code, kUsage);
}

TEST_F(AuditCommandTest, WitnessKnowsWhatTheServerHasForgotten) {
  const audit::Checkpoint& seen = checkpoints_[1];
  const std::string log =
      json({{"level", "info"},
            {"service", "triage"},
            {"event", "audit_checkpoint"},
            {"tenant", "kalix"},
            {"sequence", seen.sequence},
            {"hash", audit::Hex(seen.hash)},
            {"records", seen.records},
            {"at", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", seen.at, absl::UTCTimeZone())},
            {"key_id", seen.key_id},
            {"signature", audit::Hex(seen.signature)}})
          .dump();
  const std::string witness = File("siem.jsonl", "not JSON\n{\"event\":\"listening\"}\n" + log + "\n");
  chain_.resize(12);
  checkpoints_.resize(1);
  const json found = RunJson({"audit", "verify", "--service", "triage", "--tenant", "kalix",
                              "--witness", witness, "--as", "anna.lind"},
                             kRefused);
  const auto& findings = found["chains"][0]["findings"];
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const json& finding) {
    return finding["fault"] == "truncated" && finding["sequence"] == 13 &&
           finding["last_sequence"] == 20;
  })) << findings;
}

TEST_F(AuditCommandTest, ExportGoesOnWhereItsStateSays) {
  const std::string state = home_ + "/siem.state";
  ASSERT_EQ(Run({"audit", "export", "--service", "triage", "--state", state, "--as", "a"}).code, kOk);
  asked_.clear();
  ASSERT_EQ(Run({"audit", "export", "--service", "triage", "--state", state, "--as", "a"}).code, kOk);
  ASSERT_FALSE(asked_.empty());
  EXPECT_THAT(asked_[0], HasSubstr("after_sequence=30"));
}

TEST_F(AuditCommandTest, ShowSaysWhoReadWhoChangedAndWhoWasDenied) {
  const std::string case_id = "0192d3a4-5b6c-7d8e-9f01-23456789abcd";
  chain_.resize(3);
  chain_[0].record.method = "avvik.triage.v1.Triage/CloseCase";
  chain_[0].record.actor = "olle.ek";
  chain_[1].record.actor = "anna.berg";
  chain_[2].record.outcome = audit::Outcome::kDenied;
  chain_[2].record.reason = "PERMISSION";
  chain_[2].record.actor = "eva.envis";
  suite_.on_request = [&](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path == "/v1/cases/AVV-2026-000001") {
      return LocalAnswer{.body = json({{"case_id", case_id},
                                       {"number", "AVV-2026-000001"},
                                       {"report_id", "r1"}})
                                     .dump()};
    }
    if (request.path.find("/v1/duties?") == 0) {
      return LocalAnswer{.body = R"({"duties":[{"duty_id":"d1"}]})"};
    }
    return Answer(request);
  };
  const Said said = Run({"audit", "show", "--case", "AVV-2026-000001", "--as", "anna.lind"});
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_THAT(said.out, HasSubstr("read by     anna.berg\n"));
  EXPECT_THAT(said.out, HasSubstr("changed by  olle.ek\n"));
  EXPECT_THAT(said.out, HasSubstr("denied      eva.envis\n"));
  for (const char* subject : {"cases%2F0192d3a4", "cases%2FAVV-2026-000001", "reports%2Fr1",
                              "reports%2FAVV-2026-000001", "duties%2Fd1"}) {
    EXPECT_THAT(asked_[0], HasSubstr(subject));
  }
  const json shown = RunJson({"audit", "show", "--case", "AVV-2026-000001", "--as", "anna.lind"});
  EXPECT_THAT(shown["records"], SizeIs(3));
  EXPECT_EQ(shown["records"][0]["did"], "change");
}

TEST_F(AuditCommandTest, ShowSaysWhatAPersonDidAndWhenTheySignedIn) {
  chain_.resize(2);
  chain_[0].record.method = "avvik.triage.v1.SessionLog/RecordSession";
  chain_[0].record.detail = "deed=SESSION_DEED_SIGNED_IN";
  const json shown = RunJson({"audit", "show", "--person", "anna.berg", "--as", "anna.lind"});
  EXPECT_EQ(shown["person"], "anna.berg");
  ASSERT_THAT(shown["records"], SizeIs(2));
  EXPECT_EQ(shown["records"][0]["did"], "session");
  EXPECT_EQ(shown["records"][1]["did"], "read");
  ASSERT_FALSE(asked_.empty());
  for (const std::string& path : asked_) EXPECT_THAT(path, HasSubstr("actor=anna.berg"));
  EXPECT_THAT(Run({"audit", "show", "--person", "anna.berg", "--as", "anna.lind"}).out,
              HasSubstr("deed=SESSION_DEED_SIGNED_IN"));
}

TEST_F(AuditCommandTest, ShowIsAboutACaseOrAPersonAndNotBoth) {
  EXPECT_EQ(Run({"audit", "show", "--as", "anna.lind"}).code, kUsage);
  EXPECT_EQ(Run({"audit", "show", "--case", "AVV-2026-000001", "--person", "anna.berg", "--as",
                 "anna.lind"})
                .code,
            kUsage);
}

TEST(AuditSyslogTest, RecordIsAnRfc5424Line) {
  audit::Record record = audit::TestRecord(2);
  record.outcome = audit::Outcome::kDenied;
  record.reason = "PERMISSION";
  record.detail = "a]\"b\\";
  const std::string line = audit::SyslogLine(audit::ToProto("triage", {record, 2, "hash"}));
  EXPECT_THAT(line, StartsWith("<109>1 2026-11-18T11:06:42.000000Z - avvik-triage - record "
                               "[avvik@32473 tenant=\"kalix\" sequence=\"2\" "));
  EXPECT_THAT(line, HasSubstr(R"( detail="a\]\"b\\")"));
  EXPECT_THAT(line, HasSubstr("] \xEF\xBB\xBF" "anna.berg avvik.triage.v1.Triage/GetCase cases/2 denied"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace avvik::cli
