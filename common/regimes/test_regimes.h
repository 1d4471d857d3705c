// For tests: the regimes of this repository, a few questions, and messages from text.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "common/regimes/regime_catalogue.h"
#include "google/protobuf/text_format.h"

namespace avvik::regimes {

template <typename Message>
Message ParseText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

inline std::string RegimeDirectory() {
  const char* source = std::getenv("AVVIK_SOURCE_DIR");
  return std::string(source == nullptr ? "." : source) + "/deploy/regimes";
}

// The regimes of this repository.
inline const RegimeCatalogue& TestRegimes() {
  static const auto* catalogue = [] {
    auto loaded = RegimeCatalogue::Load(RegimeDirectory());
    if (!loaded.ok()) ADD_FAILURE() << loaded.status();
    return new RegimeCatalogue(loaded.ok() ? *std::move(loaded) : RegimeCatalogue());
  }();
  return *catalogue;
}

// A question of each kind: `sure`, `many`, `long`, `which` (red, green), `where`.
inline const QuestionBook& TestQuestions() {
  static const auto* book = [] {
    const std::string text = "text { sv: 'S' da: 'D' en: 'E' }";
    const std::string label = "label { sv: 'S' da: 'D' en: 'E' }";
    return new QuestionBook(*QuestionBook::Make(ParseText<v1::Questions>(
        "questions { id: 'sure' kind: ANSWER_KIND_YES_NO " + text + " }" +
        "questions { id: 'many' kind: ANSWER_KIND_NUMBER " + text + " }" +
        "questions { id: 'long' kind: ANSWER_KIND_DURATION " + text + " }" +
        "questions { id: 'which' kind: ANSWER_KIND_CHOICE several: true " + text +
        " options { id: 'red' " + label + " } options { id: 'green' " + label + " } }" +
        "questions { id: 'where' kind: ANSWER_KIND_UNITS " + text + " }")));
  }();
  return *book;
}

}  // namespace avvik::regimes
