#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/mock/fault.h"
#include "core/mock/models.h"
#include "core/mock/reply.h"
#include "core/mock/route.h"

namespace agm::mock {

/// A call of a model's method.
struct MethodCall {
  const Model& model;
  const Route& route;
  std::string_view body;
  bool sse = false;  ///< alt=sse
  bool strict = false;
  Duration pace{0};
  std::string id;      ///< unique
  const Fault& fault;  ///< changes the answer; a default Fault changes nothing
};

/// Checks the body like Google, then answers it. The caller has checked that the model has the
/// method.
Reply ServeMethod(const MethodCall& call);

}  // namespace agm::mock
