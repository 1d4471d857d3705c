// Keys of 32 bytes that live long: in memory that is locked, guarded and wiped when given back
// (sodium_malloc).
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace avvik::secrecy {

inline constexpr size_t kKeyBytes = 32;

// Prepares libsodium. Called by whatever makes keys; cheap after the first time. Ends the process when
// the system has no randomness.
void Prepare();

// Immutable and shared between threads. Made whole: there is no empty Secret.
class Secret {
 public:
  static std::shared_ptr<const Secret> Random();
  // `bytes` has kKeyBytes.
  static std::shared_ptr<const Secret> Copy(std::string_view bytes);
  // The key derived from this one for a purpose (crypto_kdf): `number` tells keys of one `purpose` of
  // exactly eight characters apart.
  std::shared_ptr<const Secret> Derive(unsigned number, const char* purpose) const;
  ~Secret();
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  const unsigned char* bytes() const { return bytes_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_), kKeyBytes}; }

 private:
  Secret();

  unsigned char* bytes_;
};

// Overwrites a text that held a key.
void Wipe(std::string* text);

}  // namespace avvik::secrecy
