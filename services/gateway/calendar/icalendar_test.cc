#include "services/gateway/calendar/icalendar.h"

#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr char kOwn[] = "https://avvik.example";

escalation::v1::ReadCalendarFeedResponse Feed(const std::string& text) {
  escalation::v1::ReadCalendarFeedResponse feed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &feed));
  return feed;
}

// One deadline on 2026-11-23 at 15:40 UTC.
escalation::v1::ReadCalendarFeedResponse OneDeadline(const std::string& language = "sv") {
  return Feed(R"pb(
    entries {
      uid: "0123456789abcdef@avvik"
      sequence: 3
      update_time { seconds: 1795190400 }
      target_time { seconds: 1795448400 }
      remind_time { seconds: 1795426800 }
      number: "AVV-2026-000123"
      title: "Personuppgiftsincident; GDPR 33, IMY"
      stage_title: "Anmälan"
      statutory: true
    }
    language: ")pb" + language + "\"");
}

// The content lines, unfolded.
std::vector<std::string> Lines(std::string text) {
  for (size_t at = 0; (at = text.find("\r\n ", at)) != std::string::npos;) text.erase(at, 3);
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find("\r\n", at);
    lines.push_back(text.substr(at, end - at));
    if (end == std::string::npos) break;
    at = end + 2;
  }
  return lines;
}

TEST(ICalendar, DeadlineIsAnEventWithAnAlarm) {
  EXPECT_THAT(Lines(ICalendar(OneDeadline(), kOwn)),
              testing::ElementsAre(
                  "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Avvik//Avvik//SV", "CALSCALE:GREGORIAN",
                  "METHOD:PUBLISH", "NAME;LANGUAGE=sv:Avvik: tidsfrister",
                  "X-WR-CALNAME:Avvik: tidsfrister", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
                  "X-PUBLISHED-TTL:PT1H", "BEGIN:VEVENT", "UID:0123456789abcdef@avvik",
                  "DTSTAMP:20261120T160000Z", "LAST-MODIFIED:20261120T160000Z", "SEQUENCE:3",
                  "DTSTART:20261123T154000Z",
                  "SUMMARY;LANGUAGE=sv:AVV-2026-000123 · Personuppgiftsincident\\; GDPR 33\\, IMY · Anmälan",
                  "DESCRIPTION;LANGUAGE=sv:Tiden är lagstadgad.",
                  "URL:https://avvik.example/cases/AVV-2026-000123", "STATUS:CONFIRMED",
                  "CLASS:CONFIDENTIAL", "TRANSP:TRANSPARENT", "BEGIN:VALARM", "ACTION:DISPLAY",
                  "DESCRIPTION;LANGUAGE=sv:AVV-2026-000123 · Personuppgiftsincident\\; GDPR 33\\, IMY · Anmälan",
                  "TRIGGER;VALUE=DATE-TIME:20261123T094000Z", "END:VALARM", "END:VEVENT",
                  "END:VCALENDAR"));
}

TEST(ICalendar, LanguageIsThePersons) {
  EXPECT_THAT(ICalendar(OneDeadline("da"), kOwn), HasSubstr("Fristen er lovbestemt."));
  EXPECT_THAT(ICalendar(OneDeadline("en"), kOwn), HasSubstr("The time is set by law."));
  EXPECT_THAT(ICalendar(OneDeadline("xx"), kOwn), HasSubstr("Tiden är lagstadgad."));
}

TEST(ICalendar, RestrictedCaseIsADeadlineAndNoMore) {
  auto feed = OneDeadline();
  auto& entry = *feed.mutable_entries(0);
  entry.clear_number();
  entry.clear_title();
  entry.clear_stage_title();
  entry.clear_remind_time();
  const std::vector<std::string> lines = Lines(ICalendar(feed, kOwn));
  EXPECT_THAT(lines, Contains("SUMMARY;LANGUAGE=sv:Tidsfrist i Avvik"));
  EXPECT_THAT(lines, Contains("URL:https://avvik.example/"));
  EXPECT_THAT(lines, Contains("TRIGGER:-PT1H"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("lagstadgad"))));
}

TEST(ICalendar, WhatIsToBeAssessedIsTentative) {
  auto feed = OneDeadline();
  feed.mutable_entries(0)->set_to_assess(true);
  const std::vector<std::string> lines = Lines(ICalendar(feed, kOwn));
  EXPECT_THAT(lines, Contains("STATUS:TENTATIVE"));
  EXPECT_THAT(lines, Contains("DESCRIPTION;LANGUAGE=sv:Tiden är lagstadgad.\\nDet ska bedömas om "
                              "skyldigheten finns."));
}

TEST(ICalendar, NoDeadlineIsACalendarWithoutEvents) {
  const std::string text = ICalendar(Feed(""), kOwn);
  EXPECT_THAT(text, Not(HasSubstr("VEVENT")));
  EXPECT_THAT(text, testing::EndsWith("END:VCALENDAR\r\n"));
}

TEST(ICalendar, TextIsEscaped) {
  EXPECT_EQ(EscapedText("a\\b;c,d\ne\r\x01\x7fö"), "a\\\\b\\;c\\,d\\neö");
  EXPECT_EQ(EscapedText("x\r\nEND:VEVENT"), "x\\nEND:VEVENT");
}

TEST(ICalendar, LinesAreFoldedAfter75OctetsAndNeverWithinACharacter) {
  EXPECT_EQ(ContentLine(std::string(75, 'a')), std::string(75, 'a') + "\r\n");
  EXPECT_EQ(ContentLine(std::string(76, 'a')), std::string(75, 'a') + "\r\n a\r\n");
  EXPECT_EQ(ContentLine(std::string(150, 'a')),
            std::string(75, 'a') + "\r\n " + std::string(74, 'a') + "\r\n a\r\n");
  for (size_t before = 60; before < 80; ++before) {
    std::string line(before, 'a');
    for (int i = 0; i < 60; ++i) line += i % 2 == 0 ? "å" : "😀";
    const std::string folded = ContentLine(line);
    std::string unfolded = folded;
    for (size_t at = 0; (at = unfolded.find("\r\n ", at)) != std::string::npos;) unfolded.erase(at, 3);
    EXPECT_EQ(unfolded, line + "\r\n");
    for (size_t at = 0; at < folded.size();) {
      const size_t end = folded.find("\r\n", at);
      EXPECT_LE(end - at, 75u);
      const auto first = static_cast<unsigned char>(folded[at == 0 ? 0 : at + 1]);
      EXPECT_NE(first & 0xc0, 0x80) << "a character is parted";
      at = end + 2;
    }
  }
}

TEST(ICalendar, WhatIsNoTextInUtf8IsFoldedToo) {
  EXPECT_EQ(ContentLine(std::string(76, '\x80')), std::string(75, '\x80') + "\r\n \x80\r\n");
}

}  // namespace
}  // namespace avvik::gateway
