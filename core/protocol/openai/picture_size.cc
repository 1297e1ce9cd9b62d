#include "core/protocol/openai/picture_size.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace agm::protocol {
namespace {

constexpr std::int64_t kMaxEdge = 16384;
// A default picture has about one million pixels, "2K" four and "4K" sixteen times as many.
constexpr std::int64_t kMostOfUsual = 2'100'000;
constexpr std::int64_t kMostOf2K = 8'000'000;

struct Ratio {
  int width;
  int height;
  std::string_view name;
};

// The ratios that every image model supports.
constexpr std::array kRatios = {
    Ratio{1, 1, "1:1"},   Ratio{2, 3, "2:3"},   Ratio{3, 2, "3:2"}, Ratio{3, 4, "3:4"},
    Ratio{4, 3, "4:3"},   Ratio{4, 5, "4:5"},   Ratio{5, 4, "5:4"}, Ratio{9, 16, "9:16"},
    Ratio{16, 9, "16:9"}, Ratio{21, 9, "21:9"},
};

// Parses the whole text as the length of an edge.
std::optional<std::int64_t> EdgeOf(std::string_view text) {
  std::int64_t edge = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), edge);
  const bool good = error == std::errc() && end == text.data() + text.size();
  if (!good || edge < 1 || edge > kMaxEdge) return std::nullopt;
  return edge;
}

std::string_view NearestRatio(std::int64_t width, std::int64_t height) {
  const double wanted = std::log(static_cast<double>(width) / static_cast<double>(height));
  const Ratio* best = nullptr;
  double distance = 0;
  for (const Ratio& ratio : kRatios) {
    const double here =
        std::abs(std::log(static_cast<double>(ratio.width) / ratio.height) - wanted);
    if (best != nullptr && here >= distance) continue;
    best = &ratio;
    distance = here;
  }
  return best->name;
}

}  // namespace

std::optional<chat::Picture> PictureOfSize(std::string_view size) {
  if (size == "auto") return chat::Picture();
  const std::size_t cross = size.find('x');
  if (cross == std::string_view::npos) return std::nullopt;
  const auto width = EdgeOf(size.substr(0, cross));
  const auto height = EdgeOf(size.substr(cross + 1));
  if (!width || !height) return std::nullopt;
  const std::int64_t pixels = *width * *height;
  chat::Picture picture;
  picture.ratio = NearestRatio(*width, *height);
  if (pixels > kMostOfUsual) picture.size = pixels > kMostOf2K ? "4K" : "2K";
  return picture;
}

}  // namespace agm::protocol
