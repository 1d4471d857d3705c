// Between the domain's case and the API's.
#pragma once

#include "avvik/intake/v1/intake_events.pb.h"
#include "avvik/triage/v1/triage.pb.h"
#include "services/triage/case.h"

namespace avvik::triage {

// `organisation` gives people their names; it may be null.
v1::Case ToProto(const Case& subject, const organisation::Organisation* organisation);
v1::Party ToProto(const Party& party, const organisation::Organisation* organisation);
v1::RoutingStep ToProto(const RoutingStep& step, const organisation::Organisation* organisation);

// What intake told of a report; its title comes from elsewhere, because events carry no text.
ReportTold FromProto(const intake::v1::ReportSubmitted& submitted, const std::string& title);

}  // namespace avvik::triage
