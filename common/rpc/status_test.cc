#include "common/rpc/status.h"

#include "common/status/error.h"
#include "tests/support/status_matchers.h"

namespace avvik::rpc {
namespace {

TEST(RpcStatusTest, ReasonAndFieldsSurviveTheWire) {
  const absl::Status there =
      FromGrpc(ToGrpc(status::InvalidField("report.title", "is required"), "r"));
  EXPECT_THAT(there, avvik::testing::IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(there, avvik::testing::NamesField("report.title"));
}

TEST(RpcStatusTest, InsideErrorsShowOnlyTheReference) {
  const grpc::Status wire = ToGrpc(absl::InternalError("SELECT secret"), "ref-1");
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(wire.error_message().find("secret"), std::string::npos);
  EXPECT_NE(wire.error_message().find("ref-1"), std::string::npos);
}

TEST(RpcStatusTest, LongMessageIsCutOnACharactersBorder) {
  std::string text = "x";
  while (text.size() < 3000) text += "å";
  const std::string cut = ToGrpc(absl::NotFoundError(text), "r").error_message();
  EXPECT_EQ(cut.size(), 1023u);
  EXPECT_EQ(cut.substr(cut.size() - 2), "å");
}

}  // namespace
}  // namespace avvik::rpc
