// What calls that carry a file share: the pieces of one that comes in, those of one that goes out, and how many are under
// way.
#pragma once

#include <grpcpp/support/sync_stream.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/status/error.h"

namespace avvik::rpc {

// A piece of an answer, in bytes.
inline constexpr std::size_t kPieceBytes = 64 << 10;
// Longer than that no file may take.
inline constexpr absl::Duration kLongestTransfer = absl::Minutes(15);

// A file that comes in. The first message has been read. Of a message that has been handed out, only the content is
// looked at.
template <typename Request>
class Pieces {
 public:
  // `is_head` says whether a message says where the file belongs, as only the first may; `broken_off` is answered when
  // the stream ends before the file.
  Pieces(Request first, grpc::ServerReader<Request>& reader,
         std::function<bool(const Request&)> is_head, absl::Status broken_off)
      : message_(std::move(first)),
        reader_(reader),
        is_head_(std::move(is_head)),
        broken_off_(std::move(broken_off)) {}

  // The next piece; nothing after the last.
  absl::StatusOr<std::optional<std::string>> Next() {
    if (std::exchange(fresh_, false)) return std::move(*message_.mutable_content());
    if (message_.last()) return std::nullopt;
    if (!reader_.Read(&message_)) return broken_off_;
    if (is_head_(message_)) {
      return status::InvalidField("content", "must come alone after the first message");
    }
    return std::move(*message_.mutable_content());
  }

 private:
  Request message_;
  grpc::ServerReader<Request>& reader_;
  const std::function<bool(const Request&)> is_head_;
  const absl::Status broken_off_;
  bool fresh_ = true;
};

// Gives a file out; `first` is its first message without content.
template <typename Response>
absl::Status SendFile(grpc::ServerWriter<Response>& writer, Response first,
                      std::string_view content) {
  std::size_t at = 0;
  do {
    first.set_content(std::string(content.substr(at, kPieceBytes)));
    if (!writer.Write(first)) return absl::CancelledError("the caller has gone");
    first.Clear();
    at += kPieceBytes;
  } while (at < content.size());
  return absl::OkStatus();
}

// One of a number of places, given back with it.
class TransferPlace {
 public:
  TransferPlace(std::atomic<int>& taken, int most) : taken_(taken), got_(taken.fetch_add(1) < most) {}
  TransferPlace(const TransferPlace&) = delete;
  TransferPlace& operator=(const TransferPlace&) = delete;
  ~TransferPlace() { taken_.fetch_sub(1); }
  bool got() const { return got_; }

 private:
  std::atomic<int>& taken_;
  const bool got_;
};

}  // namespace avvik::rpc
