#include "common/host/organisation_source.h"

#include "avvik/triage/v1/triage.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/status/macros.h"

namespace avvik::host {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(3);

absl::StatusOr<triage::v1::FollowOrganisationResponse> Follow(rpc::Peer& triage,
                                                              const std::string& tenant,
                                                              int64_t known_version) {
  AVVIK_ASSIGN_OR_RETURN(const auto context, triage.NewContext(tenant, kTimeout));
  triage::v1::FollowOrganisationRequest request;
  request.set_tenant(tenant);
  request.set_known_version(known_version);
  triage::v1::FollowOrganisationResponse response;
  const auto stub = triage::v1::Triage::NewStub(triage.channel());
  AVVIK_RETURN_IF_ERROR(
      rpc::FromGrpc(stub->FollowOrganisation(context.get(), request, &response)));
  return response;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> OrganisationSource::Tenants() {
  AVVIK_ASSIGN_OR_RETURN(const auto response, Follow(triage_, "", 0));
  return std::vector<std::string>(response.tenants().begin(), response.tenants().end());
}

absl::StatusOr<std::optional<organisation::Snapshot>> OrganisationSource::Fetch(
    const std::string& tenant, int64_t known_version) {
  AVVIK_ASSIGN_OR_RETURN(auto response, Follow(triage_, tenant, known_version));
  if (!response.has_organisation()) return std::nullopt;
  organisation::Snapshot snapshot;
  snapshot.organisation.Swap(response.mutable_organisation());
  snapshot.version = response.version();
  return snapshot;
}

}  // namespace avvik::host
