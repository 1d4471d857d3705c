// Memory that is given back is overwritten.
#pragma once

namespace avvik::process {

// Whether this program overwrites each block of the heap as it is freed, whoever frees it: our code, gRPC, protobuf,
// OpenSSL, libpq. So it does when it is linked with this file, except where a sanitizer keeps the heap itself.
bool WipesFreedMemory();

}  // namespace avvik::process
