#include "common/secrecy/test_module.h"

#include <p11-kit/p11-kit.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

namespace avvik::secrecy {
namespace {

constexpr char kLibrary[] = "/usr/lib/softhsm/libsofthsm2.so";
constexpr char kOfficerPin[] = "27182818";

unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
}

// What a test cannot go on without.
void Must(CK_RV code, const char* what) {
  if (code == CKR_OK) return;
  std::cerr << what << ": " << p11_kit_strerror(code) << '\n';
  std::abort();
}

std::string MakeFolder() {
  char path[] = "/tmp/avvik-module-XXXXXX";
  if (::mkdtemp(path) == nullptr) std::abort();
  return path;
}

std::string Padded(std::string label) {
  label.resize(32, ' ');
  return label;
}

}  // namespace

struct TestModule::Impl {
  CK_FUNCTION_LIST* module = nullptr;

  // The slot of a token, or the one where the next is made.
  CK_SLOT_ID Slot(const std::string& token) const {
    CK_ULONG count = 0;
    Must(module->C_GetSlotList(CK_TRUE, nullptr, &count), "C_GetSlotList");
    std::vector<CK_SLOT_ID> slots(count);
    Must(module->C_GetSlotList(CK_TRUE, slots.data(), &count), "C_GetSlotList");
    CK_SLOT_ID free = 0;
    for (CK_ULONG i = 0; i < count; ++i) {
      CK_TOKEN_INFO info;
      Must(module->C_GetTokenInfo(slots[i], &info), "C_GetTokenInfo");
      if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) {
        free = slots[i];
      } else if (std::memcmp(info.label, Padded(token).data(), sizeof info.label) == 0) {
        return slots[i];
      }
    }
    Must(module->C_InitToken(free, Bytes(kOfficerPin), sizeof kOfficerPin - 1, Bytes(Padded(token))),
         "C_InitToken");
    const CK_SESSION_HANDLE session = Begin(free, CKU_SO, kOfficerPin);
    Must(module->C_InitPIN(session, Bytes(kPin), sizeof kPin - 1), "C_InitPIN");
    module->C_Logout(session);
    module->C_CloseSession(session);
    return Slot(token);
  }

  CK_SESSION_HANDLE Begin(CK_SLOT_ID slot, CK_USER_TYPE user, const std::string& pin) const {
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    Must(module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session),
         "C_OpenSession");
    const CK_RV code = module->C_Login(session, user, Bytes(pin), pin.size());
    if (code != CKR_USER_ALREADY_LOGGED_IN) Must(code, "C_Login");
    return session;
  }
};

TestModule::TestModule()
    : folder_(MakeFolder()), pin_file_(folder_ + "/pin"), impl_(new Impl) {
  std::filesystem::create_directory(folder_ + "/tokens");
  std::ofstream(folder_ + "/softhsm2.conf") << "directories.tokendir = " << folder_ << "/tokens\n"
                                            << "objectstore.backend = file\nlog.level = ERROR\n";
  std::ofstream(pin_file_) << kPin << '\n';
  ::chmod(pin_file_.c_str(), 0600);
  ::setenv("SOFTHSM2_CONF", (folder_ + "/softhsm2.conf").c_str(), 1);
  // Unmanaged, because otherwise it could end its own sessions only.
  impl_->module = p11_kit_module_load(kLibrary, P11_KIT_MODULE_UNMANAGED | P11_KIT_MODULE_CRITICAL);
  if (impl_->module == nullptr) {
    std::cerr << kLibrary << ": " << p11_kit_message() << " (Debian: softhsm2)\n";
    std::abort();
  }
  Must(p11_kit_module_initialize(impl_->module), "C_Initialize");
}

TestModule::~TestModule() {
  p11_kit_module_finalize(impl_->module);
  p11_kit_module_release(impl_->module);
  delete impl_;
  std::filesystem::remove_all(folder_);
}

std::string TestModule::Uri(const std::string& token, const std::string& label) const {
  return "pkcs11:token=" + token + ";object=" + label + "?module-path=" + kLibrary +
         "&pin-source=file:" + pin_file_;
}

std::string TestModule::Make(const std::string& token, const Key& key) {
  const CK_SESSION_HANDLE session = impl_->Begin(impl_->Slot(token), CKU_USER, kPin);
  CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
  CK_KEY_TYPE type = CKK_AES;
  CK_ULONG length = key.bytes;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL sensitive = key.sensitive ? CK_TRUE : CK_FALSE;
  CK_BBOOL extractable = key.extractable ? CK_TRUE : CK_FALSE;
  std::vector<CK_ATTRIBUTE> attributes{
      {CKA_CLASS, &kind, sizeof kind},
      {CKA_KEY_TYPE, &type, sizeof type},
      {CKA_LABEL, Bytes(key.label), key.label.size()},
      {CKA_TOKEN, &yes, sizeof yes},
      {CKA_PRIVATE, &yes, sizeof yes},
      {CKA_ENCRYPT, &yes, sizeof yes},
      {CKA_DECRYPT, &yes, sizeof yes},
      {CKA_SENSITIVE, &sensitive, sizeof sensitive},
      {CKA_EXTRACTABLE, &extractable, sizeof extractable}};
  CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
  if (key.value.empty()) {
    attributes.push_back({CKA_VALUE_LEN, &length, sizeof length});
    CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
    Must(impl_->module->C_GenerateKey(session, &mechanism, attributes.data(), attributes.size(), &made),
         "C_GenerateKey");
  } else {
    attributes.push_back({CKA_VALUE, Bytes(key.value), key.value.size()});
    Must(impl_->module->C_CreateObject(session, attributes.data(), attributes.size(), &made),
         "C_CreateObject");
  }
  impl_->module->C_CloseSession(session);
  return Uri(token, key.label);
}

std::string TestModule::AskForValue(const std::string& token, const std::string& label) {
  const CK_SESSION_HANDLE session = impl_->Begin(impl_->Slot(token), CKU_USER, kPin);
  CK_ATTRIBUTE wanted{CKA_LABEL, Bytes(label), label.size()};
  CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
  CK_ULONG count = 0;
  Must(impl_->module->C_FindObjectsInit(session, &wanted, 1), "C_FindObjectsInit");
  Must(impl_->module->C_FindObjects(session, &found, 1, &count), "C_FindObjects");
  impl_->module->C_FindObjectsFinal(session);
  std::array<unsigned char, 64> bytes{};
  CK_ATTRIBUTE value{CKA_VALUE, bytes.data(), bytes.size()};
  const CK_RV code = impl_->module->C_GetAttributeValue(session, found, &value, 1);
  impl_->module->C_CloseSession(session);
  if (code == CKR_OK) return "CKR_OK";
  return code == CKR_ATTRIBUTE_SENSITIVE ? "CKR_ATTRIBUTE_SENSITIVE" : p11_kit_strerror(code);
}

void TestModule::EndSessions(const std::string& token) {
  Must(impl_->module->C_CloseAllSessions(impl_->Slot(token)), "C_CloseAllSessions");
}

}  // namespace avvik::secrecy
