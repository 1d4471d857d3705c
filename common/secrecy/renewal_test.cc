#include "common/secrecy/renewal.h"

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "common/audit/audit.h"
#include "common/clock/fake_clock.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_vault.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::secrecy {
namespace {

// A table of things with a key and a text each.
const std::vector<SealedWith> kThings = {
    {.name = "thing",
     .page = {"thing_keys", "SELECT id, tenant, wrapped FROM thing WHERE id > $1 ORDER BY id LIMIT 100"},
     .replace = {"thing_key", "UPDATE thing SET wrapped = $3 WHERE id = $1 AND wrapped = $2"},
     .busy = {"thing_busy", "SELECT 1 FROM thing WHERE id = $1 AND busy"},
     .texts = {{{"thing_places", "SELECT id AS place, 'thing/' || id AS context FROM thing WHERE id = $1"},
                {"thing_read", "SELECT text AS sealed FROM thing WHERE id = $1"},
                {"thing_seal", "UPDATE thing SET text = $3 WHERE id = $1 AND text = $2"}}}}};
constexpr pg::Statement kInsert{"thing_insert",
                                "INSERT INTO thing (id, tenant, wrapped, text) VALUES ($1, $2, $3, $4)"};
constexpr pg::Statement kGet{"thing_get", "SELECT wrapped, text FROM thing WHERE id = $1"};
constexpr pg::Statement kHashes{"thing_hashes", "SELECT id, tenant FROM thing WHERE id > $1 ORDER BY id LIMIT 100"};
constexpr pg::Statement kPutHash{"thing_put_hash", "UPDATE thing SET hash = $2 WHERE id = $1"};
constexpr pg::Statement kFindHash{"thing_find_hash", "SELECT count(*) AS found FROM thing WHERE hash = ANY ($1::text[])"};
constexpr pg::Statement kPut{"thing_put", "UPDATE thing SET text = $2 WHERE id = $1"};

class RenewalTest : public ::testing::Test {
 protected:
  RenewalTest() {
    database_.Run("CREATE TABLE thing (id uuid PRIMARY KEY, tenant text, wrapped bytea, text bytea, "
                  "hash text, busy boolean DEFAULT false); GRANT ALL ON thing TO PUBLIC");
  }

  std::string Add(const std::string& text, const std::string& tenant = "kalix") {
    const std::string id = ids_.Next();
    const auto key = vault_->NewKey(tenant);
    const std::string sealed = key->Seal(text, "thing/" + id);
    EXPECT_OK(database_.pool().Query(pg::Scope::Everything(), kInsert,
                                     {id, tenant, pg::Bytes{key->wrapped()}, pg::Bytes{sealed}}));
    return id;
  }
  // As a service reads: key and text in two statements of their own would do as well.
  std::string Text(const std::string& id, Vault& vault) {
    const auto rows = database_.pool().Query(pg::Scope::Everything(), kGet, {id});
    const auto key = vault.Unwrap("kalix", (*rows)[0].Bytes("wrapped"));
    if (!key.ok()) return std::string(key.status().message());
    const auto text = key->Open((*rows)[0].Bytes("text"), "thing/" + id);
    return text.ok() ? *text : std::string(text.status().message());
  }
  std::string Text(const std::string& id) { return Text(id, *vault_); }
  void Write(const std::string& id, const std::string& text) {
    const auto rows = database_.pool().Query(pg::Scope::Everything(), kGet, {id});
    const auto key = vault_->Unwrap("kalix", (*rows)[0].Bytes("wrapped"));
    const std::string sealed = key->Seal(text, "thing/" + id);
    EXPECT_OK(database_.pool().Query(pg::Scope::Everything(), kPut, {id, pg::Bytes{sealed}}));
  }
  void Ask() {
    clock_.Set(absl::Now());
    AskAt(clock_.Now());
  }
  void AskAt(absl::Time time) {
    file_.Write(MasterKeyLine("first", 'a') + "@renew-before " +
                absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()) + "\n");
    ASSERT_OK(vault_->Rotate());
  }
  Renewal::Parts Parts(Vault& vault) {
    return {.service = "avvik-test", .pool = database_.pool(), .vault = vault, .ids = ids_,
            .clock = clock_, .telemetry = telemetry_, .keys = kThings,
            .hashes = {{.name = "thing", .page = kHashes, .renew = [this, &vault](const pg::Rows& page) {
                          return Rehash(vault, page);
                        }}},
            .recognised = kRecognised};
  }
  // Every thing has the hash of the same word.
  absl::Status Rehash(Vault& vault, const pg::Rows& page) {
    for (const pg::Row row : page) {
      AVVIK_ASSIGN_OR_RETURN(const std::string hash,
                             vault.Fingerprint(row.Text("tenant"), "word", "word"));
      AVVIK_RETURN_IF_ERROR(
          database_.pool().Query(pg::Scope::Everything(), kPutHash, {row.Text("id"), hash}).status());
      ++rehashed_;
      if (rehashed_ == fail_at_) return absl::UnavailableError("somebody who knows is away");
    }
    return absl::OkStatus();
  }
  int64_t FoundByHash(Vault& vault) {
    const auto hashes = vault.Fingerprints("kalix", "word", "word");
    return (*database_.pool().Query(pg::Scope::Everything(), kFindHash, {pg::TextArray(*hashes)}))[0].Int("found");
  }
  // Goes on until it must wait.
  void Run(Renewal& renewal) {
    for (int i = 0; i < 1'000; ++i) {
      const auto more = renewal.RunOnce();
      ASSERT_OK(more);
      if (!*more) return;
    }
    FAIL() << "it never waits";
  }
  int Step(const std::string& which = "") { return std::stoi(Value("SELECT step FROM key_renewal " + which)); }
  std::string Value(const std::string& sql) { return database_.Value(sql); }

  static constexpr absl::Duration kRecognised = absl::Hours(24 * 30);

  std::atomic<int> rehashed_{0};
  int fail_at_ = -1;
  avvik::testing::TestDatabase database_{pg::Join({audit::Migrations(), Migrations()})};
  FakeClock clock_{absl::Now()};
  Uuid7Source ids_{clock_};
  telemetry::Registry telemetry_;
  PgTenantKeyStore store_{database_.pool()};
  MasterKeyFile file_;
  std::unique_ptr<Vault> vault_ = *Vault::Open(file_.path(), store_);
};

TEST_F(RenewalTest, NothingIsReplacedUnlessItIsAskedFor) {
  Add("text");
  Renewal renewal(Parts(*vault_));
  Run(renewal);
  EXPECT_EQ(Value("SELECT count(*) FROM key_renewal"), "0");
}

TEST_F(RenewalTest, EachStepWaitsUntilNobodyHoldsWhatWasBefore) {
  const std::string id = Add("text");
  const auto before = *vault_->Unwrap("kalix", (*database_.pool().Query(pg::Scope::Everything(), kGet, {id}))[0].Bytes("wrapped"));
  Ask();
  Renewal renewal(Parts(*vault_));
  for (int step = 2; step <= 8; ++step) {
    Run(renewal);
    EXPECT_EQ(Step(), step);
    EXPECT_EQ(Text(id), "text");
    const absl::Duration wait = step == 7 ? kRecognised : Renewal::kGrace;
    clock_.Advance(wait - absl::Seconds(1));
    Run(renewal);
    EXPECT_EQ(Step(), step) << "went on before the grace was over";
    EXPECT_EQ(Value("SELECT count(*) FROM tenant_key WHERE wrapped = ''"), step == 8 ? "1" : "0");
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(Text(id), "text");
  EXPECT_EQ(Value("SELECT length(wrapped) FROM thing"), "73");
  // The old key opens nothing that is left.
  const auto rows = *database_.pool().Query(pg::Scope::Everything(), kGet, {id});
  EXPECT_FALSE(before.Open(rows[0].Bytes("text"), "thing/" + id).ok());
  EXPECT_EQ(Value("SELECT string_agg(method || ' ' || tenant, ', ' ORDER BY id) FROM audit_record"),
            "avvik.secrecy/ReplaceTenantKey kalix, avvik.secrecy/DestroyTenantKey kalix, "
            "avvik.secrecy/DestroyHashingKey kalix");
  // It is done once, and again when it is asked for again.
  Run(renewal);
  EXPECT_EQ(Value("SELECT count(*) FROM key_renewal"), "1");
  clock_.Advance(absl::Minutes(1));
  Ask();
  Run(renewal);
  EXPECT_EQ(Value("SELECT count(*) FROM key_renewal"), "2");
}

TEST_F(RenewalTest, WhatWasBegunIsBroughtToItsEndByAnotherCopyAndByTwoAtOnce) {
  std::vector<std::string> things;
  for (int i = 0; i < 250; ++i) things.push_back(Add("text " + std::to_string(i)));
  Ask();
  {
    Renewal first(Parts(*vault_));
    ASSERT_OK(first.RunOnce());
    clock_.Advance(Renewal::kGrace);
    ASSERT_OK(first.RunOnce());  // Ends after 100 of 250.
  }
  EXPECT_EQ(Value("SELECT count(*) FROM thing WHERE length(wrapped) = 146"), "100");
  const auto other = *Vault::Open(file_.path(), store_);
  Renewal one(Parts(*vault_));
  Renewal two(Parts(*other));
  while (Step() != 7) {
    std::thread beside([&] { Run(one); });
    Run(two);
    beside.join();
    EXPECT_EQ(Value("SELECT count(*) FROM thing WHERE length(wrapped) > 146"), "0");
    clock_.Advance(Renewal::kGrace);
  }
  for (size_t i = 0; i < things.size(); ++i) EXPECT_EQ(Text(things[i]), "text " + std::to_string(i));
  EXPECT_EQ(Value("SELECT count(*) FROM thing WHERE length(wrapped) = 73"), "250");
}

TEST_F(RenewalTest, WhatIsWrittenMeanwhileIsNotLost) {
  std::vector<std::string> things;
  for (int i = 0; i < 20; ++i) things.push_back(Add("0"));
  Ask();
  std::atomic<bool> stop{false};
  std::atomic<int> written{0};
  std::thread writer([&] {
    for (int n = 1; !stop; ++n) {
      for (const std::string& id : things) {
        Write(id, std::to_string(n));
        if (const std::string text = Text(id); text != std::to_string(n)) ADD_FAILURE() << text;
      }
      written = n;
    }
  });
  Renewal renewal(Parts(*vault_));
  while (Value("SELECT coalesce(max(step), 0) FROM key_renewal") != "7") {
    Run(renewal);
    const int so_far = written;
    while (written < so_far + 2) std::this_thread::yield();  // Calls end before the grace is over.
    clock_.Advance(Renewal::kGrace);
  }
  stop = true;
  writer.join();
  EXPECT_EQ(Value("SELECT count(*) FROM thing WHERE length(wrapped) = 73"), "20");
  for (const std::string& id : things) EXPECT_EQ(Text(id), std::to_string(written));
}

TEST_F(RenewalTest, KeyInUseAndTextThatDoesNotOpenKeepTheirOldKey) {
  const std::string busy = Add("busy");
  const std::string good = Add("good");
  const std::string spoilt = Add("spoilt");
  database_.Run("UPDATE thing SET busy = true WHERE id = '" + busy + "'");
  const std::string whole = Value("SELECT text FROM thing WHERE id = '" + spoilt + "'");
  database_.Run("UPDATE thing SET text = 'nothing' WHERE id = '" + spoilt + "'");
  Ask();
  Renewal renewal(Parts(*vault_));
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      Run(renewal);
      clock_.Advance(Renewal::kGrace);
    }
  };
  rounds(7);
  EXPECT_EQ(Value("SELECT count(*) FROM thing WHERE length(wrapped) = 146"), "2");
  EXPECT_EQ(Text(good), "good");
  EXPECT_EQ(Value("SELECT count(*) FROM tenant_key WHERE wrapped <> ''"), "2");
  database_.Run("UPDATE thing SET busy = false");
  database_.Run("UPDATE thing SET text = '" + whole + "' WHERE id = '" + spoilt + "'");
  rounds(6);
  EXPECT_EQ(Step(), 7);
  EXPECT_EQ(Text(busy), "busy");
  EXPECT_EQ(Text(spoilt), "spoilt");
  EXPECT_EQ(Value("SELECT count(*) FROM tenant_key WHERE NOT hashing_only"), "1");
}

TEST_F(RenewalTest, HashesAreFoundAllAlongAndMadeAnewBeforeTheirKeyIsDestroyed) {
  const auto other = *Vault::Open(file_.path(), store_);
  Add("text");
  const auto rows = database_.pool().Query(pg::Scope::Everything(), kHashes, {"00000000-0000-0000-0000-000000000000"});
  ASSERT_OK(Rehash(*vault_, *rows));
  const std::string old = Value("SELECT hash FROM thing");
  EXPECT_EQ(FoundByHash(*other), 1);
  Ask();
  Renewal renewal(Parts(*vault_));
  for (int step = 2; step <= 8; ++step) {
    Run(renewal);
    ASSERT_EQ(Step(), step);
    // Another copy of the service hears of it some seconds later.
    EXPECT_EQ(FoundByHash(*other), 1);
    ASSERT_OK(other->Rotate());
    EXPECT_EQ(FoundByHash(*vault_), 1);
    EXPECT_EQ(FoundByHash(*other), 1);
    EXPECT_EQ(Value("SELECT hash FROM thing") == old, step <= 5);
    // Nobody makes hashes by a key that not everybody looks for.
    EXPECT_EQ(*vault_->Fingerprint("kalix", "word", "word") == old, step == 2);
    EXPECT_EQ(vault_->Fingerprints("kalix", "word", "word")->size(), step == 8 ? 1u : 2u);
    clock_.Advance(step == 7 ? kRecognised : Renewal::kGrace);
  }
}

TEST_F(RenewalTest, MakingHashesAnewGoesOnWhereItStoodWhenItFailed) {
  for (int i = 0; i < 250; ++i) Add("text " + std::to_string(i));
  Ask();
  Renewal renewal(Parts(*vault_));
  for (int step = 2; step <= 5; ++step) {
    Run(renewal);
    clock_.Advance(Renewal::kGrace);
  }
  ASSERT_EQ(Step(), 5);
  fail_at_ = 150;
  ASSERT_OK(renewal.RunOnce());
  EXPECT_THAT(renewal.RunOnce(), testing::HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Step(), 5);
  Run(renewal);
  // A hundred once, fifty twice.
  EXPECT_EQ(rehashed_, 300);
  EXPECT_EQ(Step(), 6);
  EXPECT_EQ(FoundByHash(*vault_), 250);
}

TEST_F(RenewalTest, WhatIsAskedForWhileHashesAreYetRecognisedBeginsAtOnceAndLeavesNoKeyBehind) {
  Add("text");
  Ask();
  Renewal renewal(Parts(*vault_));
  const auto until_recognised = [&] {
    do {
      Run(renewal);
      clock_.Advance(Renewal::kGrace);
    } while (Step("ORDER BY asked DESC LIMIT 1") != 7);
  };
  until_recognised();
  clock_.Advance(absl::Hours(24 * 20));
  AskAt(clock_.Now());
  until_recognised();
  EXPECT_EQ(vault_->Fingerprints("kalix", "word", "word")->size(), 3u);
  clock_.Advance(absl::Hours(24 * 20));
  AskAt(clock_.Now());
  until_recognised();
  // The first has had its thirty days; the second not yet.
  EXPECT_EQ(vault_->Fingerprints("kalix", "word", "word")->size(), 3u);
  clock_.Advance(kRecognised);
  Run(renewal);
  EXPECT_EQ(vault_->Fingerprints("kalix", "word", "word")->size(), 1u);
  EXPECT_EQ(Value("SELECT count(*) FROM tenant_key WHERE wrapped <> ''"), "1");
}

}  // namespace
}  // namespace avvik::secrecy
