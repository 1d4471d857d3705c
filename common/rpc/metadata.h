// What calls between processes carry beside the token, the tenant (identity::kTenantMetadata) and the trace
// context.
#pragma once

namespace avvik::rpc {

// gRPC metadata by which the gateway says from which network address a signed-in caller speaks. It says
// nothing of callers who are anonymous.
inline constexpr char kClientMetadata[] = "avvik-client";
// gRPC metadata by which a machine names the person it acts for, by login.
inline constexpr char kOnBehalfOfMetadata[] = "avvik-on-behalf-of";

}  // namespace avvik::rpc
