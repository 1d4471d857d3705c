#include "services/intake/proof_of_work.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "services/intake/errors.h"

namespace avvik::intake {
namespace {

constexpr int64_t kQuiet = 50;
constexpr size_t kNonceBytes = 16;
constexpr size_t kCodeBytes = 16;

std::string Hex(const unsigned char* bytes, size_t size) {
  std::string hex(2 * size + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes, size);
  hex.pop_back();
  return hex;
}

// The text up to the next dot, taken off the front.
std::string_view Next(std::string_view* text) {
  const size_t dot = text->find('.');
  const std::string_view part = text->substr(0, dot);
  text->remove_prefix(dot == std::string_view::npos ? text->size() : dot + 1);
  return part;
}

template <typename Number>
bool Read(std::string_view text, Number* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

std::string CodeOf(const ChallengeMaker::Key& key, std::string_view tenant,
                   std::string_view content) {
  const std::string bound = std::string(tenant) + "/" + std::string(content);
  unsigned char code[kCodeBytes];
  crypto_generichash(code, sizeof code, reinterpret_cast<const unsigned char*>(bound.data()),
                     bound.size(), key.data(), key.size());
  return Hex(code, sizeof code);
}

}  // namespace

int DifficultyFor(int64_t used_lately) {
  int difficulty = kLeastDifficulty;
  for (int64_t many = kQuiet; used_lately > many && difficulty < kMostDifficulty; many *= 2) {
    ++difficulty;
  }
  return difficulty;
}

std::string ChallengeMaker::Make(std::string_view tenant, int difficulty,
                                 absl::Time expires) const {
  unsigned char nonce[kNonceBytes];
  randombytes_buf(nonce, sizeof nonce);
  const std::string content = std::to_string(difficulty) + "." +
                              std::to_string(absl::ToUnixSeconds(expires)) + "." +
                              Hex(nonce, sizeof nonce);
  return content + "." + CodeOf(keys_.front(), tenant, content);
}

bool ChallengeMaker::MadeHere(std::string_view tenant, std::string_view content,
                              std::string_view code) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) {
    const std::string expected = CodeOf(key, tenant, content);
    return code.size() == expected.size() &&
           sodium_memcmp(code.data(), expected.data(), code.size()) == 0;
  });
}

absl::StatusOr<OpenedChallenge> ChallengeMaker::Check(std::string_view tenant,
                                                      std::string_view challenge,
                                                      std::string_view solution,
                                                      absl::Time now) const {
  const size_t last = challenge.rfind('.');
  if (last == std::string_view::npos) return error::ChallengeUnknown();
  std::string_view content = challenge.substr(0, last);
  const std::string_view code = challenge.substr(last + 1);
  if (!MadeHere(tenant, content, code)) return error::ChallengeUnknown();
  // Made here, so well formed.
  OpenedChallenge opened;
  int64_t seconds = 0;
  if (!Read(Next(&content), &opened.difficulty) || !Read(Next(&content), &seconds)) {
    return error::ChallengeUnknown();
  }
  opened.expires = absl::FromUnixSeconds(seconds);
  opened.nonce = content;
  if (opened.expires <= now) return error::ChallengeExpired();
  if (!IsSolved(challenge, solution, opened.difficulty)) return error::ChallengeNotSolved();
  return opened;
}

bool IsSolved(std::string_view challenge, std::string_view solution, int difficulty) {
  const std::string work = std::string(challenge) + ":" + std::string(solution);
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(work.data()), work.size());
  for (int bit = 0; bit < difficulty; ++bit) {
    if ((digest[bit / 8] >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

}  // namespace avvik::intake
