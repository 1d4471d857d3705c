// What a person sees when signing in did not work.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "services/gateway/http_message.h"
#include "services/gateway/trace.h"

namespace avvik::gateway {

// A page in Swedish, Danish and English with a way to try again, for a browser; a problem for
// whoever does not accept HTML. A sign-in that failed is 400: nothing that credentials in the
// request would change.
HttpResponse SignInFailed(const absl::Status& status, std::string_view accept, const Trace& trace);

}  // namespace avvik::gateway
