#include "common/events/stream_entry.h"

#include "common/events/test_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::events {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

StreamEntry Written(const EventKeys& keys, const std::string& source, int64_t position,
                    const std::string& event) {
  const std::vector<std::string> fields = EntryFields(keys, source, position, "type", event);
  return {.id = EntryId(position), .event = fields[3], .proof = fields[5]};
}

class StreamEntryTest : public ::testing::Test {
 protected:
  const std::shared_ptr<const EventKeys> keys_ = TestKeys();
  const StreamEntry entry_ = Written(*keys_, "triage", 7, std::string("ev\0ent", 6));
};

TEST_F(StreamEntryTest, WhatWasWrittenIsProven) {
  EXPECT_THAT(ProvenPosition(*keys_, "triage", entry_), Optional(7));
}

TEST_F(StreamEntryTest, EveryAlteredBitOfEventAndProofIsFound) {
  for (std::string StreamEntry::* part : {&StreamEntry::event, &StreamEntry::proof}) {
    for (size_t bit = 0; bit < (entry_.*part).size() * 8; ++bit) {
      StreamEntry altered = entry_;
      (altered.*part)[bit / 8] = static_cast<char>((altered.*part)[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_EQ(ProvenPosition(*keys_, "triage", altered), std::nullopt) << bit;
    }
  }
}

TEST_F(StreamEntryTest, AnEntryWithoutAWholeProofIsRefused) {
  for (const std::string& proof :
       {std::string(), entry_.proof.substr(0, 31), entry_.proof + "x", std::string(32, '\0')}) {
    StreamEntry altered = entry_;
    altered.proof = proof;
    EXPECT_EQ(ProvenPosition(*keys_, "triage", altered), std::nullopt) << proof.size();
  }
}

TEST_F(StreamEntryTest, AnEntryElsewhereIsRefused) {
  for (const char* id : {"8-0", "7-1", "07-0", "7", "7-00", "+7-0", "-7-0", "0-0", "", "x"}) {
    StreamEntry moved = entry_;
    moved.id = id;
    EXPECT_EQ(ProvenPosition(*keys_, "triage", moved), std::nullopt) << id;
  }
  for (const char* source : {"intake", "triag", "triage2", ""}) {
    EXPECT_EQ(ProvenPosition(*keys_, source, entry_), std::nullopt) << source;
  }
}

TEST_F(StreamEntryTest, WhereTheNameEndsCannotBeMoved) {
  // The same bytes in a row, but for what belongs to the name and what to the event.
  const StreamEntry entry = Written(*keys_, "ab", 7, "c");
  StreamEntry moved = entry;
  moved.event = "bc";
  EXPECT_EQ(ProvenPosition(*keys_, "a", moved), std::nullopt);
}

TEST_F(StreamEntryTest, AnyListedKeyProvesAndTheFirstIsUsed) {
  const auto before = TestKeys("1");
  const auto during = TestKeys("12");
  const auto exchanged = TestKeys("21");
  const auto after = TestKeys("2");
  const StreamEntry old_entry = Written(*during, "triage", 7, "event");
  const StreamEntry new_entry = Written(*exchanged, "triage", 8, "event");
  EXPECT_THAT(ProvenPosition(*before, "triage", old_entry), Optional(7));
  EXPECT_THAT(ProvenPosition(*exchanged, "triage", old_entry), Optional(7));
  EXPECT_THAT(ProvenPosition(*during, "triage", new_entry), Optional(8));
  EXPECT_THAT(ProvenPosition(*after, "triage", new_entry), Optional(8));
  EXPECT_EQ(ProvenPosition(*before, "triage", new_entry), std::nullopt);
  EXPECT_EQ(ProvenPosition(*after, "triage", old_entry), std::nullopt);
}

TEST_F(StreamEntryTest, WhatIsNoKeyIsRefusedAndNotRepeated) {
  const std::string key = TestKeyLine('a');
  std::string many;
  for (int i = 0; i < 17; ++i) many += key + "\n";
  for (const std::string& text : {std::string(), std::string("\n"), key.substr(1), key + "a",
                                  "id:" + key, key + "\n\n" + key, key + " ", many}) {
    const auto keys = EventKeys::FromText(text);
    ASSERT_FALSE(keys.ok()) << text;
    EXPECT_EQ(keys.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(keys.status().message()), Not(HasSubstr("aaaa")));
  }
}

}  // namespace
}  // namespace avvik::events
