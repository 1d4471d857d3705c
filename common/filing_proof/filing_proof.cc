#include "common/filing_proof/filing_proof.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "common/config/config.h"
#include "common/status/macros.h"

namespace avvik::filing_proof {
namespace {

constexpr std::string_view kHeading = "Avvik proof of filing 1";
constexpr size_t kKeyBytes = 32;
constexpr size_t kSignatureBytes = 64;
constexpr size_t kLongestValue = 200;

using Key = std::shared_ptr<EVP_PKEY>;
using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;
using Context = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;

std::string Hex(const unsigned char* bytes, size_t size) {
  std::string hex;
  for (size_t i = 0; i < size; ++i) {
    hex.push_back("0123456789abcdef"[bytes[i] >> 4]);
    hex.push_back("0123456789abcdef"[bytes[i] & 15]);
  }
  return hex;
}

std::string Sha256Hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return Hex(digest, sizeof digest);
}

std::string Base64(const std::array<unsigned char, kSignatureBytes>& bytes) {
  std::string text(4 * ((kSignatureBytes + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

// False when it is not base64 of a signature, in its one canonical form.
bool FromBase64(const std::string& text, std::array<unsigned char, kSignatureBytes>* bytes) {
  if (text.size() != 4 * ((kSignatureBytes + 2) / 3)) return false;
  std::array<unsigned char, kSignatureBytes + 2> decoded;
  if (EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) != static_cast<int>(decoded.size())) {
    return false;
  }
  std::copy_n(decoded.begin(), kSignatureBytes, bytes->begin());
  return Base64(*bytes) == text;
}

Bio Reading(std::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
}

// The raw public key's digest; empty when the key is not Ed25519.
std::string KeyIdOf(const Key& key) {
  std::array<unsigned char, kKeyBytes> raw;
  size_t size = raw.size();
  if (key == nullptr || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size) != 1) {
    return "";
  }
  return Sha256Hex({reinterpret_cast<const char*>(raw.data()), size}).substr(0, 16);
}

std::string SignedLines(const Proof& proof) {
  std::string text(kHeading);
  text += "\ntenant: " + proof.tenant + "\nnumber: " + proof.number + "\nsubmitted: " +
          proof.submitted + "\ncontent-sha256: " + proof.content_sha256 + "\nkey: " +
          proof.key_id + "\n";
  return text;
}

std::string_view Trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

std::string TimeText(absl::Time instant) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", instant, absl::UTCTimeZone());
}

std::string ContentDigest(std::string_view title, std::string_view description) {
  std::string content(title);
  content += '\n';
  content += description;
  return Sha256Hex(content);
}

std::string ToText(const Proof& proof) {
  return SignedLines(proof) + "signature: " + proof.signature + "\n";
}

absl::StatusOr<Proof> FromText(std::string_view text) {
  Proof proof;
  const std::array<std::pair<std::string_view, std::string*>, 6> fields = {
      {{"tenant: ", &proof.tenant},
       {"number: ", &proof.number},
       {"submitted: ", &proof.submitted},
       {"content-sha256: ", &proof.content_sha256},
       {"key: ", &proof.key_id},
       {"signature: ", &proof.signature}}};
  size_t next = 0;
  bool heading = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (!heading) {
      if (line != kHeading) return absl::InvalidArgumentError("this is not a proof of filing");
      heading = true;
      continue;
    }
    if (next == fields.size()) {
      return absl::InvalidArgumentError("something follows the signature");
    }
    const auto& [name, value] = fields[next++];
    if (line.substr(0, name.size()) != name || line.size() > name.size() + kLongestValue) {
      return absl::InvalidArgumentError("there should be a line `" + std::string(name) + "…`");
    }
    *value = line.substr(name.size());
  }
  if (next != fields.size()) return absl::InvalidArgumentError("the proof is not whole");
  return proof;
}

absl::StatusOr<Signer> Signer::Load(const std::string& path) {
  if (const std::string mistake = config::SecretFileMistake(path); !mistake.empty()) {
    return absl::FailedPreconditionError(path + " " + mistake);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(path + " cannot be read");
  const std::string pem{std::istreambuf_iterator<char>(file), {}};
  absl::StatusOr<Signer> signer = FromPem(pem);
  if (!signer.ok()) {
    return absl::InvalidArgumentError(path + ": " + std::string(signer.status().message()));
  }
  return signer;
}

absl::StatusOr<Signer> Signer::FromPem(std::string_view pem) {
  const Bio bio = Reading(pem);
  // Without a way to ask for a password, one that is locked is refused.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
  std::string key_id = KeyIdOf(key);
  if (key_id.empty()) {
    return absl::InvalidArgumentError("is not an Ed25519 private key in PEM");
  }
  return Signer(std::move(key), std::move(key_id));
}

absl::StatusOr<Proof> Signer::Sign(Proof proof) const {
  proof.key_id = key_id_;
  const std::string lines = SignedLines(proof);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, kSignatureBytes> signature;
  size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size,
                     reinterpret_cast<const unsigned char*>(lines.data()), lines.size()) != 1) {
    return absl::InternalError("the proof of filing could not be signed");
  }
  proof.signature = Base64(signature);
  return proof;
}

std::string Signer::PublicPem() const {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key_.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

absl::Status Verify(const Proof& proof, std::string_view public_pem) {
  const Bio bio = Reading(public_pem);
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  const std::string key_id = KeyIdOf(key);
  if (key_id.empty()) {
    return absl::InvalidArgumentError("the key is not an Ed25519 public key in PEM");
  }
  if (proof.key_id != key_id) {
    return absl::FailedPreconditionError("the proof was signed with the key " + proof.key_id +
                                         ", and this is " + key_id);
  }
  std::array<unsigned char, kSignatureBytes> signature;
  const std::string lines = SignedLines(proof);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!FromBase64(proof.signature, &signature) ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                       reinterpret_cast<const unsigned char*>(lines.data()), lines.size()) != 1) {
    return absl::DataLossError("the proof is not what was signed: it was altered");
  }
  return absl::OkStatus();
}

}  // namespace avvik::filing_proof
