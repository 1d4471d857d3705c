#include "services/escalation/dossier_frame.h"

#include <string_view>

namespace avvik::escalation {
namespace {

// The host of an address, such as `avvik.kalix.se` of `https://avvik.kalix.se:8443/start`.
std::string HostOf(std::string_view address) {
  if (const size_t scheme = address.find("://"); scheme != std::string_view::npos) {
    address.remove_prefix(scheme + 3);
  }
  return std::string(address.substr(0, address.find_first_of(":/?#")));
}

}  // namespace

ExportFrame FrameOf(const v1::Dossier& dossier, const organisation::Organisation& organisation,
                    absl::Time now) {
  return {.logo_svg = organisation.proto().appearance().logo(),
          .domain = HostOf(organisation.proto().base_url()),
          .time = now,
          .time_zone = organisation.time_zone(),
          .tlp = TlpOf(dossier)};
}

}  // namespace avvik::escalation
