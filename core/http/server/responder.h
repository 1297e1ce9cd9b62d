#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/guarded.h"
#include "core/http/server/exchange.h"

namespace agm::http {

/// Answers requests with cpp-httplib: the library reads the request, calls the handler, and writes
/// the response.
///
///   Responder responder(handle);
///   const bool sent = responder.Answer(exchange);
///
/// Of the client's request, which our strict reader has checked, the library gets the method, the
/// version (canonical_head.h) and the body, so its parser never handles hostile bytes, and no two
/// parsers can disagree about a request. The target and the headers stay in `exchange.request`,
/// which handlers get: the library would forget the order of the headers, percent-decode their
/// values, and refuse odd Accept and Range headers, for some 5,000 instructions each.
///
/// The library has one handler for all routes, in front of its router: a route of the gateway
/// matches behind any prefix, which the library could express only as regular expressions, and
/// std::regex recurses for each byte of the path, too deep for the stacks of ThreadPool.
///
/// A streamed response is the library's content provider: its first call hands the source to a
/// StreamTask, which carrier threads continue after the library has returned.
///
/// Each request in progress has a library object of its own, so that its hooks know their exchange.
///
/// Thread safety: any thread.
class Responder {
 public:
  /// Sets the exchange's reply, and decides in its delivery whether the connection stays open.
  using Handle = std::function<void(Exchange&)>;

  explicit Responder(Handle handle);
  ~Responder();

  /// True if the whole response was sent, or connection.stream holds the rest.
  bool Answer(Exchange& exchange);

 private:
  class Library;

  std::unique_ptr<Library> Take();
  void Return(std::unique_ptr<Library> library);

  const Handle handle_;
  Guarded<std::vector<std::unique_ptr<Library>>> idle_;
};

}  // namespace agm::http
