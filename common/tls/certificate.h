// Checks of certificate files before they are used, so that a mistake is told at the start and in words.
#pragma once

#include "absl/status/status.h"
#include "common/tls/files.h"

namespace avvik::tls {

// Whether the PEM files fit each other: the certificate is of use now, is the authority's, and belongs to
// the key, which only its owner may read. INVALID_ARGUMENT, naming the setting and the file, otherwise.
absl::Status CheckCertificate(const Files& files);

}  // namespace avvik::tls
