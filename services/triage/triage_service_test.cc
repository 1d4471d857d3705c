// The API of triage over a real socket, with real tokens, the shipped rights and a real database.
#include "services/triage/triage_service.h"


#include <set>

#include "services/triage/portal_service.h"
#include "services/triage/session_log_service.h"
#include "services/triage/service_test_support.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kIncident[] =
    "kind: KIND_INCIDENT rsit: 'information-content-security/data-loss' personal_data: ANSWER_YES "
    "impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 2 }";

class TriageServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    ForgetWhatWasTold();
    ASSERT_OK(server_.Start());
  }
  void TearDown() override { server_.Stop(); }

  std::string Operator() {
    return issuer_.MachineToken(clock_.Now(), "avvik-operator", "avvik.operator");
  }
  std::string Service() {
    return issuer_.MachineToken(clock_.Now(), "avvik-metrics", "avvik.service");
  }

  using Stub = v1::Triage::Stub;
  absl::StatusOr<v1::Case> Get(const std::string& login, const std::string& id = NumberOf(1)) {
    return Call(login, &Stub::GetCase, "case_id: '" + id + "'");
  }
  absl::StatusOr<v1::ListCasesResponse> List(const std::string& login,
                                             const std::string& request = "") {
    return Call(login, &Stub::ListCases, request);
  }
  absl::StatusOr<v1::Case> Classify(const std::string& login, const std::string& classification,
                                    const std::string& rest = "") {
    return Call(login, &Stub::ClassifyCase,
                "case_id: '" + NumberOf(1) + "' classification {" + classification + "} " + rest);
  }
  absl::StatusOr<v1::Case> Assign(const std::string& login, const std::string& rest = "") {
    return Call(login, &Stub::AssignCase, "case_id: '" + NumberOf(1) + "' " + rest);
  }
  absl::StatusOr<v1::Case> Acknowledge(const std::string& login, const std::string& rest = "") {
    return Call(login, &Stub::AcknowledgeCase, "case_id: '" + NumberOf(1) + "' " + rest);
  }
  absl::StatusOr<v1::Case> Note(const std::string& login, const std::string& rest) {
    return Call(login, &Stub::AddNote, "case_id: '" + NumberOf(1) + "' " + rest);
  }
  absl::StatusOr<v1::Case> Close(const std::string& login, const std::string& rest) {
    return Call(login, &Stub::CloseCase, "case_id: '" + NumberOf(1) + "' " + rest);
  }
  absl::StatusOr<v1::Case> Reopen(const std::string& login, const std::string& rest) {
    return Call(login, &Stub::ReopenCase, "case_id: '" + NumberOf(1) + "' " + rest);
  }
  absl::StatusOr<v1::ExplainCaseResponse> Explain(const std::string& login) {
    return Call(login, &Stub::ExplainCase, "case_id: '" + NumberOf(1) + "'");
  }
  absl::StatusOr<v1::ApplyOrganisationResponse> ApplyAs(
      const std::string& token, const std::string& tenant,
      const organisation::v1::Organisation& organisation, bool validate_only = false) {
    v1::ApplyOrganisationRequest request;
    *request.mutable_organisation() = organisation;
    request.set_validate_only(validate_only);
    return CallWith(token, tenant, &Stub::ApplyOrganisation, request);
  }
  absl::StatusOr<v1::ApplyOrganisationResponse> Apply(
      const organisation::v1::Organisation& organisation, bool validate_only = false) {
    return ApplyAs(issuer_.PersonToken(clock_.Now(), kTenant, "adam"), "", organisation,
                   validate_only);
  }
  std::vector<std::string> Numbers(const absl::StatusOr<v1::ListCasesResponse>& list) {
    EXPECT_OK(list);
    std::vector<std::string> numbers;
    for (const v1::Case& entry : list->cases()) numbers.push_back(entry.number());
    return numbers;
  }
  // Who did what of the calls so far, and how it ended.
  std::string Trail() {
    EXPECT_OK(recorder_.RunOnce());
    return database_->Value(
        "SELECT coalesce(string_agg(concat_ws(' ', actor, split_part(method, '/', 2), outcome, "
        "nullif(reason, '')), ', ' ORDER BY id), '') FROM audit_record WHERE method LIKE '%/%'");
  }

  TriageService service_{environment_, store_,         search_,   commands_, organisations_,
                         directory_,   ShippedRules(), publisher_};
  SessionLogStore session_log_{database_->pool()};
  SessionLogService session_log_service_{environment_, session_log_};
  PortalService portal_{environment_, directory_};
  rpc::Server server_{environment_,
                      address_,
                      {{&service_, v1::Triage::service_full_name()},
                       {&session_log_service_, v1::SessionLog::service_full_name()},
                       {&portal_, v1::Portal::service_full_name()}},
                      absl::Seconds(5)};
};

// ---- Signing in and out ----

TEST_F(TriageServiceTest, OnlyTheGatewayTellsOfSessionsAndItsWordIsRecordedOnce) {
  const auto record = [&](const std::string& token, const std::string& tenant) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(30));
    context.AddMetadata("authorization", "Bearer " + token);
    if (!tenant.empty()) context.AddMetadata("avvik-tenant", tenant);
    v1::RecordSessionRequest request;
    request.set_record_id("01940000-0000-7000-8000-000000000001");
    request.set_deed(v1::SESSION_DEED_SIGNED_IN);
    *request.mutable_time() = rpc::ToProtoTime(clock_.Now());
    request.set_login("sam");
    request.set_client("192.0.2.7");
    v1::RecordSessionResponse response;
    return rpc::FromGrpc(v1::SessionLog::NewStub(rpc::Connect(address_))
                             ->RecordSession(&context, request, &response));
  };
  const auto machine = [&](const std::string& client) {
    return issuer_.MachineToken(clock_.Now(), client, "avvik.service");
  };
  EXPECT_THAT(record(issuer_.PersonToken(clock_.Now(), kTenant, "sam"), ""),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_THAT(record(machine("avvik-intake"), kTenant),
              IsError(absl::StatusCode::kPermissionDenied, "PEER_NAME"));
  EXPECT_THAT(record(machine("avvik-gateway"), ""), NamesField("tenant"));
  EXPECT_OK(record(machine("avvik-gateway"), kTenant));
  EXPECT_OK(record(machine("avvik-gateway"), kTenant));
  EXPECT_EQ(database_->Value(
                "SELECT string_agg(concat_ws(' ', actor, machine, client, subject, detail), ', ') "
                "FROM audit_record WHERE outcome = 'allowed'"),
            "sam f 192.0.2.7 sessions deed=SESSION_DEED_SIGNED_IN");
}

// ---- What a user interface asks first ----

TEST_F(TriageServiceTest, EverybodyMaySeeHowTheMunicipalityShowsItself) {
  auto organisation = TestOrganisationProto();
  organisation.mutable_appearance()->set_main_color("#00446b");
  ASSERT_OK(Apply(organisation));
  const auto appearance = [&](const std::string& tenant) -> absl::StatusOr<v1::GetAppearanceResponse> {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(30));
    v1::GetAppearanceRequest request;
    request.set_tenant(tenant);
    v1::GetAppearanceResponse response;
    const auto status = rpc::FromGrpc(
        v1::Portal::NewStub(rpc::Connect(address_))->GetAppearance(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  };
  for (const std::string& tenant : {std::string(kTenant), std::string()}) {
    const auto answer = appearance(tenant);
    ASSERT_OK(answer);
    EXPECT_EQ(answer->tenant(), kTenant);
    EXPECT_EQ(answer->name(), organisation.name());
    EXPECT_EQ(answer->appearance().main_color(), "#00446b");
    EXPECT_TRUE(answer->anonymous_reporting());
  }
  EXPECT_FALSE(appearance("nowhere").ok());
}

TEST_F(TriageServiceTest, PersonIsToldWhatTheirRolesGrant) {
  const auto me = [&](const std::string& login) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(30));
    context.AddMetadata("authorization",
                        "Bearer " + issuer_.PersonToken(clock_.Now(), kTenant, login));
    v1::GetMeResponse response;
    EXPECT_OK(rpc::FromGrpc(
        v1::Portal::NewStub(rpc::Connect(address_))->GetMe(&context, {}, &response)));
    std::set<std::string> permissions;
    for (const auto& granted : response.permissions()) permissions.insert(granted.permission());
    EXPECT_EQ(response.login(), login);
    return permissions;
  };
  const auto employee = me("nobody.special");
  EXPECT_TRUE(employee.contains("reports.submit"));
  EXPECT_FALSE(employee.contains("cases.read"));
  const auto administrator = me("adam");
  EXPECT_TRUE(administrator.contains("organisation.change"));
  EXPECT_FALSE(administrator.contains("cases.handle"));
}

// ---- A case from beginning to end ----

TEST_F(TriageServiceTest, CaseIsHandledFromReportToEndAndBegunAgain) {
  OpenCase();
  const auto opened = Get("sam");
  ASSERT_OK(opened);
  EXPECT_EQ(opened->state(), v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(opened->owner().name(), "Sam Alm");
  EXPECT_EQ(opened->drawn_in(0).name(), "Dora Lind");
  EXPECT_EQ(opened->aware_time().seconds(), absl::ToUnixSeconds(clock_.Now()) - 3600);
  EXPECT_THAT(opened->allowed_commands(),
              ElementsAre("classify", "assign", "acknowledge", "note", "close", "link"));

  clock_.Advance(absl::Seconds(1));
  const auto acknowledged = Acknowledge("sam", "etag: '" + opened->etag() + "'");
  ASSERT_OK(acknowledged);
  EXPECT_EQ(acknowledged->state(), v1::CASE_STATE_ACKNOWLEDGED);
  EXPECT_EQ(rpc::FromProtoTime(acknowledged->acknowledge_time()), clock_.Now());

  const auto classified = Classify("sam", kIncident);
  ASSERT_OK(classified);
  EXPECT_TRUE(classified->classification().confirmed());
  EXPECT_EQ(classified->classification().severity(), type::v1::SEVERITY_HIGH);
  EXPECT_THAT(classified->classification().severity_reasons(),
              ElementsAre("impact:confidentiality=2", "category=LOST_DEVICE"));

  const auto noted = Note("sam", "request_id: 'request-1' text: 'Telefonen är\\nspärrad'");
  ASSERT_OK(noted);
  EXPECT_EQ(noted->notes(0).text(), "Telefonen är\nspärrad");
  EXPECT_EQ(noted->notes(0).author().name(), "Sam Alm");

  const auto closed = Close("sam", "resolution: RESOLUTION_REMEDIED outcome: 'Spärrad'");
  ASSERT_OK(closed);
  EXPECT_EQ(closed->state(), v1::CASE_STATE_CLOSED);
  EXPECT_EQ(closed->outcome(), "Spärrad");
  EXPECT_THAT(closed->allowed_commands(), ElementsAre("note", "reopen"));

  const auto reopened = Reopen("sam", "reason: 'Den dök upp' etag: '" + closed->etag() + "'");
  ASSERT_OK(reopened);
  EXPECT_EQ(reopened->state(), v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(reopened->owner().login(), "sam");
  EXPECT_EQ(reopened->reopen_count(), 1);
  EXPECT_FALSE(reopened->has_close_time());
  EXPECT_EQ(reopened->notes(1).text(), "Den dök upp");

  EXPECT_THAT(Told(), ElementsAre("CaseOpened", "CaseAssigned", "CaseAcknowledged",
                                  "CaseClassified", "CaseNoted", "CaseClosed", "CaseReopened"));
  EXPECT_EQ(Trail(),
            "sam GetCase allowed, sam AcknowledgeCase allowed, sam ClassifyCase allowed, "
            "sam AddNote allowed, sam CloseCase allowed, sam ReopenCase allowed");
}

TEST_F(TriageServiceTest, ChangeDecidedOnAnOlderVersionIsRefused) {
  const Case opened = OpenCase();
  for (const auto& changed :
       {Classify("sam", kIncident, "etag: '1'"), Assign("sam", "etag: '1'"),
        Acknowledge("sam", "etag: '1'"),
        Close("sam", "resolution: RESOLUTION_REMEDIED outcome: 'x' etag: '1'"),
        Reopen("sam", "reason: 'x' etag: '1'")}) {
    EXPECT_THAT(changed, IsError(absl::StatusCode::kAborted, "CASE_CHANGED"));
  }
  EXPECT_EQ(Read(opened.id).version, opened.version);
}

TEST_F(TriageServiceTest, CommandThatTheStateDoesNotAllowIsRefused) {
  OpenCase();
  EXPECT_THAT(Reopen("sam", "reason: 'x'"),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  ASSERT_OK(Close("sam", "resolution: RESOLUTION_NO_DEVIATION outcome: 'inget'"));
  EXPECT_THAT(Classify("sam", kIncident),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  EXPECT_EQ(Trail(),
            "sam ReopenCase failed CASE_STATE, sam CloseCase allowed, "
            "sam ClassifyCase failed CASE_STATE");
}

TEST_F(TriageServiceTest, RepeatedNoteIsWrittenOnce) {
  OpenCase();
  const auto first = Note("sam", "request_id: 'request-1' text: 'ringt'");
  const auto again = Note("sam", "request_id: 'request-1' text: 'ringt'");
  ASSERT_OK(again);
  EXPECT_EQ(again->notes_size(), 1);
  EXPECT_EQ(again->etag(), first->etag());
}

TEST_F(TriageServiceTest, BadInputNamesTheFieldAndStoresNothing) {
  const Case opened = OpenCase();
  EXPECT_THAT(Get("sam", "17"), NamesField("case_id"));
  EXPECT_THAT(Note("sam", "request_id: 'request-1' text: ''"), NamesField("text"));
  EXPECT_THAT(Note("sam", "request_id: '' text: 'x'"), NamesField("request_id"));
  EXPECT_THAT(Note("sam", "request_id: 'request-1' text: 'x\\000y'"), NamesField("text"));
  EXPECT_THAT(Close("sam", "outcome: 'x'"), NamesField("resolution"));
  EXPECT_THAT(Close("sam", "resolution: RESOLUTION_REMEDIED"), NamesField("outcome"));
  EXPECT_THAT(Reopen("sam", ""), NamesField("reason"));
  EXPECT_THAT(Assign("sam", "owner: 'nobody.known'"), NamesField("owner"));
  EXPECT_THAT(Classify("sam", ""), NamesField("classification.kind"));
  EXPECT_THAT(Classify("sam", "kind: KIND_EVENT rsit: 'no/such'"),
              NamesField("classification.rsit"));
  EXPECT_THAT(Classify("sam",
                       "kind: KIND_EVENT impacts { property: SECURITY_PROPERTY_ACCURACY } "
                       "impacts { property: SECURITY_PROPERTY_ACCURACY level: 2 }"),
              NamesField("classification.impacts[1].property"));
  EXPECT_THAT(Classify("sam",
                       "kind: KIND_EVENT impacts { property: SECURITY_PROPERTY_ACCURACY "
                       "level: 4 }"),
              NamesField("classification.impacts[0].level"));
  EXPECT_THAT(Classify("sam",
                       "kind: KIND_EVENT impacts { property: SECURITY_PROPERTY_ACCURACY "
                       "level: 5 }"),
              NamesField("classification.impacts[0].level"));
  EXPECT_THAT(Classify("sam", kIncident, "aware_time { seconds: 4102444800 }"),
              NamesField("aware_time"));
  EXPECT_EQ(Read(opened.id).version, opened.version);
  EXPECT_EQ(Count("note"), "0");
}

TEST_F(TriageServiceTest, PersonSaysWhenSomebodyKnew) {
  OpenCase();
  const int64_t knew = absl::ToUnixSeconds(clock_.Now()) - 7200;
  const auto classified =
      Classify("sam", kIncident, "aware_time { seconds: " + std::to_string(knew) + " }");
  ASSERT_OK(classified);
  EXPECT_EQ(classified->aware_time().seconds(), knew);
  EXPECT_EQ(Classify("sam", kIncident)->aware_time().seconds(), knew);
}

TEST_F(TriageServiceTest, PersonalDataFoundByAPersonDrawsTheDataProtectionOfficerIn) {
  intake::v1::ReportSubmitted submitted = Submitted();
  submitted.set_personal_data(type::v1::ANSWER_NO);
  EXPECT_THAT(OpenCase(submitted).drawn_in, IsEmpty());
  const auto classified = Classify("sam", kIncident);
  ASSERT_OK(classified);
  ASSERT_EQ(classified->drawn_in_size(), 1);
  EXPECT_EQ(classified->drawn_in(0).login(), "dora");
  EXPECT_EQ(classified->owner().login(), "sam");
  EXPECT_OK(Note("dora", "request_id: 'request-1' text: 'läst'"));
}

// ---- Owners ----

TEST_F(TriageServiceTest, OwnerByHandHasTheFunctionTheyHoldForTheCase) {
  OpenCase();
  const auto assigned = Assign("sam", "owner: 'siv'");
  ASSERT_OK(assigned);
  EXPECT_EQ(assigned->state(), v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(assigned->owner().login(), "siv");
  EXPECT_EQ(assigned->owner().role(), organisation::v1::COORDINATOR);
  EXPECT_EQ(assigned->owner().unit(), "social");
  EXPECT_EQ(assigned->drawn_in_size(), 1);
  // Who is drawn in and becomes the owner is not drawn in beside it.
  const auto to_dora = Assign("sam", "owner: 'dora'");
  ASSERT_OK(to_dora);
  EXPECT_EQ(to_dora->owner().role(), organisation::v1::DATA_PROTECTION_OFFICER);
  EXPECT_EQ(to_dora->drawn_in_size(), 0);
  // By the rules again.
  EXPECT_EQ(Assign("sam")->owner().login(), "sam");
}

TEST_F(TriageServiceTest, ExplanationSaysWhoWouldOwnItTodayAndWhy) {
  OpenCase();
  const auto explained = Explain("sam");
  ASSERT_OK(explained);
  std::vector<std::string> steps;
  for (const v1::RoutingStep& step : explained->steps()) {
    steps.push_back(step.rule() + (step.matched() ? " + " : " - ") + step.reason());
  }
  EXPECT_THAT(steps, ElementsAre("national-security - national_security is ANSWER_UNSPECIFIED",
                                 "personal-data + personal_data is ANSWER_YES; dora is "
                                 "DATA_PROTECTION_OFFICER for the municipality",
                                 "system-owner - no system is named",
                                 "unit-coordinator + sam is COORDINATOR for unit omsorg"));
  EXPECT_EQ(explained->owner().name(), "Sam Alm");
  EXPECT_EQ(explained->drawn_in(0).login(), "dora");
  EXPECT_TRUE(explained->current());
  EXPECT_FALSE(explained->severity_reasons().empty());
  ASSERT_OK(Assign("sam", "owner: 'siv'"));
  EXPECT_FALSE(Explain("sam")->current());
}

// ---- Who may ----

TEST_F(TriageServiceTest, CallerSeesAsFarAsTheirPermissionReaches) {
  OpenCase();
  intake::v1::ReportSubmitted of_it = Submitted(2);
  of_it.set_unit("it");
  of_it.set_personal_data(type::v1::ANSWER_NO);
  OpenCase(of_it);
  const std::string care = NumberOf(1), it = NumberOf(2);
  // Cleo is information-security officer, Sam and Siv coordinate units above the home care, Karl
  // sees what he is given.
  EXPECT_THAT(Numbers(List("cleo")), ElementsAre(it, care));
  EXPECT_THAT(Numbers(List("sam")), ElementsAre(care));
  EXPECT_THAT(Numbers(List("siv")), ElementsAre(care));
  EXPECT_THAT(Numbers(List("karl")), IsEmpty());
  EXPECT_EQ(List("karl")->total_size(), 0);
  EXPECT_EQ(List("sam")->total_size(), 1);
  EXPECT_OK(Get("sam", care));
  EXPECT_THAT(Get("sam", it), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  // The same as one that does not exist.
  EXPECT_EQ(Get("sam", it).status().message(), "there is no case " + it);
  EXPECT_EQ(Get("sam", NumberOf(9)).status().message(), "there is no case " + NumberOf(9));
  EXPECT_THAT(Explain("karl"), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Acknowledge("karl"), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
}

TEST_F(TriageServiceTest, WhoMayReadButNotHandleIsToldSo) {
  intake::v1::ReportSubmitted submitted = Submitted();
  submitted.set_personal_data(type::v1::ANSWER_NO);
  const Case opened = OpenCase(submitted);
  // The data protection officer reads everything and handles what she is drawn in to.
  EXPECT_OK(Get("dora"));
  EXPECT_THAT(Note("dora", "request_id: 'request-1' text: 'x'"),
              IsError(absl::StatusCode::kPermissionDenied, "CASE_OUT_OF_REACH"));
  EXPECT_THAT(Note("dora", "request_id: 'request-1' text: 'x'").status().message(),
              ::testing::HasSubstr("cases.handle"));
  EXPECT_EQ(Read(opened.id).version, opened.version);
}

TEST_F(TriageServiceTest, WhoHasNoPermissionIsDenied) {
  OpenCase();
  EXPECT_THAT(Get("ingen"), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_THAT(Get("adam"), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_THAT(Apply(TestOrganisationProto()), avvik::testing::IsOk());
  EXPECT_THAT(
      ApplyAs(issuer_.PersonToken(clock_.Now(), kTenant, "cleo"), "", TestOrganisationProto()),
      IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  v1::GetCaseRequest request;
  request.set_case_id(NumberOf(1));
  EXPECT_THAT(CallWith("", "", &Stub::GetCase, request),
              HasCode(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(CallWith(Service(), kTenant, &Stub::GetCase, request),
              HasCode(absl::StatusCode::kPermissionDenied));
}

TEST_F(TriageServiceTest, AnotherMunicipalitysPeopleSeeNothing) {
  OpenCase();
  organisation::v1::Organisation other = TestOrganisationProto();
  other.set_tenant("grannen");
  ASSERT_OK(directory_.Put(other, 1));
  v1::GetCaseRequest request;
  request.set_case_id(NumberOf(1));
  EXPECT_THAT(
      CallWith(issuer_.PersonToken(clock_.Now(), "grannen", "cleo"), "", &Stub::GetCase, request),
      IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
}

// ---- Who a case is for ----

TEST_F(TriageServiceTest, CaseIsNotGivenToSomebodyWhoMayNotHandleIt) {
  OpenCase();
  // Adam runs Avvik and handles no cases.
  EXPECT_THAT(Assign("sam", "owner: 'adam'"), NamesField("owner"));
  EXPECT_EQ(Get("sam")->owner().login(), "sam");
}

TEST_F(TriageServiceTest, RestrictedCaseIsForThoseWithAPartInItAndThoseNamed) {
  OpenCase();
  const auto restrict_it = [&](const std::string& login, const std::string& rest) {
    return Call(login, &Stub::RestrictCase, "case_id: '" + NumberOf(1) + "' " + rest);
  };
  EXPECT_THAT(restrict_it("sam", "restricted: true"), NamesField("reason"));
  // Siv coordinates the unit above and has no part in it: whoever restricts is named.
  const auto restricted = restrict_it("siv", "restricted: true reason: 'en kollega'");
  ASSERT_OK(restricted);
  EXPECT_EQ(restricted->sphere(), type::v1::SPHERE_RESTRICTED);
  ASSERT_EQ(restricted->named_size(), 1);
  EXPECT_EQ(restricted->named(0).login(), "siv");
  for (const char* inside : {"sam", "siv", "dora"}) EXPECT_OK(Get(inside)) << inside;
  for (const char* outside : {"cleo", "root", "karl"}) {
    EXPECT_THAT(Get(outside), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND")) << outside;
    EXPECT_EQ(List(outside)->total_size(), 0) << outside;
    EXPECT_THAT(restrict_it(outside, "reason: 'x'"), HasCode(absl::StatusCode::kNotFound));
  }
  const auto name = [&](const std::string& login, const std::string& rest) {
    return Call(login, &Stub::GrantCaseAccess,
                "case_id: '" + NumberOf(1) + "' reason: 'behövs' " + rest);
  };
  ASSERT_OK(name("sam", "login: 'cleo'"));
  EXPECT_OK(Get("cleo"));
  EXPECT_EQ(List("cleo")->total_size(), 1);
  EXPECT_THAT(name("sam", "login: 'adam'"), NamesField("login"));
  EXPECT_THAT(name("sam", "login: 'ingen'"), NamesField("login"));
  EXPECT_THAT(name("sam", ""), NamesField("login"));
  EXPECT_THAT(name("sam", "login: 'cleo' role: AUDITOR"), NamesField("login"));
  EXPECT_THAT(name("sam", "role: SERVICE"), NamesField("role"));
  // Root audits: a function is named, whoever holds it.
  ASSERT_OK(name("sam", "role: AUDITOR"));
  EXPECT_OK(Get("root"));
  const auto revoke = [&](const std::string& rest) {
    return Call("sam", &Stub::RevokeCaseAccess,
                "case_id: '" + NumberOf(1) + "' reason: 'klart' " + rest);
  };
  ASSERT_OK(revoke("role: AUDITOR"));
  EXPECT_THAT(Get("root"), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(revoke("role: AUDITOR"), IsError(absl::StatusCode::kFailedPrecondition, "NOT_NAMED"));
  ASSERT_OK(revoke("login: 'cleo'"));
  EXPECT_THAT(Get("cleo"), HasCode(absl::StatusCode::kNotFound));
  const auto opened = restrict_it("sam", "restricted: false reason: 'utrett'");
  ASSERT_OK(opened);
  EXPECT_EQ(opened->sphere(), type::v1::SPHERE_PERSONAL_DATA);
  EXPECT_OK(Get("cleo"));
  EXPECT_THAT(Told(), ElementsAre("CaseOpened", "CaseAssigned", "CaseRestricted",
                                  "CaseAccessChanged", "CaseAccessChanged", "CaseAccessChanged",
                                  "CaseAccessChanged", "CaseRestricted"));
}

TEST_F(TriageServiceTest, NationalSecurityIsForItsChiefAndThoseWithAPartInIt) {
  intake::v1::ReportSubmitted submitted = Submitted();
  submitted.set_national_security(type::v1::ANSWER_YES);
  OpenCase(submitted);
  EXPECT_EQ(Get("karl")->sphere(), type::v1::SPHERE_SECURITY_PROTECTION);
  EXPECT_OK(Get("sam")) << "the owner";
  EXPECT_OK(Get("dora")) << "drawn in for the personal data";
  for (const char* outside : {"cleo", "siv", "root"}) {
    EXPECT_THAT(Get(outside), HasCode(absl::StatusCode::kNotFound)) << outside;
  }
}

TEST_F(TriageServiceTest, WhoStandsInHandlesTheCasesOfWhomTheyStandInFor) {
  intake::v1::ReportSubmitted submitted = Submitted();
  submitted.set_system("journal");
  OpenCase(submitted);  // Siv owns the system.
  EXPECT_THAT(Acknowledge("ove"), HasCode(absl::StatusCode::kNotFound));
  organisation::v1::Organisation wanted = TestOrganisationProto();
  wanted.mutable_systems(0)->clear_administrator();
  auto* entry = wanted.add_stand_ins();
  entry->set_id("ove-siv");
  entry->set_person("ove");
  entry->set_absent("siv");
  entry->set_first_day("2000-01-01");
  entry->set_last_day("2099-12-31");
  ASSERT_OK(Apply(wanted));
  EXPECT_OK(Acknowledge("ove"));
  EXPECT_EQ(database_->Value("SELECT on_behalf_of FROM audit_record WHERE actor = 'ove' AND method "
                             "LIKE '%/AcknowledgeCase' AND outcome = 'allowed'"),
            "siv");
  wanted.mutable_stand_ins(0)->set_last_day("2000-01-02");
  ASSERT_OK(Apply(wanted));
  EXPECT_THAT(Get("ove"), HasCode(absl::StatusCode::kPermissionDenied));
}

TEST_F(TriageServiceTest, CasePassesOnWithTheFunctionThatOwnsIt) {
  OpenCase();
  organisation::v1::Organisation wanted = TestOrganisationProto();
  // Ove becomes coordinator of the care beside Sam, and of nothing else.
  auto* held = wanted.mutable_people(4)->add_roles();
  held->set_role(organisation::v1::COORDINATOR);
  held->set_unit("it");
  ASSERT_OK(Apply(wanted));
  EXPECT_THAT(Get("ove"), HasCode(absl::StatusCode::kNotFound));
  held->set_unit("omsorg");
  ASSERT_OK(Apply(wanted));
  EXPECT_OK(Acknowledge("ove"));
}

TEST_F(TriageServiceTest, EverythingOfOneWhoLeavesIsHandedOver) {
  OpenCase();
  OpenCase(2);
  ASSERT_OK(Acknowledge("sam"));
  ASSERT_OK(Close("sam", "resolution: RESOLUTION_REMEDIED outcome: 'klart'"));
  ASSERT_OK(Call("cleo", &Stub::AssignCase, "case_id: '" + NumberOf(2) + "' owner: 'dora'"));
  ASSERT_OK(Call("cleo", &Stub::GrantCaseAccess,
                 "case_id: '" + NumberOf(2) + "' login: 'sam' reason: 'x'"));
  const auto hand_over = [&](const std::string& login, const std::string& request) {
    return Call(login, &Stub::HandOverCases, request);
  };
  database_->Run("SET session_replication_role = replica; TRUNCATE event_log, audit_record");
  EXPECT_THAT(hand_over("sam", "from: 'sam' to: 'siv'"),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_THAT(hand_over("adam", "from: 'sam' to: 'sam'"), NamesField("to"));
  EXPECT_THAT(hand_over("adam", "from: 'sam' to: 'ingen'"), NamesField("to"));
  EXPECT_THAT(hand_over("adam", "from: 'sam' to: 'adam'"), NamesField("to"));
  const auto asked = hand_over("adam", "from: 'sam' to: 'siv' validate_only: true");
  ASSERT_OK(asked);
  EXPECT_EQ(asked->cases(), 2);
  EXPECT_THAT(Told(), IsEmpty());
  const auto done = hand_over("adam", "from: 'sam' to: 'siv'");
  ASSERT_OK(done);
  EXPECT_EQ(done->cases(), 2);
  EXPECT_EQ(done->owned(), 1);
  EXPECT_EQ(done->owned_open(), 0);
  EXPECT_THAT(Told(), ElementsAre("CaseHandedOver", "CaseHandedOver"));
  const auto closed = Get("siv");
  ASSERT_OK(closed);
  EXPECT_EQ(closed->owner().login(), "siv");
  EXPECT_EQ(closed->owner().unit(), "social");
  EXPECT_EQ(closed->state(), v1::CASE_STATE_CLOSED);
  EXPECT_EQ(Get("siv", NumberOf(2))->named(0).login(), "siv");
  EXPECT_EQ(database_->Value("SELECT count(*) FROM audit_record WHERE actor = 'adam' AND outcome "
                             "= 'allowed' AND subject LIKE 'cases/%'"),
            "2");
  EXPECT_EQ(hand_over("adam", "from: 'sam' to: 'siv'")->cases(), 0);
}

// ---- Lists ----

TEST_F(TriageServiceTest, ListIsReadPageByPage) {
  for (unsigned n = 1; n <= 7; ++n) OpenCase(n);
  std::vector<std::string> seen;
  std::string token;
  do {
    const auto page = List("sam", "page_size: 3 unit: 'social' page_token: '" + token + "'");
    ASSERT_OK(page);
    EXPECT_EQ(page->total_size(), 7);
    for (const std::string& number : Numbers(page)) seen.push_back(number);
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(seen, ElementsAre(NumberOf(7), NumberOf(6), NumberOf(5), NumberOf(4), NumberOf(3),
                                NumberOf(2), NumberOf(1)));
}

TEST_F(TriageServiceTest, TokenOfAnotherFilterIsRefused) {
  for (unsigned n = 1; n <= 3; ++n) OpenCase(n);
  const std::string token = List("sam", "page_size: 1 unit: 'social'")->next_page_token();
  ASSERT_NE(token, "");
  EXPECT_OK(List("sam", "page_size: 2 unit: 'social' page_token: '" + token + "'"));
  EXPECT_THAT(List("sam", "page_size: 1 unit: 'omsorg' page_token: '" + token + "'"),
              NamesField("page_token"));
  EXPECT_THAT(List("sam", "page_size: 1 unit: 'social' page_token: 'made-up'"),
              NamesField("page_token"));
}

TEST_F(TriageServiceTest, ListsAreNarrowed) {
  OpenCase(1);
  intake::v1::ReportSubmitted of_it = Submitted(2);
  of_it.set_unit("it");
  of_it.set_category(type::v1::CATEGORY_OTHER);
  of_it.set_personal_data(type::v1::ANSWER_NO);
  OpenCase(of_it);
  EXPECT_THAT(Numbers(List("cleo", "unit: 'social'")), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers(List("cleo", "owner: 'sam'")), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers(List("sam", "owner: 'me'")), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers(List("cleo", "minimum_severity: SEVERITY_HIGH")), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers(List("cleo", "states: CASE_STATE_CLOSED")), IsEmpty());
  EXPECT_THAT(Numbers(List("cleo", "states: CASE_STATE_ASSIGNED states: CASE_STATE_CLOSED")),
              ElementsAre(NumberOf(2), NumberOf(1)));
  // A unit that the organisation no longer has may still have cases.
  EXPECT_THAT(Numbers(List("cleo", "unit: 'nedlagd'")), IsEmpty());
}

// ---- The organisation ----

TEST_F(TriageServiceTest, AddressesAreForThoseWhoChangeTheOrganisation) {
  const auto seen = Call("ove", &Stub::GetOrganisation, "");
  ASSERT_OK(seen);
  EXPECT_EQ(seen->version(), 1);
  EXPECT_EQ(seen->organisation().name(), "Bys kommun");
  for (const auto& person : seen->organisation().people()) EXPECT_EQ(person.email(), "");
  const auto by_adam = Call("adam", &Stub::GetOrganisation, "");
  ASSERT_OK(by_adam);
  EXPECT_EQ(by_adam->organisation().people(0).email(), "cleo@by.example");
}

TEST_F(TriageServiceTest, AppliedOrganisationIsInUseAtOnce) {
  OpenCase();
  organisation::v1::Organisation wanted = TestOrganisationProto();
  *wanted.add_people() = ParseText<organisation::v1::Person>(
      "login: 'ny' name: 'Ny Vik' email: 'ny@by.example' "
      "roles { role: COORDINATOR unit: 'hemtjanst' }");
  const auto applied = Apply(wanted);
  ASSERT_OK(applied);
  EXPECT_EQ(applied->version(), 2);
  ASSERT_EQ(applied->changes_size(), 1);
  EXPECT_EQ(applied->changes(0).subject(), "people/ny");
  EXPECT_EQ(applied->changes(0).kind(), v1::CHANGE_KIND_ADDED);
  const auto explained = Explain("ny");
  ASSERT_OK(explained);
  EXPECT_EQ(explained->owner().name(), "Ny Vik");
  const auto assigned = Assign("ny");
  ASSERT_OK(assigned);
  EXPECT_EQ(assigned->owner().login(), "ny");
}

TEST_F(TriageServiceTest, ApplyingTheSameAgainChangesNothing) {
  const auto again = Apply(TestOrganisationProto());
  ASSERT_OK(again);
  EXPECT_EQ(again->changes_size(), 0);
  EXPECT_EQ(again->version(), 1);
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(Count("organisation"), "1");
}

TEST_F(TriageServiceTest, ValidationOnlyLeavesWhatIsInForce) {
  organisation::v1::Organisation wanted = TestOrganisationProto();
  wanted.set_name("Nya kommunen");
  const auto would = Apply(wanted, /*validate_only=*/true);
  ASSERT_OK(would);
  EXPECT_EQ(would->changes(0).subject(), "name");
  EXPECT_EQ(would->version(), 1);
  EXPECT_EQ(Call("ove", &Stub::GetOrganisation, "")->organisation().name(), "Bys kommun");
}

TEST_F(TriageServiceTest, ChangeDecidedOnAnOlderOrganisationIsRefused) {
  const auto read = Call("adam", &Stub::GetOrganisation, "");
  ASSERT_OK(read);
  v1::ApplyOrganisationRequest request;
  *request.mutable_organisation() = TestOrganisationProto();
  request.mutable_organisation()->set_name("Nya kommunen");
  request.set_etag(read->etag());
  const auto apply = [&] {
    return CallWith(issuer_.PersonToken(clock_.Now(), kTenant, "adam"), "",
                    &Stub::ApplyOrganisation, request);
  };
  const auto applied = apply();
  ASSERT_OK(applied);
  EXPECT_NE(applied->etag(), read->etag());
  request.mutable_organisation()->set_name("En annan");
  EXPECT_THAT(apply(), IsError(absl::StatusCode::kAborted, "ORGANISATION_CHANGED"));
  request.set_validate_only(true);
  EXPECT_THAT(apply(), IsError(absl::StatusCode::kAborted, "ORGANISATION_CHANGED"));
  request.set_etag("nonsense");
  EXPECT_THAT(apply(), NamesField("etag"));
  EXPECT_EQ(Call("ove", &Stub::GetOrganisation, "")->organisation().name(), "Nya kommunen");
}

TEST_F(TriageServiceTest, OrganisationThatDoesNotHoldTogetherNamesTheFieldAndIsNotApplied) {
  organisation::v1::Organisation wanted = TestOrganisationProto();
  wanted.mutable_systems(0)->set_owner("nobody");
  EXPECT_THAT(Apply(wanted), NamesField("organisation.systems[0].owner"));
  wanted = TestOrganisationProto();
  wanted.mutable_people(0)->set_email("no address");
  EXPECT_THAT(Apply(wanted), NamesField("organisation.people[0].email"));
  EXPECT_EQ(Count("organisation"), "1");
  EXPECT_EQ(Trail(), "adam ApplyOrganisation failed INVALID_FIELDS");
}

TEST_F(TriageServiceTest, OrganisationIsAppliedForTheCallersOwnTenantOnly) {
  organisation::v1::Organisation other = TestOrganisationProto();
  other.set_tenant("grannen");
  EXPECT_THAT(Apply(other), IsError(absl::StatusCode::kPermissionDenied, "OTHER_TENANT"));
  EXPECT_THAT(ApplyAs(Operator(), kTenant, other),
              IsError(absl::StatusCode::kPermissionDenied, "OTHER_TENANT"));
  EXPECT_THAT(ApplyAs(Operator(), "", other),
              IsError(absl::StatusCode::kPermissionDenied, "OTHER_TENANT"));
  // The operator brings the first organisation of a new municipality.
  const auto applied = ApplyAs(Operator(), "grannen", other);
  ASSERT_OK(applied);
  EXPECT_EQ(applied->version(), 1);
  ASSERT_NE(directory_.Find("grannen"), nullptr);
}

TEST_F(TriageServiceTest, OtherServicesFollow) {
  v1::FollowOrganisationRequest request;
  EXPECT_THAT(CallWith(Service(), "", &Stub::FollowOrganisation, request)->tenants(),
              ElementsAre(kTenant));
  request.set_tenant(kTenant);
  const auto newest = CallWith(Service(), kTenant, &Stub::FollowOrganisation, request);
  ASSERT_OK(newest);
  EXPECT_EQ(newest->version(), 1);
  EXPECT_EQ(newest->organisation().people(0).email(), "cleo@by.example");
  request.set_known_version(1);
  const auto known = CallWith(Service(), kTenant, &Stub::FollowOrganisation, request);
  ASSERT_OK(known);
  EXPECT_EQ(known->version(), 1);
  EXPECT_FALSE(known->has_organisation());
  request.set_tenant("grannen");
  const auto none = CallWith(Service(), "grannen", &Stub::FollowOrganisation, request);
  ASSERT_OK(none);
  EXPECT_EQ(none->version(), 0);
  EXPECT_THAT(Call("cleo", &Stub::FollowOrganisation, ""),
              HasCode(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace avvik::triage
