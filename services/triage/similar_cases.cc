#include "services/triage/similar_cases.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace avvik::triage {
namespace {

constexpr absl::Duration kNear = absl::Hours(7 * 24);
constexpr size_t kMostNamedWords = 10;

// What each ground adds to a score; words at the most.
constexpr double kWords = 70;
constexpr double kSystem = 12;
constexpr double kCategory = 6;
constexpr double kUnit = 6;
constexpr double kTime = 6;

// A word that only two cases have counts as 1, a common one next to nothing.
double WeightOf(const SharedWord& shared) {
  return 1 / std::log2(std::max<double>(2, static_cast<double>(shared.cases)));
}

// As good as certain with about four rare words, and never quite.
double PointsFor(const std::vector<SharedWord>& words) {
  double sum = 0;
  for (const SharedWord& shared : words) sum += WeightOf(shared);
  return kWords * (1 - std::exp(-sum / 1.5));
}

SimilarCase Compared(const Case& subject, LikeCase candidate) {
  std::vector<std::pair<double, v1::SimilarityReason>> grounds;
  const auto add = [&](double points, v1::SimilarityGround ground) {
    grounds.emplace_back(points, v1::SimilarityReason()).second.set_ground(ground);
  };
  const Case& other = candidate.subject;
  if (!candidate.words.empty()) {
    std::stable_sort(candidate.words.begin(), candidate.words.end(),
                     [](const auto& a, const auto& b) { return a.cases < b.cases; });
    add(PointsFor(candidate.words), v1::SIMILARITY_GROUND_WORDS);
    v1::SimilarityReason& reason = grounds.back().second;
    reason.set_word_count(static_cast<int>(candidate.words.size()));
    for (const SharedWord& shared : candidate.words) {
      if (shared.word.empty() || reason.words_size() >= static_cast<int>(kMostNamedWords)) continue;
      reason.add_words(shared.word);
    }
  }
  if (!subject.system.empty() && subject.system == other.system) {
    add(kSystem, v1::SIMILARITY_GROUND_SYSTEM);
  }
  if (subject.category != type::v1::CATEGORY_UNSPECIFIED && subject.category == other.category) {
    add(kCategory, v1::SIMILARITY_GROUND_CATEGORY);
  }
  if (!subject.unit.empty() && subject.unit == other.unit) add(kUnit, v1::SIMILARITY_GROUND_UNIT);
  const absl::Duration apart = subject.reported - other.reported;
  if (apart <= kNear && apart >= -kNear) add(kTime, v1::SIMILARITY_GROUND_TIME);

  std::stable_sort(grounds.begin(), grounds.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  SimilarCase similar{.subject = std::move(candidate.subject), .score = 0, .reasons = {}};
  double points = 0;
  for (auto& [weight, reason] : grounds) {
    points += weight;
    similar.reasons.push_back(std::move(reason));
  }
  similar.score = std::clamp(static_cast<int>(std::lround(points)), 1, 100);
  return similar;
}

}  // namespace

std::vector<SimilarCase> RankSimilar(const Case& subject, std::vector<LikeCase> candidates,
                                     size_t limit) {
  std::vector<SimilarCase> ranked;
  for (LikeCase& candidate : candidates) {
    const bool same_system = !subject.system.empty() && subject.system == candidate.subject.system;
    if (candidate.words.empty() && !same_system) continue;
    ranked.push_back(Compared(subject, std::move(candidate)));
  }
  std::sort(ranked.begin(), ranked.end(), [](const SimilarCase& a, const SimilarCase& b) {
    return a.score != b.score ? a.score > b.score : a.subject.id > b.subject.id;
  });
  if (ranked.size() > limit) ranked.resize(limit);
  return ranked;
}

}  // namespace avvik::triage
