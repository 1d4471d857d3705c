#include "common/audit/verifier.h"

#include <algorithm>
#include <utility>

namespace avvik::audit {
namespace {

// How far behind its place a record is looked for; a record left standing while as many behind it fit was
// never part of the chain.
constexpr size_t kWindow = 256;
// The most removed records whose place was closed by renumbering that are recognised as such.
constexpr int64_t kMostClosed = 1'000;
// Broken records kept to find out which were exchanged.
constexpr size_t kMostBroken = 100;

std::string Range(int64_t first, int64_t last) {
  if (first == last) return "record " + std::to_string(first) + " is";
  return "records " + std::to_string(first) + " to " + std::to_string(last) + " are";
}

std::string Number(int64_t number) { return std::to_string(number); }

}  // namespace

std::string_view Name(Fault fault) {
  switch (fault) {
    case Fault::kAltered:
      return "altered";
    case Fault::kMissing:
      return "missing";
    case Fault::kTruncated:
      return "truncated";
    case Fault::kReordered:
      return "reordered";
    case Fault::kInserted:
      return "inserted";
    case Fault::kRewritten:
      return "rewritten";
    case Fault::kUnsigned:
      return "unsigned";
    case Fault::kCheckpointForged:
      return "checkpoint_forged";
    case Fault::kCheckpointMissing:
      return "checkpoint_missing";
    case Fault::kKeyUnknown:
      return "key_unknown";
  }
  return "altered";
}

Verifier::Verifier(ChainName name, const VerifyingKeys& keys, std::vector<Checkpoint> checkpoints,
                   absl::Time now, int64_t first)
    : name_(std::move(name)), keys_(keys), now_(now), next_(first) {
  if (first == 1) {
    previous_ = ChainStart(name_);
  } else {
    std::erase_if(checkpoints, [&](const auto& checkpoint) { return checkpoint.sequence < first; });
  }
  verdict_.checkpoints = static_cast<int64_t>(checkpoints.size());
  CheckCheckpoints(std::move(checkpoints));
}

void Verifier::CheckCheckpoints(std::vector<Checkpoint> checkpoints) {
  std::stable_sort(checkpoints.begin(), checkpoints.end(),
                   [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  int64_t before = 0;
  if (next_ > 1 && !checkpoints.empty()) {
    before = checkpoints.front().sequence - checkpoints.front().records;
  }
  for (Checkpoint& checkpoint : checkpoints) {
    const int64_t sequence = checkpoint.sequence;
    if (!keys_.Knows(checkpoint.key_id)) {
      Find(Fault::kKeyUnknown, sequence, sequence, "",
           "the checkpoint at " + Number(sequence) + " is signed by the key " + checkpoint.key_id +
               ", which is none of those given");
    } else if (!keys_.Verify(checkpoint.key_id, SignedBytes(name_, checkpoint),
                             checkpoint.signature)) {
      Find(Fault::kCheckpointForged, sequence, sequence, "",
           "the checkpoint at " + Number(sequence) + " does not bear the signature of the key " +
               checkpoint.key_id);
    } else {
      // The same checkpoint may come from the service and from a witness.
      if (sequence != before && sequence - checkpoint.records != before) {
        Find(Fault::kCheckpointMissing, before + 1, sequence - checkpoint.records, "",
             "the checkpoint at " + Number(sequence) + " follows one at " +
                 Number(sequence - checkpoint.records) + ", which is not there");
      }
      verdict_.signed_sequence = sequence;
      signed_.push_back(std::move(checkpoint));
    }
    before = sequence;
  }
}

void Verifier::Add(Sealed record) {
  ++verdict_.records;
  verdict_.last_sequence = std::max(verdict_.last_sequence, record.sequence);
  if (!first_unsigned_.has_value() && record.sequence > verdict_.signed_sequence) {
    first_unsigned_ = record;
  }
  queue_.push_back(std::move(record));
  while (queue_.size() > kWindow) Step();
}

Verdict Verifier::Finish() {
  while (!queue_.empty()) Step();
  FindExchanged();
  FindTruncated();
  if (first_unsigned_.has_value() && now_ - first_unsigned_->record.at > kSignedWithin) {
    Find(Fault::kUnsigned, first_unsigned_->sequence, verdict_.last_sequence,
         first_unsigned_->record.id,
         Range(first_unsigned_->sequence, verdict_.last_sequence) +
             " covered by no good checkpoint, though there should long have been one");
  }
  std::stable_sort(verdict_.findings.begin(), verdict_.findings.end(),
                   [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  return std::move(verdict_);
}

bool Verifier::SecondFollows(const std::string& previous, int64_t place) const {
  return queue_.size() > 1 && place > 0 &&
         Link(previous, place, queue_[1].record) == queue_[1].hash;
}

std::optional<int64_t> Verifier::PlaceOfFront() const {
  const std::string& hash = queue_.front().hash;
  if (SecondFollows(hash, next_ + 1)) return next_;
  for (int64_t away = 1; away <= kMostClosed && queue_.size() > 1; ++away) {
    if (SecondFollows(hash, next_ + away + 1)) return next_ + away;
    if (SecondFollows(hash, next_ - away + 1)) return next_ - away;
  }
  return std::nullopt;
}

void Verifier::Step() {
  if (previous_.has_value() && PlaceByHash()) return;
  const Sealed& front = queue_.front();
  const int64_t sealed_as = front.sequence - shift_;
  if (sealed_as < next_) return DropFront();
  if (sealed_as > next_) {
    Find(Fault::kMissing, next_, sealed_as - 1, "",
         Range(next_, sealed_as - 1) + " missing before " + Number(front.sequence));
    next_ = sealed_as;
    previous_.reset();
    return;
  }
  if (previous_.has_value()) return PlaceBroken();
  // Behind a gap nothing vouches for the content of the first record; its hash does for what follows.
  if (const auto place = PlaceOfFront(); place.has_value() && *place != next_) {
    NoteRenumbered(*place);
  }
  Place(0, queue_.front().hash);
}

// Looks for the record that was sealed in the place to be filled.
bool Verifier::PlaceByHash() {
  const bool right_number = queue_.front().sequence - shift_ == next_;
  for (size_t i = 0; i < queue_.size(); ++i) {
    std::string hash = Link(*previous_, next_, queue_[i].record);
    if (hash == queue_[i].hash) {
      NoteOrder(i);
      Place(i, std::move(hash));
      return true;
    }
    if (i > 0 && right_number && hash == queue_.front().hash) {
      // The contents of two records were exchanged, their hashes were left.
      Find(Fault::kReordered, next_, queue_[i].sequence, queue_[i].record.id,
           "the record stands at " + Number(queue_[i].sequence) + " and was sealed as " +
               Number(next_));
      std::swap(queue_.front().record, queue_[i].record);
      Place(0, std::move(hash));
      return true;
    }
  }
  return false;
}

// Tells whether the record that fits at `next_` stands where it should among the others.
void Verifier::NoteOrder(size_t index) {
  const Sealed& found = queue_[index];
  if (index > 0) {
    if (passed_++ == 0) {
      jumped_ = found;
      jumped_place_ = next_;
    }
    return;
  }
  const int64_t off = found.sequence - next_ - shift_;
  if (passed_ > 0) {
    // The front one fits after all: either it stood too early, or the one that jumped it too late.
    const bool jumper = passed_ == 1;
    const Sealed& moved = jumper ? *jumped_ : found;
    const int64_t place = jumper ? jumped_place_ : next_;
    Find(Fault::kReordered, std::min(place, moved.sequence), std::max(place, moved.sequence),
         moved.record.id,
         "the record stands at " + Number(moved.sequence) + " and was sealed as " + Number(place));
    passed_ = 0;
    stretch_ = off;
  } else if (off == 0) {
    stretch_ = 0;
  } else if (off != stretch_) {
    Find(Fault::kReordered, std::min(next_, found.sequence), std::max(next_, found.sequence),
         found.record.id,
         "from here on records are numbered from " + Number(found.sequence) +
             ", though sealed from " + Number(next_));
    shift_ += off;
    stretch_ = 0;
  }
}

void Verifier::Place(size_t index, std::string hash) {
  CompareCheckpoint(next_, hash);
  last_number_ = queue_[index].sequence;
  previous_ = std::move(hash);
  ++next_;
  queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(index));
  if (passed_ > static_cast<int64_t>(kWindow) / 2) DropFront();
}

// The record in front fits nowhere.
void Verifier::DropFront() {
  const Sealed& front = queue_.front();
  Find(Fault::kInserted, front.sequence, front.sequence, front.record.id,
       "record " + Number(front.sequence) + " was not part of the chain when it was sealed");
  // Room was made for it, or not.
  if (passed_ > 0) shift_ = last_number_ - (next_ - 1);
  passed_ = 0;
  queue_.pop_front();
}

void Verifier::NoteRenumbered(int64_t place) {
  const Sealed& front = queue_.front();
  if (place > next_) {
    Find(Fault::kMissing, next_, place - 1, "",
         Range(next_, place - 1) + " missing, and those behind were renumbered to hide it");
  } else {
    Find(Fault::kInserted, front.sequence, front.sequence, front.record.id,
         "from here on records are numbered from " + Number(front.sequence) +
             ", though sealed from " + Number(place) + ": something was put in before");
  }
  next_ = place;
  shift_ = front.sequence - place;
}

// No record fits the place to be filled, though the front one has its number.
void Verifier::PlaceBroken() {
  const Sealed front = queue_.front();
  const std::string own = Link(*previous_, next_, front.record);
  const auto broken = [&](const std::string& text) {
    const size_t finding =
        Find(Fault::kAltered, front.sequence, front.sequence, front.record.id,
             "record " + Number(front.sequence) + " " + text);
    if (finding < kMostFindings && broken_.size() < kMostBroken) {
      broken_.push_back({finding, next_, *previous_, front});
    }
  };
  if (SecondFollows(own, next_ + 1)) {
    broken("has another hash than it was sealed with");
    return Place(0, own);
  }
  const std::optional<int64_t> place = PlaceOfFront();
  if (place == next_) {
    broken("does not give the hash it was sealed with: its content was altered");
    return Place(0, front.hash);
  }
  if (place.has_value()) {
    NoteRenumbered(*place);
    return Place(0, front.hash);
  }
  broken(queue_.size() > 1
             ? "does not give the hash it was sealed with, and what follows was not sealed behind it"
             : "does not give the hash it was sealed with");
  last_number_ = front.sequence;
  queue_.pop_front();
  ++next_;
  previous_.reset();
}

void Verifier::CompareCheckpoint(int64_t place, const std::string& hash) {
  while (next_signed_ < signed_.size() && signed_[next_signed_].sequence < place) ++next_signed_;
  for (; next_signed_ < signed_.size() && signed_[next_signed_].sequence == place; ++next_signed_) {
    const bool agrees = signed_[next_signed_].hash == hash;
    if (!agrees && agrees_) {
      const int64_t from = place - signed_[next_signed_].records + 1;
      Find(Fault::kRewritten, from, place, "",
           Range(from, place) +
               " not those that the checkpoint signed: something up to here was altered and the "
               "hashes were made anew");
    }
    agrees_ = agrees;
  }
}

// Among records that fit nowhere, those that fit in each other's places.
void Verifier::FindExchanged() {
  for (const Broken& place : broken_) {
    for (const Broken& other : broken_) {
      if (&place == &other) continue;
      const std::string hash = Link(place.previous, place.place, other.record.record);
      if (hash != other.record.hash && hash != place.record.hash) continue;
      Finding& finding = verdict_.findings[other.finding];
      finding.fault = Fault::kReordered;
      finding.text = "the record stands at " + Number(other.record.sequence) +
                     " and was sealed as " + Number(place.place);
    }
  }
}

void Verifier::FindTruncated() {
  if (verdict_.signed_sequence < next_) return;
  Find(Fault::kTruncated, next_, verdict_.signed_sequence, "",
       Range(next_, verdict_.signed_sequence) +
           " missing at the end: a checkpoint says that the chain reached " +
           Number(verdict_.signed_sequence));
}

size_t Verifier::Find(Fault fault, int64_t first, int64_t last, std::string id, std::string text) {
  ++verdict_.total_findings;
  if (verdict_.findings.size() >= kMostFindings) return kMostFindings;
  verdict_.findings.push_back({fault, first, last, std::move(id), std::move(text)});
  return verdict_.findings.size() - 1;
}

}  // namespace avvik::audit
