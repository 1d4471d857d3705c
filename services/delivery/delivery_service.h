// The gRPC face of delivery: each method validates, converts, acts and answers.
#pragma once

#include <functional>

#include "avvik/delivery/v1/delivery.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/delivery/notice_store.h"

namespace avvik::delivery {

// Thread-safe.
class DeliveryService final : public v1::Delivery::Service {
 public:
  // Both must outlive the service. `due` is called when a notice has been made due.
  DeliveryService(rpc::Environment& environment, NoticeStore& store, std::function<void()> due)
      : environment_(environment), store_(store), due_(std::move(due)) {}

  grpc::Status ListNotices(grpc::ServerContext* context, const v1::ListNoticesRequest* request,
                           v1::ListNoticesResponse* response) override;
  grpc::Status GetNotice(grpc::ServerContext* context, const v1::GetNoticeRequest* request,
                         v1::Notice* response) override;
  grpc::Status GetQueue(grpc::ServerContext* context, const v1::GetQueueRequest* request,
                        v1::Queue* response) override;
  grpc::Status RetryNotice(grpc::ServerContext* context, const v1::RetryNoticeRequest* request,
                           v1::Notice* response) override;

 private:
  rpc::Environment& environment_;
  NoticeStore& store_;
  const std::function<void()> due_;
};

}  // namespace avvik::delivery
