#include "common/paging/page_token.h"

#include <openssl/sha.h>

#include <algorithm>
#include <memory>

#include "common/status/error.h"

namespace avvik::paging {
namespace {

constexpr size_t kMarkLength = 16;

// A mark of what the request filters by.
std::string MarkOf(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> filter(request.New());
  filter->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    const auto* field = filter->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) filter->GetReflection()->ClearField(filter.get(), field);
  }
  const std::string text = filter->GetDescriptor()->full_name() + filter->SerializeAsString();
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string mark;
  for (size_t i = 0; i < kMarkLength / 2; ++i) {
    mark.push_back("0123456789abcdef"[digest[i] >> 4]);
    mark.push_back("0123456789abcdef"[digest[i] & 15]);
  }
  return mark;
}

}  // namespace

int SizeOf(int asked) { return asked == 0 ? kDefaultSize : std::min(asked, kMostSize); }

std::string MakeToken(const google::protobuf::Message& request, const std::string& last_key) {
  return MarkOf(request) + "." + last_key;
}

absl::StatusOr<std::string> KeyOf(const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("page_token");
  const std::string token = request.GetReflection()->GetString(request, field);
  if (token.empty()) return token;
  if (token.size() <= kMarkLength + 1 || token[kMarkLength] != '.' ||
      token.substr(0, kMarkLength) != MarkOf(request)) {
    return status::InvalidField(
        "page_token", "is not from a page of this list with the same filter; begin without it");
  }
  return token.substr(kMarkLength + 1);
}

}  // namespace avvik::paging
