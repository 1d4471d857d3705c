#include "services/triage/session_log_store.h"

#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

class SessionLogStoreTest : public StoreTest {
 protected:
  static audit::Record SignedIn(const std::string& id) {
    return {.id = id,
            .tenant = kTenant,
            .at = absl::FromUnixSeconds(1'790'000'000),
            .actor = "anna.berg",
            .method = "avvik.triage.v1.SessionLog/RecordSession",
            .permission = "sessions.record",
            .subject = "sessions"};
  }
  std::string Count() {
    return database_->Value("SELECT count(*) FROM audit_record WHERE subject = 'sessions'");
  }
  absl::Time Soon() { return absl::Now() + absl::Seconds(5); }

  SessionLogStore log_{database_->pool()};
};

TEST_F(SessionLogStoreTest, DeedIsRecordedOnceHoweverOftenItIsTold) {
  const std::string id = ids_.Next();
  EXPECT_OK(log_.Append(SignedIn(id), Soon()));
  EXPECT_OK(log_.Append(SignedIn(id), Soon()));
  EXPECT_EQ(Count(), "1");
  EXPECT_OK(log_.Append(SignedIn(ids_.Next()), Soon()));
  EXPECT_EQ(Count(), "2");
}

TEST_F(SessionLogStoreTest, RecordNamesThePerson) {
  EXPECT_OK(log_.Append(SignedIn(ids_.Next()), Soon()));
  EXPECT_EQ(database_->Value("SELECT actor || ' ' || tenant FROM audit_record "
                             "WHERE subject = 'sessions'"),
            std::string("anna.berg ") + kTenant);
}

}  // namespace
}  // namespace avvik::triage
