#include "cli/public_register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/text_format.h"

namespace avvik::cli {
namespace {

triage::v1::RegisterEntry Entry(const std::string& text) {
  triage::v1::RegisterEntry entry;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &entry));
  return entry;
}

TEST(PublicRegisterTest, ALineHasWhatTheLawAsksFor) {
  EXPECT_EQ(PublicRegister({Entry(R"pb(
                              registration_number: "SOCIAL 2026/1"
                              receive_time { seconds: 1795188000 }
                              correspondent: "IMY"
                              subject: "Incident \"A\""
                              grounds: "18 kap. 8 § OSL"
                              grounds: "21 kap. 1 § OSL"
                            )pb"),
                            Entry(R"pb(
                              registration_number: "=1+1"
                              receive_time { seconds: 1795188001 }
                              left_out: LEFT_OUT_CORRESPONDENT
                              left_out: LEFT_OUT_SUBJECT
                            )pb")}),
            "\"received\",\"registration number\",\"from or to\",\"concerns\",\"secrecy\",\"left out\"\r\n"
            "\"2026-11-20T15:20:00Z\",\"SOCIAL 2026/1\",\"IMY\",\"Incident \"\"A\"\"\","
            "\"18 kap. 8 § OSL; 21 kap. 1 § OSL\",\"\"\r\n"
            "\"2026-11-20T15:20:01Z\",\"'=1+1\",\"\",\"\",\"\",\"CORRESPONDENT; SUBJECT\"\r\n");
}

}  // namespace
}  // namespace avvik::cli
