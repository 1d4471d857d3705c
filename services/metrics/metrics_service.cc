#include "services/metrics/metrics_service.h"

#include <optional>
#include <utility>

#include "common/rpc/handle.h"
#include "common/status/macros.h"
#include "services/metrics/errors.h"

namespace avvik::metrics {
namespace {

// A right that was taken away must not be used for long by a call that began before.
constexpr absl::Duration kLongestWatch = absl::Minutes(15);
// How soon a watcher that went away is noticed.
constexpr absl::Duration kWatcherPatience = absl::Milliseconds(500);

constexpr char kReadCases[] = "cases.read";

absl::StatusOr<View> ViewOf(const rpc::Environment& environment, const rpc::Call& call,
                            const v1::FigureFilter& filter) {
  if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
  return MakeView(filter, call.grant(), environment.GrantFor(call, kReadCases),
                  *call.organisation());
}

}  // namespace

grpc::Status MetricsService::ListIndicators(grpc::ServerContext* context,
                                            const v1::ListIndicatorsRequest* request,
                                            v1::ListIndicatorsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const View view, ViewOf(environment_, call, request->filter()));
    AVVIK_ASSIGN_OR_RETURN(*response,
                           painter_.Indicators(view, request->breakdown(), call.deadline()));
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status MetricsService::GetSituation(grpc::ServerContext* context,
                                          const v1::GetSituationRequest* request,
                                          v1::Situation* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const View view, ViewOf(environment_, call, request->filter()));
    AVVIK_ASSIGN_OR_RETURN(*response, painter_.Situation(view, call.deadline()));
    return absl::OkStatus();
  });
}

grpc::Status MetricsService::WatchSituation(grpc::ServerContext* context,
                                            const v1::WatchSituationRequest* request,
                                            grpc::ServerWriter<v1::Situation>* writer) {
  // Letting the caller in is a call like any other, over before the watching begins: those who watch are
  // bounded by the watchers, not by the places of calls.
  std::optional<Watchers::Watcher> watcher;
  const grpc::Status let_in =
      rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(const View view, ViewOf(environment_, call, request->filter()));
        AVVIK_ASSIGN_OR_RETURN(Watchers::Watcher joined, watchers_.Join(view));
        watcher.emplace(std::move(joined));
        return absl::OkStatus();
      });
  if (!let_in.ok()) return let_in;
  const absl::Time end = environment_.clock().Now() + kLongestWatch;
  while (!context->IsCancelled() && !watchers_.stopped() && environment_.clock().Now() < end) {
    const Watchers::Picture picture = watcher->Next(kWatcherPatience);
    if (picture != nullptr && !writer->Write(*picture)) break;
  }
  return grpc::Status::OK;
}

grpc::Status MetricsService::RebuildFigures(grpc::ServerContext* context,
                                            const v1::RebuildFiguresRequest* request,
                                            v1::RebuildFiguresResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(*response->mutable_rebuild(), rebuilder_.Begin(call.Trace("figures")));
    return absl::OkStatus();
  });
}

grpc::Status MetricsService::GetRebuild(grpc::ServerContext* context,
                                        const v1::GetRebuildRequest* request,
                                        v1::Rebuild* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(*response, rebuilder_.Last());
    return absl::OkStatus();
  });
}

}  // namespace avvik::metrics
