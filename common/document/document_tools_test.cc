// What readers other than ours make of a document: poppler and qpdf.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/document/document.h"
#include "common/document/pdf.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::document {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class DocumentToolsTest : public ::testing::Test {
 protected:
  DocumentToolsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "avvik-document-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    document_ = {.language = "sv",
                 .title = "Anmälan till myndigheten",
                 .organisation = "Kalix kommun",
                 .state = "UTKAST",
                 .date = absl::UnixEpoch()};
    Table table{"Åtgärder", {{"Nummer", 1, true}, {"Åtgärd", 3, false, true}}, {}};
    for (int i = 1; i <= 60; ++i) table.rows.push_back({std::to_string(i), "Spärra konto"});
    document_.blocks = {Heading{2, "Förlopp"},
                        Fields{{{"4.1", "Händelseförlopp", "Blåbærgrød på Ærø: fjäril, affisch."},
                                {"4.2", "Adress", "https://exempel.se/" + std::string(200, 'x')}}},
                        table, Paragraph{"Slut."}};
    const absl::StatusOr<std::string> pdf = ToPdf(document_);
    EXPECT_OK(pdf);
    if (pdf.ok()) std::ofstream(directory_ / "a.pdf", std::ios::binary) << *pdf;
  }
  ~DocumentToolsTest() override { std::filesystem::remove_all(directory_); }

  // What a program says of the file; `arguments` go before its name.
  std::string Ask(const std::string& program, const std::string& arguments,
                  const std::string& after = "") {
    const std::string command =
        program + " " + arguments + " " + (directory_ / "a.pdf").string() + " " + after + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    std::string said;
    char buffer[4096];
    for (size_t size; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      said.append(buffer, size);
    EXPECT_EQ(pclose(pipe), 0) << said;
    return said;
  }

  std::filesystem::path directory_;
  Document document_;
};

TEST_F(DocumentToolsTest, QpdfFindsNoFault) {
  EXPECT_THAT(Ask("qpdf", "--check"),
              AllOf(HasSubstr("No syntax or stream encoding errors"), Not(HasSubstr("WARNING"))));
}

TEST_F(DocumentToolsTest, LettersAreReadAsTheyWereWritten) {
  EXPECT_THAT(Ask("pdftotext", "", "-"),
              AllOf(HasSubstr("Blåbærgrød på Ærø: fjäril, affisch."), HasSubstr("Händelseförlopp"),
                    HasSubstr("Åtgärder")));
}

TEST_F(DocumentToolsTest, PagesHaveNumbersAndTablesTheirHeadsAnew) {
  const std::string second = Ask("pdftotext", "-f 2 -l 2", "-");
  EXPECT_THAT(second, AllOf(HasSubstr("Kalix kommun · Anmälan till myndigheten"),
                            HasSubstr("Nummer"), HasSubstr("Åtgärd"), HasSubstr("Sida 2 (3)")));
}

TEST_F(DocumentToolsTest, TreeHasTheTextsOfItsPartsAndNothingOfTheFrame) {
  const std::string tree = Ask("pdfinfo", "-struct-text");
  EXPECT_THAT(tree,
              AllOf(HasSubstr("H1 (block)\n    \"Anmälan till myndigheten\""),
                    HasSubstr("Blåbærgrød"), HasSubstr("/Scope /Row"), HasSubstr("\"Slut.\"")));
  EXPECT_THAT(tree, AllOf(Not(HasSubstr("Sida")), Not(HasSubstr("UTKAST"))));
  // The head that is shown anew is heard once.
  const size_t first = tree.find("\"Nummer\"");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(tree.find("\"Nummer\"", first + 1), std::string::npos);
}

TEST_F(DocumentToolsTest, TheDraftMarkIsNoText) {
  EXPECT_THAT(Ask("pdftotext", "-f 1 -l 1", "-"), Not(HasSubstr("UTKAST")));
}

TEST_F(DocumentToolsTest, AllFontsAreInTheFile) {
  const std::string fonts = Ask("pdffonts", "");
  EXPECT_THAT(fonts, HasSubstr("OpenSans"));
  EXPECT_THAT(fonts, Not(HasSubstr(" no  ")));
}

}  // namespace
}  // namespace avvik::document
