#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/store/counts.h"

namespace agm::test {

/// Plays the server with the counts of other machines: a claim fits unless the test has said that
/// its counter is full.
///
/// Thread safety: one thread at a time.
class FakeCounts : public store::Counts {
 public:
  store::OthersRequests Follow(const std::string& group, store::Participant participant) override {
    participants[group] = std::move(participant);
    return heard[group];
  }
  std::optional<std::vector<store::Verdict>> Try(
      const std::vector<store::Question>& questions) override {
    asked.push_back(questions);
    if (silent) return std::nullopt;
    std::vector<store::Verdict> verdicts;
    for (const store::Question& question : questions) {
      store::Verdict verdict;
      for (std::size_t i = 0; i < question.claims.size(); ++i) {
        const bool is_full = question.claims[i].limit && question.claims[i].counter == full;
        verdict.counters.push_back({0, Duration{0}, Duration(is_full ? 20'000 : 0)});
        if (is_full && !verdict.full) verdict.full = i;
      }
      verdicts.push_back(std::move(verdict));
    }
    return verdicts;
  }
  void Changed(const std::string& group) override { changed.push_back(group); }
  void Touched(const std::string& group) override { touched.push_back(group); }
  void Begun(const std::string& group) override { begun.push_back(group); }
  void Ended(const std::string& group) override { ended.push_back(group); }

  std::string full;     ///< the name of the counter
  bool silent = false;  ///< the server does not answer
  std::vector<std::vector<store::Question>> asked;
  std::vector<std::string> changed;
  std::vector<std::string> touched;
  std::vector<std::string> begun;
  std::vector<std::string> ended;
  std::map<std::string, store::OthersRequests> heard;  ///< before the pool follows the group
  std::map<std::string, store::Participant> participants;
};

}  // namespace agm::test
