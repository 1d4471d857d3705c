#include "services/triage/records_service.h"

#include "services/triage/pg_record_store.h"
#include "services/triage/service_test_support.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Stub = v1::PublicRecords::Stub;

class RecordsServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    ASSERT_OK(directory_.Put(TestOrganisationProto(), 2));
    ASSERT_OK(server_.Start());
    OpenCase(1);
  }
  void TearDown() override { server_.Stop(); }

  static std::string Of(const std::string& rest = "", unsigned n = 1) {
    return "case_id: '" + NumberOf(n) + "' " + rest;
  }

  PgRecordStore records_{database_->pool(), call_ids_, *vault_};
  RecordsService service_{environment_, records_, store_, publisher_, call_ids_};
  rpc::Server server_{environment_,
                      address_,
                      {{&service_, v1::PublicRecords::service_full_name()}},
                      absl::Seconds(5)};
};

TEST_F(RecordsServiceTest, RecordOfANewCaseSaysWhatItWouldBe) {
  const auto record = Call("sam", &Stub::GetCaseRecord, Of());
  ASSERT_OK(record);
  EXPECT_EQ(record->registration_number(), "");
  EXPECT_EQ(record->public_title(), "Incident som rör informationssäkerhet");
  EXPECT_EQ(record->correspondent(), "");
  EXPECT_EQ(record->etag(), "0");
  EXPECT_THAT(record->documents(), SizeIs(2));
  EXPECT_THAT(record->DebugString(), Not(HasSubstr("Titel"))) << "the title of the case";
}

TEST_F(RecordsServiceTest, CaseIsRegisteredDescribedMarkedAndAssessed) {
  auto record = Call("sam", &Stub::RegisterCase, Of("etag: '0'"));
  ASSERT_OK(record);
  EXPECT_THAT(record->registration_number(), HasSubstr("SOCIAL "));
  EXPECT_EQ(record->registered_by(), "sam");
  record = Call("sam", &Stub::DescribeCase, Of("public_title: 'Förlorad dator' correspondent: 'Polisen'"));
  ASSERT_OK(record);
  EXPECT_EQ(record->public_title(), "Förlorad dator");
  record = Call("siv", &Stub::MarkSecrecy, Of("ground: '18 kap. 8 § OSL'"));
  ASSERT_OK(record);
  ASSERT_THAT(record->markings(), SizeIs(1));
  EXPECT_TRUE(record->markings(0).stands());
  record = Call("siv", &Stub::AssessSecrecy,
                Of("outcome: SECRECY_OUTCOME_PARTLY marking_id: '" + record->markings(0).marking_id() + "'"));
  ASSERT_OK(record);
  EXPECT_EQ(record->markings(0).assessments(0).assessed_by(), "siv");
  EXPECT_EQ(record->etag(), "4");
  const auto entries = Call("cleo", &Stub::ListRegister, "");
  ASSERT_OK(entries);
  ASSERT_THAT(entries->entries(), SizeIs(1));
  EXPECT_EQ(entries->entries(0).subject(), "Förlorad dator");
  EXPECT_EQ(entries->entries(0).correspondent(), "Polisen");
  EXPECT_EQ(entries->unregistered_count(), 0);
}

TEST_F(RecordsServiceTest, WrongInputNamesItsField) {
  EXPECT_THAT(Call("sam", &Stub::DescribeCase, Of("public_title: 'Om 811218-9876'")),
              NamesField("public_title"));
  EXPECT_THAT(Call("sam", &Stub::MarkSecrecy, Of("ground: 'hemligt'")), NamesField("ground"));
  EXPECT_THAT(Call("sam", &Stub::AssessSecrecy,
                   Of("outcome: SECRECY_OUTCOME_PARTLY marking_id: '" + FakeIdSource::Nth(9) + "'")),
              IsError(absl::StatusCode::kNotFound, "MARKING_NOT_FOUND"));
  EXPECT_THAT(Call("sam", &Stub::RegisterCase, Of("etag: '7'")),
              IsError(absl::StatusCode::kAborted, "RECORD_CHANGED"));
  EXPECT_THAT(Call("sam", &Stub::ListRegister, "from_time { seconds: 2 } until_time { seconds: 2 }"),
              NamesField("until_time"));
  EXPECT_THAT(Call("sam", &Stub::ListRegister, "page_token: 'made.up'"), NamesField("page_token"));
}

TEST_F(RecordsServiceTest, OnlyThoseWhoRegisterChangeAndOnlyThoseWhoReachReadRecords) {
  EXPECT_THAT(Call("dora", &Stub::RegisterCase, Of()),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_OK(Call("dora", &Stub::GetCaseRecord, Of()));
  EXPECT_THAT(Call("karl", &Stub::GetCaseRecord, Of()),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_THAT(Call("nobody", &Stub::ListRegister, ""),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
}

TEST_F(RecordsServiceTest, RegisterIsReadPageByPage) {
  for (unsigned n = 2; n <= 5; ++n) OpenCase(n);
  for (unsigned n = 1; n <= 5; ++n) ASSERT_OK(Call("cleo", &Stub::RegisterCase, Of("", n)));
  int seen = 0;
  std::string token;
  do {
    const auto page = Call("cleo", &Stub::ListRegister, "page_size: 2 page_token: '" + token + "'");
    ASSERT_OK(page);
    seen += page->entries_size();
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(seen, 5);
}

TEST_F(RecordsServiceTest, MatterOfSecurityProtectionIsAsGoodAsAbsent) {
  auto submitted = Submitted(2);
  submitted.set_national_security(type::v1::ANSWER_YES);
  OpenCase(submitted);
  EXPECT_THAT(Call("cleo", &Stub::GetCaseRecord, Of("", 2)),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(Call("cleo", &Stub::RegisterCase, Of("", 2)),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  const auto entries = Call("cleo", &Stub::ListRegister, "");
  EXPECT_EQ(entries->unregistered_count(), 1) << "the other case";
  EXPECT_THAT(entries->entries(), IsEmpty());
}

}  // namespace
}  // namespace avvik::triage
