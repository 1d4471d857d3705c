#include "common/tls/revocations.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstdio>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/log/log.h"

namespace avvik::tls {
namespace {

// Some ten services call, each with a new certificate now and then.
constexpr size_t kMostFound = 256;

struct Release {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

// What is read to its end leaves an error behind, which a connection of the same thread would take for its
// own.
struct ErrorsForgotten {
  ~ErrorsForgotten() { ERR_clear_error(); }
};

absl::Status Mistake(const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError("--tls-revoked (" + path + ") " + what);
}

std::string Der(const X509_NAME* name) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_NAME(name, &bytes);
  if (size < 0) return "";
  std::string der(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::string Der(const ASN1_INTEGER* number) {
  unsigned char* bytes = nullptr;
  const int size = i2d_ASN1_INTEGER(number, &bytes);
  if (size < 0) return "";
  std::string der(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::vector<Owned<X509>> Certificates(const std::string& path) {
  std::vector<Owned<X509>> all;
  const Owned<std::FILE> file(std::fopen(path.c_str(), "re"));
  if (!file) return all;
  while (X509* next = PEM_read_X509(file.get(), nullptr, nullptr, nullptr)) all.emplace_back(next);
  return all;
}

bool IsSignedByOneOf(X509_CRL* list, const std::vector<Owned<X509>>& authorities) {
  for (const Owned<X509>& authority : authorities) {
    if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority.get())) == 0 &&
        X509_CRL_verify(list, X509_get0_pubkey(authority.get())) == 1) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Revocations>> Revocations::Load(const std::string& path,
                                                               const std::string& authority,
                                                               absl::Duration reload) {
  std::shared_ptr<Revocations> made(new Revocations(path, authority, reload));
  made->state_ = Look(path);
  made->looked_ = absl::Now();
  absl::StatusOr<Lists> lists = made->Read();
  if (!lists.ok()) return std::move(lists).status();
  made->lists_ = *std::move(lists);
  return made;
}

bool Revocations::Hold(std::string_view pem) {
  std::lock_guard lock(mutex_);
  Follow();
  if (const auto found = found_.find(pem); found != found_.end()) return found->second;
  const ErrorsForgotten at_the_end;
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  const bool listed = certificate != nullptr && IsListed(certificate.get());
  if (found_.size() == kMostFound) found_.clear();
  found_.emplace(pem, listed);
  return listed;
}

bool Revocations::Hold(x509_st* certificate) {
  std::lock_guard lock(mutex_);
  Follow();
  return IsListed(certificate);
}

bool Revocations::IsListed(x509_st* certificate) const {
  const auto list = lists_.find(Der(X509_get_issuer_name(certificate)));
  return list != lists_.end() && list->second.contains(Der(X509_get0_serialNumber(certificate)));
}

Revocations::State Revocations::Look(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return {};
  return {static_cast<int64_t>(found.st_dev), static_cast<int64_t>(found.st_ino), found.st_size,
          found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

absl::StatusOr<Revocations::Lists> Revocations::Read() const {
  const ErrorsForgotten at_the_end;
  const std::vector<Owned<X509>> authorities = Certificates(authority_);
  const Owned<std::FILE> file(std::fopen(path_.c_str(), "re"));
  if (!file) return Mistake(path_, "cannot be read");
  Lists lists;
  while (const Owned<X509_CRL> list{PEM_read_X509_CRL(file.get(), nullptr, nullptr, nullptr)}) {
    if (!IsSignedByOneOf(list.get(), authorities)) {
      return Mistake(path_, "holds a list that is not the authority's (--tls-authority)");
    }
    std::set<std::string>& serials = lists[Der(X509_CRL_get_issuer(list.get()))];
    STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list.get());
    for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
      serials.insert(Der(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i))));
    }
    if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list.get());
        next != nullptr && X509_cmp_current_time(next) < 0) {
      log::Warning("revocations_out_of_date", {{"file", path_}});
    }
  }
  if (lists.empty()) return Mistake(path_, "holds no revocation list in PEM form");
  return lists;
}

void Revocations::Follow() {
  const absl::Time now = absl::Now();
  if (now - looked_ < reload_) return;
  looked_ = now;
  const State state = Look(path_);
  if (state == state_) return;
  state_ = state;
  absl::StatusOr<Lists> lists = Read();
  if (!lists.ok()) {
    log::Error("revocations_not_read", {{"error", lists.status()}});
    return;
  }
  lists_ = *std::move(lists);
  found_.clear();
  log::Info("revocations_read", {{"file", path_}});
}

}  // namespace avvik::tls
