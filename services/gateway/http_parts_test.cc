#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/http_message.h"
#include "services/gateway/sse.h"
#include "services/gateway/trace.h"
#include "services/gateway/url.h"
#include "services/gateway/utf8.h"

namespace avvik::gateway {
namespace {

using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

constexpr char kTraceParent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

TEST(TraceTest, ReceivedTraceGoesOnUnderANewSpan) {
  const Trace trace = ContinueTrace(kTraceParent);
  EXPECT_EQ(trace.id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_THAT(trace.parent, MatchesRegex("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00"));
  EXPECT_NE(trace.parent, kTraceParent);
}

TEST(TraceTest, MissingOrMalformedTraceIsBegunAnew) {
  for (const char* text : {"", "00", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
                           "00-00000000000000000000000000000000-b7ad6b7169203331-00",
                           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-00",
                           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-00",
                           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\n",
                           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-extra"}) {
    const Trace trace = ContinueTrace(text);
    EXPECT_THAT(trace.parent, MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-01")) << text;
    EXPECT_NE(trace.id, "0af7651916cd43dd8448eb211c80319c") << text;
    EXPECT_NE(trace.id, ContinueTrace(text).id);
  }
}

TEST(ClientAddressTest, PeerIsTheClientWithoutProxies) {
  HttpRequestHead head;
  head.peer = "10.0.0.9";
  head.headers = {{"X-Forwarded-For", "192.0.2.1"}};
  EXPECT_EQ(ClientAddress(head, 0), "10.0.0.9");
}

TEST(ClientAddressTest, ProxyIsBelievedAndNobodyBeforeIt) {
  HttpRequestHead head;
  head.peer = "10.0.0.9";
  head.headers = {{"x-forwarded-for", "made.up, 192.0.2.1"}, {"X-Forwarded-For", " 10.0.0.8 "}};
  EXPECT_EQ(ClientAddress(head, 1), "10.0.0.8");
  EXPECT_EQ(ClientAddress(head, 2), "192.0.2.1");
  EXPECT_EQ(ClientAddress(head, 9), "made.up");
  head.headers.clear();
  EXPECT_EQ(ClientAddress(head, 1), "10.0.0.9");
}

TEST(EventFrameTest, EventHasNameIdAndData) {
  EXPECT_EQ(EventFrame("Situation", 3, "{\"a\":1}"),
            "event: Situation\nid: 3\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(EventFrame("problem", 0, "x"), "event: problem\ndata: x\n\n");
}

TEST(EventFrameTest, LineBreaksInDataCannotBeginAnotherEvent) {
  EXPECT_EQ(EventFrame("a", 1, "x\n\nevent: b\n"),
            "event: a\nid: 1\ndata: x\ndata: \ndata: event: b\ndata: \n\n");
}

TEST(PercentDecodeTest, EscapesBecomeBytes) {
  EXPECT_EQ(PercentDecode("a%20b%C3%a5+"), "a bå+");
  EXPECT_EQ(PercentDecode("%00"), std::string(1, '\0'));
  EXPECT_EQ(PercentDecode("%"), std::nullopt);
  EXPECT_EQ(PercentDecode("a%2"), std::nullopt);
  EXPECT_EQ(PercentDecode("%g0"), std::nullopt);
}

TEST(SplitQueryTest, PiecesAreNamesAndValues) {
  const auto parameters = SplitQuery("a=1&&b&c=x=y&=z&");
  ASSERT_THAT(parameters, SizeIs(4));
  EXPECT_EQ(parameters[0].value, "1");
  EXPECT_EQ(parameters[1].name, "b");
  EXPECT_EQ(parameters[1].value, "");
  EXPECT_EQ(parameters[2].value, "x=y");
  EXPECT_EQ(parameters[3].name, "");
  EXPECT_THAT(SplitQuery(""), IsEmpty());
}

TEST(QueryDecodeTest, PlusIsASpaceUnlessEscaped) { EXPECT_EQ(QueryDecode("a+b%2Bc"), "a b+c"); }

TEST(Utf8Test, FirstInvalidByteIsFound) {
  EXPECT_EQ(FindInvalidUtf8("åäö 漢 😀"), std::string_view::npos);
  EXPECT_EQ(FindInvalidUtf8("å\xff"), 2u);
  EXPECT_EQ(FindInvalidUtf8("a\xc3"), 1u);
}

TEST(Utf8Test, CutEndsBetweenCharacters) {
  EXPECT_EQ(CutUtf8("aåb", 2), "a");
  EXPECT_EQ(CutUtf8("aåb", 3), "aå");
  EXPECT_EQ(CutUtf8("aåb", 10), "aåb");
}

TEST(HttpRequestHeadTest, HeaderNamesIgnoreCase) {
  HttpRequestHead head;
  head.headers = {{"AUTHORIZATION", "Bearer x"}};
  EXPECT_EQ(head.Header("Authorization"), "Bearer x");
  EXPECT_EQ(head.Header("Author"), "");
}

}  // namespace
}  // namespace avvik::gateway
