#include "common/secrecy/module_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_module.h"
#include "common/secrecy/test_vault.h"
#include "common/secrecy/vault.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::secrecy {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::HasSubstr;
using ::testing::Not;

class ModuleKeyTest : public ::testing::Test {
 protected:
  std::string Message(const std::string& uri) {
    return std::string(FindModuleKey(uri).status().message());
  }

  TestModule module_;
};

TEST_F(ModuleKeyTest, SealsInTheModuleAndEveryAlteredBitIsFound) {
  const auto key = FindModuleKey(module_.Make("avvik"));
  ASSERT_OK(key);
  const std::string text(kKeyBytes, 'x');
  const auto sealed = (*key)->Seal(text, "here");
  ASSERT_OK(sealed);
  EXPECT_EQ(sealed->find("xxx"), std::string::npos);
  EXPECT_NE(*sealed, *(*key)->Seal(text, "here"));
  EXPECT_EQ(*(*key)->Open(*sealed, "here"), text);
  const auto broken = IsError(absl::StatusCode::kDataLoss, "SEAL_BROKEN");
  EXPECT_THAT((*key)->Open(*sealed, "there"), broken);
  for (size_t i = 0; i < sealed->size(); ++i) {
    std::string altered = *sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_THAT((*key)->Open(altered, "here"), broken) << i;
    EXPECT_THAT((*key)->Open(sealed->substr(0, i), "here"), broken) << i;
  }
  EXPECT_EQ(*(*key)->Open(*sealed, "here"), text);
  const auto other = FindModuleKey(module_.Make("avvik", {.label = "other"}));
  EXPECT_THAT((*other)->Open(*sealed, "here"), broken);
}

// Whether 32 bytes are anywhere in the memory of this process. Given masked, so that asking does not put them there.
bool MemoryHolds(const std::string& masked) {
  std::ifstream maps("/proc/self/maps");
  const int memory = ::open("/proc/self/mem", O_RDONLY);
  std::string buffer(1 << 20, '\0');
  const auto own = reinterpret_cast<uintptr_t>(buffer.data());
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
    if (rights.rfind("rw", 0) != 0) continue;
    // Pieces overlap, so that nothing is missed between two.
    for (uintptr_t at = begin; at < end; at += buffer.size() - masked.size()) {
      const ssize_t got = ::pread(memory, buffer.data(), std::min(buffer.size(), end - at),
                                  static_cast<off_t>(at));
      for (ssize_t i = 0; i + static_cast<ssize_t>(masked.size()) <= got; ++i) {
        const uintptr_t here = at + static_cast<uintptr_t>(i);
        if (here >= own && here < own + buffer.size()) continue;
        size_t same = 0;
        while (same < masked.size() && buffer[i + same] == static_cast<char>(masked[same] ^ 0x5a)) ++same;
        found = found || same == masked.size();
      }
    }
  }
  sodium_memzero(buffer.data(), buffer.size());
  ::close(memory);
  return found;
}

TEST_F(ModuleKeyTest, MasterKeyInAModuleNeverEntersTheProcess) {
  TestModule::Key made{.value = std::string(kKeyBytes, '\0')};
  randombytes_buf(made.value.data(), kKeyBytes);
  std::string masked = made.value;
  for (char& byte : masked) byte = static_cast<char>(byte ^ 0x5a);
  const std::string uri = module_.Make("avvik", made);
  EXPECT_TRUE(MemoryHolds(masked));
  Wipe(&made.value);

  MasterKeyFile file("module:" + uri + "\n");
  MemoryTenantKeyStore store;
  const auto vault = Vault::Open(file.path(), store);
  ASSERT_OK(vault);
  const auto key = (*vault)->NewKey("kalix");
  ASSERT_OK(key);
  ASSERT_OK((*vault)->Rotate());
  EXPECT_FALSE(MemoryHolds(masked));
  EXPECT_EQ(module_.AskForValue("avvik", "master"), "CKR_ATTRIBUTE_SENSITIVE");
}

TEST_F(ModuleKeyTest, KeyThatTheModuleWouldGiveAwayIsRefused) {
  const auto refused = IsError(absl::StatusCode::kFailedPrecondition, "MASTER_KEY_MODULE");
  const std::string open = module_.Make("avvik", {.label = "open", .sensitive = false, .extractable = true});
  EXPECT_THAT(FindModuleKey(open), refused);
  EXPECT_THAT(Message(open), HasSubstr("sensitive and not extractable"));
  EXPECT_EQ(module_.AskForValue("avvik", "open"), "CKR_OK");
  const std::string extractable = module_.Make("avvik", {.label = "wrapped", .extractable = true});
  EXPECT_THAT(FindModuleKey(extractable), refused);
  const std::string half = module_.Make("avvik", {.label = "half", .bytes = 16});
  EXPECT_THAT(Message(half), HasSubstr("not an AES key of 256 bits"));
}

TEST_F(ModuleKeyTest, EachMistakeIsSaidAndThePinIsNot) {
  const std::string good = module_.Make("avvik");
  const std::string path = good.substr(good.find('?'));
  module_.Make("avvik", {.label = "twice"});
  module_.Make("avvik", {.label = "twice"});
  const std::string library = path.substr(0, path.find('&'));
  const std::pair<std::string, std::string> cases[] = {
      {"pkcs11:token=none;object=master" + path, "the module has no such token"},
      {"pkcs11:token=avvik;object=none" + path, "the token has no such secret key"},
      {"pkcs11:token=avvik;object=twice" + path, "the token has several such secret keys"},
      {"pkcs11:token=avvik;object=master" + library, "there is no pin-source"},
      {"pkcs11:token=avvik;object=master" + library + "&pin-value=00001111", "PIN is incorrect"},
      {"pkcs11:token=avvik;object=master" + library + "&pin-source=file:/no/such", "pin-source"},
      {"pkcs11:token=avvik;object=master" + library + "&pin-source=%7Cecho", "not the path of a file"},
      {"pkcs11:token=avvik;object=master?module-path=/no/such.so&pin-value=00001111", "/no/such.so"},
      {"pkcs11:token=avvik;object=master?pin-value=00001111", "lacks module-path"},
      {"pkcs11:token=avvik;shape=round" + path, "attributes that are not known"},
      {"pkcs11:token=%", "is no PKCS#11 URI"},
  };
  for (const auto& [uri, message] : cases) {
    EXPECT_FALSE(FindModuleKey(uri).ok()) << uri;
    EXPECT_THAT(Message(uri), HasSubstr(message)) << uri;
    EXPECT_THAT(Message(uri), Not(HasSubstr("00001111")));
    const auto keys = MasterKeys::Parse("# first\nmodule:" + uri + "\n", "keys");
    EXPECT_THAT(std::string(keys.status().message()), HasSubstr("keys:2: "));
  }
  EXPECT_OK(FindModuleKey(good));
  const std::string by_value = "pkcs11:token=avvik;object=master" + library + "&pin-value=" + TestModule::kPin;
  EXPECT_OK(FindModuleKey(by_value));
}

TEST_F(ModuleKeyTest, SessionThatTheModuleEndedIsOpenedAnew) {
  const auto key = FindModuleKey(module_.Make("avvik"));
  ASSERT_OK(key);
  const std::string sealed = *(*key)->Seal("text", "here");
  for (int i = 0; i < 3; ++i) {
    module_.EndSessions("avvik");
    const auto opened = (*key)->Open(sealed, "here");
    ASSERT_OK(opened);
    EXPECT_EQ(*opened, "text");
    module_.EndSessions("avvik");
    EXPECT_OK((*key)->Seal("text", "here"));
  }
}

TEST_F(ModuleKeyTest, KeyIsUsedByManyAtOnce) {
  const auto key = FindModuleKey(module_.Make("avvik"));
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, text = std::string(10 + i, 'x')] {
      for (int n = 0; n < 50; ++n) {
        const auto sealed = (*key)->Seal(text, "here");
        if (!sealed.ok() || *(*key)->Open(*sealed, "here") != text) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

class ModuleVaultTest : public ModuleKeyTest {
 protected:
  std::string Line(const std::string& id, const std::string& token) {
    return id + ":" + module_.Make(token) + "\n";
  }
  std::string Masters() { return database_.Value("SELECT string_agg(master_key_id, ',') FROM tenant_key"); }

  avvik::testing::TestDatabase database_{Migrations()};
  PgTenantKeyStore store_{database_.pool()};
  MasterKeyFile file_{MasterKeyLine("file", 'a')};
};

TEST_F(ModuleVaultTest, RotationFromAFileToAModuleWhileReading) {
  const auto vault = Vault::Open(file_.path(), store_);
  ASSERT_OK(vault);
  const auto key = (*vault)->NewKey("kalix");
  ASSERT_OK(key);
  const std::string sealed = key->Seal("text", "c");
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!stop) {
      const auto again = (*vault)->Unwrap("kalix", key->wrapped());
      if (!again.ok() || *again->Open(sealed, "c") != "text") {
        ADD_FAILURE() << "not readable during rotation";
        return;
      }
      ++reads;
    }
  });
  const std::string in_file = MasterKeyLine("file", 'a');
  const std::string first = Line("module-1", "one");
  const std::string second = Line("module-2", "two");
  // From the file to a module, to another module, back, and to the module again.
  const std::pair<std::string, std::string> rounds[] = {{first + in_file, "module-1"},
                                                        {second + first, "module-2"},
                                                        {in_file + second, "file"},
                                                        {second + in_file, "module-2"}};
  for (const auto& [text, current] : rounds) {
    file_.Write(text);
    const auto rewrapped = (*vault)->Rotate();
    ASSERT_OK(rewrapped);
    EXPECT_EQ(*rewrapped, 1u);
    EXPECT_EQ(Masters(), current);
  }
  stop = true;
  reader.join();
  EXPECT_GT(reads, 0);
  // Another process, with the module alone.
  file_.Write(second);
  const auto afterwards = Vault::Open(file_.path(), store_);
  ASSERT_OK(afterwards);
  EXPECT_EQ(*(*afterwards)->Unwrap("kalix", key->wrapped())->Open(sealed, "c"), "text");
}

TEST_F(ModuleVaultTest, ServiceDoesNotStartWithoutItsModuleOrWithAnotherKeyOfItsName) {
  const std::string line = Line("module", "one");
  file_.Write(line);
  ASSERT_OK((*Vault::Open(file_.path(), store_))->NewKey("kalix"));
  file_.Write("module:" + module_.Uri("gone", "master"));
  EXPECT_THAT(Vault::Open(file_.path(), store_),
              IsError(absl::StatusCode::kFailedPrecondition, "MASTER_KEY_MODULE"));
  file_.Write("module:" + module_.Make("two"));
  EXPECT_THAT(Vault::Open(file_.path(), store_),
              IsError(absl::StatusCode::kFailedPrecondition, "MASTER_KEY_WRONG"));
  file_.Write(line);
  EXPECT_OK(Vault::Open(file_.path(), store_));
}

TEST_F(ModuleVaultTest, RunningServiceGoesOnWhenAModuleIsWrittenThatIsNotThere) {
  const auto vault = Vault::Open(file_.path(), store_);
  const auto key = (*vault)->NewKey("kalix");
  file_.Write("module:" + module_.Uri("gone", "master") + "\n" + MasterKeyLine("file", 'a'));
  EXPECT_THAT((*vault)->Rotate(), HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK((*vault)->Unwrap("kalix", key->wrapped()));
  EXPECT_OK((*vault)->NewKey("tyreso"));
  EXPECT_EQ(Masters(), "file,file");
}

}  // namespace
}  // namespace avvik::secrecy
