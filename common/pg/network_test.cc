#include "common/pg/network.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::pg {
namespace {

TEST(PgNetworkTest, DatabaseOnANetworkMustProveByTlsWhoItIs) {
  for (const char* safe :
       {"dbname=a", "host=/run/postgresql dbname=a", "host=127.0.0.1", "host=localhost", "host=::1",
        "postgresql://localhost/a", "host=db.example sslmode=verify-full",
        "postgresql://db.example/a?sslmode=verify-full", "host=a hostaddr=127.0.0.1",
        "host=/run/a,127.0.0.1"}) {
    EXPECT_TRUE(CheckNetwork(safe).ok()) << safe;
  }
  for (const char* refused :
       {"host=db.example", "host=db.example sslmode=require", "host=10.0.0.1 sslmode=verify-ca",
        "postgresql://db.example/a", "host=/run/a,db.example", "host=localhost hostaddr=10.0.0.1"}) {
    EXPECT_EQ(CheckNetwork(refused).code(), absl::StatusCode::kInvalidArgument) << refused;
  }
  EXPECT_THAT(std::string(CheckNetwork("host=db.example password=hunter").message()),
              testing::AllOf(testing::HasSubstr("sslmode=verify-full"),
                             testing::Not(testing::HasSubstr("hunter"))));
}

}  // namespace
}  // namespace avvik::pg
