#include "common/audit/rows.h"

namespace avvik::audit {

Record RecordFromRow(const pg::Row& row) {
  return {.id = row.Text("id"),
          .tenant = row.Text("tenant"),
          .at = row.Time("at"),
          .actor = row.Text("actor"),
          .machine = row.Bool("machine"),
          .method = row.Text("method"),
          .permission = row.Text("permission"),
          .subject = row.Text("subject"),
          .outcome = ParseOutcome(row.Text("outcome")).value_or(Outcome::kFailed),
          .reason = row.Text("reason"),
          .trace_parent = row.Text("trace_parent"),
          .on_behalf_of = row.Text("on_behalf_of"),
          .client = row.Text("client"),
          .detail = row.Text("detail")};
}

}  // namespace avvik::audit
