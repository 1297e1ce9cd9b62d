#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/cluster/link.h"
#include "core/store/copies.h"

namespace agm::cluster {

/// Rows and texts of the stores on the server. Announced rows are entries of the stream
/// PREFIX{rows}:log, which holds about the last 20,000; a message tells the other nodes of each. A
/// node that joins reads what it missed: since it was connected last, or of the last hour. Texts
/// are keys PREFIX{NAME}.
///
/// Thread safety: any thread; Follow before the link starts.
class SharedRows : public store::Copies, public Follower {
 public:
  explicit SharedRows(Link& link);

  void Announce(Kind kind, const std::string& key, const std::string& value) override;
  void Follow(Kind kind, Receive receive) override;
  void Keep(const std::string& name, std::string text, Duration expiry) override;
  void Drop(const std::string& name) override;
  std::optional<std::string> Find(const std::string& name) override;

  Result<void> Join(const AskServer& ask) override;
  void Hear(std::string_view change) override;

 private:
  std::string TextKey(const std::string& name) const { return link_.Key("{" + name + "}"); }
  void Take(const std::string& kind, const std::string& key, const std::string& value) const;

  Link& link_;
  std::map<std::string, Receive> receivers_;  ///< by the kind's word
  std::string last_;                          ///< id of the last entry read; the link's thread only
};

}  // namespace agm::cluster
