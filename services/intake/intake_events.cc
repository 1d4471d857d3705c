#include "services/intake/intake_events.h"

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/campaigns/campaign_rules.h"
#include "common/events/outbox.h"
#include "common/rpc/time.h"

namespace avvik::intake {
namespace {

using rpc::ToProtoTime;

events::v1::Event About(IdSource& ids, const Report& report, absl::Time now,
                        const std::string& trace_parent, const google::protobuf::Message& data) {
  return events::MakeEvent(ids, "intake",
                           {.tenant = report.tenant,
                            .subject = "reports/" + report.id,
                            .subject_version = report.version,
                            .time = now,
                            .trace_parent = trace_parent},
                           data);
}

}  // namespace

events::v1::Event SubmittedEvent(IdSource& ids, const Report& report,
                                 const std::string& trace_parent) {
  const Content& content = report.content;
  v1::ReportSubmitted data;
  data.set_report_id(report.id);
  data.set_number(report.number);
  data.set_category(content.category);
  data.set_unit(content.unit);
  data.set_system(content.system);
  if (content.occurred.has_value()) *data.mutable_occurred_time() = ToProtoTime(*content.occurred);
  if (content.discovered.has_value()) {
    *data.mutable_discovered_time() = ToProtoTime(*content.discovered);
  }
  *data.mutable_reported_time() = ToProtoTime(report.reported);
  data.set_personal_data(content.personal_data);
  if (content.affected_persons.has_value()) data.set_affected_persons(*content.affected_persons);
  data.set_national_security(content.national_security);
  data.set_ongoing(content.ongoing);
  data.set_confidentiality(content.confidentiality);
  data.set_language(content.language);
  data.set_imported(report.origin.has_value());
  for (const campaigns::Fingerprint& fingerprint : report.fingerprints) {
    *(data.has_fingerprint() ? data.add_other_fingerprints() : data.mutable_fingerprint()) =
        campaigns::ToProto(fingerprint);
  }
  return About(ids, report, report.submitted, trace_parent, data);
}

events::v1::Event SupplementedEvent(IdSource& ids, const Report& report, absl::Time now,
                                    const std::string& trace_parent) {
  v1::ReportSupplemented data;
  data.set_report_id(report.id);
  data.set_supplement_id(report.supplements.back().id);
  return About(ids, report, now, trace_parent, data);
}

events::v1::Event WithdrawnEvent(IdSource& ids, const Report& report, absl::Time now,
                                 const std::string& trace_parent) {
  v1::ReportWithdrawn data;
  data.set_report_id(report.id);
  return About(ids, report, now, trace_parent, data);
}

events::v1::Event MessageAddedEvent(IdSource& ids, const std::string& tenant,
                                    const std::string& report_id, int64_t version,
                                    const Message& message, const std::string& trace_parent) {
  v1::ReportMessageAdded data;
  data.set_report_id(report_id);
  data.set_message_id(message.id);
  data.set_by_reporter(message.author == v1::MESSAGE_AUTHOR_REPORTER);
  return events::MakeEvent(ids, "intake",
                           {.tenant = tenant,
                            .subject = "reports/" + report_id,
                            .subject_version = version,
                            .time = message.created,
                            .trace_parent = trace_parent},
                           data);
}

}  // namespace avvik::intake
