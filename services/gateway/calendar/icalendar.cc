#include "services/gateway/calendar/icalendar.h"

#include <utility>

#include "absl/time/time.h"
#include "common/rpc/time.h"
#include "services/gateway/words.h"

namespace avvik::gateway {
namespace {

using escalation::v1::CalendarEntry;

constexpr Words kName = {"Avvik: tidsfrister", "Avvik: frister", "Avvik: deadlines"};
constexpr Words kNeutral = {"Tidsfrist i Avvik", "Frist i Avvik", "Deadline in Avvik"};
constexpr Words kSignIn = {"Logga in för att se vad den gäller.",
                           "Log ind for at se, hvad den gælder.", "Sign in to see what it is about."};
constexpr Words kStatutory = {"Tiden är lagstadgad.", "Fristen er lovbestemt.",
                              "The time is set by law."};
constexpr Words kOwn = {"Tiden är kommunens egen.", "Fristen er kommunens egen.",
                        "The time is the municipality's own."};
constexpr Words kToAssess = {"Det ska bedömas om skyldigheten finns.",
                             "Det skal vurderes, om pligten findes.",
                             "Whether the duty arises is still to be assessed."};

// How often programs shall look again.
constexpr char kRefresh[] = "PT1H";

std::string Instant(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", rpc::FromProtoTime(time), absl::UTCTimeZone());
}

class Writer {
 public:
  explicit Writer(std::string language) : language_(std::move(language)) {}

  void Line(std::string_view line) { out_ += ContentLine(line); }
  void Text(std::string_view name, std::string_view text) {
    Line(std::string(name) + ":" + EscapedText(text));
  }
  // A text in the person's language.
  void Words(std::string_view name, std::string_view text) {
    Line(std::string(name) + ";LANGUAGE=" + language_ + ":" + EscapedText(text));
  }
  std::string Take() { return std::move(out_); }

 private:
  const std::string language_;
  std::string out_;
};

std::string SummaryOf(const CalendarEntry& entry, std::string_view language) {
  if (entry.number().empty()) return kNeutral.In(language);
  return entry.number() + " · " + entry.title() + " · " + entry.stage_title();
}

std::string DescriptionOf(const CalendarEntry& entry, std::string_view language) {
  if (entry.number().empty()) return kSignIn.In(language);
  std::string text = (entry.statutory() ? kStatutory : kOwn).In(language);
  if (entry.to_assess()) text += std::string("\n") + kToAssess.In(language);
  return text;
}

void AddEntry(const CalendarEntry& entry, std::string_view language, std::string_view public_url,
              Writer* writer) {
  const std::string summary = SummaryOf(entry, language);
  const std::string updated = Instant(entry.update_time());
  writer->Line("BEGIN:VEVENT");
  writer->Text("UID", entry.uid());
  writer->Line("DTSTAMP:" + updated);
  writer->Line("LAST-MODIFIED:" + updated);
  writer->Line("SEQUENCE:" + std::to_string(entry.sequence()));
  // Without an end it ends when it begins: a deadline is a moment.
  writer->Line("DTSTART:" + Instant(entry.target_time()));
  writer->Words("SUMMARY", summary);
  writer->Words("DESCRIPTION", DescriptionOf(entry, language));
  writer->Line("URL:" + std::string(public_url) +
               (entry.number().empty() ? "/" : "/cases/" + entry.number()));
  writer->Line(entry.to_assess() ? "STATUS:TENTATIVE" : "STATUS:CONFIRMED");
  writer->Line("CLASS:CONFIDENTIAL");
  writer->Line("TRANSP:TRANSPARENT");
  writer->Line("BEGIN:VALARM");
  writer->Line("ACTION:DISPLAY");
  writer->Words("DESCRIPTION", summary);
  writer->Line(entry.has_remind_time() ? "TRIGGER;VALUE=DATE-TIME:" + Instant(entry.remind_time())
                                       : "TRIGGER:-PT1H");
  writer->Line("END:VALARM");
  writer->Line("END:VEVENT");
}

}  // namespace

std::string ICalendar(const escalation::v1::ReadCalendarFeedResponse& feed,
                      std::string_view public_url) {
  const std::string language = feed.language() == "da" || feed.language() == "en" ? feed.language() : "sv";
  Writer writer(language);
  writer.Line("BEGIN:VCALENDAR");
  writer.Line("VERSION:2.0");
  writer.Line("PRODID:-//Avvik//Avvik//SV");
  writer.Line("CALSCALE:GREGORIAN");
  writer.Line("METHOD:PUBLISH");
  writer.Words("NAME", kName.In(language));
  writer.Text("X-WR-CALNAME", kName.In(language));
  writer.Line(std::string("REFRESH-INTERVAL;VALUE=DURATION:") + kRefresh);
  writer.Line(std::string("X-PUBLISHED-TTL:") + kRefresh);
  for (const CalendarEntry& entry : feed.entries()) AddEntry(entry, language, public_url, &writer);
  writer.Line("END:VCALENDAR");
  return writer.Take();
}

std::string EscapedText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\\' || c == ';' || c == ',') {
      escaped += {'\\', c};
    } else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
      escaped += c;
    }
  }
  return escaped;
}

std::string ContentLine(std::string_view line) {
  constexpr size_t kMost = 75;
  std::string folded;
  size_t room = kMost;
  while (line.size() > room) {
    size_t end = room;
    // Not before a byte that goes on with a character.
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
    // What is no UTF-8 is parted anywhere.
    if (end == 0) end = room;
    folded += line.substr(0, end);
    folded += "\r\n ";
    line.remove_prefix(end);
    room = kMost - 1;  // The space that begins the line counts.
  }
  folded += line;
  return folded + "\r\n";
}

}  // namespace avvik::gateway
