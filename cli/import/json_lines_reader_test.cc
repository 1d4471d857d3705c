#include "cli/import/json_lines_reader.h"

#include <sstream>

#include "gmock/gmock.h"

namespace avvik::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<Item> Read(const std::string& text, std::vector<std::string>* columns = nullptr) {
  std::istringstream input(text);
  LineReader lines(input);
  JsonLinesReader reader(lines, Encoding::kUtf8);
  std::vector<Item> items;
  Item item;
  while (*reader.Next(&item)) items.push_back(item);
  if (columns != nullptr) *columns = reader.columns();
  return items;
}

std::string Fault(const std::string& line) {
  const auto items = Read(line);
  return items.size() == 1 && std::holds_alternative<Rejection>(items[0])
             ? std::get<Rejection>(items[0]).violations[0].description
             : "";
}

TEST(JsonLinesReaderTest, MakesTextsOfValues) {
  std::vector<std::string> columns;
  const auto items = Read(
      R"({"Titel":" Tappad ","antal":1000,"ok":true,"tom":null,"lista":["a",2,null,"b"],"plats":{"enhet":"hemtjanst"}})",
      &columns);
  ASSERT_THAT(items, SizeIs(1));
  const auto& record = std::get<Record>(items[0]);
  EXPECT_EQ(record.Get("titel"), "Tappad");
  EXPECT_EQ(record.Get("antal"), "1000");
  EXPECT_EQ(record.Get("ok"), "true");
  EXPECT_EQ(record.Get("tom"), "");
  EXPECT_EQ(record.Get("lista"), "a, 2, b");
  EXPECT_EQ(record.Get("plats.enhet"), "hemtjanst");
  EXPECT_THAT(columns, ElementsAre("Titel", "antal", "ok", "tom", "lista", "plats.enhet"));
}

TEST(JsonLinesReaderTest, ReadsWithByteOrderMarkEmptyLinesAndWithoutALastLineBreak) {
  const auto items = Read("\xef\xbb\xbf{\"a\":1}\r\n\n  \n{\"a\":2}");
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(std::get<Record>(items[0]).line, 1);
  EXPECT_EQ(std::get<Record>(items[1]).line, 4);
}

TEST(JsonLinesReaderTest, RejectsWhatIsNoObjectAndGoesOn) {
  EXPECT_THAT(Fault("[1]"), HasSubstr("no JSON object"));
  EXPECT_THAT(Fault("{\"a\":"), HasSubstr("no valid JSON"));
  EXPECT_THAT(Fault("{\"a\":\"\xff\"}"), HasSubstr("UTF-8 (byte 7)"));
  EXPECT_THAT(Fault("{\"a\":\"" + std::string(kMaxLineBytes, 'x') + "\"}"),
              HasSubstr("longer than"));
  EXPECT_THAT(Read("nonsense\n{\"a\":1}\n"), SizeIs(2));
}

TEST(JsonLinesReaderTest, RejectsDeepNesting) {
  EXPECT_THAT(Fault("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
              HasSubstr("deeply"));
  EXPECT_THAT(Fault(R"({"a":[[1]]})"), HasSubstr("deeply"));
}

}  // namespace
}  // namespace avvik::cli
