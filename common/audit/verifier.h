// Finds what has been done to a chain since it was sealed. Trusts nothing but the public keys: every hash is
// recomputed from the record's content. Pure: values in, findings out.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/audit/chain.h"
#include "common/audit/keys.h"

namespace avvik::audit {

// What is wrong.
enum class Fault {
  kAltered,            // A record's content or hash is not what was sealed.
  kMissing,            // Records were removed between others.
  kTruncated,          // Records were removed at the end.
  kReordered,          // A record stands in another place than it was sealed in.
  kInserted,           // A record was never sealed.
  kRewritten,          // Whole stretches were altered and hashed anew: a signed checkpoint says otherwise.
  kUnsigned,           // Records are old enough to be signed, and are not.
  kCheckpointForged,   // A checkpoint's signature is not of the key it names.
  kCheckpointMissing,  // A checkpoint was removed.
  kKeyUnknown,         // A checkpoint is signed by a key that was not given.
};

// Such as `altered` or `checkpoint_forged`.
std::string_view Name(Fault fault);

struct Finding {
  Fault fault;
  int64_t sequence = 0;       // The first record concerned.
  int64_t last_sequence = 0;  // The last.
  std::string id;             // The record's, where it is one that is there.
  std::string text;           // What is wrong, in a sentence.
};

struct Verdict {
  std::vector<Finding> findings;  // By sequence; at most Verifier::kMostFindings.
  int64_t total_findings = 0;
  int64_t records = 0;        // Records looked at.
  int64_t last_sequence = 0;  // Of the last one.
  int64_t checkpoints = 0;
  int64_t signed_sequence = 0;  // How far good signatures reach.
};

// Verifies one chain. Not thread-safe. Holds a few hundred records at a time, however long the chain.
class Verifier {
 public:
  static constexpr size_t kMostFindings = 1'000;
  // Age at which a record must be covered by a checkpoint.
  static constexpr absl::Duration kSignedWithin = absl::Minutes(15);

  // `checkpoints` must have been read before the records, because the chain grows meanwhile; in any order.
  // `now` is when they were read. `first` is where a part of a chain begins, such as an export from some time
  // on; its first record's content is taken as it is. `keys` must outlive the verifier.
  Verifier(ChainName name, const VerifyingKeys& keys, std::vector<Checkpoint> checkpoints,
           absl::Time now, int64_t first = 1);

  // Takes the records in the order of the sequence they claim.
  void Add(Sealed record);

  // Judges the end of the chain. Call once, after the last record.
  Verdict Finish();

 private:
  // A record whose place no record fits.
  struct Broken {
    size_t finding;  // Index in the verdict.
    int64_t place;
    std::string previous;
    Sealed record;
  };

  void CheckCheckpoints(std::vector<Checkpoint> checkpoints);
  // Decides about the record at the front of the queue, or the one that belongs in its place.
  void Step();
  bool PlaceByHash();
  void PlaceBroken();
  // Where the front record was sealed, by the one behind it; nothing when that does not follow it.
  std::optional<int64_t> PlaceOfFront() const;
  // The front record was sealed at `place`, and so numbers differ from here on.
  void NoteRenumbered(int64_t place);
  // Takes the record at `index` of the queue as the one of place `next_`.
  void Place(size_t index, std::string hash);
  void NoteOrder(size_t index);
  void DropFront();
  // Whether the second record in the queue was sealed at `place` behind the hash `previous`.
  bool SecondFollows(const std::string& previous, int64_t place) const;
  void CompareCheckpoint(int64_t place, const std::string& hash);
  void FindExchanged();
  void FindTruncated();
  size_t Find(Fault fault, int64_t first, int64_t last, std::string id, std::string text);

  const ChainName name_;
  const VerifyingKeys& keys_;
  const absl::Time now_;
  std::vector<Checkpoint> signed_;  // Those with a good signature, by sequence.
  size_t next_signed_ = 0;
  bool agrees_ = true;  // Whether the last checkpoint compared agreed.

  std::deque<Sealed> queue_;
  // The place to be filled, counted as it was sealed, and the hash before it; nothing when that is not
  // known because what stood there is not.
  int64_t next_ = 1;
  std::optional<std::string> previous_;
  // How much higher the present numbers are than those that were sealed.
  int64_t shift_ = 0;
  // The same for the stretch between the two places of a record that was moved, beyond `shift_`.
  int64_t stretch_ = 0;
  // How many records were taken from behind the front one since that has been standing.
  int64_t passed_ = 0;
  std::optional<Sealed> jumped_;  // The first of them, and the place it was sealed in.
  int64_t jumped_place_ = 0;
  int64_t last_number_ = 0;  // Of the record placed last.

  std::vector<Broken> broken_;
  std::optional<Sealed> first_unsigned_;
  Verdict verdict_;
};

}  // namespace avvik::audit
