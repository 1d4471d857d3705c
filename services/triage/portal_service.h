// What a user interface needs to know before it shows anything.
#pragma once

#include "avvik/triage/v1/portal.grpc.pb.h"
#include "common/organisation/directory.h"
#include "common/rpc/environment.h"

namespace avvik::triage {

// Thread-safe.
class PortalService final : public v1::Portal::Service {
 public:
  // Both must outlive the service.
  PortalService(rpc::Environment& environment, organisation::Directory& directory)
      : environment_(environment), directory_(directory) {}

  grpc::Status GetAppearance(grpc::ServerContext* context, const v1::GetAppearanceRequest* request,
                             v1::GetAppearanceResponse* response) override;
  grpc::Status GetMe(grpc::ServerContext* context, const v1::GetMeRequest* request,
                     v1::GetMeResponse* response) override;

 private:
  rpc::Environment& environment_;
  organisation::Directory& directory_;
};

}  // namespace avvik::triage
