#include "common/secrecy/module_key.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/config/config.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::secrecy {
namespace {

// What is sealed: one byte of format (that of box.h are others), a random nonce, ciphertext with tag.
constexpr char kFormat = 'm';
constexpr size_t kNonce = 12;
constexpr size_t kTag = 16;
constexpr CK_ULONG kKeyLength = 32;
constexpr std::string_view kFileScheme = "file:";

using UriHandle = std::unique_ptr<P11KitUri, decltype(&p11_kit_uri_free)>;

std::string Said(CK_RV code) { return p11_kit_strerror(code); }

// What PKCS#11 asks for is not const, though it changes nothing.
unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
}

// The part of the URI without the query, where a PIN may be.
std::string WithoutPin(const std::string& uri) { return uri.substr(0, uri.find('?')); }

absl::Status Wrong(const std::string& name, const std::string& why) {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       "the master key " + name + " cannot be used: " + why, "MASTER_KEY_MODULE");
}

absl::Status Away(const std::string& name, CK_RV code) {
  return status::Error(absl::StatusCode::kUnavailable,
                       "the module with the master key " + name + " does not answer: " + Said(code),
                       "MASTER_KEY_MODULE");
}

absl::Status Broken() {
  return status::Error(absl::StatusCode::kDataLoss,
                       "sealed bytes do not open: they were altered, or belong elsewhere",
                       "SEAL_BROKEN");
}

// Whether a call failed because of what it was given and not for want of a module. Modules do not agree
// how to say that the tag of AES-GCM is wrong.
bool IsRefusal(CK_RV code) {
  return code == CKR_ENCRYPTED_DATA_INVALID || code == CKR_ENCRYPTED_DATA_LEN_RANGE ||
         code == CKR_GENERAL_ERROR || code == CKR_FUNCTION_FAILED;
}

// Whether a new session may help.
bool IsOver(CK_RV code) {
  return code == CKR_SESSION_HANDLE_INVALID || code == CKR_SESSION_CLOSED ||
         code == CKR_USER_NOT_LOGGED_IN || code == CKR_KEY_HANDLE_INVALID ||
         code == CKR_OBJECT_HANDLE_INVALID || code == CKR_DEVICE_REMOVED ||
         code == CKR_DEVICE_ERROR || code == CKR_TOKEN_NOT_PRESENT;
}

// The library of a module, loaded and begun; the same one for all who ask (p11-kit counts).
class Module {
 public:
  static absl::StatusOr<std::unique_ptr<Module>> Load(const std::string& name, const char* path) {
    CK_FUNCTION_LIST* functions = p11_kit_module_load(path, P11_KIT_MODULE_CRITICAL);
    if (functions == nullptr) {
      const char* message = p11_kit_message();
      return Wrong(name, std::string("the module ") + path + " cannot be loaded: " +
                             (message == nullptr ? "no reason is given" : message));
    }
    if (const CK_RV code = p11_kit_module_initialize(functions); code != CKR_OK) {
      p11_kit_module_release(functions);
      return Wrong(name, std::string("the module ") + path + " does not begin: " + Said(code));
    }
    return std::unique_ptr<Module>(new Module(functions));
  }
  ~Module() {
    p11_kit_module_finalize(functions_);
    p11_kit_module_release(functions_);
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  CK_FUNCTION_LIST* operator->() const { return functions_; }

 private:
  explicit Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}

  CK_FUNCTION_LIST* const functions_;
};

class ModuleKey final : public MasterKey {
 public:
  ModuleKey(std::string uri, UriHandle parsed, std::unique_ptr<Module> module)
      : uri_(std::move(uri)), name_(WithoutPin(uri_)), parsed_(std::move(parsed)),
        module_(std::move(module)) {}
  ~ModuleKey() override { Close(); }

  // Finds token and key, and signs in.
  absl::Status Connect() const {
    std::lock_guard lock(mutex_);
    return ConnectLocked();
  }

  absl::StatusOr<std::string> Seal(std::string_view plaintext,
                                   std::string_view context) const override {
    std::string sealed(1 + kNonce + plaintext.size() + kTag, kFormat);
    randombytes_buf(sealed.data() + 1, kNonce);
    CK_ULONG size = 0;
    const CK_RV code = Do(std::string_view(sealed).substr(1, kNonce), context,
                          [&](CK_MECHANISM* mechanism) {
                            size = plaintext.size() + kTag;
                            const CK_RV begun =
                                (*module_)->C_EncryptInit(session_, mechanism, key_);
                            if (begun != CKR_OK) return begun;
                            return (*module_)->C_Encrypt(session_, Bytes(plaintext),
                                                         plaintext.size(),
                                                         Bytes(sealed) + 1 + kNonce, &size);
                          });
    if (code != CKR_OK) return Away(name_, code);
    if (size != plaintext.size() + kTag) return Away(name_, CKR_GENERAL_ERROR);
    return sealed;
  }

  absl::StatusOr<std::string> Open(std::string_view sealed,
                                   std::string_view context) const override {
    if (sealed.size() < 1 + kNonce + kTag || sealed[0] != kFormat) return Broken();
    const std::string_view hidden = sealed.substr(1 + kNonce);
    // Some modules want room for the tag as well.
    std::string plaintext(hidden.size(), '\0');
    CK_ULONG size = 0;
    const CK_RV code = Do(sealed.substr(1, kNonce), context, [&](CK_MECHANISM* mechanism) {
      size = plaintext.size();
      const CK_RV begun = (*module_)->C_DecryptInit(session_, mechanism, key_);
      if (begun != CKR_OK) return begun;
      return (*module_)->C_Decrypt(session_, Bytes(hidden), hidden.size(), Bytes(plaintext), &size);
    });
    if (IsRefusal(code)) return Broken();
    if (code != CKR_OK) return Away(name_, code);
    if (size != hidden.size() - kTag) return Broken();
    plaintext.resize(size);
    return plaintext;
  }

  const std::string& identity() const override { return uri_; }

 private:
  // Does something with the key and a mechanism; once more with a new session when this one is over.
  template <typename Use>
  CK_RV Do(std::string_view nonce, std::string_view context, Use use) const {
    std::lock_guard lock(mutex_);
    CK_RV code = CKR_SESSION_HANDLE_INVALID;
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (attempt > 0) CloseLocked();
      if (session_ == CK_INVALID_HANDLE && !ConnectLocked().ok()) return CKR_TOKEN_NOT_PRESENT;
      CK_GCM_PARAMS gcm{.pIv = Bytes(nonce),
                        .ulIvLen = nonce.size(),
                        .ulIvBits = 8 * nonce.size(),
                        .pAAD = Bytes(context),
                        .ulAADLen = context.size(),
                        .ulTagBits = 8 * kTag};
      CK_MECHANISM mechanism{CKM_AES_GCM, &gcm, sizeof gcm};
      code = use(&mechanism);
      if (!IsOver(code)) return code;
    }
    return code;
  }

  void Close() const {
    std::lock_guard lock(mutex_);
    CloseLocked();
  }

  void CloseLocked() const {
    if (session_ != CK_INVALID_HANDLE) (*module_)->C_CloseSession(session_);
    session_ = CK_INVALID_HANDLE;
    key_ = CK_INVALID_HANDLE;
  }

  absl::Status ConnectLocked() const {
    AVVIK_ASSIGN_OR_RETURN(const CK_SLOT_ID slot, FindSlot());
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    const CK_RV code =
        (*module_)->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
    if (code != CKR_OK) return Wrong(name_, "the token gives no session: " + Said(code));
    session_ = session;
    absl::Status ready = SignIn(slot);
    if (ready.ok()) ready = FindKey();
    if (!ready.ok()) CloseLocked();
    return ready;
  }

  absl::StatusOr<CK_SLOT_ID> FindSlot() const {
    // Asking how many there are makes the module look for new ones.
    CK_ULONG count = 0;
    CK_RV code = (*module_)->C_GetSlotList(CK_TRUE, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(count);
    if (code == CKR_OK) code = (*module_)->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (code != CKR_OK) return Wrong(name_, "the module tells of no tokens: " + Said(code));
    slots.resize(count);
    std::vector<CK_SLOT_ID> found;
    for (const CK_SLOT_ID slot : slots) {
      CK_TOKEN_INFO info;
      if ((*module_)->C_GetTokenInfo(slot, &info) == CKR_OK &&
          p11_kit_uri_match_token_info(parsed_.get(), &info) != 0) {
        found.push_back(slot);
      }
    }
    if (found.empty()) return Wrong(name_, "the module has no such token");
    if (found.size() > 1) return Wrong(name_, "the module has several such tokens");
    return found.front();
  }

  absl::Status SignIn(CK_SLOT_ID slot) const {
    CK_TOKEN_INFO info;
    CK_RV code = (*module_)->C_GetTokenInfo(slot, &info);
    if (code != CKR_OK) return Wrong(name_, "the token does not answer: " + Said(code));
    if ((info.flags & CKF_LOGIN_REQUIRED) == 0) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(std::string pin, Pin());
    code = (*module_)->C_Login(session_, CKU_USER, Bytes(pin), pin.size());
    Wipe(&pin);
    if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return absl::OkStatus();
    return Wrong(name_, "the token does not take the PIN: " + Said(code));
  }

  absl::StatusOr<std::string> Pin() const {
    if (const char* value = p11_kit_uri_get_pin_value(parsed_.get()); value != nullptr) return value;
    const char* source = p11_kit_uri_get_pin_source(parsed_.get());
    if (source == nullptr) return Wrong(name_, "the token wants a PIN, and there is no pin-source");
    std::string path = source;
    if (path.rfind(kFileScheme, 0) == 0) path.erase(0, kFileScheme.size());
    if (path.rfind('/', 0) != 0) return Wrong(name_, "pin-source is not the path of a file");
    if (const std::string mistake = config::SecretFileMistake(path); !mistake.empty()) {
      return Wrong(name_, "the file " + path + " of pin-source " + mistake);
    }
    std::optional<std::string> pin = config::ReadSecretFile(path);
    if (!pin.has_value()) return Wrong(name_, "the file " + path + " of pin-source cannot be read");
    return *std::move(pin);
  }

  absl::Status FindKey() const {
    CK_ULONG count = 0;
    const CK_ATTRIBUTE* asked = p11_kit_uri_get_attributes(parsed_.get(), &count);
    std::vector<CK_ATTRIBUTE> wanted(asked, asked + count);
    CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
    std::erase_if(wanted, [](const CK_ATTRIBUTE& attribute) { return attribute.type == CKA_CLASS; });
    wanted.push_back({CKA_CLASS, &secret, sizeof secret});
    std::array<CK_OBJECT_HANDLE, 2> found{};
    CK_ULONG number = 0;
    CK_RV code = (*module_)->C_FindObjectsInit(session_, wanted.data(), wanted.size());
    if (code == CKR_OK) {
      code = (*module_)->C_FindObjects(session_, found.data(), found.size(), &number);
      (*module_)->C_FindObjectsFinal(session_);
    }
    if (code != CKR_OK) return Wrong(name_, "the token cannot be searched: " + Said(code));
    if (number == 0) return Wrong(name_, "the token has no such secret key");
    if (number > 1) return Wrong(name_, "the token has several such secret keys");
    key_ = found[0];
    return CheckKey();
  }

  // That the key is what may be trusted with everything.
  absl::Status CheckKey() const {
    CK_KEY_TYPE type = 0;
    CK_ULONG length = 0;
    CK_BBOOL sensitive = CK_FALSE;
    CK_BBOOL extractable = CK_TRUE;
    std::array<CK_ATTRIBUTE, 4> attributes{{{CKA_KEY_TYPE, &type, sizeof type},
                                            {CKA_VALUE_LEN, &length, sizeof length},
                                            {CKA_SENSITIVE, &sensitive, sizeof sensitive},
                                            {CKA_EXTRACTABLE, &extractable, sizeof extractable}}};
    const CK_RV code =
        (*module_)->C_GetAttributeValue(session_, key_, attributes.data(), attributes.size());
    if (code != CKR_OK) return Wrong(name_, "the token does not describe the key: " + Said(code));
    if (type != CKK_AES || length != kKeyLength) return Wrong(name_, "it is not an AES key of 256 bits");
    if (sensitive != CK_TRUE || extractable != CK_FALSE) {
      return Wrong(name_, "the token would give it away (it must be sensitive and not extractable)");
    }
    return absl::OkStatus();
  }

  const std::string uri_;
  const std::string name_;
  const UriHandle parsed_;
  const std::unique_ptr<Module> module_;
  mutable std::mutex mutex_;
  mutable CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
  mutable CK_OBJECT_HANDLE key_ = CK_INVALID_HANDLE;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const MasterKey>> FindModuleKey(const std::string& uri) {
  Prepare();
  const std::string name = WithoutPin(uri);
  UriHandle parsed(p11_kit_uri_new(), &p11_kit_uri_free);
  if (parsed == nullptr) return absl::ResourceExhaustedError("no memory for a URI");
  const int code = p11_kit_uri_parse(
      uri.c_str(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE, parsed.get());
  if (code != P11_KIT_URI_OK) {
    return absl::InvalidArgumentError(name + " is no PKCS#11 URI: " + p11_kit_uri_message(code));
  }
  if (p11_kit_uri_any_unrecognized(parsed.get()) != 0) {
    return absl::InvalidArgumentError(name + " holds attributes that are not known");
  }
  const char* path = p11_kit_uri_get_module_path(parsed.get());
  if (path == nullptr || path[0] != '/') {
    return absl::InvalidArgumentError(name + " lacks module-path, the path of the module's library");
  }
  AVVIK_ASSIGN_OR_RETURN(std::unique_ptr<Module> module, Module::Load(name, path));
  auto key = std::make_shared<ModuleKey>(uri, std::move(parsed), std::move(module));
  AVVIK_RETURN_IF_ERROR(key->Connect());
  // Whether it also does what it is for.
  AVVIK_ASSIGN_OR_RETURN(const std::string sealed, key->Seal("probe", "probe"));
  const absl::StatusOr<std::string> opened = key->Open(sealed, "probe");
  if (!opened.ok() || *opened != "probe") {
    return Wrong(name, "what it seals it does not open (CKM_AES_GCM)");
  }
  return std::shared_ptr<const MasterKey>(std::move(key));
}

}  // namespace avvik::secrecy
