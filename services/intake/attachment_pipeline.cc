#include "services/intake/attachment_pipeline.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/status/macros.h"
#include "services/intake/attachment_errors.h"

namespace avvik::intake {

AttachmentPipeline::AttachmentPipeline(std::string filename, bool hide_reporter, Keep keep)
    : filename_(std::move(filename)),
      hide_reporter_(hide_reporter),
      keep_(std::move(keep)),
      digest_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(digest_, EVP_sha256(), nullptr);
}

AttachmentPipeline::~AttachmentPipeline() { EVP_MD_CTX_free(digest_); }

absl::Status AttachmentPipeline::Add(std::string_view piece) {
  taken_ += static_cast<int64_t>(piece.size());
  if (taken_ > kMaxAttachmentBytes) return error::AttachmentTooLarge(kMaxAttachmentBytes);
  if (type_ != nullptr) return Pass(piece);
  head_.append(piece);
  return head_.size() < kHeadBytes ? absl::OkStatus() : Begin();
}

absl::Status AttachmentPipeline::Begin() {
  AVVIK_ASSIGN_OR_RETURN(type_, DetectType(std::string_view(head_).substr(0, kHeadBytes), filename_));
  if (hide_reporter_ && type_->kind == FileKind::kImage) {
    filter_ = MakeImageFilter(type_->name);
    if (filter_ == nullptr) return error::CannotRemoveMetadata(type_->name);
  }
  return Pass(std::exchange(head_, ""));
}

absl::Status AttachmentPipeline::Pass(std::string_view piece) {
  if (filter_ == nullptr) return Cut(piece);
  std::string filtered;
  AVVIK_RETURN_IF_ERROR(filter_->Add(piece, &filtered));
  return Cut(filtered);
}

absl::Status AttachmentPipeline::Cut(std::string_view piece) {
  EVP_DigestUpdate(digest_, piece.data(), piece.size());
  kept_ += static_cast<int64_t>(piece.size());
  while (!piece.empty()) {
    // A full chunk is kept when more follows, for only then is it known not to be the last.
    if (chunk_.size() == kChunkBytes) {
      AVVIK_RETURN_IF_ERROR(keep_(chunks_++, /*last=*/false, chunk_));
      chunk_.clear();
    }
    const size_t now = std::min(kChunkBytes - chunk_.size(), piece.size());
    chunk_.append(piece.substr(0, now));
    piece.remove_prefix(now);
  }
  return absl::OkStatus();
}

absl::Status AttachmentPipeline::Finish(Attachment* attachment) {
  if (taken_ == 0) return error::AttachmentEmpty();
  if (type_ == nullptr) AVVIK_RETURN_IF_ERROR(Begin());
  if (filter_ != nullptr) AVVIK_RETURN_IF_ERROR(filter_->Finish());
  AVVIK_RETURN_IF_ERROR(keep_(chunks_++, /*last=*/true, chunk_));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(digest_, digest, &size);
  attachment->filename = NameFor(filename_, *type_);
  attachment->media_type = type_->name;
  attachment->size = kept_;
  attachment->chunks = chunks_;
  attachment->sha256 = absl::BytesToHexString(std::string(reinterpret_cast<char*>(digest), size));
  attachment->metadata_removed = filter_ != nullptr;
  return absl::OkStatus();
}

}  // namespace avvik::intake
