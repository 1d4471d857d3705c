// The gRPC face of intake: each method validates, converts, acts and answers.
#pragma once

#include "avvik/intake/v1/intake.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/rpc/environment.h"
#include "services/intake/group_committer.h"
#include "services/intake/report_fingerprint.h"
#include "services/intake/report_statuses.h"
#include "services/intake/report_store.h"
#include "services/intake/second_look.h"

namespace avvik::intake {

// Thread-safe.
class IntakeService final : public v1::Intake::WithCallbackMethod_SubmitReport<v1::Intake::Service> {
 public:
  // All of them must outlive the service.
  IntakeService(rpc::Environment& environment, ReportStore& store, GroupCommitter& committer,
                SecondLook& second_look, organisation::Directory& directory,
                const ReportFingerprints& fingerprints, ReportStatuses& statuses,
                events::Publisher& publisher, IdSource& ids)
      : environment_(environment),
        store_(store),
        committer_(committer),
        second_look_(second_look),
        directory_(directory),
        fingerprints_(fingerprints),
        statuses_(statuses),
        publisher_(publisher),
        ids_(ids) {}

  grpc::ServerUnaryReactor* SubmitReport(grpc::CallbackServerContext* context,
                                         const v1::SubmitReportRequest* request,
                                         v1::Report* response) override;
  grpc::Status GetReport(grpc::ServerContext* context, const v1::GetReportRequest* request,
                         v1::Report* response) override;
  grpc::Status GetReportStatus(grpc::ServerContext* context,
                               const v1::GetReportStatusRequest* request,
                               v1::ReportStatus* response) override;
  grpc::Status ListReports(grpc::ServerContext* context, const v1::ListReportsRequest* request,
                           v1::ListReportsResponse* response) override;
  grpc::Status SupplementReport(grpc::ServerContext* context,
                                const v1::SupplementReportRequest* request,
                                v1::Report* response) override;
  grpc::Status WithdrawReport(grpc::ServerContext* context,
                              const v1::WithdrawReportRequest* request,
                              v1::Report* response) override;
  grpc::Status BatchGetReports(grpc::ServerContext* context,
                               const v1::BatchGetReportsRequest* request,
                               v1::BatchGetReportsResponse* response) override;

 private:
  // The draft as it will be kept, by the organisation as this service knows it now.
  absl::StatusOr<Draft> AdmitNow(const rpc::Call& call, const Draft& draft);

  rpc::Environment& environment_;
  ReportStore& store_;
  GroupCommitter& committer_;
  SecondLook& second_look_;
  organisation::Directory& directory_;
  const ReportFingerprints& fingerprints_;
  ReportStatuses& statuses_;
  events::Publisher& publisher_;
  IdSource& ids_;
};

}  // namespace avvik::intake
