// The transport against a server on the loopback that says exactly what a test wants.
#include "net/transport.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace muster::net {
namespace {

/// Answers each connection with the next text and closes it.
class Server {
 public:
  explicit Server(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, generic, size) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    REQUIRE(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }

  ~Server() {
    thread_.join();
    ::close(listener_);
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/path?secret=hunter2";
  }

  /// What came, after the end.
  std::string received;

 private:
  void serve() {
    for (const std::string& answer : answers_) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      char bytes[65'536];
      const ssize_t length = ::recv(connection, bytes, sizeof bytes, 0);
      received.append(bytes, length > 0 ? static_cast<std::size_t>(length) : 0);
      ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(connection);
    }
  }

  std::vector<std::string> answers_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

Request to(const Server& server) {
  return {.url = server.url(), .reach = Reach::Endpoint, .label = "test Call"};
}

TEST_CASE("an answer has status, headers and body, the interim answer before it forgotten") {
  Server server(
      {"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 418 Teapot\r\nX-Late: a:b \r\n"
       "Content-Length: 5\r\n\r\nhello"});
  Transport transport({});
  const Reply reply = transport.send(to(server));
  CHECK(reply.failure == Failure::None);
  CHECK(reply.status == 418);
  CHECK(reply.body == "hello");
  CHECK(find_header(reply.headers, "x-late") == "a:b");
  CHECK_FALSE(find_header(reply.headers, "X-Early"));
}

TEST_CASE("a request carries our headers alone, without Expect, and its body") {
  Server server({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  {
    Transport transport({.user_agent = "muster/test"});
    Request request = to(server);
    request.method = "POST";
    request.headers = {{"X-Empty", ""}, {"X-Given", "1"}};
    request.body = std::string(2000, 'x');
    CHECK(transport.send(request).status == 200);
  }
  CHECK(server.received.starts_with("POST /path?secret=hunter2 HTTP/1.1\r\n"));
  CHECK(server.received.find("X-Empty:\r\n") != std::string::npos);
  CHECK(server.received.find("X-Given: 1\r\n") != std::string::npos);
  CHECK(server.received.find("User-Agent: muster/test\r\n") != std::string::npos);
  CHECK(server.received.find("Expect") == std::string::npos);
  CHECK(server.received.find("Content-Type") == std::string::npos);
}

TEST_CASE("a redirect is an answer and is not followed") {
  Server server(
      {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"});
  Transport transport({});
  CHECK(transport.send(to(server)).status == 302);
}

TEST_CASE("an answer that is not whole is a failure without a body") {
  struct Row {
    const char* name;
    std::string answer;
    Failure failure;
  };

  for (const Row& row :
       {Row{"cut short", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", Failure::Broken},
        Row{"nothing", "", Failure::Broken}, Row{"no HTTP", "220 ready\r\n", Failure::Broken},
        Row{"body too large", "HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x'),
            Failure::TooLarge},
        Row{"headers too large", "HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x') + "\r\n\r\n",
            Failure::TooLarge}}) {
    CAPTURE(row.name);
    Server server({row.answer});
    Transport transport({.body_bytes = 4000, .header_bytes = 4000});
    const Reply reply = transport.send(to(server));
    CHECK(reply.failure == row.failure);
    CHECK(reply.body.empty());
    CHECK(reply.why.starts_with("127.0.0.1:"));
    CHECK(reply.why.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a request that breaks a rule is not sent") {
  struct Row {
    const char* name;
    Request request;
  };

  Transport transport({});
  for (const Row& row :
       {Row{"plain http to the internet", {.url = "http://127.0.0.1:1/"}},
        Row{"no address", {.url = "nowhere"}},
        Row{"a header with a line break",
            {.url = "https://127.0.0.1:1/", .headers = {{"X", "a\r\nY: b"}}}},
        Row{"a header without a name", {.url = "https://127.0.0.1:1/", .headers = {{"", "a"}}}}}) {
    CAPTURE(row.name);
    CHECK(transport.send(row.request).failure == Failure::Refused);
  }
}

TEST_CASE("nobody there is a failure to connect") {
  Transport transport({});
  CHECK(transport.send({.url = "http://127.0.0.1:1/", .reach = Reach::Endpoint}).failure ==
        Failure::Connect);
}

TEST_CASE("the log names what was asked and nothing secret") {
  Server server({"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhunter2"});
  std::string log;
  {
    Transport transport({.log = [&](std::string_view line) { log += line; }});
    Request request = to(server);
    request.headers = {{"Authorization", "hunter2"}};
    request.body = "hunter2";
    CHECK(transport.send(request).status == 200);
  }
  CHECK(log.starts_with("test Call GET http://127.0.0.1:"));
  CHECK(log.find("/path?… 200 7 bytes") != std::string::npos);
  CHECK(log.find("hunter2") == std::string::npos);
}

TEST_CASE("many callers at once are all answered, no more than allowed at a time") {
  constexpr std::size_t kCallers = 24;
  Server server(std::vector<std::string>(
      kCallers, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
  Transport transport({.per_host = 3});
  std::vector<std::string> bodies(kCallers);
  {
    std::vector<std::jthread> callers;
    for (std::string& body : bodies) {
      callers.emplace_back([&] { body = transport.send(to(server)).body; });
    }
  }
  CHECK(bodies == std::vector<std::string>(kCallers, "ok"));
}

}  // namespace
}  // namespace muster::net
