#include "common/audit/audit.h"

#include "absl/time/clock.h"
#include "common/ids/fake_id_source.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::audit {
namespace {

using avvik::testing::TestDatabase;

Record Read(unsigned n) {
  return {.id = FakeIdSource::Nth(n),
          .tenant = "kalix",
          .at = absl::FromUnixSeconds(1'795'000'000),
          .actor = "anna.berg",
          .method = "avvik.triage.v1.Triage/GetCase",
          .permission = "cases.read",
          .subject = "cases/1",
          .outcome = Outcome::kDenied,
          .reason = "PERMISSION"};
}

class AuditTest : public ::testing::Test {
 protected:
  TestDatabase database_{Migrations()};
};

TEST_F(AuditTest, RecordIsWrittenWithItsTransactionOrNotAtAll) {
  auto append = [&](absl::Status end) {
    return pg::RunInTransaction(database_.pool(), pg::Scope::Everything(),
                                absl::Now() + absl::Seconds(5),
                                [&](pg::Transaction& transaction) -> absl::Status {
                                  AVVIK_RETURN_IF_ERROR(Append(transaction, Read(1)));
                                  return end;
                                });
  };
  EXPECT_FALSE(append(absl::AbortedError("no")).ok());
  EXPECT_EQ(database_.Value("SELECT count(*) FROM audit_record"), "0");
  EXPECT_OK(append(absl::OkStatus()));
  EXPECT_EQ(database_.Value("SELECT actor || ' ' || outcome || ' ' || reason FROM audit_record"),
            "anna.berg denied PERMISSION");
}

TEST_F(AuditTest, StoppingWritesWhatIsWaiting) {
  Recorder recorder(database_.pool());
  for (unsigned n = 1; n <= 100; ++n) recorder.Add(Read(n));
  recorder.Stop();
  EXPECT_EQ(database_.Value("SELECT count(*) FROM audit_record"), "100");
}

TEST_F(AuditTest, RecordsWaitWhileTheDatabaseRefuses) {
  Recorder recorder(database_.pool());
  recorder.Add(Read(1));
  database_.Run("ALTER TABLE audit_record RENAME TO away");
  EXPECT_FALSE(recorder.RunOnce().ok());
  database_.Run("ALTER TABLE away RENAME TO audit_record");
  EXPECT_EQ(*recorder.RunOnce(), 1u);
}

}  // namespace
}  // namespace avvik::audit
