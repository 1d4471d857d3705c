#include "services/intake/upload_ticket.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);
constexpr char kFile[] = "0197c1d2-0000-7000-8000-000000000001";
constexpr char kReport[] = "0197c1d2-0000-7000-8000-000000000002";

const std::vector<UploadTickets::Key> kKey{{1}};
const std::vector<UploadTickets::Key> kOther{{2}};
const auto kBad = IsError(absl::StatusCode::kFailedPrecondition, "UPLOAD_TICKET");

UploadTicket Ticket(std::string filename = "skärmbild.png") {
  return {.attachment_id = kFile,
          .report_id = kReport,
          .filename = std::move(filename),
          .expires = kNow + kUploadTicketLife};
}

TEST(UploadTickets, SayWhatTheyWereMadeOfUntilTheyExpire) {
  const UploadTickets tickets(kKey);
  const std::string sealed = tickets.Seal("kalix", Ticket());
  const auto opened = tickets.Open("kalix", sealed, kNow + kUploadTicketLife - absl::Seconds(1));
  ASSERT_OK(opened);
  EXPECT_EQ(opened->attachment_id, kFile);
  EXPECT_EQ(opened->report_id, kReport);
  EXPECT_EQ(opened->filename, "skärmbild.png");
  EXPECT_THAT(tickets.Open("kalix", sealed, kNow + kUploadTicketLife).status(), kBad);
}

TEST(UploadTickets, FitInAnAddressHoweverLongTheName) {
  const UploadTickets tickets(kKey);
  std::string longest;
  for (int i = 0; i < 200; ++i) longest += "\xf0\x9f\x93\xb7";  // Four bytes each.
  const std::string sealed = tickets.Seal("kalix", Ticket(longest));
  EXPECT_LE(sealed.size(), 1'300u);
  EXPECT_EQ(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  EXPECT_EQ(tickets.Open("kalix", sealed, kNow)->filename, longest);
}

TEST(UploadTickets, TellNothingAndAreNeverTheSame) {
  const UploadTickets tickets(kKey);
  const std::string sealed = tickets.Seal("kalix", Ticket());
  EXPECT_NE(sealed, tickets.Seal("kalix", Ticket()));
  EXPECT_EQ(sealed.find("png"), std::string::npos);
}

TEST(UploadTickets, AreGoodForTheirTenantAndOfThisKeyOnly) {
  const std::string sealed = UploadTickets(kKey).Seal("kalix", Ticket());
  EXPECT_THAT(UploadTickets(kKey).Open("orebro", sealed, kNow).status(), kBad);
  EXPECT_THAT(UploadTickets(kOther).Open("kalix", sealed, kNow).status(), kBad);
}

TEST(UploadTickets, AreKnownAgainWhenTheirKeyIsNoLongerTheNewest) {
  const std::string sealed = UploadTickets(kKey).Seal("kalix", Ticket());
  const UploadTickets both({kOther[0], kKey[0]});
  EXPECT_EQ(both.Open("kalix", sealed, kNow)->filename, Ticket().filename);
  EXPECT_EQ(UploadTickets(kOther).Open("kalix", both.Seal("kalix", Ticket()), kNow)->filename,
            Ticket().filename);
}

TEST(UploadTickets, WhatWasChangedOrInventedIsNone) {
  const UploadTickets tickets(kKey);
  const std::string sealed = tickets.Seal("kalix", Ticket());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(tickets.Open("kalix", changed, kNow).status(), kBad) << i;
    EXPECT_THAT(tickets.Open("kalix", sealed.substr(0, i), kNow).status(), kBad) << i;
  }
  for (const std::string& text : {sealed + "A", sealed + "=", std::string("x y"), std::string(1'300, 'A')}) {
    EXPECT_THAT(tickets.Open("kalix", text, kNow).status(), kBad) << text;
  }
}

}  // namespace
}  // namespace avvik::intake
