// A certificate authority for tests, in a folder of its own that vanishes with it.
#pragma once

#include <string>
#include <vector>

#include "common/rpc/transport.h"

namespace avvik::testing {

class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // The files of a service, looked at every second for a change; made anew, in one rename, at every call.
  // `names` as openssl writes alternative names.
  rpc::TransportSettings Certify(const std::string& service) const {
    return Certify(service, "DNS:avvik-" + service);
  }
  rpc::TransportSettings Certify(const std::string& service, const std::string& names,
                                 int days = 1) const;

  std::string authority() const { return folder_ + "/ca.pem"; }

  // The file with the authority's list of revoked certificates, in one rename made to hold the last of each of
  // these services besides what it held.
  std::string Revoke(const std::vector<std::string>& services) const;

  // A file with the authority's word (OCSP) on the last certificate of a service: that it is revoked, or good.
  std::string Prove(const std::string& service) const;

 private:
  std::string folder_;
};

}  // namespace avvik::testing
