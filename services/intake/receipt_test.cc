#include "services/intake/receipt.h"

#include <sodium.h>

#include <set>

#include "common/organisation/example_organisation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/intake/receipt_keys.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;

TEST(Receipt, IsSixteenDigitsAndNeverTheSame) {
  std::set<std::string> seen;
  std::set<char> digits;
  for (int i = 0; i < 1'000; ++i) {
    const std::string receipt = NewReceipt();
    EXPECT_EQ(receipt.size(), kReceiptDigits);
    EXPECT_EQ(receipt.find_first_not_of("0123456789"), std::string::npos);
    EXPECT_TRUE(seen.insert(receipt).second);
    digits.insert(receipt.begin(), receipt.end());
  }
  EXPECT_EQ(digits.size(), 10u);
}

TEST(Receipt, IsReadHoweverItWasCopied) {
  EXPECT_EQ(ShownReceipt("1234567890123456"), "1234 5678 9012 3456");
  for (const char* typed : {"1234567890123456", "1234 5678 9012 3456", "1234-5678-9012-3456",
                            " 1234\u00a05678\u00a09012\u00a03456 "}) {
    const auto digits = ParseReceipt(typed);
    ASSERT_OK(digits);
    EXPECT_EQ(*digits, "1234567890123456");
  }
}

TEST(Receipt, WhatIsNotSixteenDigitsNamesTheField) {
  for (const char* typed : {"", "123456789012345", "12345678901234567", "1234 5678 9012 345x",
                            "१२३४५६७८९०१२३४५६", "1234567890123456; DROP TABLE receipt"}) {
    EXPECT_THAT(ParseReceipt(typed), NamesField("receipt")) << typed;
  }
}

Draft SomeDraft() {
  Draft draft;
  draft.content.title = "Brev";
  draft.reporter = {.login = "anna", .name = "Anna", .email = "anna@kalix.example"};
  return draft;
}

organisation::v1::Organisation Example() { return organisation::ExampleOrganisation(); }

TEST(AnonymousDraft, IsNobodysWhateverItSays) {
  const auto organisation = *organisation::Organisation::Create(Example(), 1);
  const auto draft = AdmitAnonymous(SomeDraft(), organisation.get(), "kalix");
  ASSERT_OK(draft);
  EXPECT_EQ(draft->reporter.login + draft->reporter.name + draft->reporter.email, "");
  EXPECT_EQ(draft->content.confidentiality, v1::CONFIDENTIALITY_ANONYMOUS);
}

TEST(AnonymousDraft, IsTakenUnlessTheOrganisationSaysNo) {
  organisation::v1::Organisation proto = Example();
  proto.set_anonymous_reporting(true);
  EXPECT_OK(AdmitAnonymous(SomeDraft(), organisation::Organisation::Create(proto, 1)->get(),
                           "kalix"));
  proto.set_anonymous_reporting(false);
  EXPECT_THAT(AdmitAnonymous(SomeDraft(), organisation::Organisation::Create(proto, 1)->get(),
                             "kalix"),
              IsError(absl::StatusCode::kNotFound, "NO_ANONYMOUS_REPORTING"));
  EXPECT_THAT(AdmitAnonymous(SomeDraft(), nullptr, "kalix"),
              IsError(absl::StatusCode::kNotFound, "NO_ANONYMOUS_REPORTING"));
}

TEST(AnonymousDraft, CannotClaimToComeFromAnotherRegister) {
  const auto organisation = *organisation::Organisation::Create(Example(), 1);
  Draft draft = SomeDraft();
  draft.origin.emplace();
  EXPECT_THAT(AdmitAnonymous(draft, organisation.get(), "kalix"), NamesField("report.origin"));
}

TEST(ReceiptKeys, SameDigitsOfTheSameTenantGiveTheSameKeyAndNothingElseDoes) {
  ASSERT_GE(sodium_init(), 0);
  ReceiptKeys keys(ReceiptKeys::Secret{1});
  ReceiptKeys others(ReceiptKeys::Secret{2});
  const auto place = keys.Enter();
  ASSERT_OK(place);
  const std::string key = *keys.KeyOf(*place, "kalix", "1234567890123456");
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(*keys.KeyOf(*place, "kalix", "1234567890123456"), key);
  EXPECT_NE(*keys.KeyOf(*place, "kalix", "1234567890123457"), key);
  EXPECT_NE(*keys.KeyOf(*place, "orebro", "1234567890123456"), key);
  EXPECT_NE(*others.KeyOf(*place, "kalix", "1234567890123456"), key);
  EXPECT_NE(keys.ChallengeKey(), others.ChallengeKey());
}

TEST(ReceiptKeys, PlacesAreBoundedAndComeBack) {
  ReceiptKeys keys(ReceiptKeys::Secret{1});
  std::vector<ReceiptKeys::Place> places;
  for (int i = 0; i < ReceiptKeys::kMostPlaces; ++i) places.push_back(*keys.Enter());
  EXPECT_THAT(keys.Enter(), IsError(absl::StatusCode::kResourceExhausted, "RECEIPTS_BUSY"));
  places.pop_back();
  EXPECT_OK(keys.Enter());
}

TEST(ReceiptKeys, SecretThatIsNotThereIsRefused) {
  EXPECT_THAT(ReceiptKeys::ReadSecret("/no/such/file"),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace avvik::intake
