// What a document becomes as PDF, read back with qpdf.
#include "common/document/document.h"

#include <map>
#include <memory>
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFOutlineDocumentHelper.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFTokenizer.hh>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/document/pdf.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::document {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsError;
using ::testing::StartsWith;

constexpr char kLogo[] =
    R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 48"><path d="M2 2h36v44H2z" fill="#1d4f91"/></svg>)";

Document Small() {
  return {.language = "sv",
          .title = "Anmälan",
          .organisation = "Kalix kommun",
          .date = absl::FromCivil(absl::CivilSecond(2026, 11, 21, 9, 15, 30), absl::UTCTimeZone())};
}

std::string Sentences(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "Obehöriga läste uppgifter om elever, på Österängens skola. ";
  return text;
}

// A file, read back.
class File {
 public:
  explicit File(std::string bytes) : bytes_(std::move(bytes)) {
    pdf_.processMemoryFile("test", bytes_.data(), bytes_.size());
    for (auto& page : QPDFPageDocumentHelper(pdf_).getAllPages())
      pages_.push_back(page.getObjectHandle());
  }

  QPDF& pdf() { return pdf_; }
  std::vector<QPDFObjectHandle>& pages() { return pages_; }
  QPDFObjectHandle tree() { return pdf_.getRoot().getKey("/StructTreeRoot"); }

  // The tree, an element a line, indented by its depth.
  std::string Tree() {
    std::string text;
    Write(tree().getKey("/K"), 0, &text);
    return text;
  }

  // What stands in a page, as a list of operators and what of the marked content they are in, such
  // as `P 3`, `Artifact` or nothing; whatever paints is listed.
  struct Painted {
    std::string op;
    std::string within;
  };
  std::vector<Painted> Paints(size_t page) {
    struct Reader : QPDFObjectHandle::ParserCallbacks {
      void handleObject(QPDFObjectHandle object) override {
        if (!object.isOperator()) {
          operands.push_back(object);
          return;
        }
        const std::string op = object.getOperatorValue();
        static const std::set<std::string> kPaint = {"f",  "F",  "f*", "B",  "b",  "S", "s",
                                                     "Tj", "TJ", "'",  "\"", "Do", "sh"};
        if (op == "BDC") {
          // Only what the tree knows has a number; a space at the end of a line, say, has not.
          QPDFObjectHandle number = operands.at(1).getKey("/MCID");
          if (number.isInteger()) {
            deepest = std::max(deepest, ++depth);
            open.push_back(operands.at(0).getName().substr(1) + " " +
                           std::to_string(number.getIntValue()));
          } else {
            ASSERT_EQ(operands.at(0).getName(), "/Span");
            open.push_back(open.empty() ? "" : open.back());
          }
        } else if (op == "BMC") {
          deepest = std::max(deepest, ++depth);
          open.push_back(operands.at(0).getName().substr(1));
        } else if (op == "EMC") {
          ASSERT_FALSE(open.empty());
          open.pop_back();
          depth = std::min(depth, open.size());
        } else if (kPaint.contains(op)) {
          paints.push_back({op, open.empty() ? "" : open.back()});
        }
        operands.clear();
      }
      void handleEOF() override { EXPECT_TRUE(open.empty()); }
      std::vector<QPDFObjectHandle> operands;
      std::vector<std::string> open;
      std::vector<Painted> paints;
      size_t depth = 0;
      size_t deepest = 0;
    } reader;
    QPDFPageObjectHelper(pages_[page]).parseContents(&reader);
    EXPECT_LE(reader.deepest, 1u);
    return reader.paints;
  }

 private:
  static void Write(QPDFObjectHandle element, int depth, std::string* text) {
    *text +=
        std::string(static_cast<size_t>(depth) * 2, ' ') + element.getKey("/S").getName().substr(1);
    if (QPDFObjectHandle attributes = element.getKey("/A"); attributes.isDictionary()) {
      for (const char* key : {"/Scope", "/ListNumbering"}) {
        if (attributes.hasKey(key)) *text += " " + attributes.getKey(key).getName().substr(1);
      }
    }
    *text += "\n";
    for (QPDFObjectHandle child : element.getKey("/K").aitems()) {
      if (child.getKey("/Type").getName() == "/StructElem") Write(child, depth + 1, text);
    }
  }

  std::string bytes_;
  QPDF pdf_;
  std::vector<QPDFObjectHandle> pages_;
};

std::unique_ptr<File> Read(const Document& document) {
  const absl::StatusOr<std::string> pdf = ToPdf(document);
  EXPECT_OK(pdf);
  return pdf.ok() ? std::make_unique<File>(*pdf) : nullptr;
}

std::string Metadata(File& file) {
  const std::shared_ptr<Buffer> buffer = file.pdf().getRoot().getKey("/Metadata").getStreamData();
  return {reinterpret_cast<const char*>(buffer->getBuffer()), buffer->getSize()};
}

TEST(DocumentTest, HasTheRoleOfEveryPart) {
  Document document = Small();
  document.subtitle = "Till myndigheten";
  document.marking = Marking{"SEKRETESS", {"OSL 18 kap. 8 b §"}};
  document.state = "UTKAST";
  document.logo_svg = kLogo;
  document.blocks = {
      Notice{"Utkast", "Inte godkänt."},
      Facts{{{"Ärende", "AVV-2026-000001"}}},
      Heading{2, "Uppgifter"},
      Fields{{{"1", "Händelseförlopp", "Ett stycke.\n\nEtt till."}}},
      Heading{3, "Åtgärder"},
      List{true, {"Spärra", "Återställ"}},
      List{false, {"Ring"}},
      Table{"Vem", {{"Vad", 2, false, true}, {"Antal", 1, true}}, {{"Elever", "12"}}},
      Paragraph{"Slut.", true},
  };
  const auto file = Read(document);
  EXPECT_EQ(file->Tree(), R"(Document
  P
  P
  H1
  P
  Sect
    P
    P
  Table
    TR
      TH Row
      TD
  H2
  L None
    LI
      Lbl
      LBody
        P
        P
  H3
  L Decimal
    LI
      Lbl
      LBody
    LI
      Lbl
      LBody
  L Disc
    LI
      Lbl
      LBody
  Table
    Caption
    THead
      TR
        TH Column
        TH Column
    TBody
      TR
        TH Row
        TD
  P
)");
}

TEST(DocumentTest, WhateverIsDrawnIsOfAnElementOrAnArtifact) {
  Document document = Small();
  document.state = "UTKAST";
  document.marking = Marking{"SEKRETESS", {"OSL 18 kap. 8 b §"}};
  document.logo_svg = kLogo;
  document.footer = "Avvik";
  document.blocks = {
      Notice{"Utkast", "Inte godkänt."}, Paragraph{Sentences(300)},
      Table{"", {{"Nr"}, {"Vad"}}, std::vector<std::vector<std::string>>(90, {"1", "Spärra"})}};
  const auto file = Read(document);
  ASSERT_GE(file->pages().size(), 4u);
  QPDFObjectHandle parents = file->tree().getKey("/ParentTree").getKey("/Nums");
  for (size_t page = 0; page < file->pages().size(); ++page) {
    EXPECT_EQ(file->pages()[page].getKey("/StructParents").getIntValue(), static_cast<int>(page));
    EXPECT_EQ(file->pages()[page].getKey("/Tabs").getName(), "/S");
    QPDFObjectHandle of_page = parents.getArrayItem(static_cast<int>(page) * 2 + 1);
    std::set<std::string> artifacts;
    const std::vector<File::Painted> paints = file->Paints(page);
    ASSERT_FALSE(paints.empty());
    for (const File::Painted& paint : paints) {
      ASSERT_FALSE(paint.within.empty()) << paint.op << " on page " << page + 1;
      if (paint.within == "Artifact") continue;
      // The element that the tree has for the piece has the piece, and the name the page gives it.
      const size_t space = paint.within.find(' ');
      const int piece = std::stoi(paint.within.substr(space));
      QPDFObjectHandle element = of_page.getArrayItem(piece);
      ASSERT_TRUE(element.isDictionary()) << paint.within;
      EXPECT_EQ(element.getKey("/S").getName(), "/" + paint.within.substr(0, space));
      bool found = false;
      for (QPDFObjectHandle child : element.getKey("/K").aitems()) {
        found = found || (child.getKey("/Type").getName() == "/MCR" &&
                          child.getKey("/MCID").getIntValue() == piece &&
                          child.getKey("/Pg").getObjGen() == file->pages()[page].getObjGen());
      }
      EXPECT_TRUE(found) << paint.within;
    }
  }
}

TEST(DocumentTest, ParagraphOverThePageEndIsOneElement) {
  Document document = Small();
  document.blocks = {Paragraph{Sentences(120)}};
  const auto file = Read(document);
  ASSERT_EQ(file->pages().size(), 2u);
  QPDFObjectHandle paragraph = file->tree().getKey("/K").getKey("/K").getArrayItem(2);
  EXPECT_EQ(paragraph.getKey("/S").getName(), "/P");
  EXPECT_EQ(paragraph.getKey("/K").getArrayNItems(), 2);
}

TEST(DocumentTest, TextThatLooksLikeMarkedContentIsText) {
  Document document = Small();
  document.title = "/P << /MCID 0 >> BDC";
  document.blocks = {Paragraph{"EMC /P << /MCID 1 >> BDC ) Tj ET EMC"}, Paragraph{"/P"}};
  const auto file = Read(document);
  EXPECT_EQ(file->Tree(), "Document\n  P\n  H1\n  P\n  P\n");
  for (const File::Painted& paint : file->Paints(0)) EXPECT_FALSE(paint.within.empty());
}

TEST(DocumentTest, SaysItsLanguageAndShowsItsTitle) {
  Document document = Small();
  document.title = "Anmälan <NIS2> & GDPR";
  const auto file = Read(document);
  QPDFObjectHandle root = file->pdf().getRoot();
  EXPECT_EQ(root.getKey("/Lang").getUTF8Value(), "sv");
  EXPECT_TRUE(root.getKey("/ViewerPreferences").getKey("/DisplayDocTitle").getBoolValue());
  EXPECT_TRUE(root.getKey("/MarkInfo").getKey("/Marked").getBoolValue());
  QPDFObjectHandle info = file->pdf().getTrailer().getKey("/Info");
  EXPECT_EQ(info.getKey("/Title").getUTF8Value(), "Anmälan <NIS2> & GDPR");
  EXPECT_EQ(info.getKey("/Author").getUTF8Value(), "Kalix kommun");
  EXPECT_EQ(info.getKey("/CreationDate").getUTF8Value(), "D:20261121091530Z");
  EXPECT_THAT(
      Metadata(*file),
      AllOf(HasSubstr("<rdf:li xml:lang=\"x-default\">Anmälan &lt;NIS2&gt; &amp; GDPR</rdf:li>"),
            HasSubstr("<dc:language><rdf:Bag><rdf:li>sv</rdf:li>"),
            HasSubstr("<xmp:CreateDate>2026-11-21T09:15:30Z</xmp:CreateDate>")));
  EXPECT_EQ(file->pdf().getPDFVersion(), "1.7");
}

TEST(DocumentTest, DoesNotClaimAConformanceThatNobodyChecked) {
  EXPECT_THAT(Metadata(*Read(Small())), ::testing::Not(HasSubstr("pdfuaid")));
}

TEST(DocumentTest, HasBookmarksOfItsHeadings) {
  Document document = Small();
  document.blocks = {Heading{2, "Förlopp"},  Heading{3, "Före"},   Paragraph{Sentences(150)},
                     Heading{2, "Åtgärder"}, Heading{4, "Genast"}, Paragraph{"Spärra."}};
  const auto file = Read(document);
  QPDFOutlineDocumentHelper outlines(file->pdf());
  std::vector<std::string> found;
  const auto visit = [&](auto&& self, std::vector<QPDFOutlineObjectHelper> items,
                         const std::string& indent) -> void {
    for (QPDFOutlineObjectHelper& item : items) {
      std::string page = "?";
      for (size_t i = 0; i < file->pages().size(); ++i) {
        if (item.getDestPage().getObjGen() == file->pages()[i].getObjGen())
          page = std::to_string(i + 1);
      }
      found.push_back(indent + item.getTitle() + " " + page);
      self(self, item.getKids(), indent + "-");
    }
  };
  visit(visit, outlines.getTopLevelOutlines(), "");
  EXPECT_THAT(found,
              ElementsAre("Anmälan 1", "-Förlopp 1", "--Före 1", "-Åtgärder 3", "--Genast 3"));
}

TEST(DocumentTest, TheSameDocumentIsTheSameFile) {
  Document document = Small();
  document.logo_svg = kLogo;
  document.state = "UTKAST";
  document.blocks = {Heading{2, "Förlopp"}, Paragraph{Sentences(100)}};
  const absl::StatusOr<std::string> first = ToPdf(document);
  const absl::StatusOr<std::string> second = ToPdf(document);
  ASSERT_OK(first);
  EXPECT_TRUE(*first == *second);
  document.date += absl::Seconds(1);
  EXPECT_FALSE(*first == *ToPdf(document));
}

// Pages of which the last holds only what must not stand alone would betray a heading left behind.
TEST(DocumentTest, HeadingIsNotLeftAtTheFootOfAPage) {
  for (int lines = 30; lines < 60; ++lines) {
    Document document = Small();
    std::string text = "x";
    for (int i = 1; i < lines; ++i) text += "\nx";
    document.blocks = {Paragraph{text}, Heading{2, "Rubrik"}, Paragraph{"Ett.\nTvå.\nTre."}};
    const auto file = Read(document);
    // Of the children of the document, the heading and what follows.
    QPDFObjectHandle children = file->tree().getKey("/K").getKey("/K");
    QPDFObjectHandle heading = children.getArrayItem(3);
    ASSERT_EQ(heading.getKey("/S").getName(), "/H2");
    QPDFObjectHandle next = children.getArrayItem(4);
    EXPECT_EQ(heading.getKey("/K").getArrayItem(0).getKey("/Pg").getObjGen(),
              next.getKey("/K").getArrayItem(0).getKey("/Pg").getObjGen())
        << lines;
    EXPECT_EQ(heading.getKey("/K").getArrayNItems(), 1);
  }
}

TEST(DocumentTest, EmptyDocumentIsOnePage) {
  Document document;
  document.language = "en";
  const auto file = Read(document);
  EXPECT_EQ(file->pages().size(), 1u);
}

TEST(DocumentTest, EmptyTextsAndEmptyTablesAreNoTrouble) {
  Document document = Small();
  document.blocks = {Paragraph{},
                     Heading{},
                     Notice{},
                     Fields{},
                     Facts{},
                     List{},
                     Table{"", {{"Nr"}}, {}},
                     Fields{{{}}},
                     Facts{{{}}},
                     List{true, {""}},
                     Table{"", {{"Nr"}}, {{""}}}};
  EXPECT_EQ(Read(document)->pages().size(), 1u);
}

TEST(DocumentTest, RowLongerThanAPageGoesOnOnTheNext) {
  Document document = Small();
  document.blocks = {Table{"", {{"Nr"}, {"Vad", 4}}, {{"1", Sentences(400)}}}};
  EXPECT_GE(Read(document)->pages().size(), 4u);
}

TEST(DocumentTest, HeadLongerThanAPageIsShownOnce) {
  Document document = Small();
  document.blocks = {Table{
      "", {{"Nr"}, {Sentences(400), 4}}, std::vector<std::vector<std::string>>(100, {"1", "2"})}};
  EXPECT_LE(Read(document)->pages().size(), 20u);
}

TEST(DocumentTest, MegabyteInOneParagraphTakesSeconds) {
  Document document = Small();
  document.blocks = {Paragraph{Sentences(1'000'000 / 60)}};
  const absl::Time began = absl::Now();
  EXPECT_GE(Read(document)->pages().size(), 200u);
  EXPECT_LT(absl::Now() - began, absl::Seconds(60));
}

TEST(DocumentTest, MegabyteInOneWordTakesSeconds) {
  Document document = Small();
  document.blocks = {Paragraph{std::string(1'000'000, 'x')}};
  const absl::Time began = absl::Now();
  EXPECT_GE(Read(document)->pages().size(), 200u);
  EXPECT_LT(absl::Now() - began, absl::Seconds(60));
}

TEST(DocumentTest, MarksStackedOnOneLetterTakeSeconds) {
  Document document = Small();
  std::string text = "o";
  for (int i = 0; i < 50'000; ++i) text += "\u0308";
  document.blocks = {Paragraph{text}};
  const absl::Time began = absl::Now();
  EXPECT_NE(Read(document), nullptr);
  EXPECT_LT(absl::Now() - began, absl::Seconds(60));
}

TEST(DocumentTest, TooMuchIsRefused) {
  Document document = Small();
  document.blocks = {Paragraph{std::string(kMostTextBytes, 'x')}};
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "DOCUMENT_TOO_LONG"));
  std::string lines;
  for (size_t i = 0; i <= kMostLines; ++i) lines += "x\n";
  document.blocks = {Paragraph{lines}};
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "DOCUMENT_TOO_LONG"));
  document.blocks = {List{false, std::vector<std::string>(kMostTexts + 1)}};
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "DOCUMENT_TOO_LONG"));
  document.blocks = {Table{"", std::vector<Column>(kMostColumns + 1), {}}};
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "TABLE_UNEVEN"));
  document.blocks = {Table{"", std::vector<Column>(2), {{"a"}}}};
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "TABLE_UNEVEN"));
  document = Small();
  document.title = std::string(kMostTitleBytes + 1, 'x');
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "TITLE_TOO_LONG"));
  document = Small();
  document.footer = std::string(kMostFrameBytes + 1, 'x');
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "FRAME_TOO_LONG"));
  document = Small();
  document.marking = Marking{"SEKRETESS", std::vector<std::string>(kMostMarkingLines + 1)};
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "FRAME_TOO_LONG"));
}

TEST(DocumentTest, LongestFrameStillLeavesRoomForTheBody) {
  Document document = Small();
  document.organisation = std::string(kMostFrameBytes, 'M');
  document.logo_svg = kLogo;
  document.marking =
      Marking{std::string(kMostFrameBytes, 'M'),
              std::vector<std::string>(kMostMarkingLines, std::string(kMostFrameBytes, 'M'))};
  document.title = std::string(kMostTitleBytes, 'M');
  document.blocks = {Paragraph{"Slut."}};
  EXPECT_LE(Read(document)->pages().size(), 4u);
}

TEST(DocumentTest, LogoThatIsNoImageIsRefused) {
  Document document = Small();
  for (const char* logo : {"logo.svg", "<svg", "<html></html>", "\x89PNG"}) {
    document.logo_svg = logo;
    EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "LOGO_UNREADABLE"))
        << logo;
  }
  document.logo_svg = std::string(kMostLogoBytes + 1, ' ');
  EXPECT_THAT(ToPdf(document), IsError(absl::StatusCode::kInvalidArgument, "LOGO_TOO_LARGE"));
}

TEST(DocumentTest, LogoOfAnyShapeFits) {
  Document document = Small();
  for (const char* size : {"viewBox='0 0 1000 1'", "viewBox='0 0 1 1000'", "viewBox='0 0 0 0'",
                           "width='-1' height='5'", "width='1e300' height='1e300'", ""}) {
    document.logo_svg = std::string("<svg xmlns='http://www.w3.org/2000/svg' ") + size +
                        "><rect width='10' height='10'/></svg>";
    EXPECT_OK(ToPdf(document)) << size;
  }
}

TEST(DocumentTest, LogoReadsNothingFromOutside) {
  Document document = Small();
  const absl::StatusOr<std::string> without = ToPdf(document);
  document.logo_svg =
      "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
      "viewBox='0 0 9 9'>"
      "<image xlink:href='file:///usr/share/pixmaps/debian-logo.png' width='9' height='9'/></svg>";
  const auto file = Read(document);
  EXPECT_TRUE(file->pages()[0].getKey("/Resources").getKey("/XObject").isNull());
}

}  // namespace
}  // namespace avvik::document
