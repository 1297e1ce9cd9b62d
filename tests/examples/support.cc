// Compiles the usage examples in the headers of the tests' shared code; see core.cc.

#include <gtest/gtest.h>

#include <string>

#include "tests/allocations/allocations.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "tests/support/program.h"
#include "tests/support/raw_client.h"
#include "tests/support/scripted_server.h"
#include "tests/support/swarm.h"

namespace agm::test {

int ReadRequest(const std::string& body);
void AllocationsExample(const std::string& body) {
#include "examples/tests/allocations/allocations.h.inc"
}

void FakeClockExample() {
#include "examples/tests/support/fake_clock.h.inc"
}

constexpr const char* kQuota = "{}";
void FakeTransportExample() {
#include "examples/tests/support/fake_transport.h.inc"
}

void ProgramExample(const std::string& binary, const std::string& home) {
#include "examples/tests/support/program.h.inc"
}

void RawClientExample(int port) {
#include "examples/tests/support/raw_client.h.inc"
}

void Fetch(const std::string& url);
void ScriptedServerExample() {
#include "examples/tests/support/scripted_server.h.inc"
}

void SwarmExample(int port, const std::string& request) {
#include "examples/tests/support/swarm.h.inc"
}

}  // namespace agm::test
