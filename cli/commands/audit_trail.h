// The trace as the services give it, and as an export holds it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "avvik/audit/v1/audit.pb.h"
#include "cli/api.h"

namespace avvik::cli {

// The services that have one, or only `service` when it is named. INVALID_ARGUMENT when that has none.
absl::StatusOr<std::vector<std::string>> AuditedServices(const std::string& service);

// Query parameters, such as `actor=anna`, encoded.
class Query {
 public:
  Query& Add(const std::string& name, const std::string& value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

using TakeRecord = std::function<absl::Status(const audit::v1::Record&)>;
using TakeCheckpoint = std::function<absl::Status(const audit::v1::Checkpoint&)>;

// Hands over every record, or checkpoint, of a service that `query` asks for, page by page, in the order of
// the chain. Ends with the first error.
absl::Status EachRecord(Api& api, const std::string& service, const Query& query,
                        const TakeRecord& take);
absl::Status EachCheckpoint(Api& api, const std::string& service, const Query& query,
                            const TakeCheckpoint& take);

// A line of an export.
std::string ExportLine(const audit::v1::Record& record);
std::string ExportLine(const audit::v1::Checkpoint& checkpoint);

// Reads an export, or a log in which services wrote their checkpoints; other lines are passed over. Errors
// name the line.
absl::Status ReadExport(const std::string& path, const TakeRecord& record,
                        const TakeCheckpoint& checkpoint);

}  // namespace avvik::cli
