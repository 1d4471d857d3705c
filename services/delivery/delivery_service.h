// The gRPC face of delivery: each method validates, converts, acts and answers.
#pragma once

#include <functional>

#include "avvik/delivery/v1/delivery.grpc.pb.h"
#include "common/rpc/environment.h"
#include "common/secrecy/vault.h"
#include "services/delivery/notice_store.h"
#include "services/delivery/templates.h"

namespace avvik::delivery {

// Thread-safe.
class DeliveryService final : public v1::Delivery::Service {
 public:
  // All of them must outlive the service. `due` is called when a notice has been made due.
  DeliveryService(rpc::Environment& environment, NoticeStore& store, secrecy::Vault& vault,
                  const TemplateSet& templates, std::function<void()> due)
      : environment_(environment),
        store_(store),
        vault_(vault),
        templates_(templates),
        due_(std::move(due)) {}

  grpc::Status ListNotices(grpc::ServerContext* context, const v1::ListNoticesRequest* request,
                           v1::ListNoticesResponse* response) override;
  grpc::Status GetNotice(grpc::ServerContext* context, const v1::GetNoticeRequest* request,
                         v1::Notice* response) override;
  grpc::Status GetQueue(grpc::ServerContext* context, const v1::GetQueueRequest* request,
                        v1::Queue* response) override;
  grpc::Status RetryNotice(grpc::ServerContext* context, const v1::RetryNoticeRequest* request,
                           v1::Notice* response) override;
  grpc::Status ListTemplates(grpc::ServerContext* context,
                             const v1::ListTemplatesRequest* request,
                             v1::ListTemplatesResponse* response) override;

 private:
  // The caller's pseudonyms: of a handler or named reporter, and of a confidential one.
  absl::StatusOr<std::vector<std::string>> PersonsOf(const rpc::Call& call);
  absl::StatusOr<Visibility> VisibilityOf(const rpc::Call& call);

  rpc::Environment& environment_;
  NoticeStore& store_;
  secrecy::Vault& vault_;
  const TemplateSet& templates_;
  const std::function<void()> due_;
};

}  // namespace avvik::delivery
