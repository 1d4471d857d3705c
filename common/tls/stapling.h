// Whether the other end's certificate was revoked, by the proof of its authority that a server sends along (OCSP stapling,
// RFC 6066, section 8).
#pragma once

#include <openssl/types.h>

namespace avvik::tls {

// Makes connections of this client ask for the proof. One is then refused when the proof says that the certificate was
// revoked or is not known, or is not the authority's; and when there is none though the certificate says that
// there is always one ("must-staple", RFC 7633). Otherwise a server need not send one.
void AskForStatus(SSL_CTX* context);

}  // namespace avvik::tls
