#include "services/intake/attachment_type.h"

#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;
using namespace std::string_literals;

std::string TypeOf(const std::string& head, const std::string& name) {
  const auto type = DetectType(head, name);
  return type.ok() ? (*type)->name : std::string(type.status().message());
}

// The first entry of a zip file.
std::string Zip(const std::string& name, const std::string& content = "") {
  return "PK\x03\x04"s + std::string(26, '\x14') + name + content;
}

TEST(AttachmentTypeTest, ContentTellsTheTypeWhateverTheName) {
  EXPECT_EQ(TypeOf("%PDF-1.7\n", "a.txt"), "application/pdf");
  EXPECT_EQ(TypeOf("\x89PNG\r\n\x1a\n...", "a.exe"), "image/png");
  EXPECT_EQ(TypeOf("\xff\xd8\xff\xe0", "a"), "image/jpeg");
  EXPECT_EQ(TypeOf("GIF89a", "a"), "image/gif");
  EXPECT_EQ(TypeOf("RIFF\x10\0\0\0WEBPVP8 "s, "a"), "image/webp");
  EXPECT_EQ(TypeOf("\0\0\0\x18" "ftypheic\0\0\0\0"s, "a"), "image/heic");
  EXPECT_EQ(TypeOf("hej, det här är text\n", "a.pdf"), "text/plain");
  EXPECT_EQ(TypeOf("hej \xe4r gammal kodning\n", "a.txt"), "text/plain");
}

TEST(AttachmentTypeTest, NameDecidesBetweenTypesThatLookAlike) {
  EXPECT_EQ(TypeOf("a;b;c\n", "lista.CSV"), "text/csv");
  EXPECT_EQ(TypeOf("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.msg"), "application/vnd.ms-outlook");
  EXPECT_THAT(TypeOf("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.msi"), ::testing::HasSubstr("not taken"));
}

TEST(AttachmentTypeTest, MailIsKnownByItsFields) {
  EXPECT_EQ(TypeOf("Received: from x\r\nFrom: a@b.example\r\nSubject: <html>\r\n\r\n", "mejl.txt"),
            "message/rfc822");
  EXPECT_EQ(TypeOf("Rubrik\nfrom: a\n", "a.eml"), "message/rfc822");
  EXPECT_EQ(TypeOf("Så här stod det. from: a\n", "a.txt"), "text/plain");
}

TEST(AttachmentTypeTest, OfficeFilesAreToldFromOtherArchives) {
  EXPECT_EQ(TypeOf(Zip("[Content_Types].xml", "PK\x03\x04 word/document.xml"), "a.zip"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  EXPECT_EQ(TypeOf(Zip("mimetype", "application/vnd.oasis.opendocument.spreadsheetPK"), "a"),
            "application/vnd.oasis.opendocument.spreadsheet");
  EXPECT_EQ(TypeOf(Zip("bilder/1.png"), "a.docx"), "application/zip");
}

TEST(AttachmentTypeTest, WhatRunsIsRefusedWhateverItIsCalled) {
  const std::string heads[] = {"MZ\x90\0"s, "\x7f" "ELF\x02"s, "#!/bin/sh\n", "\xca\xfe\xba\xbe\0\0\0\x34"s,
                               "L\0\0\0\x01\x14\x02\0"s, "<!DOCTYPE html><p>", "  \n<HTML>",
                               "\xef\xbb\xbf<svg onload=alert(1)>", "<?xml version=\"1.0\"?>\n<svg>",
                               "<?xml version=\"1.0\"?><x xmlns=\"http://www.w3.org/1999/xhtml\">",
                               "<script>alert(1)</script>", "<?php system(1);",
                               "\xff\xfe<\0h\0t\0m\0l\0>\0"s,
                               Zip("[Content_Types].xml", "PK\x03\x04 word/vbaProject.bin"),
                               Zip("META-INF/MANIFEST.MF")};
  for (const std::string& head : heads) {
    EXPECT_THAT(DetectType(head, "bild.txt").status(),
                IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_ACTIVE"))
        << head;
  }
}

TEST(AttachmentTypeTest, TextThatRunsByItsNameIsRefused) {
  for (const char* name : {"a.js", "a.PS1", "a.bat", "a.vbs. ", "a.txt.hta", "a.html"}) {
    EXPECT_THAT(DetectType("x = 1\n", name).status(),
                IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_ACTIVE"))
        << name;
  }
}

TEST(AttachmentTypeTest, WhatIsNotKnownIsRefusedWithTheListOfWhatIsTaken) {
  for (const std::string& head : {"\x00\x01\x02\x03"s, "{\\rtf1"s, "7z\xbc\xaf\x27\x1c"s, "Rar!\x1a\x07\x00"s}) {
    const auto type = DetectType(head, "a.bin");
    EXPECT_THAT(type.status(), IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_TYPE"));
    EXPECT_THAT(std::string(type.status().message()), ::testing::HasSubstr("pdf, png, jpg"));
  }
}

TEST(AttachmentTypeTest, NameIsGivenBackWithAnExtensionThatFits) {
  const MediaType& png = **DetectType("\x89PNG\r\n\x1a\n", "");
  EXPECT_EQ(NameFor("Bild.PNG", png), "Bild.PNG");
  EXPECT_EQ(NameFor("faktura.exe", png), "faktura.exe.png");
  const MediaType& jpeg = **DetectType("\xff\xd8\xff", "");
  EXPECT_EQ(NameFor("bild.jpeg", jpeg), "bild.jpeg");
}

}  // namespace
}  // namespace avvik::intake
