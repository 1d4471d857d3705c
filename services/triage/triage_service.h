// The gRPC face of triage: each method validates, converts, acts and answers.
#pragma once

#include "avvik/triage/v1/triage.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/organisation/directory.h"
#include "common/rpc/environment.h"
#include "services/triage/case_commands.h"
#include "services/triage/case_search_store.h"
#include "services/triage/case_store.h"
#include "services/triage/organisation_store.h"

namespace avvik::triage {

// Thread-safe.
class TriageService final : public v1::Triage::Service {
 public:
  // All of them must outlive the service.
  TriageService(rpc::Environment& environment, CaseStore& cases, CaseSearchStore& search,
                CaseCommands& commands, OrganisationStore& organisations,
                organisation::Directory& directory, const ClassificationRules& rules,
                events::Publisher& publisher)
      : environment_(environment),
        cases_(cases),
        search_(search),
        commands_(commands),
        organisations_(organisations),
        directory_(directory),
        rules_(rules),
        publisher_(publisher) {}

  grpc::Status GetCase(grpc::ServerContext* context, const v1::GetCaseRequest* request,
                       v1::Case* response) override;
  grpc::Status ListCases(grpc::ServerContext* context, const v1::ListCasesRequest* request,
                         v1::ListCasesResponse* response) override;
  grpc::Status ClassifyCase(grpc::ServerContext* context, const v1::ClassifyCaseRequest* request,
                            v1::Case* response) override;
  grpc::Status AssignCase(grpc::ServerContext* context, const v1::AssignCaseRequest* request,
                          v1::Case* response) override;
  grpc::Status AcknowledgeCase(grpc::ServerContext* context,
                               const v1::AcknowledgeCaseRequest* request,
                               v1::Case* response) override;
  grpc::Status AddNote(grpc::ServerContext* context, const v1::AddNoteRequest* request,
                       v1::Case* response) override;
  grpc::Status CloseCase(grpc::ServerContext* context, const v1::CloseCaseRequest* request,
                         v1::Case* response) override;
  grpc::Status ReopenCase(grpc::ServerContext* context, const v1::ReopenCaseRequest* request,
                          v1::Case* response) override;
  grpc::Status RestrictCase(grpc::ServerContext* context, const v1::RestrictCaseRequest* request,
                            v1::Case* response) override;
  grpc::Status GrantCaseAccess(grpc::ServerContext* context,
                               const v1::GrantCaseAccessRequest* request,
                               v1::Case* response) override;
  grpc::Status RevokeCaseAccess(grpc::ServerContext* context,
                                const v1::RevokeCaseAccessRequest* request,
                                v1::Case* response) override;
  grpc::Status HandOverCases(grpc::ServerContext* context, const v1::HandOverCasesRequest* request,
                             v1::HandOverCasesResponse* response) override;
  grpc::Status ExplainCase(grpc::ServerContext* context, const v1::ExplainCaseRequest* request,
                           v1::ExplainCaseResponse* response) override;
  grpc::Status GetOrganisation(grpc::ServerContext* context,
                               const v1::GetOrganisationRequest* request,
                               v1::GetOrganisationResponse* response) override;
  grpc::Status ApplyOrganisation(grpc::ServerContext* context,
                                 const v1::ApplyOrganisationRequest* request,
                                 v1::ApplyOrganisationResponse* response) override;
  grpc::Status FollowOrganisation(grpc::ServerContext* context,
                                  const v1::FollowOrganisationRequest* request,
                                  v1::FollowOrganisationResponse* response) override;

 private:
  // Changes a case as `decide` says and answers with it.
  absl::Status Change(rpc::Call& call, const std::string& case_id, const std::string& request_id,
                      const Decision& decide, v1::Case* response);

  rpc::Environment& environment_;
  CaseStore& cases_;
  CaseSearchStore& search_;
  CaseCommands& commands_;
  OrganisationStore& organisations_;
  organisation::Directory& directory_;
  const ClassificationRules& rules_;
  events::Publisher& publisher_;
};

}  // namespace avvik::triage
