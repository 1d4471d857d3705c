#include "services/escalation/calendar_service.h"

#include "services/escalation/service_test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using testing::IsError;
using testing::NamesField;

class CalendarServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    calendar_stub_ = v1::Calendar::NewStub(rpc::Connect(address_));
  }

  absl::StatusOr<v1::ListDeadlinesResponse> List(const std::string& login,
                                                 const std::string& text = "") {
    return CallOn(*calendar_stub_, &v1::Calendar::Stub::ListDeadlines, login,
                  ParseText<v1::ListDeadlinesRequest>(text), v1::ListDeadlinesResponse());
  }
  absl::StatusOr<v1::CreateCalendarFeedResponse> Create(const std::string& login, bool own = false) {
    v1::CreateCalendarFeedRequest request;
    request.set_own(own);
    return CallOn(*calendar_stub_, &v1::Calendar::Stub::CreateCalendarFeed, login, request,
                  v1::CreateCalendarFeedResponse());
  }
  absl::StatusOr<v1::ListCalendarFeedsResponse> Feeds(const std::string& login) {
    return CallOn(*calendar_stub_, &v1::Calendar::Stub::ListCalendarFeeds, login,
                  v1::ListCalendarFeedsRequest(), v1::ListCalendarFeedsResponse());
  }
  absl::Status Revoke(const std::string& login, const std::string& feed_id) {
    v1::RevokeCalendarFeedRequest request;
    request.set_feed_id(feed_id);
    return CallOn(*calendar_stub_, &v1::Calendar::Stub::RevokeCalendarFeed, login, request,
                  v1::RevokeCalendarFeedResponse())
        .status();
  }
  // What is secret of an address.
  static std::string SecretIn(const std::string& path) {
    const std::size_t dot = path.find('.');
    return path.substr(dot + 1, path.rfind('.') - dot - 1);
  }
  absl::StatusOr<v1::ReadCalendarFeedResponse> Read(const std::string& secret,
                                                    const std::string& client = "avvik-gateway",
                                                    const std::string& tenant = "kommun") {
    grpc::ClientContext context;
    context.AddMetadata("authorization",
                        "Bearer " + issuer_.MachineToken(clock_.Now(), client, "avvik.service"));
    context.AddMetadata(identity::kTenantMetadata, tenant);
    v1::ReadCalendarFeedRequest request;
    request.set_secret(secret);
    v1::ReadCalendarFeedResponse response;
    const grpc::Status status = calendar_stub_->ReadCalendarFeed(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  std::unique_ptr<v1::Calendar::Stub> calendar_stub_;
};

TEST_F(CalendarServiceTest, DeadlinesAreThoseOfDutiesOneMayRead) {
  ASSERT_OK(Hear(Recent()));
  const auto all = List("dora");
  ASSERT_OK(all);
  ASSERT_GT(all->deadlines_size(), 0);
  const v1::Deadline& first = all->deadlines(0);
  EXPECT_EQ(first.number(), TestCase().number);
  EXPECT_EQ(first.stage(), "anmalan");
  EXPECT_NE(first.title(), first.regime());
  EXPECT_NE(first.stage_title(), first.stage());
  EXPECT_EQ(first.state(), v1::STAGE_STATE_RUNNING);
  EXPECT_EQ(first.unit(), "social");
  EXPECT_EQ(List("sam")->deadlines_size(), all->deadlines_size());
  EXPECT_THAT(List("bo")->deadlines(), IsEmpty());
  EXPECT_THAT(List("eva")->deadlines(), IsEmpty());
  EXPECT_EQ(List("dora", "own: true")->deadlines_size(), all->deadlines_size()) << "she is drawn in";
  EXPECT_THAT(List("sam", "own: true")->deadlines(), IsEmpty());
}

TEST_F(CalendarServiceTest, OwnerIsShownToThoseWhoMayReadTheCase) {
  triage::v1::CaseFacts facts = Recent();
  facts.mutable_owner()->set_person_id(organisation::PersonId("kommun", "sam"));
  ASSERT_OK(Hear(facts));
  EXPECT_EQ(List("sam")->deadlines(0).owner().name(), "Sam Alm");
  ASSERT_GT(List("dora")->deadlines_size(), 0);
  EXPECT_FALSE(List("dora")->deadlines(0).has_owner()) << "she reads duties here, and no cases";
}

TEST_F(CalendarServiceTest, DeadlinesAreNarrowedAndPaged) {
  ASSERT_OK(Hear(Recent()));
  const int all = List("dora")->deadlines_size();
  v1::ListDeadlinesRequest request;
  *request.mutable_from_time() = rpc::ToProtoTime(clock_.Now() + absl::Hours(24 * 365));
  EXPECT_THAT(List("dora", request.ShortDebugString())->deadlines(), IsEmpty());
  request.Clear();
  *request.mutable_until_time() = rpc::ToProtoTime(clock_.Now());
  EXPECT_THAT(List("dora", request.ShortDebugString())->deadlines(), IsEmpty());
  *request.mutable_from_time() = request.until_time();
  EXPECT_THAT(List("dora", request.ShortDebugString()), NamesField("until_time"));
  int seen = 0;
  std::string token;
  do {
    const auto page = List("dora", "page_size: 1 page_token: '" + token + "'");
    ASSERT_OK(page);
    seen += page->deadlines_size();
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(seen, all);
  EXPECT_THAT(List("dora", "page_token: 'made.up'"), NamesField("page_token"));
}

TEST_F(CalendarServiceTest, AddressGivesWhatThePersonMayReadNow) {
  ASSERT_OK(Hear(Recent()));
  const auto made = Create("sam");
  ASSERT_OK(made);
  const std::string secret = SecretIn(made->path());
  EXPECT_EQ(made->path(), "/v1/calendar/kommun." + secret + ".ics");
  const auto read = Read(secret);
  ASSERT_OK(read);
  EXPECT_EQ(read->entries_size(), List("sam")->deadlines_size());
  EXPECT_EQ(read->entries(0).number(), TestCase().number);
  EXPECT_EQ(read->language(), "sv");
  // Sam loses the unit.
  organisation::v1::Organisation moved = People();
  for (auto& person : *moved.mutable_people()) {
    if (person.login() == "sam") person.mutable_roles(0)->set_unit("bolaget");
  }
  ASSERT_OK(directory_.Put(moved, 3));
  EXPECT_THAT(Read(secret)->entries(), IsEmpty());
}

TEST_F(CalendarServiceTest, AddressOfSomebodyWhoHasGoneGivesNothingAndIsGone) {
  ASSERT_OK(Hear(Recent()));
  const std::string secret = SecretIn(Create("sam")->path());
  organisation::v1::Organisation without = People();
  for (int i = 0; i < without.people_size(); ++i) {
    if (without.people(i).login() == "sam") without.mutable_people()->DeleteSubrange(i--, 1);
  }
  ASSERT_OK(directory_.Put(without, 3));
  EXPECT_THAT(Read(secret), IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
  ASSERT_OK(directory_.Put(People(), 4));
  EXPECT_THAT(Read(secret), IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
  EXPECT_EQ(Count("calendar_feed"), "0");
}

TEST_F(CalendarServiceTest, AddressIsListedWithoutItsSecretAndTakenBack) {
  const auto made = Create("dora", true);
  ASSERT_OK(made);
  const std::string secret = SecretIn(made->path());
  EXPECT_EQ(RowsWith(secret, "calendar_feed"), "0");
  const auto listed = Feeds("dora");
  ASSERT_OK(listed);
  ASSERT_THAT(listed->feeds(), SizeIs(1));
  EXPECT_THAT(listed->DebugString(), Not(HasSubstr(secret)));
  EXPECT_TRUE(listed->feeds(0).own());
  EXPECT_FALSE(listed->feeds(0).has_read_time());
  EXPECT_THAT(Feeds("sam")->feeds(), IsEmpty());
  const std::string id = listed->feeds(0).feed_id();
  EXPECT_THAT(Revoke("sam", id), IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
  EXPECT_OK(Read(secret));
  EXPECT_TRUE(Feeds("dora")->feeds(0).has_read_time());
  EXPECT_OK(Revoke("dora", id));
  EXPECT_THAT(Read(secret), IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
}

TEST_F(CalendarServiceTest, OnlyTheGatewayReadsAddresses) {
  const std::string secret = SecretIn(Create("dora")->path());
  EXPECT_THAT(Read(secret, "avvik-metrics"), IsError(absl::StatusCode::kPermissionDenied, "PEER_NAME"));
  EXPECT_THAT(Read(secret, "avvik-gateway", "grannen"),
              IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
  v1::ReadCalendarFeedRequest request;
  request.set_secret(secret);
  EXPECT_THAT(CallOn(*calendar_stub_, &v1::Calendar::Stub::ReadCalendarFeed, "dora", request,
                     v1::ReadCalendarFeedResponse()),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
}

TEST_F(CalendarServiceTest, SomebodyTheOrganisationDoesNotNameGetsNoAddress) {
  EXPECT_THAT(Create("nobody"), IsError(absl::StatusCode::kFailedPrecondition, "PERSON_NOT_NAMED"));
}

TEST_F(CalendarServiceTest, TraceSaysWhoseAddressWasReadAndHoldsNoSecret) {
  const std::string secret = SecretIn(Create("dora")->path());
  ASSERT_OK(Read(secret));
  ASSERT_OK(recorder_.RunOnce());
  EXPECT_EQ(RowsWith("ReadCalendarFeed", "audit_record"), "1");
  EXPECT_EQ(database_->Value("SELECT on_behalf_of FROM audit_record WHERE method LIKE '%ReadCalendarFeed'"),
            "dora");
  EXPECT_EQ(RowsWith(secret, "audit_record"), "0");
}

}  // namespace
}  // namespace avvik::escalation
