// A vault for tests of what seals: tenants' keys in memory, master keys in a file of its own.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include <unistd.h>

#include "common/secrecy/memory_tenant_key_store.h"
#include "common/secrecy/vault.h"

namespace avvik::secrecy {

// The line of a master key; `letter` makes keys differ.
inline std::string MasterKeyLine(const std::string& id, char letter) {
  // 32 bytes are 43 digits of base64 and a pad; the last digit holds four bits.
  return id + ":" + std::string(42, letter) + "A=\n";
}

// A file that is deleted with it.
class MasterKeyFile {
 public:
  explicit MasterKeyFile(const std::string& text = MasterKeyLine("first", 'a')) {
    char path[] = "/tmp/avvik-master-key-XXXXXX";
    const int file = ::mkstemp(path);
    if (file < 0) std::abort();
    ::close(file);
    path_ = path;
    Write(text);
  }
  ~MasterKeyFile() { std::remove(path_.c_str()); }
  MasterKeyFile(const MasterKeyFile&) = delete;
  MasterKeyFile& operator=(const MasterKeyFile&) = delete;

  void Write(const std::string& text) { std::ofstream(path_, std::ios::trunc) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Used like a pointer to a Vault.
class TestVault {
 public:
  TestVault() : vault_(*Vault::Open(file_.path(), store_)) {}

  Vault& operator*() { return *vault_; }
  Vault* operator->() { return vault_.get(); }

  // Puts lines behind the master key, as somebody writes them into the file of a running service.
  void Direct(const std::string& lines) {
    file_.Write(MasterKeyLine("first", 'a') + lines);
    if (!vault_->Rotate().ok()) std::abort();
  }
  // Another copy of the service.
  std::unique_ptr<Vault> Again() { return *Vault::Open(file_.path(), store_); }
  TenantKeyStore& store() { return store_; }

 private:
  MasterKeyFile file_;
  MemoryTenantKeyStore store_;
  std::unique_ptr<Vault> vault_;
};

}  // namespace avvik::secrecy
