#include "services/gateway/form/form_body.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr char kUrlencoded[] = "application/x-www-form-urlencoded";
constexpr char kMultipart[] = "multipart/form-data; boundary=----b1";

TEST(FormBody, UrlencodedFieldsAreDecoded) {
  const auto form = ParseForm(kUrlencoded, "what=Ett+brev%0D%0Atill+fel&where=&what=igen&x");
  ASSERT_TRUE(form.ok()) << form.status();
  EXPECT_THAT(form->fields, ElementsAre(Pair("what", "Ett brev\ntill fel"), Pair("where", ""),
                                        Pair("what", "igen"), Pair("x", "")));
  EXPECT_EQ(form->Get("what"), "Ett brev\ntill fel");
  EXPECT_EQ(form->Get("gone"), "");
}

TEST(FormBody, FirstThatIsNotEmptyCounts) {
  EXPECT_EQ(ParseForm(kUrlencoded, "a=&a=2&a=3")->Get("a"), "2");
}

TEST(FormBody, MultipartFieldsAndFilesAreToldApart) {
  const auto form = ParseForm(kMultipart,
                              "------b1\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\n"
                              "rad ett\r\nrad två\r\n"
                              "------b1\r\nContent-Disposition: form-data; name=\"none\"; "
                              "filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n"
                              "------b1\r\ncontent-disposition: form-data; filename=\"a;b.txt\"; "
                              "name=file\r\n\r\nx\r\n"
                              "------b1--\r\n");
  ASSERT_TRUE(form.ok()) << form.status();
  EXPECT_THAT(form->fields, ElementsAre(Pair("what", "rad ett\nrad två")));
  EXPECT_THAT(form->files, ElementsAre("file"));
}

TEST(FormBody, EmptyFormsAreForms) {
  EXPECT_THAT(ParseForm(kUrlencoded, "")->fields, IsEmpty());
  EXPECT_THAT(ParseForm(kMultipart, "------b1--\r\n")->fields, IsEmpty());
}

struct Bad {
  const char* type;
  std::string body;
};

TEST(FormBody, WhatNoBrowserSendsIsRefused) {
  const Bad kBad[] = {
      {kUrlencoded, "a=%4"},
      {kUrlencoded, "a=%FF"},
      {kUrlencoded, "a=%00"},
      {"application/json", "{}"},
      {"multipart/form-data", "--\r\n"},
      {kMultipart, ""},
      {kMultipart, "------b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"},
      {kMultipart, "------b1\r\nContent-Disposition: form-data; name=\"a\"\r\n------b1--"},
      {kMultipart, "------b1\r\nContent-Type: text/plain\r\n\r\nx\r\n------b1--"},
      {kMultipart, "------b1x\r\n\r\n\r\n------b1--"},
      {kMultipart, "------b1\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n------b1--"},
  };
  for (const Bad& bad : kBad) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseForm(bad.type, bad.body).status())) << bad.body;
  }
}

TEST(FormBody, TooManyFieldsAreRefused) {
  std::string body;
  for (size_t i = 0; i < kMostFormFields; ++i) body += "a=1&";
  EXPECT_TRUE(ParseForm(kUrlencoded, body).ok());
  EXPECT_FALSE(ParseForm(kUrlencoded, body + "a=1").ok());
}

TEST(FormBody, KindIsToldByItsTypeWhateverItsCase) {
  EXPECT_TRUE(IsForm("Application/X-WWW-Form-Urlencoded; charset=UTF-8"));
  EXPECT_TRUE(IsForm(kMultipart));
  EXPECT_FALSE(IsForm("text/plain"));
  EXPECT_FALSE(IsForm(""));
}

}  // namespace
}  // namespace avvik::gateway
