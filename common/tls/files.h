// Where a service's certificate is, and whom it believes. Files in PEM form.
#pragma once

#include <string>

namespace avvik::tls {

// The first three are all given or none. The certificate and the key may be one file, so that both are
// exchanged by one rename.
struct Files {
  std::string certificate;  // This service's, with those between it and the authority.
  std::string key;          // Readable by its owner only.
  std::string authority;    // Whose certificates count.
  std::string revoked;      // The authority's list of those that count no more; empty for none.
};

}  // namespace avvik::tls
