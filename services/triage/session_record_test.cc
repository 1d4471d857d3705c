#include "services/triage/session_record.h"

#include "gtest/gtest.h"

namespace avvik::triage {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

audit::Record Base() {
  return {.id = "call",
          .tenant = "kalix",
          .at = kNow,
          .actor = "avvik-gateway",
          .machine = true,
          .method = "avvik.triage.v1.SessionLog/RecordSession",
          .permission = "sessions.record",
          .trace_parent = "00-1-2-01"};
}

v1::RecordSessionRequest Asked(v1::SessionDeed deed) {
  v1::RecordSessionRequest request;
  request.set_record_id("01940000-0000-7000-8000-000000000001");
  request.set_deed(deed);
  request.mutable_time()->set_seconds(absl::ToUnixSeconds(kNow) - 60);
  request.mutable_time()->set_nanos(123'456'789);
  request.set_login("anna.berg");
  request.set_client("192.0.2.7");
  return request;
}

TEST(SessionRecordTest, PersonIsTheActorAndNotTheGateway) {
  const auto record = SessionRecord(Asked(v1::SESSION_DEED_SIGNED_IN), Base());
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->id, "01940000-0000-7000-8000-000000000001");
  EXPECT_EQ(record->tenant, "kalix");
  EXPECT_EQ(record->actor, "anna.berg");
  EXPECT_FALSE(record->machine);
  EXPECT_EQ(record->client, "192.0.2.7");
  EXPECT_EQ(record->subject, "sessions");
  EXPECT_EQ(record->outcome, audit::Outcome::kAllowed);
  EXPECT_EQ(record->detail, "deed=SESSION_DEED_SIGNED_IN");
  EXPECT_EQ(record->trace_parent, "00-1-2-01");
}

TEST(SessionRecordTest, TimeIsWhenItHappenedInWholeMicrosecondsAndNeverYetToCome) {
  auto request = Asked(v1::SESSION_DEED_SIGNED_OUT);
  EXPECT_EQ(SessionRecord(request, Base())->at,
            kNow - absl::Seconds(60) + absl::Microseconds(123'456));
  request.mutable_time()->set_seconds(absl::ToUnixSeconds(kNow) + 60);
  EXPECT_EQ(SessionRecord(request, Base())->at, kNow);
}

TEST(SessionRecordTest, EndedSessionsAreCounted) {
  auto request = Asked(v1::SESSION_DEED_ENDED);
  request.set_sessions(3);
  EXPECT_EQ(SessionRecord(request, Base())->detail, "deed=SESSION_DEED_ENDED sessions=3");
}

TEST(SessionRecordTest, FailureHasAReasonAndNothingElseHas) {
  auto request = Asked(v1::SESSION_DEED_SIGN_IN_FAILED);
  EXPECT_FALSE(SessionRecord(request, Base()).ok());
  request.set_reason("TOKEN_AUDIENCE");
  const auto record = SessionRecord(request, Base());
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->outcome, audit::Outcome::kFailed);
  EXPECT_EQ(record->reason, "TOKEN_AUDIENCE");
  request.set_deed(v1::SESSION_DEED_SIGNED_IN);
  EXPECT_FALSE(SessionRecord(request, Base()).ok());
}

TEST(SessionRecordTest, DeedMustBeSaid) {
  EXPECT_FALSE(SessionRecord(Asked(v1::SESSION_DEED_UNSPECIFIED), Base()).ok());
  EXPECT_FALSE(SessionRecord(Asked(static_cast<v1::SessionDeed>(99)), Base()).ok());
}

}  // namespace
}  // namespace avvik::triage
