#include "services/intake/image_filter.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/status/macros.h"
#include "services/intake/attachment_errors.h"

namespace avvik::intake {
namespace {

using namespace std::string_view_literals;

uint32_t Byte(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

// What all three have in common: a format is a row of parts, each with a head of known length; what
// follows a head is copied, dropped or blanked. Subclasses read heads.
class PartFilter : public ImageFilter {
 public:
  absl::Status Add(std::string_view piece, std::string* out) final {
    while (!piece.empty() && !over_) {
      if (rest_ == 0) {
        AVVIK_RETURN_IF_ERROR(Step(&piece, out));
        continue;
      }
      const size_t now = static_cast<size_t>(std::min<uint64_t>(rest_, piece.size()));
      if (fate_ == Fate::kCopy) out->append(piece.substr(0, now));
      if (fate_ == Fate::kBlank) out->append(now, '\0');
      piece.remove_prefix(now);
      rest_ -= now;
      over_ = last_ && rest_ == 0;
    }
    return absl::OkStatus();
  }

  absl::Status Finish() final { return over_ ? absl::OkStatus() : Damaged("it ends too early"); }

 protected:
  enum class Fate { kCopy, kDrop, kBlank };

  explicit PartFilter(const char* media_type) : media_type_(media_type) {}

  // Goes on where no part's content is left: collects a head and says what becomes of its content. Takes at
  // least one byte.
  virtual absl::Status Step(std::string_view* piece, std::string* out) = 0;

  // Collects a head of `size` bytes across pieces; true when `head_` is whole.
  bool Head(std::string_view* piece, size_t size) {
    const size_t now = std::min(size - head_.size(), piece->size());
    head_.append(piece->substr(0, now));
    piece->remove_prefix(now);
    return head_.size() == size;
  }
  // What becomes of the next `size` bytes; behind the last of them nothing is part of the image.
  absl::Status Content(uint64_t size, Fate fate, bool last = false) {
    rest_ = size;
    fate_ = fate;
    last_ = last;
    over_ = last && size == 0;
    head_.clear();
    return absl::OkStatus();
  }
  absl::Status Damaged(const char* why) const { return error::DamagedImage(media_type_, why); }

  std::string head_;

 private:
  const char* const media_type_;
  uint64_t rest_ = 0;
  Fate fate_ = Fate::kCopy;
  bool last_ = false;
  bool over_ = false;
};

// PNG (ISO/IEC 15948, section 5): a signature, then chunks of length, type, data and checksum.
class PngFilter final : public PartFilter {
 public:
  PngFilter() : PartFilter("image/png") {}

 private:
  absl::Status Step(std::string_view* piece, std::string* out) override {
    if (!Head(piece, 8)) return absl::OkStatus();
    if (!begun_) {
      begun_ = true;
      out->append(head_);
      return Content(0, Fate::kCopy);
    }
    const uint32_t length =
        Byte(head_, 0) << 24 | Byte(head_, 1) << 16 | Byte(head_, 2) << 8 | Byte(head_, 3);
    const std::string type = head_.substr(4);
    if (length > 0x7fffffff) return Damaged("a chunk is longer than a chunk can be");
    if (!header_seen_ && type != "IHDR") return Damaged("it does not begin with its header");
    header_seen_ = true;
    const bool keep = Keeps(type);
    if (keep) out->append(head_);
    return Content(uint64_t{length} + 4, keep ? Fate::kCopy : Fate::kDrop, type == "IEND");
  }

  static bool Keeps(std::string_view type) {
    for (const std::string_view kept :
         {"IHDR"sv, "PLTE"sv, "IDAT"sv, "IEND"sv, "tRNS"sv, "cHRM"sv, "gAMA"sv, "sBIT"sv, "sRGB"sv, "bKGD"sv,
          "pHYs"sv, "cICP"sv, "acTL"sv, "fcTL"sv, "fdAT"sv}) {
      if (type == kept) return true;
    }
    return false;
  }

  bool begun_ = false;
  bool header_seen_ = false;
};

// JPEG (ITU-T T.81, annex B): markers, most of them with a segment; after SOS coded data, in which FF is
// followed by 00 or a restart marker until the next marker comes.
class JpegFilter final : public PartFilter {
 public:
  JpegFilter() : PartFilter("image/jpeg") {}

 private:
  static constexpr unsigned kStart = 0xd8, kEnd = 0xd9, kScan = 0xda, kApp0 = 0xe0, kApp14 = 0xee;

  absl::Status Step(std::string_view* piece, std::string* out) override {
    if (coded_) return StepCoded(piece, out);
    if (head_.size() < 2) {
      if (!Head(piece, 2)) return absl::OkStatus();
      if (Byte(head_, 0) != 0xff) return Damaged("a segment does not begin where it should");
      // FF may be repeated as padding.
      if (Byte(head_, 1) == 0xff) head_.pop_back();
      if (head_.size() < 2) return absl::OkStatus();
      const unsigned marker = Byte(head_, 1);
      if (!begun_ && marker != kStart) return Damaged("it does not begin with its header");
      if (marker == kStart || marker == kEnd) {
        if (begun_ && marker == kStart) return Damaged("it begins twice");
        begun_ = true;
        out->append(head_);
        return Content(0, Fate::kCopy, marker == kEnd);
      }
      if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd7)) return Damaged("a marker is out of place");
      return absl::OkStatus();
    }
    // Length, and the few bytes by which APP0 and APP14 say whose they are.
    if (head_.size() < 4 && !Head(piece, 4)) return absl::OkStatus();
    const unsigned marker = Byte(head_, 1);
    const uint32_t length = Byte(head_, 2) << 8 | Byte(head_, 3);
    if (length < 2) return Damaged("a segment is shorter than its length");
    const bool named = marker == kApp0 || marker == kApp14;
    const size_t wanted = named ? 4 + std::min<size_t>(5, length - 2) : 4;
    if (head_.size() < wanted && !Head(piece, wanted)) return absl::OkStatus();
    const uint64_t rest = length - 2 - (head_.size() - 4);
    const std::string_view name = std::string_view(head_).substr(4);
    if (marker == kApp0 && name == "JFIF\0"sv) AppendJfif(out);
    const bool keep = Keeps(marker, name);
    if (keep) out->append(head_);
    coded_ = marker == kScan;
    return Content(rest, keep ? Fate::kCopy : Fate::kDrop);
  }

  // Coded data is copied as far as the next marker that is not part of it.
  absl::Status StepCoded(std::string_view* piece, std::string* out) {
    while (!piece->empty()) {
      if (!head_.empty()) {
        const unsigned next = Byte(*piece, 0);
        if (next == 0xff) {  // Padding.
          piece->remove_prefix(1);
          continue;
        }
        if (next != 0 && (next < 0xd0 || next > 0xd7)) {
          coded_ = false;
          return absl::OkStatus();  // `head_` holds the FF of the marker.
        }
        out->push_back('\xff');
        out->push_back((*piece)[0]);
        piece->remove_prefix(1);
        head_.clear();
      }
      const size_t mark = std::min(piece->find('\xff'), piece->size());
      out->append(piece->substr(0, mark));
      piece->remove_prefix(mark);
      if (!piece->empty()) {
        head_ = "\xff";
        piece->remove_prefix(1);
      }
    }
    return absl::OkStatus();
  }

  // JFIF's segment without the thumbnail, which may show what the picture no longer shows: version 1.1, no
  // unit, square dots.
  void AppendJfif(std::string* out) {
    if (!std::exchange(jfif_, true)) {
      out->append("\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"sv);
    }
  }

  // All that is needed to decode: tables, frames, scans, and Adobe's word on colours. No application
  // segment but those, no comments.
  static bool Keeps(unsigned marker, std::string_view name) {
    if (marker == kApp14) return name == "Adobe";
    if (marker >= 0xe0) return false;
    return true;
  }

  bool begun_ = false;
  bool jfif_ = false;
  bool coded_ = false;
};

// WebP (RFC 9649): RIFF chunks of name, length and data. A chunk cannot be left out, because the length
// of the whole stands at the beginning; so it is renamed and filled with zeros. The chunks in a frame of an
// animation are gone through like those outside.
class WebpFilter final : public PartFilter {
 public:
  WebpFilter() : PartFilter("image/webp") {}

 private:
  static constexpr size_t kExtendedLength = 10;
  static constexpr size_t kFrameHeadLength = 16;
  // Of the extended header: there is an ICC profile, EXIF, XMP.
  static constexpr unsigned kMetadataFlags = 0x20 | 0x08 | 0x04;

  absl::Status Step(std::string_view* piece, std::string* out) override {
    if (!begun_) return Begin(piece, out);
    if (head_.size() < 8 && !Head(piece, 8)) return absl::OkStatus();
    const std::string type = head_.substr(0, 4);
    const uint64_t length = LittleEndian(4);
    uint64_t padded = length + (length & 1);
    if (left_ < 8 + padded) return Damaged("a chunk is longer than the file");
    if (type == "ANMF") {
      if (length < kFrameHeadLength) return Damaged("a frame is shorter than its head");
      padded = kFrameHeadLength;
    }
    const bool extended = type == "VP8X" && length == kExtendedLength;
    if (extended) {
      if (!Head(piece, 8 + kExtendedLength)) return absl::OkStatus();
      head_[8] = static_cast<char>(Byte(head_, 8) & ~kMetadataFlags);
    }
    left_ -= 8 + padded;
    const bool keep = extended || type == "VP8 " || type == "VP8L" || type == "ALPH" ||
                      type == "ANIM" || type == "ANMF";
    if (!keep) head_.replace(0, 4, "JUNK");
    out->append(head_);
    return Content(extended ? 0 : padded, keep ? Fate::kCopy : Fate::kBlank, left_ == 0);
  }

  absl::Status Begin(std::string_view* piece, std::string* out) {
    if (!Head(piece, 12)) return absl::OkStatus();
    if (!head_.starts_with("RIFF") || head_.substr(8) != "WEBP") {
      return Damaged("it does not begin with its header");
    }
    left_ = LittleEndian(4);
    if (left_ < 12) return Damaged("there is no picture in it");
    left_ -= 4;
    begun_ = true;
    out->append(head_);
    return Content(0, Fate::kCopy);
  }

  uint64_t LittleEndian(size_t at) const {
    return Byte(head_, at) | Byte(head_, at + 1) << 8 | Byte(head_, at + 2) << 16 |
           uint64_t{Byte(head_, at + 3)} << 24;
  }

  bool begun_ = false;
  uint64_t left_ = 0;  // Of what the header announced.
};

}  // namespace

std::unique_ptr<ImageFilter> MakeImageFilter(std::string_view media_type) {
  if (media_type == "image/jpeg") return std::make_unique<JpegFilter>();
  if (media_type == "image/png") return std::make_unique<PngFilter>();
  if (media_type == "image/webp") return std::make_unique<WebpFilter>();
  return nullptr;
}

}  // namespace avvik::intake
