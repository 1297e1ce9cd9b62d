#include "core/page/assets.h"

#include <algorithm>

#include "core/http/wire/inflater.h"

namespace agm::page {

const Asset* FindAsset(std::string_view name) {
  const auto all = Assets();
  const auto found = std::ranges::find(all, name, &Asset::name);
  return found == all.end() ? nullptr : &*found;
}

std::string Unpacked(const Asset& asset) {
  constexpr std::size_t kMost = 1U << 20U;
  std::string bytes;
  http::Inflater inflater(http::Inflater::Form::kWrapped);
  std::string_view packed = asset.gzip;
  while (inflater.state() == http::Inflater::State::kMore && !packed.empty()) {
    packed.remove_prefix(inflater.Read(packed, bytes, kMost));
  }
  return bytes;
}

}  // namespace agm::page
