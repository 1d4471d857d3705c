// Attachments as the API tells of them.
#pragma once

#include <string>

#include "avvik/intake/v1/attachments.pb.h"
#include "services/intake/attachment.h"

namespace avvik::intake {

// With the explanation in `language`, the report's.
v1::Attachment ToProto(const Attachment& attachment, const std::string& language);

}  // namespace avvik::intake
