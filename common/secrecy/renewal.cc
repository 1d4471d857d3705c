#include "common/secrecy/renewal.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "common/audit/audit.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::secrecy {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr absl::Duration kPause = absl::Seconds(10);
constexpr char kBelowEveryId[] = "00000000-0000-0000-0000-000000000000";
constexpr char kReplaced[] = "avvik.secrecy/ReplaceTenantKey";
constexpr char kDestroyed[] = "avvik.secrecy/DestroyTenantKey";
constexpr char kHashingDestroyed[] = "avvik.secrecy/DestroyHashingKey";

// Numbers stand in the database.
enum Step {
  kTenantKeys = 1,
  kNewKeys = 2,
  kTexts = 3,
  kOldKeys = 4,
  kHashes = 5,
  kOldTenantKeys = 6,
  kOldHashingKeys = 7,
  kDone = 8
};

constexpr pg::Statement kFind{"secrecy_find_renewal", R"sql(
    SELECT asked, step, part, after, kept, due_at FROM key_renewal ORDER BY asked DESC LIMIT 1)sql"};

constexpr pg::Statement kBegin{"secrecy_begin_renewal", R"sql(
    INSERT INTO key_renewal (asked, step, part, after, kept, due_at)
    VALUES                  ($1,    $2,   0,    $3,    0,    $4)
    ON CONFLICT DO NOTHING)sql"};

constexpr pg::Statement kNote{"secrecy_note_renewal", R"sql(
    UPDATE key_renewal
       SET step = $5, part = $6, after = $7, kept = $8, due_at = $9
     WHERE asked = $1 AND step = $2 AND part = $3 AND after = $4)sql"};

}  // namespace

struct Renewal::Progress {
  absl::Time asked;
  int step = kTenantKeys;
  size_t part = 0;
  std::string after;
  int64_t kept = 0;
  absl::Time due;
};

Renewal::Renewal(Parts parts)
    : parts_(std::move(parts)),
      step_(parts_.telemetry.Gauge("avvik_key_renewal_step",
                                   "Step of replacing keys that is under way, 1 to 6; 0 when none is.")),
      keys_(parts_.telemetry.Counter("avvik_key_renewal_keys_total",
                                     "Data keys gone through while replacing them, in all steps.")),
      texts_(parts_.telemetry.Counter("avvik_key_renewal_texts_total", "Texts sealed anew.")),
      hashes_(parts_.telemetry.Counter("avvik_key_renewal_hashes_total", "Rows gone through to make hashes anew.")),
      loop_("renewal", [this] {
        const absl::StatusOr<bool> more = RunOnce();
        if (!more.ok()) log::Warning("keys_not_renewed", {{"error", more.status()}});
        return more.ok() && *more ? absl::ZeroDuration() : kPause;
      }) {}

absl::StatusOr<pg::Rows> Renewal::Query(const pg::Statement& statement,
                                        std::initializer_list<pg::Param> params) {
  return parts_.pool.Query(pg::Scope::Everything(), statement, params);
}

absl::StatusOr<std::optional<Renewal::Progress>> Renewal::Find() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, Query(kFind, {}));
  if (rows.empty()) return std::optional<Progress>();
  return std::optional(Progress{.asked = rows[0].Time("asked"),
                                .step = static_cast<int>(rows[0].Int("step")),
                                .part = static_cast<size_t>(rows[0].Int("part")),
                                .after = rows[0].Text("after"),
                                .kept = rows[0].Int("kept"),
                                .due = rows[0].Time("due_at")});
}

absl::Status Renewal::Begin(absl::Time asked, absl::Time now) {
  return Query(kBegin, {asked, static_cast<int>(kTenantKeys), kBelowEveryId, now})
      .status();
}

absl::Status Renewal::Note(const Progress& from, const Progress& to,
                           const std::vector<Done>& done) {
  return pg::RunInTransaction(
      parts_.pool, pg::Scope::Everything(), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kNote, {from.asked, from.step, static_cast<int>(from.part),
                                        from.after, to.step, static_cast<int>(to.part), to.after,
                                        to.kept, to.due}));
        if (rows.affected() != 1) return absl::AbortedError("another copy of the service goes on");
        for (const auto& [method, tenants] : done) {
          for (const std::string& tenant : tenants) {
            AVVIK_RETURN_IF_ERROR(audit::Append(transaction, {.id = parts_.ids.Next(),
                                                              .tenant = tenant,
                                                              .at = parts_.clock.Now(),
                                                              .actor = parts_.service,
                                                              .machine = true,
                                                              .method = method}));
          }
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<bool> Renewal::RunOnce() {
  const absl::Time asked = parts_.vault.renew_before();
  AVVIK_ASSIGN_OR_RETURN(std::optional<Progress> at, Find());
  const absl::Time now = parts_.clock.Now();
  // Keys cannot be from later than now, and what is under way is brought to its end first.
  const auto over = [&at] { return !at.has_value() || at->step >= kOldHashingKeys; };
  if (over() && asked <= now && (!at.has_value() || asked > at->asked) &&
      asked != absl::InfinitePast()) {
    AVVIK_RETURN_IF_ERROR(Begin(asked, now));
    AVVIK_ASSIGN_OR_RETURN(at, Find());
  }
  step_.Set(over() ? 0 : at->step);
  if (!at.has_value() || at->step == kDone || now < at->due) return false;
  absl::Status done;
  if (at->step == kTenantKeys) {
    done = ReplaceTenantKeys(*at);
  } else if (at->step == kOldTenantKeys) {
    done = DestroyOlderTenantKeys(*at);
  } else if (at->step == kOldHashingKeys) {
    done = DestroyOlderHashingKeys(*at);
  } else {
    done = RunPage(*at);
  }
  if (!done.ok() && !absl::IsAborted(done)) return done;
  return true;
}

absl::Status Renewal::ReplaceTenantKeys(const Progress& at) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> made,
                         parts_.vault.ReplaceTenantKeys(at.asked));
  std::vector<std::string> tenants;
  for (const WrappedTenantKey& key : made) tenants.push_back(key.tenant);
  Progress next = at;
  next.step = kNewKeys;
  next.due = parts_.clock.Now() + parts_.grace;
  AVVIK_RETURN_IF_ERROR(Note(at, next, {{kReplaced, tenants}}));
  log::Info("tenant_keys_replaced", {{"tenants", std::to_string(tenants.size())}});
  return absl::OkStatus();
}

absl::Status Renewal::DestroyOlderTenantKeys(const Progress& at) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> tenants,
                         parts_.vault.DestroyOlderTenantKeys());
  // Also those of times before, whose last step this one has taken the place of.
  const absl::Time now = parts_.clock.Now();
  AVVIK_ASSIGN_OR_RETURN(
      const std::vector<std::string> earlier,
      parts_.vault.DestroyOlderHashingKeys(std::min(now - parts_.recognised, at.asked)));
  Progress next = at;
  next.step = kOldHashingKeys;
  next.due = now + parts_.recognised;
  AVVIK_RETURN_IF_ERROR(Note(at, next, {{kDestroyed, tenants}, {kHashingDestroyed, earlier}}));
  log::Info("keys_renewed", {{"tenants", std::to_string(tenants.size())}});
  return absl::OkStatus();
}

absl::Status Renewal::DestroyOlderHashingKeys(const Progress& at) {
  AVVIK_ASSIGN_OR_RETURN(
      const std::vector<std::string> tenants,
      parts_.vault.DestroyOlderHashingKeys(parts_.clock.Now() - parts_.recognised));
  Progress next = at;
  next.step = kDone;
  AVVIK_RETURN_IF_ERROR(Note(at, next, {{kHashingDestroyed, tenants}}));
  log::Info("hashing_keys_destroyed", {{"tenants", std::to_string(tenants.size())}});
  return absl::OkStatus();
}

absl::Status Renewal::RunPage(const Progress& at) {
  if (at.step == kNewKeys && at.part == 0 && at.after == kBelowEveryId) {
    AVVIK_RETURN_IF_ERROR(parts_.vault.HashWithNewest(parts_.clock.Now()));
  }
  Progress next = at;
  const size_t parts = at.step == kHashes ? parts_.hashes.size() : parts_.keys.size();
  if (at.part < parts) {
    AVVIK_RETURN_IF_ERROR(at.step == kHashes ? RunHashes(parts_.hashes[at.part], &next)
                                             : RunKeys(parts_.keys[at.part], &next));
    if (next.after == at.after) {
      ++next.part;
      next.after = kBelowEveryId;
    }
  }
  if (next.part < parts) return Note(at, next);
  log::Info("key_renewal_step", {{"step", std::to_string(at.step)}, {"kept", std::to_string(next.kept)}});
  // What could not be finished is gone through once more.
  next.step = next.kept > 0 ? kTexts : at.step + 1;
  next.part = 0;
  next.after = kBelowEveryId;
  next.kept = 0;
  next.due = parts_.clock.Now() + parts_.grace;
  return Note(at, next);
}

absl::Status Renewal::RunKeys(const SealedWith& kind, Progress* at) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows page, Query(kind.page, {at->after}));
  for (const pg::Row row : page) {
    at->after = row.Text("id");
    AVVIK_ASSIGN_OR_RETURN(
        const bool ready,
        RunKey(at->step, kind, at->after, row.Text("tenant"), row.Bytes("wrapped")));
    if (!ready && at->step == kOldKeys) ++at->kept;
    keys_.Add();
  }
  return absl::OkStatus();
}

absl::Status Renewal::RunHashes(const Hashed& kind, Progress* at) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows page, Query(kind.page, {at->after}));
  if (page.empty()) return absl::OkStatus();
  AVVIK_RETURN_IF_ERROR(kind.renew(page));
  at->after = page[page.size() - 1].Text("id");
  hashes_.Add(static_cast<double>(page.size()));
  return absl::OkStatus();
}

absl::StatusOr<bool> Renewal::RunKey(int step, const SealedWith& kind, const std::string& id,
                                     const std::string& tenant, const std::string& wrapped) {
  absl::StatusOr<DataKey> unwrapped = parts_.vault.Unwrap(tenant, wrapped);
  if (absl::IsDataLoss(unwrapped.status())) {
    log::Error("key_not_renewed", {{"table", kind.name}, {"id", id}, {"error", unwrapped.status()}});
    return false;
  }
  if (!unwrapped.ok()) return unwrapped.status();
  const DataKey& key = *unwrapped;
  if (step == kNewKeys) {
    // Two there are when this page was begun before.
    if (key.size() > 1) return true;
    AVVIK_ASSIGN_OR_RETURN(const DataKey both, parts_.vault.WithNewKey(tenant, wrapped));
    AVVIK_RETURN_IF_ERROR(
        Query(kind.replace, {id, pg::Bytes{wrapped}, pg::Bytes{both.wrapped()}}).status());
    return true;
  }
  if (step == kTexts) {
    AVVIK_RETURN_IF_ERROR(SealAnew(kind, id, key).status());
    return true;
  }
  if (kind.busy.sql != nullptr) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows busy, Query(kind.busy, {id}));
    if (!busy.empty()) return false;
  }
  AVVIK_ASSIGN_OR_RETURN(const bool all, SealAnew(kind, id, key));
  if (!all) return false;
  AVVIK_ASSIGN_OR_RETURN(const DataKey newest, parts_.vault.NewestOnly(tenant, wrapped));
  AVVIK_RETURN_IF_ERROR(
      Query(kind.replace, {id, pg::Bytes{wrapped}, pg::Bytes{newest.wrapped()}}).status());
  return true;
}

absl::StatusOr<bool> Renewal::SealAnew(const SealedWith& kind, const std::string& id,
                                       const DataKey& key) {
  bool all = true;
  for (const SealedTexts& texts : kind.texts) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows places, Query(texts.list, {id}));
    for (const pg::Row row : places) {
      AVVIK_ASSIGN_OR_RETURN(const bool current,
                             SealAnew(texts, row.Text("place"), row.Text("context"), key));
      all = all && current;
    }
  }
  return all;
}

absl::StatusOr<bool> Renewal::SealAnew(const SealedTexts& texts, const std::string& place,
                                       const std::string& context, const DataKey& key) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, Query(texts.read, {place}));
  if (rows.empty()) return true;  // Erased meanwhile.
  const std::string sealed = rows[0].Bytes("sealed");
  if (key.IsCurrent(sealed, context)) return true;
  absl::StatusOr<std::string> text = key.Open(sealed, context);
  if (!text.ok()) {
    // Altered, or erased and written anew with another key: whoever reads it is told; nothing is made worse here.
    log::Error("text_not_sealed_anew", {{"context", context}, {"error", text.status()}});
    return false;
  }
  const std::string anew = key.Seal(*text, context);
  Wipe(&*text);
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows replaced,
      Query(texts.replace, {place, pg::Bytes{sealed}, pg::Bytes{anew}}));
  texts_.Add();
  // Somebody wrote it in between: it is looked at once more.
  return replaced.affected() == 1;
}

}  // namespace avvik::secrecy
