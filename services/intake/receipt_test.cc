#include "services/intake/receipt.h"

#include <sodium.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <vector>

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

const ReceiptKeys::Secret kOld{1};
const ReceiptKeys::Secret kNew{2};
constexpr char kDigits[] = "1234567890123456";

class ReceiptKeysTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(sodium_init(), 0); }

  std::string Tag(ReceiptKeys& keys, const std::string& tenant, const std::string& digits) {
    return *keys.Tag(*keys.Enter(), keys.Ids().front(), tenant, digits);
  }

  ReceiptKeys keys_{std::vector{kOld}};
  ReceiptKeys others_{std::vector{kNew}};
};

TEST_F(ReceiptKeysTest, SameDigitsOfTheSameTenantGiveTheSameTagAndNothingElseDoes) {
  const std::string tag = Tag(keys_, "kalix", kDigits);
  EXPECT_EQ(tag.size(), kReceiptTagBytes);
  EXPECT_EQ(Tag(keys_, "kalix", kDigits), tag);
  EXPECT_NE(Tag(keys_, "kalix", "1234567890123457"), tag);
  EXPECT_NE(Tag(keys_, "orebro", kDigits), tag);
  EXPECT_NE(Tag(others_, "kalix", kDigits), tag);
  EXPECT_NE(keys_.ChallengeKeys(), others_.ChallengeKeys());
  EXPECT_NE(keys_.UploadKeys(), others_.UploadKeys());
}

TEST_F(ReceiptKeysTest, EveryReceiptHasASaltOfItsOwn) {
  const auto place = keys_.Enter();
  const auto one = keys_.Hash(*place, "kalix", kDigits);
  const auto two = keys_.Hash(*place, "kalix", kDigits);
  ASSERT_OK(one);
  ASSERT_OK(two);
  EXPECT_EQ(one->salt.size(), 16u);
  EXPECT_NE(one->salt, two->salt);
  EXPECT_NE(one->hash, two->hash);
  EXPECT_EQ(one->tag, two->tag);
  for (const HashedReceipt& kept : {*one, *two}) {
    EXPECT_TRUE(*keys_.Matches(*place, kept, kDigits));
    EXPECT_FALSE(*keys_.Matches(*place, kept, "1234567890123457"));
  }
  // The hash is not the tag's with more digits: each has a pepper of its own.
  EXPECT_NE(one->hash.substr(0, kReceiptTagBytes), one->tag);
  HashedReceipt resalted = *one;
  resalted.salt = two->salt;
  EXPECT_FALSE(*keys_.Matches(*place, resalted, kDigits));
}

TEST_F(ReceiptKeysTest, WithoutTheKeyThatHashedItNothingMatches) {
  const HashedReceipt kept = *keys_.Hash(*keys_.Enter(), "kalix", kDigits);
  EXPECT_THAT(others_.Matches(*others_.Enter(), kept, kDigits),
              HasCode(absl::StatusCode::kDataLoss));
  HashedReceipt renamed = kept;
  renamed.key_id = others_.Ids().front();
  EXPECT_FALSE(*others_.Matches(*others_.Enter(), renamed, kDigits));
}

TEST_F(ReceiptKeysTest, PlacesAreBoundedAndComeBack) {
  std::vector<ReceiptKeys::Place> places;
  for (int i = 0; i < ReceiptKeys::kMostPlaces; ++i) places.push_back(*keys_.Enter());
  EXPECT_THAT(keys_.Enter(), IsError(absl::StatusCode::kResourceExhausted, "RECEIPTS_BUSY"));
  places.pop_back();
  EXPECT_OK(keys_.Enter());
}

class ReceiptKeyFileTest : public ::testing::Test {
 protected:
  ReceiptKeyFileTest() {
    const int file = ::mkstemp(path_);
    EXPECT_GE(file, 0);
    ::close(file);
  }
  ~ReceiptKeyFileTest() override { std::remove(path_); }

  absl::StatusOr<std::vector<ReceiptKeys::Secret>> Read(const std::string& text) {
    std::ofstream(path_, std::ios::trunc) << text;
    return ReceiptKeys::ReadSecrets(path_);
  }

  char path_[32] = "/tmp/avvik-receipt-key-XXXXXX";
  const std::string one_ = std::string(62, '0') + "01";
  const std::string two_ = std::string(62, '0') + "02";
};

TEST_F(ReceiptKeyFileTest, LinesAreKeysTheNewestFirst) {
  EXPECT_EQ(Read(one_)->size(), 1u);
  const auto secrets = Read(two_ + "\n" + one_ + "\n");
  ASSERT_OK(secrets);
  ASSERT_EQ(secrets->size(), 2u);
  const ReceiptKeys keys(*secrets);
  EXPECT_EQ(keys.Ids()[0], ReceiptKeys({(*secrets)[0]}).Ids()[0]);
  EXPECT_NE(keys.Ids()[0], keys.Ids()[1]);
}

TEST_F(ReceiptKeyFileTest, WhatIsNoListOfKeysIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("\n"), one_.substr(1), one_ + "0", one_ + "\n\n" + two_,
        one_ + "\n" + one_, std::string(64, 'x')}) {
    EXPECT_THAT(Read(text), HasCode(absl::StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(ReceiptKeys::ReadSecrets("/no/such/file"),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace avvik::intake
