#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/config/edit.h"
#include "core/config/load.h"

namespace agm::config {
namespace {

/// Writes configurations like people: in every notation of TOML, with comments, odd spacing, and
/// both kinds of line ends.
class Hand {
 public:
  explicit Hand(unsigned seed) : random_(seed) {}

  std::string Write() {
    line_end_ = One(4) ? "\r\n" : "\n";
    if (One(6)) text_ += "\xEF\xBB\xBF";
    const bool list = One(4);
    const int accounts = Pick(4);
    Gap();
    if (list) WriteAccountList(accounts);
    WriteProxy(list);
    if (!list) {
      for (int i = 0; i < accounts; ++i) WriteAccount(i);
    }
    Gap();
    if (One(4)) {
      while (!text_.empty() && (text_.back() == '\n' || text_.back() == '\r')) text_.pop_back();
    }
    return text_;
  }

  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool One(int n) { return Pick(n) == 0; }

 private:
  void Line(const std::string& line) {
    text_ += std::string(static_cast<std::size_t>(One(4) ? Pick(5) : 0), ' ') + line;
    if (One(3)) text_ += "  # note \"" + std::to_string(Pick(100)) + "' [x] = {";
    text_ += line_end_;
  }
  void Gap() {
    for (int i = Pick(3); i > 0; --i) text_ += (One(3) ? "  " : "") + line_end_;
    if (One(3)) text_ += "# über " + std::to_string(Pick(100)) + line_end_;
    if (One(4)) text_ += line_end_;
  }
  std::string Text(const std::string& text) {
    switch (Pick(4)) {
      case 0:
        return "'" + text + "'";
      case 1:
        return "\"\"\"" + text + "\"\"\"";
      case 2:
        return "'''" + line_end_ + text + "'''";
      default:
        return "\"" + text + "\"";
    }
  }
  std::string ShortText(const std::string& text) {
    return One(2) ? "'" + text + "'" : "\"" + text + "\"";
  }
  std::string Equals() { return One(3) ? "=" : One(2) ? " = " : "\t=  "; }
  std::string Key(const std::string& key) { return One(3) ? ShortText(key) : key; }
  std::string Targets() {
    if (One(2)) return ShortText("t" + std::to_string(Pick(9)));
    std::string list = "[";
    for (int i = Pick(3); i >= 0; --i) {
      if (One(3)) list += line_end_ + (One(2) ? "  # in, a ] list" + line_end_ : "") + "    ";
      list += ShortText("t" + std::to_string(i)) + (i > 0 || One(3) ? ", " : "");
    }
    return list + "]";
  }
  std::string InlineTargets() { return ShortText("t" + std::to_string(Pick(9))); }
  void Rules(const std::string& prefix) {
    for (int i = 0; i < 4; ++i) {
      if (One(2)) Line(prefix + ShortText("m" + std::to_string(i)) + Equals() + Targets());
      if (One(5)) Gap();
    }
  }
  std::string InlineRules() {
    std::string rules;
    for (int i = 0; i < 4; ++i) {
      if (!One(2)) continue;
      if (!rules.empty()) rules += ", ";
      rules += ShortText("m" + std::to_string(i)) + Equals() + InlineTargets();
    }
    return "{" + (One(2) ? " " + rules + " " : rules) + "}";
  }
  void WriteProxy(bool may_be_dotted) {
    switch (Pick(may_be_dotted ? 6 : 5)) {
      case 0:
        Line("[proxy.custom_mapping]");
        Rules("");
        if (One(2)) Gap();
        return;
      case 1:
        Line("[ proxy ]");
        Line(Key("port") + Equals() + std::to_string(Pick(9000)));
        Line("custom_mapping" + Equals() + InlineRules());
        return;
      case 2:
        Line("[proxy]");
        Rules("custom_mapping . ");
        Line("max_wait" + Equals() + Text("5s"));
        Gap();
        return;
      case 3:
        Line("[\"proxy\"]");
        if (One(2)) Line("host" + Equals() + Text("::1"));
        Gap();
        Line("[proxy.tls]");
        Gap();
        return;
      case 4:
        return;
      default:
        if (One(2)) {
          Line("proxy" + Equals() + "{ port = 1, custom_mapping" + Equals() + InlineRules() + " }");
        } else {
          Line("proxy.port" + Equals() + "1");
          Rules("proxy.custom_mapping.");
        }
        return;
    }
  }
  void WriteAccount(int i) {
    Gap();
    Line("[[accounts]]");
    if (One(2)) Line("priority" + Equals() + std::to_string(i));
    Line(Key("name") + Equals() + ShortText("a" + std::to_string(i)));
    if (One(3)) Gap();
    Line("kind" + Equals() + Text("mock"));
    if (One(3)) Line("models" + Equals() + "[ 'a*', # [" + line_end_ + "]");
    if (One(3)) Gap();
  }
  void WriteAccountList(int accounts) {
    std::string list = "accounts" + Equals() + "[";
    const bool lines = One(2);
    for (int i = 0; i < accounts; ++i) {
      if (lines) list += line_end_ + "  ";
      list += "{ name = " + ShortText("a" + std::to_string(i)) + ", kind = 'mock'" +
              (One(3) ? ", models = ['a,b', \"}\"]" : "") + "}";
      if (i + 1 < accounts || One(3)) list += ",";
      if (lines && One(3)) list += " # of, course ]";
    }
    Line(list + (lines ? line_end_ : "") + "]");
    Gap();
  }

  std::mt19937 random_;
  std::string line_end_;
  std::string text_;
};

Change RandomChange(Hand& hand) {
  const std::string rule = "m" + std::to_string(hand.Pick(6));
  const std::string account = "a" + std::to_string(hand.Pick(5));
  switch (hand.Pick(5)) {
    case 0:
      return SetMapping{rule, {"new"}};
    case 1:
      return SetMapping{rule, {"new", "newer"}};
    case 2:
      return UnsetMapping{rule};
    case 3:
      return PutEntry{account, {{"kind", "mock"}, {"enabled", hand.One(2)}, {"priority", 7}}};
    default:
      return RemoveEntry{account};
  }
}

// The lines of a text without their ends.
std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    while (!lines.back().empty() && lines.back().back() == '\r') lines.back().pop_back();
    at = end + 1;
  }
  return lines;
}

// The number of lines of each text that the other lacks, as in a diff.
std::pair<std::size_t, std::size_t> Diff(const std::string& before, const std::string& after) {
  const auto a = Lines(before);
  const auto b = Lines(after);
  std::vector<std::vector<std::size_t>> common(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return {a.size() - common[0][0], b.size() - common[0][0]};
}

std::size_t Comments(const std::string& text) {
  std::size_t count = 0;
  for (const std::string& line : Lines(text)) {
    const std::size_t word = line.find_first_not_of(" \t");
    if (word != std::string::npos && line[word] == '#') ++count;
  }
  return count;
}

TEST(EditProperty, ChangesOnlyTheMeantLinesOfAnyHandWrittenText) {
  int made = 0;
  for (unsigned seed = 0; seed < 1'500; ++seed) {
    Hand hand(seed);
    const std::string text = hand.Write();
    ASSERT_TRUE(Load(Source{text, "f"})) << Load(Source{text, "f"}).error().message << "\n" << text;
    const Change change = RandomChange(hand);
    const auto edited = EditText(text, change, "f");
    if (!edited) {
      ASSERT_EQ(edited.error().code, ErrorCode::kNotFound) << edited.error().message << "\n"
                                                           << text;
      continue;
    }
    ++made;
    const auto [removed, added] = Diff(text, *edited);
    const std::string both = "seed " + std::to_string(seed) + "\n" + text + "\n--->\n" + *edited;
    if (std::holds_alternative<SetMapping>(change)) {
      // A value of several lines may become one; a new table adds a header and empty lines.
      ASSERT_LE(removed, 10U) << both;
      ASSERT_LE(added, 4U) << both;
      ASSERT_GE(added, *edited == text ? 0U : 1U) << both;
    } else if (std::holds_alternative<PutEntry>(change)) {
      ASSERT_LE(removed, 2U) << both;
      ASSERT_LE(added, 7U) << both;
      ASSERT_EQ(Comments(text), Comments(*edited)) << both;
    } else {
      ASSERT_LE(added, 1U) << both;
    }
    // The change is idempotent: repeating it changes nothing, or fails because nothing is left to
    // change.
    const auto again = EditText(*edited, change, "f");
    ASSERT_TRUE(again ? *again == *edited : again.error().code == ErrorCode::kNotFound) << both;
  }
  EXPECT_GT(made, 750);
}

TEST(EditProperty, UndoesWhatItDid) {
  int undone = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    Hand hand(seed);
    const std::string text = hand.Write();
    const bool table = Load(Source{text, "f"})->config.mapping.size() > 0;
    const auto set = EditText(text, SetMapping{"brand-new", {"x"}}, "f");
    ASSERT_TRUE(set) << set.error().message << "\n" << text;
    const auto unset = EditText(*set, UnsetMapping{"brand-new"}, "f");
    ASSERT_TRUE(unset) << unset.error().message << "\n" << *set;
    if (table && text.ends_with('\n')) {
      ASSERT_EQ(*unset, text) << "seed " << seed;
      ++undone;
    }
    const auto put = EditText(text, PutEntry{"brand-new", {{"kind", "mock"}}}, "f");
    ASSERT_TRUE(put) << put.error().message << "\n" << text;
    const auto removed = EditText(*put, RemoveEntry{"brand-new"}, "f");
    ASSERT_TRUE(removed) << removed.error().message << "\n" << *put;
    ASSERT_EQ(Comments(*removed), Comments(text)) << "seed " << seed;
  }
  EXPECT_GT(undone, 120);
}

}  // namespace
}  // namespace agm::config
