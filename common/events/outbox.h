// Telling other services: events are written into the service's own database in the transaction of the
// change they tell of (the transactional outbox), and published from there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "google/protobuf/message.h"

namespace avvik::events {

// What an event is about and when it happened; the fact itself is the message beside it.
struct Heading {
  std::string tenant;
  std::string subject;          // Such as `cases/<uuid>`.
  int64_t subject_version = 0;  // The version after the change, 1 for the first.
  absl::Time time;
  std::string trace_parent;
};

// Builds the envelope. `source` is the telling service's name.
v1::Event MakeEvent(IdSource& ids, std::string_view source, const Heading& heading,
                    const google::protobuf::Message& data);

// Writes events in the given order. They travel after the transaction is committed, and never if it is
// not. Order between transactions that lock the same subject's row is the order of their commits.
absl::Status Append(pg::Transaction& transaction, std::span<const v1::Event> events);

// What Append inserts, for a statement that writes events with other rows in one go.
std::vector<pg::Param> Serialized(std::span<const v1::Event> events);

}  // namespace avvik::events
