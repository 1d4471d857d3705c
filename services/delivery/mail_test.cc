#include "services/delivery/mail.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::delivery {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Mail Example() {
  return {.from_name = "Kalix kommun",
          .from = "avvik@kalix.example",
          .to = "anna.berg@kalix.example",
          .subject = "Du ansvarar för ärende AVV-2026-000123",
          .text = "Hej!\nhttps://avvik.kalix.example/cases/AVV-2026-000123\n",
          .html = "<p>Hej!</p>\n",
          .language = "sv",
          .message_id = "00000000-0000-7000-8000-000000000001@kalix.example",
          .thread_id = "AVV-2026-000123.kalix@kalix.example",
          .date = absl::FromUnixSeconds(1'790'000'000),
          .zone = absl::FixedTimeZone(2 * 3600)};
}

TEST(ComposeTest, AMailHasEveryHeader) {
  const auto message = Compose(Example());
  ASSERT_TRUE(message.ok()) << message.status();
  EXPECT_THAT(
      *message,
      StartsWith("Date: Mon, 21 Sep 2026 16:13:20 +0200\r\n"
                 "From: \"Kalix kommun\"\r\n <avvik@kalix.example>\r\n"
                 "To: anna.berg@kalix.example\r\n"
                 "Subject: =?UTF-8?B?RHUgYW5zdmFyYXIgZsO2ciDDpHJlbmRlIEFWVi0yMDI2LTAwMDEy?=\r\n"
                 " =?UTF-8?B?Mw==?=\r\n"
                 "Message-ID: <00000000-0000-7000-8000-000000000001@kalix.example>\r\n"
                 "References: <AVV-2026-000123.kalix@kalix.example>\r\n"
                 "In-Reply-To: <AVV-2026-000123.kalix@kalix.example>\r\n"
                 "Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(*message, HasSubstr("\r\nContent-Language: sv\r\n"));
  EXPECT_THAT(*message, HasSubstr("\r\nMIME-Version: 1.0\r\n"));
}

TEST(ComposeTest, ThePlainTextComesBeforeTheHtml) {
  const std::string message = *Compose(Example());
  const std::string boundary = "--=_00000000-0000-7000-8000-000000000001";
  const size_t plain = message.find(boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n");
  const size_t html = message.find(boundary + "\r\nContent-Type: text/html; charset=utf-8\r\n");
  ASSERT_NE(plain, std::string::npos);
  ASSERT_NE(html, std::string::npos);
  EXPECT_LT(plain, html);
  EXPECT_TRUE(message.ends_with("\r\n" + boundary + "--\r\n"));
}

TEST(ComposeTest, TheSameMailIsTheSameToTheByte) {
  EXPECT_EQ(*Compose(Example()), *Compose(Example()));
}

TEST(ComposeTest, EveryLineEndsAsMailDemandsAndNoneIsTooLong) {
  Mail mail = Example();
  mail.subject = std::string(200, 'x') + " åäö";
  mail.from_name = std::string(120, 'y');
  mail.text = std::string(5000, 'z') + "\n\xc3\xa5\n";
  const std::string message = *Compose(mail);
  size_t begin = 0;
  while (begin < message.size()) {
    const size_t end = message.find("\r\n", begin);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - begin, 78u);
    EXPECT_EQ(message.substr(begin, end - begin).find_first_of("\r\n"), std::string::npos);
    begin = end + 2;
  }
}

TEST(ComposeTest, NothingCanAddAHeader) {
  const std::string evil = "x\r\nBcc: eve@example.org";
  for (std::string Mail::*field : {&Mail::from_name, &Mail::from, &Mail::to, &Mail::subject,
                                   &Mail::language, &Mail::message_id, &Mail::thread_id}) {
    Mail mail = Example();
    mail.*field = evil;
    const auto message = Compose(mail);
    EXPECT_EQ(message.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(message.status().message()), Not(HasSubstr("eve")));
  }
}

TEST(ComposeTest, ABodyCannotEndItsPart) {
  Mail mail = Example();
  mail.text = "--=_00000000-0000-7000-8000-000000000001--\nrest\n";
  const std::string message = *Compose(mail);
  EXPECT_THAT(message, HasSubstr("--=3D_00000000"));
}

}  // namespace
}  // namespace avvik::delivery
