#include "core/mock/route.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::mock {
namespace {

// "version model method", with "vertex" in front for the paths of Vertex AI; "none" for others.
std::string Read(std::string_view path) {
  const auto route = ReadRoute(path);
  if (!route) return "none";
  return (route->vertex ? "vertex " : "") + route->version + " " + route->model + " " +
         route->method;
}

TEST(MockRoute, IsAModelAndItsMethod) {
  EXPECT_EQ(Read("/v1beta/models/gemini-a:generateContent"), "v1beta gemini-a generateContent");
  EXPECT_EQ(Read("/v1/models/gemini-a"), "v1 gemini-a ");
  EXPECT_EQ(Read("/v1alpha/models"), "v1alpha  ");
  EXPECT_EQ(Read("/v1beta/models/a:b:c"), "v1beta a b:c");
  EXPECT_EQ(Read("/v1beta1/publishers/google/models/a:b"), "vertex v1beta1 a b");
  EXPECT_EQ(Read("/v1/projects/p/locations/l/publishers/google/models/a:b"), "vertex v1 a b");
}

TEST(MockRoute, IsNoneForOtherPaths) {
  for (const char* path :
       {"", "/", "v1/models", "/v2/models", "/v1", "/v1/", "/v1/model", "/v1/models/",
        "/v1/models/:m", "/v1/models/a/b", "/v1//models", "/models",
        "/v1/publishers/other/models/a:b", "/v1/publishers/google",
        "/v1/projects/p/locations/l/models/a:b", "/v1/projects/p/publishers/google/models/a:b",
        "/v1/projects/p/places/l/publishers/google/models/a:b",
        "/v1/plans/p/locations/l/publishers/google/models/a:b",
        "/v1/projects/p/locations/l/publishers/google/models/a:b/c"}) {
    EXPECT_EQ(Read(path), "none") << path;
  }
}

}  // namespace
}  // namespace agm::mock
