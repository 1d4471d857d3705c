#include "avvik/escalation/v1/regime.pb.h"
#include "avvik/intake/v1/report.pb.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "common/datafile/datafile.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace avvik::datafile {
namespace {

using google::protobuf::util::MessageDifferencer;

TEST(Dump, IsReadable) {
  organisation::v1::Unit unit;
  unit.set_id("home-care");
  unit.set_name("Hemtjänsten");
  unit.set_type(organisation::v1::UNIT_TYPE_DEPARTMENT);
  EXPECT_EQ(Dump(unit), "id: home-care\nname: Hemtjänsten\ntype: DEPARTMENT\n");
}

TEST(Dump, IsReadBackToTheSame) {
  for (const char* odd : {"no",  "null",  "~",  "plain", "  spaced  ", "a: b",  "- x",    "# x",
                          "'q'", "\"q\"", "@a", "{a}",   "[a]",        "åäö 🔒", "x\ny\n", "*a",
                          "&a",  "!a",    "%a", "`",     "|",          "012",   "yes",    "\\n"}) {
    intake::v1::Report report;
    report.set_title("x");
    report.set_description(odd);
    report.set_affected_persons(0);
    report.mutable_occurred_time()->set_seconds(1782889200);
    report.mutable_occurred_time()->set_nanos(5000);
    intake::v1::Report back;
    ASSERT_EQ(Parse(Dump(report), "x.yaml", &back), absl::OkStatus()) << Dump(report);
    EXPECT_TRUE(MessageDifferencer::Equals(report, back)) << Dump(report);
  }
}

TEST(Dump, KeepsListsOneofsAndEmptyMessages) {
  escalation::v1::Condition condition;
  auto* all = condition.mutable_all();
  all->add_of()->set_fact("personal_data");
  all->add_of()->mutable_not_()->set_fact("risk_unlikely");
  all->add_of()->mutable_kind_in()->add_of("INCIDENT");
  all->add_of()->set_affected_persons_at_least(500);
  escalation::v1::Condition back;
  ASSERT_EQ(Parse(Dump(condition), "x.yaml", &back), absl::OkStatus()) << Dump(condition);
  EXPECT_TRUE(MessageDifferencer::Equals(condition, back)) << Dump(condition);
}

}  // namespace
}  // namespace avvik::datafile
