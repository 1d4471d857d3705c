// The certificates that an authority has withdrawn before their time (RFC 5280, section 5).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct x509_st;

namespace avvik::tls {

// Thread-safe. A file that changes is read anew when somebody asks; one that then is of no use changes nothing
// and is logged. A list past its time counts on: what it names stays refused.
class Revocations {
 public:
  // `path` holds the lists, in PEM, of authorities whose certificates are in the file `authority`. It is looked
  // at for a change after `reload`. INVALID_ARGUMENT, naming --tls-revoked, when the file cannot be read,
  // holds no list, or one that is none of these authorities'.
  static absl::StatusOr<std::shared_ptr<Revocations>> Load(const std::string& path,
                                                           const std::string& authority,
                                                           absl::Duration reload);

  // Whether a certificate is on a list of whoever issued it. Of `pem` only the first certificate is looked at; what is
  // none is on no list. Cheap when the same text is asked about again, as for every call of one connection.
  bool Hold(std::string_view pem);
  bool Hold(x509_st* certificate);

 private:
  // The serial numbers withdrawn by an issuer, both in DER.
  using Lists = std::map<std::string, std::set<std::string>>;
  // What tells one state of a file from the next.
  struct State {
    int64_t device = -1, inode = -1, size = -1, seconds = -1, nanoseconds = -1;
    bool operator==(const State&) const = default;
  };

  Revocations(std::string path, std::string authority, absl::Duration reload)
      : path_(std::move(path)), authority_(std::move(authority)), reload_(reload) {}
  static State Look(const std::string& path);
  absl::StatusOr<Lists> Read() const;
  // These are called with `mutex_` held.
  void Follow();
  bool IsListed(x509_st* certificate) const;

  const std::string path_;
  const std::string authority_;
  const absl::Duration reload_;
  std::mutex mutex_;
  absl::Time looked_;
  State state_;
  Lists lists_;
  // What was found out with `lists_` about certificates in PEM.
  std::map<std::string, bool, std::less<>> found_;
};

}  // namespace avvik::tls
