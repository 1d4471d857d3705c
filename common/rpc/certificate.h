// Checks of certificate files before they are used, so that a mistake is told at the start and in words.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace avvik::rpc {

// Whether the PEM files fit each other: the certificate is of use now, is the authority's, and belongs to
// the key, which only its owner may read. INVALID_ARGUMENT, naming the setting and the file, otherwise.
absl::Status CheckCertificate(const std::string& certificate, const std::string& key,
                              const std::string& authority);

}  // namespace avvik::rpc
