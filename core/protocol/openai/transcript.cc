#include "core/protocol/openai/transcript.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/base/json_doc.h"

namespace agm::protocol {
namespace {

constexpr double kMaxSeconds = 1e6;  // the longest time that is accepted

Error Unreadable(std::string_view what) {
  Error error = Fail(ErrorCode::kUpstreamRejected,
                     "the model's transcript cannot be read: expected segments with their times, "
                     "found {}",
                     what);
  error.reason = "transcript_unreadable";
  return error;
}

// Finds the object, because models without schema support add a fence or a sentence.
std::string_view ObjectIn(std::string_view text) {
  const std::size_t begin = text.find('{');
  const std::size_t end = text.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return text;
  return text.substr(begin, end - begin + 1);
}

std::string Trimmed(std::string text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(kBlanks), text.size()));
  text.erase(text.find_last_not_of(kBlanks) + 1);
  return text;
}

bool ReadSpoken(JsonView list, std::string_view key, std::vector<Spoken>& out) {
  for (const JsonView item : list.items()) {
    const auto start = item["start"].number();
    const auto end = item["end"].number();
    if (!start || !end || !item[key].is(JsonKind::kString)) return false;
    const double from = std::clamp(*start, 0.0, kMaxSeconds);
    out.push_back({from, std::clamp(*end, from, kMaxSeconds), Trimmed(item[key].text())});
  }
  return true;
}

// Writes 01:02:03,456 with `point` before the milliseconds.
std::string Clock(double seconds, char point) {
  const auto all = static_cast<std::int64_t>(std::llround(seconds * 1000));
  return fmt::format("{:02}:{:02}:{:02}{}{:03}", all / 3'600'000, all / 60'000 % 60,
                     all / 1000 % 60, point, all % 1000);
}

// Makes one line, without "-->", which separates the times of a subtitle.
std::string Line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::erase(text, '\r');
  for (std::size_t at = text.find("-->"); at != std::string::npos; at = text.find("-->", at)) {
    text.replace(at, 3, "->");
  }
  return text;
}

std::string Cue(const Spoken& spoken, char point) {
  return fmt::format("{} --> {}\n{}\n\n", Clock(spoken.start, point), Clock(spoken.end, point),
                     Line(spoken.text));
}

}  // namespace

std::string Transcript::Text() const {
  std::string text;
  for (const Spoken& segment : segments) {
    if (!text.empty() && !segment.text.empty()) text += ' ';
    text += segment.text;
  }
  return text;
}

double Transcript::Seconds() const {
  double seconds = 0;
  for (const auto* list : {&segments, &words}) {
    for (const Spoken& spoken : *list) seconds = std::max(seconds, spoken.end);
  }
  return seconds;
}

Result<Transcript> ReadTranscript(std::string_view text) {
  // Silence may give an empty response.
  if (Trimmed(std::string(text)).empty()) return Transcript();
  const std::string_view object = ObjectIn(text);
  const auto doc = JsonDoc::Parse(object);
  if (!doc) return Unreadable("none; ask a model that writes JSON");
  const JsonView root = doc->root();
  if (!root["segments"].is(JsonKind::kArray)) return Unreadable("no list of segments");
  Transcript transcript;
  transcript.language = root["language"].text();
  if (!ReadSpoken(root["segments"], "text", transcript.segments) ||
      !ReadSpoken(root["words"], "word", transcript.words)) {
    return Unreadable("an entry without times or text");
  }
  return transcript;
}

std::string WriteSrt(const Transcript& transcript) {
  std::string out;
  std::size_t number = 0;
  for (const Spoken& segment : transcript.segments) {
    out += fmt::format("{}\n", ++number) + Cue(segment, ',');
  }
  return out;
}

std::string WriteVtt(const Transcript& transcript) {
  std::string out = "WEBVTT\n\n";
  for (const Spoken& segment : transcript.segments) out += Cue(segment, '.');
  return out;
}

}  // namespace agm::protocol
