// The gRPC face of public records: each method validates, converts, acts and answers.
#pragma once

#include <string>

#include "avvik/triage/v1/record.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/ids/id_source.h"
#include "common/rpc/environment.h"
#include "services/triage/case_store.h"
#include "services/triage/record_store.h"

namespace avvik::triage {

// Thread-safe.
class RecordsService final : public v1::PublicRecords::Service {
 public:
  // All of them must outlive the service.
  RecordsService(rpc::Environment& environment, RecordStore& records, CaseStore& cases,
                 events::Publisher& publisher, IdSource& ids)
      : environment_(environment),
        records_(records),
        cases_(cases),
        publisher_(publisher),
        ids_(ids) {}

  grpc::Status GetCaseRecord(grpc::ServerContext* context, const v1::GetCaseRecordRequest* request,
                             v1::CaseRecord* response) override;
  grpc::Status RegisterCase(grpc::ServerContext* context, const v1::RegisterCaseRequest* request,
                            v1::CaseRecord* response) override;
  grpc::Status DescribeCase(grpc::ServerContext* context, const v1::DescribeCaseRequest* request,
                            v1::CaseRecord* response) override;
  grpc::Status MarkSecrecy(grpc::ServerContext* context, const v1::MarkSecrecyRequest* request,
                           v1::CaseRecord* response) override;
  grpc::Status AssessSecrecy(grpc::ServerContext* context, const v1::AssessSecrecyRequest* request,
                             v1::CaseRecord* response) override;
  grpc::Status ListRegister(grpc::ServerContext* context, const v1::ListRegisterRequest* request,
                            v1::ListRegisterResponse* response) override;

 private:
  absl::Status Change(rpc::Call& call, const std::string& reference, const std::string& etag,
                      const RecordDecision& decide, v1::CaseRecord* response);

  rpc::Environment& environment_;
  RecordStore& records_;
  CaseStore& cases_;
  events::Publisher& publisher_;
  IdSource& ids_;
};

}  // namespace avvik::triage
