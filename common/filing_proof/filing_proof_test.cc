#include "common/filing_proof/filing_proof.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::filing_proof {
namespace {

using avvik::testing::HasCode;

// A key made for this run.
std::string NewPrivatePem() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(key);
  return pem;
}

const Signer& TestSigner() {
  static const Signer signer = *Signer::FromPem(NewPrivatePem());
  return signer;
}

Proof Unsigned() {
  return {.tenant = "kalix",
          .number = "AVV-2026-000123",
          .submitted = TimeText(absl::FromUnixMicros(1'795'000'000'123'456)),
          .content_sha256 = ContentDigest("Brev", "Till fel person")};
}

TEST(FilingProof, SignedProofVerifiesAlsoAfterItWasText) {
  const auto proof = TestSigner().Sign(Unsigned());
  ASSERT_OK(proof);
  EXPECT_OK(Verify(*proof, TestSigner().PublicPem()));
  const auto read = FromText("\r\n" + ToText(*proof) + "\r\n");
  ASSERT_OK(read);
  EXPECT_EQ(*read, *proof);
}

TEST(FilingProof, SigningAgainGivesTheSameProof) {
  EXPECT_EQ(*TestSigner().Sign(Unsigned()), *TestSigner().Sign(Unsigned()));
}

TEST(FilingProof, AnyAlteredFieldIsFound) {
  const Proof proof = *TestSigner().Sign(Unsigned());
  for (std::string Proof::*field :
       {&Proof::tenant, &Proof::number, &Proof::submitted, &Proof::content_sha256,
        &Proof::signature}) {
    Proof altered = proof;
    char& c = (altered.*field)[3];
    c = c == '1' ? '2' : '1';
    EXPECT_THAT(Verify(altered, TestSigner().PublicPem()), HasCode(absl::StatusCode::kDataLoss));
    altered.*field = "";
    EXPECT_THAT(Verify(altered, TestSigner().PublicPem()), HasCode(absl::StatusCode::kDataLoss));
  }
}

TEST(FilingProof, AnotherKeysProofAndWhatIsNoKeyAreToldApart) {
  Proof proof = *TestSigner().Sign(Unsigned());
  EXPECT_THAT(Verify(proof, "no key"), HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Verify(proof, NewPrivatePem()), HasCode(absl::StatusCode::kInvalidArgument));
  proof.key_id = "0011223344556677";
  EXPECT_THAT(Verify(proof, TestSigner().PublicPem()),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST(FilingProof, TextThatIsNoProofIsRefused) {
  const std::string text = ToText(*TestSigner().Sign(Unsigned()));
  for (const std::string& wrong :
       {std::string(), std::string("Avvik proof of filing 2\n"), text.substr(0, text.size() / 2),
        text + "more: of it\n", "x" + text, std::string(100'000, 'a')}) {
    EXPECT_THAT(FromText(wrong), HasCode(absl::StatusCode::kInvalidArgument)) << wrong.substr(0, 80);
  }
}

TEST(FilingProof, DigestIsThatOfTitleLineFeedAndDescription) {
  // printf 'a\nb' | sha256sum
  EXPECT_EQ(ContentDigest("a", "b"),
            "7e18f737311b2dc3b2f269dd78396b0351f14fb66efa879f768cb23181883c78");
}

TEST(FilingProof, KeyOfAnotherKindIsRefused) {
  EXPECT_THAT(Signer::FromPem("").status(), HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Signer::Load("/no/such/file").status(),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace avvik::filing_proof
