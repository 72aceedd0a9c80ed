#include "engine/net/listen_socket.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <string>

#include "engine/net/url.h"

namespace tocsin::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  // The unspecified IPv6 address serves IPv4 as well.
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) return error;
  error_code ignored;  // what counts is why it could not listen
  acceptor.close(ignored);
  return error;
}

error_code open_any(tcp::acceptor& acceptor, uint16_t port) {
  const error_code error = open(acceptor, {tcp::v6(), port});
  const bool has_no_v6 =
      error == asio::error::address_family_not_supported ||
      error == asio::error::make_error_code(asio::error::operation_not_supported);
  if (!has_no_v6 && error.value() != EADDRNOTAVAIL) return error;
  return open(acceptor, {tcp::v4(), port});
}

}  // namespace

base::Result<ListenSocket> listen_on(const ListenAddress& address) {
  asio::io_context io;
  tcp::acceptor acceptor(io);
  error_code error;
  if (address.host.empty()) {
    error = open_any(acceptor, address.port);
  } else {
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
    if (!error) error = open(acceptor, found.begin()->endpoint());
  }
  tcp::endpoint bound;
  if (!error) bound = acceptor.local_endpoint(error);
  if (error) {
    return base::Error{
        base::Code::kUnavailable,
        "listen tcp " + join_host_port(address.host, address.port) + ": " + error.message()};
  }
  return ListenSocket{acceptor.release(), bound.address().is_v6(), bound.port()};
}

}  // namespace tocsin::net
