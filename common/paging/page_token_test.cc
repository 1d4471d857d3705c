#include "common/paging/page_token.h"

#include "avvik/intake/v1/intake.pb.h"
#include "tests/support/status_matchers.h"

namespace avvik::paging {
namespace {

TEST(PageTokenTest, TokenGivesItsKeyBackForTheSameFilter) {
  intake::v1::ListReportsRequest request;
  request.set_unit("social");
  request.set_page_token(MakeToken(request, "key-1"));
  request.set_page_size(7);
  EXPECT_EQ(*KeyOf(request), "key-1");
}

TEST(PageTokenTest, TokenOfAnotherFilterIsRefused) {
  intake::v1::ListReportsRequest request;
  request.set_page_token(MakeToken(request, "key-1"));
  request.set_unit("social");
  EXPECT_THAT(KeyOf(request), avvik::testing::NamesField("page_token"));
  request.set_page_token("made-up");
  EXPECT_THAT(KeyOf(request), avvik::testing::NamesField("page_token"));
}

TEST(PageTokenTest, SizesAreDefaultedAndBounded) {
  EXPECT_EQ(SizeOf(0), 50);
  EXPECT_EQ(SizeOf(3), 3);
  EXPECT_EQ(SizeOf(5'000), 1'000);
}

}  // namespace
}  // namespace avvik::paging
