#include "services/gateway/static_files.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("static_files_" + std::to_string(getpid()));
    fs::create_directories(folder_ / "assets");
    fs::create_directories(folder_ / "sub");
    fs::create_directories(folder_ / ".git");
    Put("index.html", "<p>å</p>");
    Put("style.css", "body {}");
    Put("style.css.br", "brotli");
    Put("style.css.gz", "gzip");
    Put("assets/app-4f3a9c21.js", "x");
    Put("sub/index.html", "sub");
    Put("orphan.gz", "no original");
    Put("empty.txt", "");
    Put(".env", "secret");
    Put(".git/config", "secret");
    fs::create_symlink("/etc/passwd", folder_ / "passwd.txt");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Put(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  StaticFiles Load() {
    auto files = StaticFiles::Load(folder_.string());
    EXPECT_TRUE(files.ok()) << files.status();
    return *std::move(files);
  }
  static std::optional<HttpResponse> Find(const StaticFiles& files, const std::string& path,
                                          std::vector<HttpHeader> headers = {}) {
    HttpRequestHead head;
    head.headers = std::move(headers);
    return files.Find(path, head);
  }
  static std::string HeaderOf(const HttpResponse& response, const std::string& name) {
    for (const HttpHeader& header : response.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }

  fs::path folder_;
};

TEST_F(StaticFilesTest, FilesAreServedWithTypeAndVersion) {
  const StaticFiles files = Load();
  const auto css = Find(files, "/style.css");
  ASSERT_TRUE(css.has_value());
  EXPECT_EQ(*css->shared_body, "body {}");
  EXPECT_EQ(css->content_type, "text/css; charset=utf-8");
  EXPECT_EQ(HeaderOf(*css, "Cache-Control"), "no-cache");
  EXPECT_EQ(HeaderOf(*css, "Vary"), "Accept-Encoding");
  EXPECT_EQ(HeaderOf(*css, "ETag").size(), 34u);
  EXPECT_EQ(*Find(files, "/empty.txt")->shared_body, "");
}

TEST_F(StaticFilesTest, IndexAnswersForItsFolder) {
  const StaticFiles files = Load();
  EXPECT_EQ(*Find(files, "/")->shared_body, "<p>å</p>");
  EXPECT_EQ(*Find(files, "/sub/")->shared_body, "sub");
  EXPECT_FALSE(Find(files, "/sub").has_value());
  EXPECT_FALSE(Find(files, "").has_value());
}

TEST_F(StaticFilesTest, ApplicationAnswersForTheAddressesOfPages) {
  Put("app.html", "app");
  fs::remove(folder_ / "index.html");
  const StaticFiles files = Load();
  const std::vector<HttpHeader> page = {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};
  EXPECT_EQ(*Find(files, "/")->shared_body, "app");
  EXPECT_EQ(*Find(files, "/cases/AVV-2026-000001", page)->shared_body, "app");
  EXPECT_EQ(HeaderOf(*Find(files, "/cases", page), "Cache-Control"), "no-cache");
  EXPECT_FALSE(Find(files, "/cases").has_value());
  EXPECT_FALSE(Find(files, "/cases", {{"Accept", "application/json"}}).has_value());
  EXPECT_FALSE(Find(files, "/assets/gone.js", page).has_value());
  EXPECT_FALSE(Find(files, "", page).has_value());
}

TEST_F(StaticFilesTest, WithoutAnApplicationOnlyFilesAreThere) {
  EXPECT_FALSE(Find(Load(), "/cases", {{"Accept", "text/html"}}).has_value());
}

TEST_F(StaticFilesTest, CompressedFormIsGivenToThoseWhoTakeIt) {
  const StaticFiles files = Load();
  const auto both = Find(files, "/style.css", {{"Accept-Encoding", "gzip, deflate, br"}});
  EXPECT_EQ(*both->shared_body, "brotli");
  EXPECT_EQ(HeaderOf(*both, "Content-Encoding"), "br");
  EXPECT_EQ(both->content_type, "text/css; charset=utf-8");
  EXPECT_EQ(*Find(files, "/style.css", {{"Accept-Encoding", "br;q=0, gzip"}})->shared_body, "gzip");
  EXPECT_NE(HeaderOf(*both, "ETag"), HeaderOf(*Find(files, "/style.css"), "ETag"));
}

TEST_F(StaticFilesTest, KnownVersionIsNotSentAgain) {
  const StaticFiles files = Load();
  const std::string etag = HeaderOf(*Find(files, "/style.css"), "ETag");
  for (const std::string& header : {etag, "\"other\", W/" + etag, std::string("*")}) {
    const auto response = Find(files, "/style.css", {{"If-None-Match", header}});
    EXPECT_EQ(response->status, 304) << header;
    EXPECT_EQ(response->shared_body, nullptr);
    EXPECT_EQ(HeaderOf(*response, "ETag"), etag);
  }
  EXPECT_EQ(Find(files, "/style.css", {{"If-None-Match", "\"other\""}})->status, 200);
}

TEST_F(StaticFilesTest, FilesWithAHashInTheirNameAreKeptForEver) {
  const StaticFiles files = Load();
  EXPECT_THAT(HeaderOf(*Find(files, "/assets/app-4f3a9c21.js"), "Cache-Control"),
              HasSubstr("immutable"));
}

TEST_F(StaticFilesTest, HiddenFilesLinksAndOrphansAreNotServed) {
  const StaticFiles files = Load();
  for (const char* path : {"/.env", "/.git/config", "/passwd.txt", "/style.css.br", "/orphan.gz"}) {
    EXPECT_FALSE(files.Has(path, {})) << path;
  }
}

TEST_F(StaticFilesTest, NothingOutsideCanBeNamed) {
  const StaticFiles files = Load();
  for (const char* path : {"/../../etc/passwd", "/sub/../index.html", "//index.html", "index.html",
                           "/sub/./index.html"}) {
    EXPECT_FALSE(files.Has(path, {})) << path;
  }
}

TEST_F(StaticFilesTest, MissingFolderIsNamed) {
  EXPECT_THAT(std::string(StaticFiles::Load("/no/such/folder").status().message()),
              HasSubstr("/no/such/folder"));
}

TEST_F(StaticFilesTest, TooManyFilesAreRefused) {
  for (size_t i = 0; i <= StaticFiles::kMaxFiles; ++i) Put("sub/" + std::to_string(i) + ".txt", "");
  EXPECT_EQ(StaticFiles::Load(folder_.string()).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(AcceptsEncodingTest, WeightZeroRefuses) {
  EXPECT_TRUE(AcceptsEncoding("gzip, br", "br"));
  EXPECT_TRUE(AcceptsEncoding("BR;q=0.5", "br"));
  EXPECT_FALSE(AcceptsEncoding("br;q=0", "br"));
  EXPECT_FALSE(AcceptsEncoding("br; q=0.000", "br"));
  EXPECT_FALSE(AcceptsEncoding("brotli", "br"));
  EXPECT_FALSE(AcceptsEncoding("", "br"));
}

TEST(ContentTypeTest, UnknownEndingIsBytes) {
  EXPECT_EQ(ContentTypeOf("/a.html"), "text/html; charset=utf-8");
  EXPECT_EQ(ContentTypeOf("/a.bin"), "application/octet-stream");
  EXPECT_EQ(ContentTypeOf("/html"), "application/octet-stream");
}

}  // namespace
}  // namespace avvik::gateway
