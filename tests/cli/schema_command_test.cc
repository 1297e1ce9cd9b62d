#include "cli/schema_command.h"

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kSchema =
    R"({"$schema":"s","type":"object","properties":{"city.name":{"type":"string","pattern":"^[A-Z]","format":"uri"}},"required":["city.name"],"not":{}})";

std::string Saved(CommandTest& t, const std::string& text) {
  const std::string file = (t.folder.path() / "schema.json").string();
  EXPECT_TRUE(WriteFileAtomically(file, text));
  return file;
}

TEST(SchemaCommand, ReadsItsOptions) {
  CommandTest t;
  const auto given =
      t.Parse<SchemaCheckOptions>(AddSchemaCheck, {"check", "a.json", "--model", "gemini-4-neon"});
  ASSERT_TRUE(given) << t.io.err;
  EXPECT_EQ(given->file, "a.json");
  EXPECT_EQ(given->model, "gemini-4-neon");
  EXPECT_FALSE(t.Parse<SchemaCheckOptions>(AddSchemaCheck, {"check"}));
  EXPECT_EQ(t.code, 2);
}

TEST(SchemaCheck, TellsWhatAModelWithRealSchemasGets) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"schema", "check", Saved(t, kSchema), "--model", "gemini-3-flash-preview"}), 0)
      << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "PATH")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "(root)                $schema     dropped  says nothing to a model\n"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "properties.city.name  format      kept")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "\n7 kept, 0 changed, 0 hinted, 1 dropped\n")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "To gemini-3-flash-preview, as parametersJsonSchema of a tool"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "\n  \"type\": \"object\",\n")) << t.io.out;
  EXPECT_TRUE(t.io.err.starts_with("Next: ")) << t.io.err;
}

TEST(SchemaCheck, ShowsTheLoweredFormWhereItIsAskedFor) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"schema", "check", Saved(t, kSchema), "--lowered", "--json"}), 0) << t.io.err;
  const Json document = t.Document();
  EXPECT_EQ(document["field"], "parameters");
  EXPECT_EQ(document["response_field"], "responseSchema");
  EXPECT_EQ(document["hinted"], 1);
  EXPECT_EQ(document["schema"]["type"], "OBJECT");
  const Json format = {{"path", "properties.city.name"},
                       {"keyword", "format"},
                       {"fate", "hinted"},
                       {"what", "format: uri"}};
  EXPECT_TRUE(std::ranges::count(document["keywords"], format) == 1) << t.io.out;
}

TEST(SchemaCheck, FollowsTheMapping) {
  CommandTest t;
  t.WriteConfig("[proxy.custom_mapping]\n\"mine\" = \"gemini-1.5-pro\"\n");
  EXPECT_EQ(t.Agm({"schema", "check", Saved(t, "{}"), "--model", "mine"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "To gemini-1.5-pro (for mine), as parameters")) << t.io.out;
}

TEST(SchemaCheck, ReadsStandardInput) {
  CommandTest t(R"({"type":"string"})");
  EXPECT_EQ(t.Agm({"schema", "check", "-", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["schema"], Json({{"type", "string"}}));
}

TEST(SchemaCheck, RefusesWhatIsNoSchema) {
  struct Case {
    const char* text;
    const char* why;
  };
  for (const Case& c : {Case{"{\"type\":", "not valid JSON at line 1"},
                        Case{"[]", "which is an object, found an array"},
                        Case{"true", "which is an object, found boolean"},
                        Case{R"({"type":"function","function":{}})", "give the schema alone"},
                        Case{R"({"type":"strnig"})", "\"strnig\" is no type of JSON Schema"}}) {
    CommandTest t;
    EXPECT_EQ(t.Agm({"schema", "check", Saved(t, c.text)}), 1) << c.text;
    EXPECT_TRUE(Has(t.io.err, c.why)) << t.io.err;
    EXPECT_EQ(t.io.out, "");
  }
}

TEST(SchemaCheck, NamesModelsThatAcceptNoSchema) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"schema", "check", Saved(t, "{}"), "--model", "gemma-3-27b-it"}), 1);
  EXPECT_TRUE(Has(t.io.err, "gemma-3-27b-it takes neither tools nor schemas")) << t.io.err;
}

TEST(SchemaCheck, NamesAMissingFileAndAnImpossibleModel) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"schema", "check", "/nowhere/x.json"}), 2);
  EXPECT_TRUE(Has(t.io.err, "/nowhere/x.json")) << t.io.err;
  EXPECT_EQ(t.Agm({"schema", "check", Saved(t, "{}"), "--model", "a?b"}), 1);
  EXPECT_EQ(t.Agm({"schema"}), 0);
  EXPECT_EQ(t.Agm({"schema", "chek", "x"}), 2);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"agm schema check\"?")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
