// Dossiers over a real socket, with real tokens and a real database.
#include "services/escalation/dossier_service.h"

#include "common/secrecy/test_renewal.h"
#include "services/escalation/sealed_keys.h"
#include "services/escalation/service_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr char kComplete[] = R"pb(
  values { field: "type" value { choices { options: "stolen" } } }
  values { field: "cause" value { choices { options: "human" } } }
  values { field: "address" value { text: "Torget 1" } }
  values { field: "contact" value { text: "Dora Ek" } }
  values { field: "organisation-number" value { text: "212000-0000" } }
  values { field: "discovered" value { text: "Genast" } }
  values { field: "course" value { text: "marked-course" } }
  values { field: "groups" value { choices { options: "clients" } } }
  values { field: "data" value { choices { options: "health" } } }
  values { field: "consequences" value { choices { options: "secrecy" } } }
  values { field: "measures" value { text: "Spärrad" } }
  values { field: "informed" value { yes_no: ANSWER_NO } }
)pb";

class DossierServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    dossiers_ = v1::Dossiers::NewStub(rpc::Connect(address_));
    ASSERT_OK(Hear(Recent()));
    duty_id_ = OnlyDuty().id;
  }

  template <typename Request, typename Method>
  absl::StatusOr<v1::Dossier> Do(Method method, const std::string& login, const std::string& text) {
    auto request = ParseText<Request>(text);
    request.set_duty_id(duty_id_);
    request.set_stage("anmalan");
    return CallOn(*dossiers_, method, login, request, v1::Dossier());
  }
  absl::StatusOr<v1::Dossier> Get(const std::string& login, const std::string& text = "") {
    return Do<v1::GetDossierRequest>(&v1::Dossiers::Stub::GetDossier, login, text);
  }
  absl::StatusOr<v1::Dossier> Save(const std::string& login, const std::string& text) {
    return Do<v1::SaveDossierRequest>(&v1::Dossiers::Stub::SaveDossier, login, text);
  }
  absl::StatusOr<v1::Dossier> Ask(const std::string& login) {
    return Do<v1::AskForReviewRequest>(&v1::Dossiers::Stub::AskForReview, login, "");
  }
  absl::StatusOr<v1::Dossier> Approve(const std::string& login, const std::string& reason = "") {
    return Do<v1::ApproveDossierRequest>(
        &v1::Dossiers::Stub::ApproveDossier, login,
        "etag: '" + Get("dora")->etag() + "' override_reason: '" + reason + "'");
  }
  absl::StatusOr<v1::Dossier> Return(const std::string& login, const std::string& reason) {
    return Do<v1::ReturnDossierRequest>(&v1::Dossiers::Stub::ReturnDossier, login,
                                        "reason: '" + reason + "'");
  }
  absl::StatusOr<v1::Dossier> Tick(const std::string& login, const std::string& text) {
    return Do<v1::TickFieldsRequest>(&v1::Dossiers::Stub::TickFields, login, text);
  }
  absl::StatusOr<v1::Duty> Submit(const std::string& login, const std::string& text) {
    auto request = ParseText<v1::SubmitStageRequest>(text);
    request.set_duty_id(duty_id_);
    request.set_stage("anmalan");
    return Call(&v1::Escalation::Stub::SubmitStage, login, request, v1::Duty());
  }
  static const v1::DossierField& Field(const v1::Dossier& dossier, const std::string& id) {
    for (const v1::DossierField& field : dossier.fields()) {
      if (field.field() == id) return field;
    }
    ADD_FAILURE() << "no field " << id;
    return dossier.fields(0);
  }
  // Sends a file in pieces of `piece` bytes; without `last` it breaks off.
  absl::StatusOr<v1::DossierReceipt> Attach(const std::string& login, const std::string& name,
                                            const std::string& content, std::size_t piece = 60000,
                                            bool last = true) {
    grpc::ClientContext context;
    Prepare(context, login);
    v1::DossierReceipt receipt;
    auto writer = dossiers_->AttachReceipt(&context, &receipt);
    v1::AttachReceiptRequest request;
    request.set_duty_id(duty_id_);
    request.set_stage("anmalan");
    request.set_kind(v1::RECEIPT_KIND_RECEIPT);
    request.set_filename(name);
    for (std::size_t at = 0; at == 0 || at < content.size(); at += piece) {
      request.set_content(content.substr(at, piece));
      request.set_last(last && at + piece >= content.size());
      if (!writer->Write(request)) break;
      request.Clear();
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return rpc::FromGrpc(status);
    return receipt;
  }
  absl::StatusOr<std::string> Fetch(const std::string& login, const std::string& receipt_id) {
    grpc::ClientContext context;
    Prepare(context, login);
    v1::GetReceiptRequest request;
    request.set_duty_id(duty_id_);
    request.set_stage("anmalan");
    request.set_receipt_id(receipt_id);
    auto reader = dossiers_->GetReceipt(&context, request);
    std::string content;
    v1::GetReceiptResponse piece;
    while (reader->Read(&piece)) content += piece.content();
    const grpc::Status status = reader->Finish();
    if (!status.ok()) return rpc::FromGrpc(status);
    return content;
  }
  void Prepare(grpc::ClientContext& context, const std::string& login) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.AddMetadata("authorization",
                        "Bearer " + issuer_.PersonToken(clock_.Now(), "kommun", login));
  }
  absl::Status HearThatItWasKnownLongAgo() {
    triage::v1::CaseFacts facts = Recent();
    *facts.mutable_aware_time() = rpc::ToProtoTime(clock_.Now() - absl::Hours(80));
    return Hear<triage::v1::CaseClassified>(facts);
  }
  std::string Steps() {
    return database_->Value("SELECT coalesce(string_agg(version || ':' || kind, ' ' ORDER BY taken_at, id), '') FROM dossier_step");
  }

  std::unique_ptr<v1::Dossiers::Stub> dossiers_;
  std::string duty_id_;
};

TEST_F(DossierServiceTest, BeforeAnybodyWroteItShowsWhatIsKnown) {
  const auto dossier = Get("sam");
  ASSERT_OK(dossier);
  EXPECT_EQ(dossier->version(), 0);
  EXPECT_EQ(dossier->state(), v1::DOSSIER_STATE_DRAFT);
  EXPECT_EQ(dossier->receiver().name(), "Integritetsskyddsmyndigheten (IMY)");
  EXPECT_EQ(dossier->entity_name(), "Socialnämnden");
  EXPECT_EQ(dossier->municipality(), "Exempel kommun");
  EXPECT_EQ(dossier->language(), "sv");
  EXPECT_EQ(dossier->case_().number(), "AVV-2026-000123");
  EXPECT_EQ(dossier->fields(0).field(), "controller") << "in the authority's order";
  EXPECT_EQ(dossier->fields(0).number(), "1");
  EXPECT_EQ(dossier->fields(0).value().text(), "Socialnämnden");
  EXPECT_EQ(Field(*dossier, "cause").options(0).id(), "human");
  EXPECT_THAT(dossier->missing(), Contains("course"));
  EXPECT_FALSE(dossier->late());
  EXPECT_EQ(Count("dossier_version"), "0");
}

TEST_F(DossierServiceTest, IsWrittenReviewedApprovedAndTold) {
  const auto saved = Save("sam", kComplete);
  ASSERT_OK(saved);
  EXPECT_EQ(saved->version(), 1);
  EXPECT_EQ(saved->written().person_name(), "Sam Alm");
  EXPECT_THAT(saved->missing(), IsEmpty());
  EXPECT_THAT(Approve("dora"), IsError(kFailedPrecondition, "DOSSIER_NOT_IN_REVIEW"));
  ASSERT_OK(Ask("sam"));
  EXPECT_FALSE(Get("sam")->approvable());
  EXPECT_TRUE(Get("dora")->approvable());
  EXPECT_THAT(Approve("sam"), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  ASSERT_OK(Return("dora", "marked-return"));
  EXPECT_EQ(Get("sam")->return_reason(), "marked-return");
  ASSERT_OK(Save("dora", "values { field: 'course' value { text: 'Doras ord' } }"));
  ASSERT_OK(Ask("sam"));
  EXPECT_THAT(Approve("dora"), IsError(kFailedPrecondition, "FOUR_EYES"));
  ASSERT_OK(Save("sam", "values { field: 'course' value { text: 'Sams ord' } }"));
  ASSERT_OK(Ask("sam"));
  const auto approved = Approve("dora");
  ASSERT_OK(approved);
  EXPECT_EQ(approved->state(), v1::DOSSIER_STATE_APPROVED);
  EXPECT_EQ(approved->approved().person_name(), "Dora Ek");
  // A draft that comes after does not change what is told.
  ASSERT_OK(Save("sam", "values { field: 'course' value { text: 'Senare' } }"));
  const auto duty = Submit("sam", "external_id: 'IMY-1'");
  ASSERT_OK(duty);
  EXPECT_EQ(duty->stages(0).dossier_version(), 3);
  EXPECT_EQ(Get("sam", "version: 3")->state(), v1::DOSSIER_STATE_SENT);
  EXPECT_EQ(Get("sam", "version: 3")->versions_size(), 4);
  EXPECT_EQ(Field(*Get("sam", "version: 1"), "course").value().text(), "marked-course");
  EXPECT_EQ(Get("sam")->version(), 4);
  EXPECT_EQ(Get("sam")->external_id(), "IMY-1");
  EXPECT_THAT(Get("sam", "version: 9"), IsError(absl::StatusCode::kNotFound, "DOSSIER_VERSION_NOT_FOUND"));
  EXPECT_EQ(Steps(), "1:1 1:3 2:1 3:1 3:2 3:4");
  // The same again changes nothing; another version is another telling.
  ASSERT_OK(Submit("sam", "external_id: 'IMY-1'"));
  EXPECT_THAT(Submit("sam", "external_id: 'IMY-1' dossier_version: 4"),
              IsError(kFailedPrecondition, "STAGE_ALREADY_SUBMITTED"));
  EXPECT_EQ(Steps(), "1:1 1:3 2:1 3:1 3:2 3:4");
}

TEST_F(DossierServiceTest, TellingIsNeverRefusedForWantOfADossier) {
  const auto duty = Submit("sam", "external_id: 'IMY-1'");
  ASSERT_OK(duty);
  EXPECT_EQ(duty->stages(0).dossier_version(), 0);
  EXPECT_EQ(Count("dossier_step"), "0");
}

TEST_F(DossierServiceTest, DraftThatIsToldIsWrittenDown) {
  ASSERT_OK(Save("sam", "values { field: 'course' value { text: 'Bråttom' } }"));
  EXPECT_THAT(Submit("sam", "external_id: 'IMY-1' dossier_version: 2"), NamesField("dossier_version"));
  const auto duty = Submit("sam", "external_id: 'IMY-1'");
  ASSERT_OK(duty);
  EXPECT_EQ(duty->stages(0).dossier_version(), 1);
  const auto dossier = Get("sam");
  EXPECT_EQ(dossier->state(), v1::DOSSIER_STATE_SENT);
  EXPECT_FALSE(dossier->has_approved());
  EXPECT_EQ(dossier->sent().person_name(), "Sam Alm");
}

TEST_F(DossierServiceTest, ReasonsForLatenessStandInTheirField) {
  ASSERT_OK(HearThatItWasKnownLongAgo());
  EXPECT_TRUE(Get("sam")->late_reasons_owed());
  EXPECT_THAT(Submit("sam", "external_id: 'IMY-1'"), NamesField("reason"));
  ASSERT_OK(Save("sam", "values { field: 'late-reason' value { text: 'Larmet gick fel' } }"));
  EXPECT_FALSE(Get("sam")->late_reasons_owed());
  EXPECT_EQ(Get("sam")->late_reasons(), "Larmet gick fel");
  ASSERT_OK(Submit("sam", "external_id: 'IMY-1'"));
  EXPECT_TRUE(Get("sam")->late());
}

TEST_F(DossierServiceTest, ReasonGivenInTellingIsOfferedToTheField) {
  ASSERT_OK(HearThatItWasKnownLongAgo());
  ASSERT_OK(Submit("sam", "external_id: 'IMY-1' reason: 'Larmet gick fel'"));
  const auto dossier = Get("sam");
  EXPECT_EQ(Field(*dossier, "late-reason").value().text(), "Larmet gick fel");
  EXPECT_EQ(Field(*dossier, "late-reason").origin(), v1::VALUE_ORIGIN_DUTY);
  EXPECT_FALSE(dossier->late_reasons_owed());
}

TEST_F(DossierServiceTest, WritersWhoHaveNotReadEachOtherAreTold) {
  const std::string etag = Get("sam")->etag();
  ASSERT_OK(Save("dora", "etag: '" + etag + "'"));
  EXPECT_THAT(Save("sam", "etag: '" + etag + "' values { field: 'course' value { text: 'x' } }"),
              IsError(absl::StatusCode::kAborted, "DOSSIER_CHANGED"));
  EXPECT_EQ(Count("dossier_version"), "1");
}

TEST_F(DossierServiceTest, NewFactsAreSuggestedAndPutInByNobody) {
  ASSERT_OK(Save("sam", ""));
  triage::v1::CaseFacts facts = Recent();
  facts.mutable_classification()->set_affected_persons(99);
  ASSERT_OK(Hear<triage::v1::CaseClassified>(facts));
  const auto dossier = Get("sam");
  EXPECT_EQ(Field(*dossier, "persons").value().text(), "12");
  EXPECT_EQ(Field(*dossier, "persons").suggestion().text(), "99");
  EXPECT_EQ(Field(*dossier, "persons").suggestion_origin(), v1::VALUE_ORIGIN_CASE);
  EXPECT_FALSE(Field(*dossier, "controller").has_suggestion());
}

TEST_F(DossierServiceTest, FieldsAreTickedOffOfOneVersion) {
  ASSERT_OK(Save("sam", ""));
  const auto ticked = Tick("sam", "version: 1 fields: 'controller' fields: 'persons'");
  ASSERT_OK(ticked);
  EXPECT_THAT(ticked->ticked(), ::testing::UnorderedElementsAre("controller", "persons"));
  EXPECT_TRUE(Field(*ticked, "persons").ticked());
  EXPECT_THAT(Tick("sam", "version: 1 fields: 'persons' untick: true")->ticked(), ElementsAre("controller"));
  EXPECT_THAT(Tick("sam", "version: 1 fields: 'weather'"), NamesField("fields[0]"));
  EXPECT_THAT(Tick("sam", "version: 2 fields: 'persons'"), HasCode(absl::StatusCode::kNotFound));
  ASSERT_OK(Save("sam", "values { field: 'persons' value { text: '13' } }"));
  EXPECT_THAT(Get("sam")->ticked(), IsEmpty()) << "what is written anew is copied anew";
}

TEST_F(DossierServiceTest, ReceiptsAreKeptAndGivenBack) {
  const std::string pdf = "%PDF-1.7 marked-file " + std::string(200000, 'x');
  const auto receipt = Attach("sam", "kvittens.pdf", pdf);
  ASSERT_OK(receipt);
  EXPECT_EQ(receipt->media_type(), "application/pdf");
  EXPECT_EQ(receipt->size(), static_cast<int64_t>(pdf.size()));
  EXPECT_EQ(receipt->sha256().size(), 64u);
  EXPECT_EQ(receipt->attached().person_name(), "Sam Alm");
  EXPECT_EQ(*Fetch("dora", receipt->receipt_id()), pdf);
  EXPECT_EQ(Get("dora")->receipts(0).filename(), "kvittens.pdf");
  EXPECT_THAT(Fetch("bo", receipt->receipt_id()), IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
  EXPECT_THAT(Fetch("dora", FakeIdSource::Nth(0x77)), IsError(absl::StatusCode::kNotFound, "RECEIPT_NOT_FOUND"));
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "DossierChanged"));
}

TEST_F(DossierServiceTest, FilesThatAreNotTakenLeaveNothing) {
  EXPECT_THAT(Attach("sam", "x.pdf", "MZ\x90\x01program"), IsError(absl::StatusCode::kInvalidArgument, "RECEIPT_TYPE"));
  EXPECT_THAT(Attach("sam", "a/b.txt", "text"), NamesField("filename"));
  EXPECT_THAT(Attach("sam", "x.txt", std::string(kMostReceiptBytes + 1, 'x')),
              IsError(absl::StatusCode::kInvalidArgument, "RECEIPT_TOO_LARGE"));
  EXPECT_THAT(Attach("sam", "x.txt", "text", 10, false), IsError(absl::StatusCode::kAborted, "UPLOAD_BROKEN_OFF"));
  EXPECT_THAT(Attach("bo", "x.txt", "text"), IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
  EXPECT_EQ(Count("dossier_receipt"), "0");
  for (std::size_t i = 0; i < kMostReceipts; ++i) ASSERT_OK(Attach("sam", "x.txt", "text"));
  EXPECT_THAT(Attach("sam", "x.txt", "text"), IsError(kFailedPrecondition, "TOO_MANY_RECEIPTS"));
}

TEST_F(DossierServiceTest, WhoMayNotReadTheDutyFindsNoDossier) {
  EXPECT_THAT(Get("bo"), IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
  EXPECT_THAT(Save("bo", ""), IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
  EXPECT_THAT(Save("eva", ""), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
}

TEST_F(DossierServiceTest, IsToldWithIdsAndStatesOnly) {
  ASSERT_OK(Save("sam", kComplete));
  ASSERT_OK(Ask("sam"));
  ASSERT_OK(Return("dora", "marked-return"));
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "DossierChanged", "DossierChanged", "DossierChanged"));
  v1::DossierChanged changed;
  const events::v1::Event last = ToldEvents().back();
  ASSERT_TRUE(last.data().UnpackTo(&changed));
  EXPECT_EQ(changed.version(), 1);
  EXPECT_EQ(changed.state(), v1::DOSSIER_STATE_DRAFT);
  EXPECT_TRUE(changed.returned());
  EXPECT_EQ(changed.person(), organisation::PersonId("kommun", "dora"));
  EXPECT_EQ(last.subject(), "duties/" + duty_id_ + "/dossiers/anmalan");
  EXPECT_EQ(last.subject_version(), 3);
  EXPECT_EQ(RowsWith("marked", "event_log"), "0");
  EXPECT_OK(recorder_.RunOnce());
  EXPECT_EQ(database_->Value("SELECT string_agg(actor || ' ' || split_part(method, '/', 2), ', ' ORDER BY at, id) "
                             "FROM audit_record"),
            "sam SaveDossier, sam AskForReview, dora ReturnDossier");
  EXPECT_EQ(RowsWith("marked", "audit_record"), "0");
}

TEST_F(DossierServiceTest, NothingThatPeopleWroteLiesInTheClear) {
  ASSERT_OK(Save("sam", kComplete));
  ASSERT_OK(Ask("sam"));
  ASSERT_OK(Return("dora", "marked-return"));
  ASSERT_OK(Attach("sam", "marked-name.txt", "marked-file"));
  for (const char* table : {"dossier_version", "dossier_step", "dossier_receipt", "duty"}) {
    EXPECT_EQ(RowsWith("marked", table), "0") << table;
  }
}

TEST_F(DossierServiceTest, KeysAreReplacedWhileItIsRead) {
  ASSERT_OK(Save("sam", kComplete));
  ASSERT_OK(Ask("sam"));
  ASSERT_OK(Return("dora", "marked-return"));
  const auto receipt = Attach("sam", "kvittens.txt", "marked-file");
  // The key, a version, a reason, and the name and content of a file.
  EXPECT_EQ(secrecy::RenewAll(vault_, database_->pool(), SealedKeys(),
                              [&] {
                                EXPECT_EQ(Field(*Get("sam"), "course").value().text(), "marked-course");
                                EXPECT_EQ(*Fetch("sam", receipt->receipt_id()), "marked-file");
                              }),
            5u);
  EXPECT_EQ(Get("sam")->return_reason(), "marked-return");
}

TEST_F(DossierServiceTest, ErasedCaseLeavesThatThereWereVersions) {
  ASSERT_OK(Save("sam", kComplete));
  ASSERT_OK(Ask("sam"));
  ASSERT_OK(Return("dora", "marked-return"));
  ASSERT_OK(Tick("sam", "version: 1 fields: 'course'"));
  const auto receipt = Attach("sam", "kvittens.txt", "marked-file");
  ASSERT_OK(HearErased(Recent()));
  EXPECT_EQ(database_->Value("SELECT count(content) FROM dossier_version"), "0");
  EXPECT_EQ(database_->Value("SELECT count(statement) FROM dossier_step"), "0");
  EXPECT_EQ(database_->Value("SELECT count(head) + count(content) FROM dossier_receipt"), "0");
  EXPECT_EQ(Count("dossier_tick"), "0");
  EXPECT_EQ(database_->Value("SELECT array_to_string(data_classes, ' ') FROM erasure"),
            "dossier_versions=1 dossier_statements=1 receipts=1");
  const auto dossier = Get("sam");
  ASSERT_OK(dossier);
  EXPECT_EQ(dossier->versions_size(), 1);
  EXPECT_FALSE(Field(*dossier, "course").has_value());
  EXPECT_FALSE(Field(*dossier, "persons").has_value());
  EXPECT_EQ(dossier->receipts(0).filename(), "");
  EXPECT_THAT(Save("sam", ""), IsError(kFailedPrecondition, "CASE_ERASED"));
  EXPECT_THAT(Attach("sam", "x.txt", "text"), IsError(kFailedPrecondition, "CASE_ERASED"));
  EXPECT_THAT(Fetch("sam", receipt->receipt_id()), IsError(absl::StatusCode::kNotFound, "RECEIPT_NOT_FOUND"));
}

}  // namespace
}  // namespace avvik::escalation
