#include "core/chat/merge.h"

#include <algorithm>
#include <utility>

namespace agm::chat {
namespace {

// Adds up the generated tokens of all calls.
void AddOutput(Usage& sum, const Usage& more) {
  sum.known = sum.known || more.known;
  sum.output += more.output;
  sum.thoughts += more.thoughts;
  sum.output_audio += more.output_audio;
  sum.output_image += more.output_image;
}

// Every call for one prompt reports the prompt's size, so the prompt is counted once.
void TakeInput(Usage& prompt, const Usage& again) {
  prompt.input = std::max(prompt.input, again.input);
  prompt.input_audio = std::max(prompt.input_audio, again.input_audio);
  prompt.input_image = std::max(prompt.input_image, again.input_image);
  prompt.cached = std::max(prompt.cached, again.cached);
}

void AddInput(Usage& sum, const Usage& prompt) {
  sum.input += prompt.input;
  sum.input_audio += prompt.input_audio;
  sum.input_image += prompt.input_image;
  sum.cached += prompt.cached;
}

}  // namespace

void Merge::Add(int call, Event event, std::vector<Event>& out) {
  if (ended_) return;
  if (std::holds_alternative<Started>(event)) {
    if (!std::exchange(started_, true)) out.push_back(std::move(event));
    return;
  }
  if (auto* finished = std::get_if<Finished>(&event)) {
    Finish(call, std::move(*finished), out);
    return;
  }
  if (auto* block = std::get_if<BlockStarted>(&event))
    block->choice = ChoiceOf(call, block->choice);
  if (auto* delta = std::get_if<BlockDelta>(&event)) delta->choice = ChoiceOf(call, delta->choice);
  if (auto* stopped = std::get_if<BlockStopped>(&event))
    stopped->choice = ChoiceOf(call, stopped->choice);
  ended_ = std::holds_alternative<Failed>(event);
  out.push_back(std::move(event));
}

void Merge::Finish(int call, Finished&& finished, std::vector<Event>& out) {
  if (!whole_) whole_ = Finished{};
  for (ChoiceFinish& choice : finished.choices) {
    choice.choice = ChoiceOf(call, choice.choice);
    whole_->choices.push_back(std::move(choice));
  }
  AddOutput(whole_->usage, finished.usage);
  TakeInput(prompts_[call / plan_.calls], finished.usage);
  if (whole_->extra.empty()) whole_->extra = std::move(finished.extra);
  if (--open_ > 0) return;
  for (const auto& [prompt, usage] : prompts_) AddInput(whole_->usage, usage);
  std::sort(whole_->choices.begin(), whole_->choices.end(),
            [](const ChoiceFinish& a, const ChoiceFinish& b) { return a.choice < b.choice; });
  out.emplace_back(*std::move(whole_));
  ended_ = true;
}

}  // namespace agm::chat
