#include "services/delivery/notice.h"

#include "gtest/gtest.h"

namespace avvik::delivery {
namespace {

TEST(TemplateNameTest, EveryTemplateIsFoundByItsName) {
  for (const TemplateId id : kTemplates) EXPECT_EQ(TemplateFromName(TemplateName(id)), id);
  EXPECT_EQ(TemplateFromName("case_asigned"), std::nullopt);
}

TEST(MessageIdTest, TheSendersDomainIsUsed) {
  EXPECT_EQ(MessageId("id", "avvik@kalix.example"), "id@kalix.example");
  EXPECT_EQ(MessageId("id", ""), "id@avvik.invalid");
  EXPECT_EQ(MessageId("id", "avvik@"), "id@avvik.invalid");
  EXPECT_EQ(ThreadId("kalix", "AVV-2026-000001", "avvik@kalix.example"),
            "AVV-2026-000001.kalix@kalix.example");
}

}  // namespace
}  // namespace avvik::delivery
