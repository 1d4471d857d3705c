// Opens what is kept from handlers, for those who may.
#pragma once

#include "avvik/intake/v1/secrecy.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

// Thread-safe.
class SecrecyService final : public v1::Secrecy::Service {
 public:
  // Both must outlive the service.
  SecrecyService(rpc::Environment& environment, ReportStore& store)
      : environment_(environment), store_(store) {}

  grpc::Status RevealReporter(grpc::ServerContext* context,
                              const v1::RevealReporterRequest* request,
                              v1::RevealReporterResponse* response) override;

 private:
  rpc::Environment& environment_;
  ReportStore& store_;
};

}  // namespace avvik::intake
