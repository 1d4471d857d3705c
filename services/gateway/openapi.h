// Describes the API as OpenAPI 3.1: the same routes that the gateway serves, with the comments of
// the protos as descriptions and the rules of their fields as schemas.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "services/gateway/route_table.h"

namespace avvik::gateway {

// There are descriptions only when the pool of `routes` was made from a descriptor set with source
// info.
nlohmann::ordered_json DescribeApi(const RouteTable& routes, const std::string& version);

}  // namespace avvik::gateway
