// Describes the API as OpenAPI 3.1: the same routes that the gateway serves, with the comments of the
// protos as descriptions and the rules of their fields as schemas.
#pragma once

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "services/gateway/route_table.h"

namespace avvik::gateway {

// `routes` must come from the pool that `files` belong to; that pool has the comments only when it was
// made from a descriptor set with source info.
nlohmann::ordered_json DescribeApi(const RouteTable& routes, const std::string& version);

}  // namespace avvik::gateway
