#include "core/http/client/curl_line.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/descriptors.h"
#include "core/base/os/socket.h"
#include "core/http/client/request_head.h"

namespace agm::http {
namespace {

// Parsing a bundle of 140 certificates takes some 20 ms per new connection. From a folder with
// hashed names OpenSSL reads only the certificate that it needs.
bool HasHashedCertificates(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.size() == 10 && name.ends_with(".0")) return true;
  }
  return false;
}

// The bundle of the system's authorities, where libcurl looks for it in another place: Debian and
// Arch, Fedora and RHEL, openSUSE, Alpine.
constexpr auto kBundles = std::to_array<const char*>(
    {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
     "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"});

std::string FindBundle(const curl_version_info_data& curl) {
  std::error_code error;
  for (const char* own : {curl.cainfo, curl.capath}) {
    if (own != nullptr && std::filesystem::exists(own, error)) return {};
  }
  const auto found = std::ranges::find_if(
      kBundles, [&](const char* bundle) { return std::filesystem::exists(bundle, error); });
  return found == kBundles.end() ? std::string() : *found;
}

struct Certificates {
  std::string file;
  std::string folder;
};

const Certificates& SystemCertificates() {
  static const Certificates found = [] {
    Certificates certificates;
    if (const char* file = std::getenv("SSL_CERT_FILE")) certificates.file = file;
    constexpr const char* kFolder = "/etc/ssl/certs";
    const curl_version_info_data& curl = *curl_version_info(CURLVERSION_NOW);
    const bool openssl = std::string_view(curl.ssl_version).starts_with("OpenSSL");
    if (!certificates.file.empty()) return certificates;
    if (openssl && HasHashedCertificates(kFolder)) {
      certificates.folder = kFolder;
    } else {
      certificates.file = FindBundle(curl);
    }
    return certificates;
  }();
  return found;
}

void SetCertificates(CURL* easy) {
  const Certificates& certificates = SystemCertificates();
  if (!certificates.file.empty()) {
    Set(easy, CURLOPT_CAINFO, certificates.file.c_str());
    Set<const char*>(easy, CURLOPT_CAPATH, nullptr);
  } else if (!certificates.folder.empty()) {
    Set<const char*>(easy, CURLOPT_CAINFO, nullptr);
    Set(easy, CURLOPT_CAPATH, certificates.folder.c_str());
  }
}

void SetProtocols(CURL* easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
  Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  Set(easy, CURLOPT_PROTOCOLS, long{CURLPROTO_HTTP | CURLPROTO_HTTPS});
#endif
}

// Options that are the same for all connections.
void SetUp(CURL* easy) {
  Set(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  Set(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  Set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  Set(easy, CURLOPT_TCP_NODELAY, 1L);
  Set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  Set(easy, CURLOPT_TCP_KEEPIDLE, 30L);
  Set(easy, CURLOPT_TCP_KEEPINTVL, 15L);
  Set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  Set(easy, CURLOPT_USERAGENT, UserAgent().c_str());  // sent to a proxy
  SetProtocols(easy);
  SetCertificates(easy);
}

void SetProxy(CURL* easy, const OutgoingRequest& request, bool direct) {
  if (direct) {
    Set(easy, CURLOPT_PROXY, "");
    return;
  }
  Set(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  if (request.proxy.empty()) return;
  Set(easy, CURLOPT_PROXY, request.proxy.c_str());
  Set(easy, CURLOPT_NOPROXY, "");
}

// Trusts one certificate only, without checking its name: the certificate itself proves more.
void TrustOnly(CURL* easy, const std::string& certificate) {
  curl_blob pem{const_cast<char*>(certificate.data()), certificate.size(), CURL_BLOB_COPY};
  Set(easy, CURLOPT_CAINFO_BLOB, &pem);
  Set<const char*>(easy, CURLOPT_CAINFO, nullptr);
  Set<const char*>(easy, CURLOPT_CAPATH, nullptr);
  Set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

// The address in curl_sockaddr has the length that its family needs.
template <class T>
T As(const curl_sockaddr& from) {
  T to{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(&from.addr);
  std::memcpy(&to, bytes, std::min<std::size_t>(sizeof to, from.addrlen));
  return to;
}

std::optional<IpAddress> AddressOf(const curl_sockaddr& from) {
  if (from.family == AF_INET) {
    const auto v4 = As<sockaddr_in>(from);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return FromIpv4(bytes);
  }
  if (from.family != AF_INET6) return std::nullopt;
  const auto v6 = As<sockaddr_in6>(from);
  IpAddress ip;
  std::memcpy(ip.bytes.data(), &v6.sin6_addr, ip.bytes.size());
  return ip;
}

// libcurl calls this to create a socket, right before it connects it to the address `to`.
curl_socket_t OpenGuarded(void* line, curlsocktype, curl_sockaddr* to) {
  auto& guarded = *static_cast<CurlLine*>(line);
  const auto address = AddressOf(*to);
  if (!address || !guarded.may_connect(*address)) {
    guarded.refused = true;
    return CURL_SOCKET_BAD;
  }
  return os::NewSocket(to->family, to->socktype, to->protocol).release();
}

void SetGuard(CurlLine& line, const CurlTransport::Options& options) {
  line.may_connect = options.may_connect;
  Set(line.connection.easy(), CURLOPT_OPENSOCKETFUNCTION, &OpenGuarded);
  Set(line.connection.easy(), CURLOPT_OPENSOCKETDATA, static_cast<void*>(&line));
}

// An empty `proxy` leaves the choice to libcurl and the environment.
bool MayBeTlsProxy(std::string_view proxy) {
  if (!proxy.empty()) return proxy.starts_with("https:");
  constexpr std::array<const char*, 3> kVariables = {"http_proxy", "all_proxy", "ALL_PROXY"};
  return std::any_of(kVariables.begin(), kVariables.end(), [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && std::string_view(value).starts_with("https:");
  });
}

}  // namespace

void SetUpProcessOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    // With NOSIGNAL set, libcurl does not block SIGPIPE, so the program must ignore it.
    struct sigaction now {};
    if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      std::signal(SIGPIPE, SIG_IGN);
    }
    SystemCertificates();
    DescriptorsOfHandle();  // counted while few threads open files
  });
}

std::unique_ptr<CurlLine> NewCurlLine(std::string key, const Origin& origin,
                                      const OutgoingRequest& request,
                                      const CurlTransport::Options& options,
                                      DescriptorCount& count) {
  const bool direct = origin.loopback || options.may_connect;
  const bool plain = origin.scheme == "http" && (direct || !MayBeTlsProxy(request.proxy));
  auto line = std::make_unique<CurlLine>(
      count, plain ? CurlConnection::Bytes::kPlain : CurlConnection::Bytes::kTls);
  CURL* easy = line->connection.easy();
  if (easy == nullptr) return nullptr;
  line->key = std::move(key);
  SetUp(easy);
  Set(easy, CURLOPT_URL, fmt::format("{}://{}/", origin.scheme, origin.HostAndPort()).c_str());
  Set(easy, CURLOPT_CONNECTTIMEOUT_MS, std::max<long>(1, request.connect_timeout.count()));
  SetProxy(easy, request, direct);
  if (!request.certificate.empty()) TrustOnly(easy, request.certificate);
  if (options.may_connect) SetGuard(*line, options);
  return line;
}

std::unique_ptr<CurlLine> CurlTransport::IdleLines::Take(const std::string& key) {
  for (;;) {
    auto line = TakeAny(key);
    if (!line || line->connection.IsQuiet()) return line;
  }
}

std::unique_ptr<CurlLine> CurlTransport::IdleLines::TakeAny(const std::string& key) {
  Lines old;  // destroyed after the lock is released
  const TimePoint now = SystemClock().Now();
  auto lines = lines_.Lock();
  DropOld(*lines, now, old);
  for (std::size_t i = lines->size(); i-- > 0;) {
    if ((*lines)[i]->key != key) continue;
    auto taken = std::move((*lines)[i]);
    lines->erase(lines->begin() + static_cast<Lines::difference_type>(i));
    return taken;
  }
  return nullptr;
}

void CurlTransport::IdleLines::Put(std::unique_ptr<CurlLine> line) {
  Lines old;
  const TimePoint now = SystemClock().Now();
  line->idle_since = now;
  auto lines = lines_.Lock();
  std::call_once(begun_, [this] { Begin(); });
  lines->push_back(std::move(line));
  DropOld(*lines, now, old);
}

std::size_t CurlTransport::IdleLines::size() const {
  auto lines = lines_.Lock();
  return lines->size();
}

void CurlTransport::IdleLines::DropOld(Lines& lines, TimePoint now, Lines& old) const {
  const TimePoint oldest = now - options_.max_idle_age;
  auto keep = lines.begin();
  while (keep != lines.end() &&
         ((*keep)->idle_since < oldest || static_cast<std::size_t>(lines.end() - keep) > most_)) {
    old.push_back(std::move(*keep++));
  }
  lines.erase(lines.begin(), keep);
}

// ---- The keeper --------------------------------------------------------------------------------

CurlTransport::IdleLines::~IdleLines() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  if (keeper_.joinable()) keeper_.join();
}

// The server has raised the limit of descriptors by now. Without a keeper (no thread can be had) lines
// are closed at the next Take or Put.
void CurlTransport::IdleLines::Begin() {
  most_ = std::min(options_.max_idle, DescriptorLimit() / 8);
  try {
    keeper_ = std::thread([this] { Keep(); });
  } catch (const std::system_error&) {
    return;
  }
}

void CurlTransport::IdleLines::Keep() {
  const Duration pause = std::clamp(options_.max_idle_age / 4, Duration{10}, Duration{1000});
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, pause, [this] { return over_; })) {
    lock.unlock();
    Lines dropped;  // closed after the lock
    {
      auto lines = lines_.Lock();
      DropOld(*lines, SystemClock().Now(), dropped);
      DropEnded(*lines, dropped);
    }
    dropped.clear();
    lock.lock();
  }
}

/// One poll tells which sockets have news, and only those are asked what it is.
void CurlTransport::IdleLines::DropEnded(Lines& lines, Lines& ended) {
  std::vector<pollfd> polled;
  polled.reserve(lines.size());
  for (const auto& line : lines) polled.push_back({line->connection.fd(), POLLIN, 0});
  if (::poll(polled.data(), polled.size(), 0) <= 0) return;
  Lines kept;
  kept.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool fine = polled[i].revents == 0 || lines[i]->connection.IsQuiet();
    (fine ? kept : ended).push_back(std::move(lines[i]));
  }
  lines.swap(kept);
}

}  // namespace agm::http
