// The files of the API that declare services, for tests that look at every call.
#pragma once

#include <vector>

#include "avvik/audit/v1/audit.pb.h"
#include "avvik/delivery/v1/delivery.pb.h"
#include "avvik/escalation/v1/assessment.pb.h"
#include "avvik/escalation/v1/dossier.pb.h"
#include "avvik/escalation/v1/escalation.pb.h"
#include "avvik/escalation/v1/ladder.pb.h"
#include "avvik/events/v1/event_log.pb.h"
#include "avvik/intake/v1/attachments.pb.h"
#include "avvik/intake/v1/campaigns.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "avvik/intake/v1/receipts.pb.h"
#include "avvik/intake/v1/secrecy.pb.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "avvik/triage/v1/case_batch.pb.h"
#include "avvik/triage/v1/case_history.pb.h"
#include "avvik/triage/v1/case_links.pb.h"
#include "avvik/triage/v1/case_outcomes.pb.h"
#include "avvik/triage/v1/case_search.pb.h"
#include "avvik/triage/v1/catalogues.pb.h"
#include "avvik/triage/v1/measures.pb.h"
#include "avvik/triage/v1/organisation_history.pb.h"
#include "avvik/triage/v1/portal.pb.h"
#include "avvik/triage/v1/secrecy.pb.h"
#include "avvik/triage/v1/session_log.pb.h"
#include "avvik/triage/v1/triage.pb.h"

namespace avvik::organisation {

// Naming a message of each brings its descriptors into the program. A test compares the list with
// the folder `proto`.
inline std::vector<const google::protobuf::FileDescriptor*> ServiceFiles() {
  return {intake::v1::GetReportRequest::descriptor()->file(),
          intake::v1::GetAttachmentRequest::descriptor()->file(),
          intake::v1::GetCampaignRequest::descriptor()->file(),
          intake::v1::RevealReporterRequest::descriptor()->file(),
          intake::v1::CreateChallengeRequest::descriptor()->file(),
          triage::v1::GetCaseRequest::descriptor()->file(),
          triage::v1::CaseVersion::descriptor()->file(),
          triage::v1::LinkReportRequest::descriptor()->file(),
          triage::v1::CountCasesRequest::descriptor()->file(),
          triage::v1::DecideMeasureRequest::descriptor()->file(),
          triage::v1::GetCaseTimelineRequest::descriptor()->file(),
          triage::v1::BatchGetCaseOutcomesRequest::descriptor()->file(),
          triage::v1::EraseCaseRequest::descriptor()->file(),
          triage::v1::RecordSessionRequest::descriptor()->file(),
          triage::v1::OrganisationVersion::descriptor()->file(),
          triage::v1::RoleDescription::descriptor()->file(),
          triage::v1::GetMeRequest::descriptor()->file(),
          escalation::v1::GetDutyRequest::descriptor()->file(),
          escalation::v1::GetDossierRequest::descriptor()->file(),
          escalation::v1::AnswerAlarmRequest::descriptor()->file(),
          escalation::v1::GetAssessmentRequest::descriptor()->file(),
          metrics::v1::Indicator::descriptor()->file(),
          delivery::v1::Notice::descriptor()->file(),
          events::v1::ReadEventsRequest::descriptor()->file(),
          audit::v1::Record::descriptor()->file()};
}

}  // namespace avvik::organisation
