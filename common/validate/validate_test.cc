#include "common/validate/validate.h"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "avvik/escalation/v1/regime.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "avvik/triage/v1/triage.pb.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::validate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// The violations of a message as `path: description`.
std::vector<std::string> Faults(const google::protobuf::Message& message) {
  std::vector<std::string> faults;
  for (const auto& violation : status::ViolationsOf(Validate(message))) {
    faults.push_back(violation.field + ": " + violation.description);
  }
  return faults;
}

intake::v1::SubmitReportRequest GoodSubmit() {
  intake::v1::SubmitReportRequest request;
  request.set_request_id("0192d3a4-5b6c-7d8e-9f01-23456789abcd");
  auto* report = request.mutable_report();
  report->set_title("Bärbar dator borta");
  report->set_description("Sist sedd på tåget.\n\tOmkring kl. 9.");
  report->set_category(type::v1::CATEGORY_LOST_DEVICE);
  report->set_unit("home-care");
  report->mutable_occurred_time()->set_seconds(1795000000);
  report->set_personal_data(type::v1::ANSWER_YES);
  report->set_affected_persons(12);
  report->set_language("sv");
  return request;
}

escalation::v1::Regime GoodRegime() {
  escalation::v1::Regime regime;
  regime.set_id("SE-GDPR-33");
  regime.set_title("Anmälan");
  regime.set_country(organisation::v1::SE);
  auto* version = regime.add_versions();
  version->set_version("2018-05-25");
  version->set_effective_from("2018-05-25");
  version->set_legal_basis("GDPR art. 33");
  version->set_entity_unit(escalation::v1::ENTITY_UNIT_CONTROLLER);
  version->mutable_applies_when()->set_fact("personal_data");
  auto* receiver = version->add_receivers();
  receiver->set_name("IMY");
  receiver->set_channel("web");
  version->set_language("sv");
  version->set_source("the regulation");
  version->set_confidence(escalation::v1::CONFIDENCE_VERIFIED);
  for (const char* id : {"first", "second", "third"}) {
    auto* stage = version->add_stages();
    stage->set_id(id);
    stage->set_title(id);
    stage->mutable_clock()->set_hours(72);
    stage->mutable_clock()->set_from("aware");
  }
  return regime;
}

TEST(Validate, AcceptsWhatIsGood) {
  EXPECT_THAT(Faults(GoodSubmit()), IsEmpty());
  EXPECT_THAT(Faults(GoodRegime()), IsEmpty());
  EXPECT_THAT(Faults(triage::v1::GetOrganisationRequest()), IsEmpty());
}

TEST(Validate, ReportsEveryViolationInTheOrderOfTheProto) {
  intake::v1::SubmitReportRequest request;
  request.mutable_report()->set_description(std::string(20001, 'x'));
  request.mutable_report()->set_unit("Home Care");
  request.mutable_report()->set_affected_persons(-1);
  EXPECT_THAT(
      Faults(request),
      ElementsAre("request_id: is required", "report.title: is required",
                  "report.description: must be at most 20000 characters, has 20001",
                  "report.unit: must begin with a letter or digit and hold only a-z, 0-9, `-`, `_` "
                  "and `.`",
                  "report.affected_persons: must be from 0 to 10000000000, is -1"));
  absl::Status status = Validate(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status::ReasonOf(status), "INVALID_FIELDS");
}

TEST(Validate, MissingMessageIsOneViolation) {
  intake::v1::SubmitReportRequest request;
  request.set_request_id("r");
  EXPECT_THAT(Faults(request), ElementsAre("report: is required"));
}

TEST(Validate, WhiteSpaceAloneCountsAsMissing) {
  for (const char* blank : {"", " ", "\xC2\xA0", "\xE2\x80\x8B", " \n\t "}) {
    auto request = GoodSubmit();
    request.mutable_report()->set_title(blank);
    EXPECT_THAT(Faults(request), ElementsAre("report.title: is required"));
  }
}

TEST(Validate, LengthIsCountedInCodePoints) {
  auto request = GoodSubmit();
  std::string title;
  for (int i = 0; i < 200; ++i) title += "å";
  request.mutable_report()->set_title(title);
  EXPECT_THAT(Faults(request), IsEmpty());
  request.mutable_report()->set_title(title + "x");
  EXPECT_THAT(Faults(request),
              ElementsAre("report.title: must be at most 200 characters, has 201"));
}

TEST(Validate, TextWithoutMaxLengthHolds200) {
  auto regime = GoodRegime();
  regime.set_title(std::string(200, 'x'));
  EXPECT_THAT(Faults(regime), IsEmpty());
  regime.set_title(std::string(201, 'x'));
  EXPECT_THAT(Faults(regime), ElementsAre("title: must be at most 200 characters, has 201"));
}

TEST(Validate, RefusesInvalidUtf8NulAndControls) {
  auto request = GoodSubmit();
  request.mutable_report()->set_title("a\xFFz");
  EXPECT_THAT(Faults(request), ElementsAre("report.title: must be valid UTF-8"));
  request.mutable_report()->set_title(std::string("a\0b", 3));
  EXPECT_THAT(Faults(request), ElementsAre("report.title: must hold no control characters"));
  request.mutable_report()->set_title("ok");
  request.mutable_report()->set_description("\x1B[31m");
  EXPECT_THAT(Faults(request), ElementsAre("report.description: must hold no control characters"));
}

TEST(Validate, LineBreaksOnlyWhereMultiline) {
  auto request = GoodSubmit();
  request.mutable_report()->set_title("two\nlines");
  EXPECT_THAT(Faults(request), ElementsAre("report.title: must be one line, without tabs"));
}

TEST(Validate, RefusesEnumNumbersTheProtoDoesNotKnow) {
  auto request = GoodSubmit();
  request.mutable_report()->set_category(static_cast<type::v1::Category>(99));
  EXPECT_THAT(Faults(request), ElementsAre(HasSubstr("is the unknown number 99")));
  triage::v1::ListCasesRequest list;
  list.add_states(triage::v1::CASE_STATE_OPEN);
  list.add_states(static_cast<triage::v1::CaseState>(-3));
  EXPECT_THAT(Faults(list),
              ElementsAre(AllOf(HasSubstr("states[1]: must be one of CASE_STATE_OPEN, "),
                                HasSubstr("is the unknown number -3"))));
}

TEST(Validate, RequiredEnumMustBeSpecifiedAndNamesTheChoices) {
  auto regime = GoodRegime();
  regime.mutable_versions(0)->clear_confidence();
  EXPECT_THAT(Faults(regime), ElementsAre("versions[0].confidence: is required: one of "
                                          "CONFIDENCE_VERIFIED, CONFIDENCE_SECONDARY, "
                                          "CONFIDENCE_UNVERIFIED"));
}

TEST(Validate, RequiredListNeedsAnItem) {
  auto regime = GoodRegime();
  regime.clear_versions();
  EXPECT_THAT(Faults(regime), ElementsAre("versions: is required: at least one item"));
}

TEST(Validate, PathsNameItemsOfLists) {
  auto regime = GoodRegime();
  regime.mutable_versions(0)->mutable_stages(2)->set_id("Third Stage");
  regime.mutable_versions(0)->mutable_stages(1)->mutable_clock()->set_hours(0);
  EXPECT_THAT(Faults(regime),
              ElementsAre("versions[0].stages[1].clock.hours: must be from 1 to 8760, is 0",
                          HasSubstr("versions[0].stages[2].id: must begin with")));
}

TEST(Validate, UnsetMemberOfAOneofIsNotChecked) {
  auto regime = GoodRegime();
  regime.mutable_versions(0)->mutable_stages(0)->mutable_clock()->set_promptly(true);
  EXPECT_THAT(Faults(regime), IsEmpty());
}

TEST(Validate, ListsHaveABoundAndWhatIsBeyondItIsNotWalked) {
  escalation::v1::KindList kinds;
  for (int i = 0; i < 150; ++i) kinds.add_of(i < 100 ? "INCIDENT" : "");
  EXPECT_THAT(Faults(kinds), ElementsAre("of: must have at most 100 items, has 150"));
}

TEST(Validate, ItemsOfATextListAreNeverEmpty) {
  escalation::v1::KindList kinds;
  kinds.add_of("INCIDENT");
  kinds.add_of(" ");
  EXPECT_THAT(Faults(kinds), ElementsAre("of[1]: must not be empty"));
}

TEST(Validate, ReportsAtMostAHundredViolations) {
  organisation::v1::Organisation organisation;
  for (int i = 0; i < 200; ++i) organisation.add_people();
  EXPECT_EQ(Faults(organisation).size(), kMaxViolations);
}

TEST(Validate, TimesLieBetween1900And9999) {
  const std::map<int64_t, bool> rows = {
      {-2208988801, false},  {-2208988800, true}, {0, true},         {253402300799, true},
      {253402300800, false}, {INT64_MAX, false},  {INT64_MIN, false}};
  for (const auto& [seconds, good] : rows) {
    auto request = GoodSubmit();
    request.mutable_report()->mutable_occurred_time()->set_seconds(seconds);
    EXPECT_EQ(Faults(request).empty(), good) << seconds;
  }
  auto request = GoodSubmit();
  request.mutable_report()->mutable_occurred_time()->set_nanos(1'000'000'000);
  EXPECT_THAT(Faults(request),
              ElementsAre(HasSubstr("report.occurred_time: must be a time whose nano")));
}

TEST(Validate, NestingHasABound) {
  escalation::v1::Condition condition;
  escalation::v1::Condition* inner = &condition;
  for (int i = 0; i < kMaxDepth; ++i) inner = inner->mutable_not_();
  inner->set_fact("ongoing");
  EXPECT_THAT(Faults(condition), IsEmpty());
  inner->mutable_not_()->set_fact("ongoing");
  EXPECT_THAT(Faults(condition), ElementsAre(HasSubstr("must be nested at most 64 levels deep")));
}

TEST(Validate, NeverEchoesTextOfTheCaller) {
  auto request = GoodSubmit();
  request.set_request_id("secret å");
  request.mutable_report()->set_title("secret\n");
  request.mutable_report()->set_unit("secret!");
  request.mutable_report()->set_language("secret");
  for (const std::string& fault : Faults(request)) EXPECT_THAT(fault, Not(HasSubstr("secret")));
}

TEST(Validate, ManyThreadsMayMeetATypeForTheFirstTimeTogether) {
  auto regime = GoodRegime();
  regime.set_title("");
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (Faults(regime).size() == 1 && Faults(GoodSubmit()).empty()) ++right;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
}

}  // namespace
}  // namespace avvik::validate
