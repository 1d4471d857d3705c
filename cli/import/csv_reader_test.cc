#include "cli/import/csv_reader.h"

#include <sstream>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct ReadFile {
  std::vector<Record> records;
  std::vector<Rejection> rejections;
  std::vector<std::string> columns;
};

absl::StatusOr<ReadFile> Read(const std::string& text, Encoding encoding = Encoding::kUtf8) {
  std::istringstream input(text);
  LineReader lines(input);
  auto reader = CsvReader::Open(lines, encoding);
  if (!reader.ok()) return reader.status();
  ReadFile file;
  file.columns = (*reader)->columns();
  Item item;
  while (*(*reader)->Next(&item)) {
    if (auto* record = std::get_if<Record>(&item)) {
      file.records.push_back(*record);
    } else {
      file.rejections.push_back(std::get<Rejection>(item));
    }
  }
  return file;
}

TEST(CsvReaderTest, FindsTheDelimiter) {
  for (const char* text : {"Rubrik;Beskrivning, kort\nA;B", "Rubrik,Beskrivning\nA,B",
                           "Rubrik\tBeskrivning\nA\tB", "sep=,\r\nRubrik,Beskrivning\r\nA,B\r\n"}) {
    const auto file = Read(text);
    ASSERT_OK(file);
    ASSERT_THAT(file->records, SizeIs(1)) << text;
    EXPECT_EQ(file->records[0].Get("rubrik"), "A") << text;
  }
}

TEST(CsvReaderTest, ADelimiterWithinQuotationMarksIsNone) {
  const auto file = Read("\"a,b,c,d\";e\n1;2\n");
  ASSERT_OK(file);
  EXPECT_THAT(file->columns, ElementsAre("a,b,c,d", "e"));
}

TEST(CsvReaderTest, SkipsTheByteOrderMarkAndTrimsColumns) {
  const auto file = Read("\xef\xbb\xbf Rubrik ;Inträffat\nTappad  ; 2026-01-02 \n");
  ASSERT_OK(file);
  EXPECT_THAT(file->columns, ElementsAre("Rubrik", "Inträffat"));
  EXPECT_EQ(file->records[0].Get("rubrik"), "Tappad");
  EXPECT_EQ(file->records[0].Get("inträffat"), "2026-01-02");
}

TEST(CsvReaderTest, ReadsQuotedLineBreaksQuotationMarksAndDelimiters) {
  const auto file = Read("a;b\r\n\"en \"\"liten\"\" sak\";\"rad 1\r\nrad 2; slut\"\r\nx;\"\"\r\n");
  ASSERT_OK(file);
  ASSERT_THAT(file->records, SizeIs(2));
  EXPECT_EQ(file->records[0].Get("a"), "en \"liten\" sak");
  EXPECT_EQ(file->records[0].Get("b"), "rad 1\nrad 2; slut");
  EXPECT_EQ(file->records[0].line, 2);
  EXPECT_EQ(file->records[1].line, 4);
  EXPECT_EQ(file->records[1].Get("b"), "");
}

TEST(CsvReaderTest, AQuotationMarkInsideAPlainFieldIsACharacter) {
  const auto file = Read("a;b\nhan sa \"hej\";15\" skärm\n");
  ASSERT_OK(file);
  EXPECT_EQ(file->records[0].Get("a"), "han sa \"hej\"");
  EXPECT_EQ(file->records[0].Get("b"), "15\" skärm");
}

TEST(CsvReaderTest, PassesOverEmptyLines) {
  const auto file = Read("\n\na;b\n;\n1;2\n\n  ;  \n");
  ASSERT_OK(file);
  EXPECT_THAT(file->records, SizeIs(1));
  EXPECT_THAT(file->rejections, SizeIs(0));
}

TEST(CsvReaderTest, RejectsAnotherNumberOfFieldsAndGoesOn) {
  const auto file = Read("a;b;c\n1;2\n1;2;3;4\n1;2;3;;\n1;2;3\n");
  ASSERT_OK(file);
  EXPECT_THAT(file->records, SizeIs(2));
  ASSERT_THAT(file->rejections, SizeIs(2));
  EXPECT_EQ(file->rejections[0].line, 2);
  EXPECT_EQ(file->rejections[0].violations[0].description, "has 2 fields, the header 3");
  EXPECT_EQ(file->rejections[1].violations[0].description, "has 4 fields, the header 3");
}

TEST(CsvReaderTest, AQuotationMarkThatIsNotClosedCostsOneLineOnly) {
  const auto file = Read("a;b\n1;\"öppen\n2;x\n3;\"y\"\n4;z\n");
  ASSERT_OK(file);
  ASSERT_THAT(file->rejections, SizeIs(1));
  EXPECT_EQ(file->rejections[0].line, 2);
  ASSERT_THAT(file->records, SizeIs(3));
  EXPECT_EQ(file->records[0].Get("a"), "2");
  EXPECT_EQ(file->records[2].Get("a"), "4");

  const auto last = Read("a;b\n1;\"öppen\n2;x\n");
  ASSERT_THAT(last->rejections, SizeIs(1));
  EXPECT_THAT(last->rejections[0].violations[0].description, HasSubstr("not closed"));
  EXPECT_THAT(last->records, SizeIs(1));
}

TEST(CsvReaderTest, RejectsInvalidUtf8AndHintsAtTheEncoding) {
  const auto file = Read("a;b\n\xc5sa;1\nÅsa;2\n");
  ASSERT_OK(file);
  ASSERT_THAT(file->rejections, SizeIs(1));
  EXPECT_THAT(file->rejections[0].violations[0].description, HasSubstr("UTF-8 (byte 1)"));
  EXPECT_THAT(file->rejections[0].violations[0].description, HasSubstr("--encoding windows-1252"));
  EXPECT_THAT(file->records, SizeIs(1));
}

TEST(CsvReaderTest, ReadsWindows1252AlsoInLinesThatAreReadTwice) {
  const auto file = Read("f\xf6rv;b\n\"\xc5sa;1\n\xd6rjan;2\n", Encoding::kWindows1252);
  ASSERT_OK(file);
  ASSERT_THAT(file->records, SizeIs(1));
  EXPECT_EQ(file->records[0].Get("förv"), "Örjan");
}

TEST(CsvReaderTest, RejectsALineThatIsTooLong) {
  const auto file = Read("a;b\n" + std::string(kMaxLineBytes + 10, 'x') + ";1\n2;3\n");
  ASSERT_OK(file);
  ASSERT_THAT(file->rejections, SizeIs(1));
  EXPECT_THAT(file->rejections[0].violations[0].description, HasSubstr("longer than"));
  EXPECT_THAT(file->records, SizeIs(1));
}

TEST(CsvReaderTest, RefusesAHeaderThatCannotBeUsed) {
  EXPECT_THAT(Read(""), IsError(absl::StatusCode::kInvalidArgument, "INVALID_FILE"));
  EXPECT_THAT(Read("a;A \n1;2\n"), IsError(absl::StatusCode::kInvalidArgument, "INVALID_FILE"));
  EXPECT_THAT(std::string(Read("\na;A \n1;2\n").status().message()),
              HasSubstr("line 2: the header names the column 'A' twice"));
}

TEST(CsvReaderTest, ColumnsWithoutANameAreNotRead) {
  const auto file = Read("a;;b;\n1;2;3;4\n");
  ASSERT_OK(file);
  EXPECT_THAT(file->records[0].values, SizeIs(2));
}

}  // namespace
}  // namespace avvik::cli
