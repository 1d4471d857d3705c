// The gRPC face of the ladder: each method validates, converts, acts and answers.
#pragma once

#include "avvik/escalation/v1/ladder.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/escalation/alarm_store.h"

namespace avvik::escalation {

// Thread-safe.
class LadderService final : public v1::Ladder::Service {
 public:
  // Both must outlive the service.
  LadderService(rpc::Environment& environment, AlarmStore& store)
      : environment_(environment), store_(store) {}

  grpc::Status ListAlarms(grpc::ServerContext* context, const v1::ListAlarmsRequest* request,
                          v1::ListAlarmsResponse* response) override;
  grpc::Status AnswerAlarm(grpc::ServerContext* context, const v1::AnswerAlarmRequest* request,
                           v1::Alarm* response) override;

 private:
  rpc::Environment& environment_;
  AlarmStore& store_;
};

}  // namespace avvik::escalation
