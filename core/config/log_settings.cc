#include <array>

#include "core/config/settings.h"
#include "core/config/words.h"

namespace agm::config {

std::span<const Setting<LogSettings>> LogTableSettings() {
  using L = LogSettings;
  static const std::array settings = {
      WordSetting<L, &L::level, kLogLevelWords>(
          "level",
          {"The least important lines to write: \"debug\" (every choice and every try of a "
           "request), \"info\", \"warning\" or \"error\". The option --log-level wins."}),
      WordSetting<L, &L::format, kLogFormatWords>(
          "format", {"How lines are written: \"text\" or \"json\". The option --log-format wins."}),
      BoolSetting<L, &L::requests>(
          "requests",
          {"Whether a row is kept for each request (agm logs). Totals are counted in any case."}),
      BoolSetting<L, &L::addresses>("addresses", {"Whether rows hold the address of the client."}),
      LongSpanSetting<L, &L::keep>("keep", {"How long rows are kept."}),
      SizeSetting<L, &L::max_size>(
          "max_size", {"The largest size of the request log; the oldest rows go first."}),
      LongSpanSetting<L, &L::totals_keep>("totals_keep",
                                          {"How long the totals of agm stats are kept."}),
  };
  return settings;
}

}  // namespace agm::config
