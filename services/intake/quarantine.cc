#include "services/intake/quarantine.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::intake {
namespace {

// How often it looks without being woken: another process may have taken a file in.
constexpr absl::Duration kLook = absl::Seconds(2);
// A file that was claimed is due again after it: longer than a scan may take.
constexpr absl::Duration kClaim = absl::Minutes(6);
constexpr absl::Duration kLongestPause = absl::Minutes(5);

telemetry::Counter Scans(telemetry::Registry& telemetry, const char* result) {
  return telemetry.Counter("avvik_attachment_scans_total", "Files given to the malware scanner, by result.",
                           {{"result", result}});
}

v1::AttachmentRefusal RefusalFor(malware::Finding finding) {
  switch (finding) {
    case malware::Finding::kInfected:
      return v1::ATTACHMENT_REFUSAL_INFECTED;
    case malware::Finding::kNotScannable:
      return v1::ATTACHMENT_REFUSAL_NOT_SCANNABLE;
    case malware::Finding::kClean:
      break;
  }
  return v1::ATTACHMENT_REFUSAL_UNSPECIFIED;
}

}  // namespace

Quarantine::Quarantine(AttachmentStore& store, malware::Scanner& scanner, const Clock& clock,
                       telemetry::Registry& telemetry, std::function<void()> told)
    : store_(store),
      scanner_(scanner),
      clock_(clock),
      told_(std::move(told)),
      clean_(Scans(telemetry, "clean")),
      refused_(Scans(telemetry, "refused")),
      failed_(Scans(telemetry, "failed")),
      waiting_(telemetry.Gauge("avvik_attachments_quarantined", "Files that wait to be scanned.")),
      loop_("quarantine", [this] { return Step(); }) {}

absl::Duration Quarantine::Step() {
  const absl::StatusOr<bool> worked = RunOnce();
  if (!worked.ok()) log::Warning("quarantine_waiting", {{"error", worked.status()}});
  if (worked.ok() && *worked) return absl::ZeroDuration();
  if (const auto swept = store_.Sweep(clock_.Now()); swept.ok() && *swept > 0) {
    log::Info("uploads_given_up", {{"count", *swept}});
  }
  if (const auto waiting = store_.Waiting(); waiting.ok()) waiting_.Set(static_cast<double>(*waiting));
  return kLook;
}

absl::StatusOr<bool> Quarantine::RunOnce() {
  const absl::Time now = clock_.Now();
  AVVIK_ASSIGN_OR_RETURN(const auto claimed, store_.ClaimForScan(now, now + kClaim));
  if (!claimed.has_value()) return false;
  const Attachment& attachment = claimed->attachment;
  absl::StatusOr<Verdict> verdict = Scan(attachment);
  if (absl::IsDataLoss(verdict.status())) {
    verdict = Verdict{.refusal = v1::ATTACHMENT_REFUSAL_DAMAGED, .signature = ""};
  } else if (absl::IsNotFound(verdict.status())) {
    return true;  // It was deleted, or its report erased.
  } else if (!verdict.ok()) {
    failed_.Add();
    log::Warning("scan_failed", {{"attachment", attachment.id},
                                 {"scans", claimed->scans},
                                 {"error", verdict.status()}});
    AVVIK_RETURN_IF_ERROR(
        store_.Postpone(attachment, clock_.Now() + PauseAfter(claimed->scans)));
    return true;
  }
  AVVIK_RETURN_IF_ERROR(store_.Settle(attachment, *verdict, clock_.Now()));
  told_();
  if (verdict->refusal == v1::ATTACHMENT_REFUSAL_UNSPECIFIED) {
    clean_.Add();
  } else {
    refused_.Add();
    log::Warning("attachment_refused", {{"attachment", attachment.id},
                                        {"refusal", v1::AttachmentRefusal_Name(verdict->refusal)},
                                        {"signature", verdict->signature}});
  }
  return true;
}

absl::StatusOr<Verdict> Quarantine::Scan(const Attachment& attachment) {
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         store_.KeyOf(attachment.tenant, attachment.report_id));
  const auto pieces = [&](const auto& give) -> absl::Status {
    for (int index = 0; index < attachment.chunks; ++index) {
      AVVIK_ASSIGN_OR_RETURN(const std::string chunk, store_.Chunk(attachment, key, index));
      AVVIK_RETURN_IF_ERROR(give(chunk));
    }
    return absl::OkStatus();
  };
  AVVIK_ASSIGN_OR_RETURN(const malware::Verdict verdict, scanner_.Scan(pieces));
  return Verdict{.refusal = RefusalFor(verdict.finding), .signature = verdict.signature};
}

absl::Duration Quarantine::PauseAfter(int scans) {
  const int doublings = std::clamp(scans - 1, 0, 10);
  return std::min(kLongestPause, absl::Seconds(2 << doublings));
}

}  // namespace avvik::intake
