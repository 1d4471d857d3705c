#include "common/events/outbox.h"

#include "google/protobuf/util/time_util.h"

namespace avvik::events {
namespace {

constexpr pg::Statement kInsertEvents{"events_insert", R"sql(
    INSERT INTO event_log (event)
    SELECT event FROM unnest($1::bytea[]) WITH ORDINALITY AS input (event, place)
     ORDER BY place)sql"};

}  // namespace

v1::Event MakeEvent(IdSource& ids, std::string_view source, const Heading& heading,
                    const google::protobuf::Message& data) {
  v1::Event event;
  event.set_id(ids.Next());
  event.set_type(data.GetDescriptor()->full_name());
  event.set_source(std::string(source));
  event.set_tenant(heading.tenant);
  event.set_subject(heading.subject);
  event.set_subject_version(heading.subject_version);
  *event.mutable_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(heading.time));
  event.set_trace_parent(heading.trace_parent);
  event.mutable_data()->PackFrom(data);
  return event;
}

std::vector<pg::Param> Serialized(std::span<const v1::Event> events) {
  std::vector<pg::Param> rows;
  rows.reserve(events.size());
  for (const v1::Event& event : events) rows.emplace_back(pg::Bytes{event.SerializeAsString()});
  return rows;
}

absl::Status Append(pg::Transaction& transaction, std::span<const v1::Event> events) {
  if (events.empty()) return absl::OkStatus();
  return transaction.Execute(kInsertEvents, {pg::Array(Serialized(events))}).status();
}

}  // namespace avvik::events
