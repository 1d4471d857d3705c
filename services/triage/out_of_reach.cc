#include "services/triage/out_of_reach.h"

#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

constexpr char kReadCases[] = "cases.read";

}  // namespace

absl::Status OutOfReachOr(const rpc::Environment& environment, const rpc::Call& call,
                          CaseStore& cases, const std::string& reference,
                          const absl::Status& not_found) {
  const bool readable =
      cases.Get(call.tenant(), reference, environment.VisibilityFor(call, kReadCases)).ok();
  return readable ? error::CaseOutOfReach(call.method().permission) : not_found;
}

}  // namespace avvik::triage
