#include "adapters/http/client_tls.hpp"

namespace herald::http {

namespace ssl = boost::asio::ssl;

ssl::context client_tls(const std::string& ca_file) {
    ssl::context tls(ssl::context::tls_client);
    tls.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    tls.set_verify_mode(ssl::verify_peer);
    if (ca_file.empty())
        tls.set_default_verify_paths();
    else
        tls.load_verify_file(ca_file);
    return tls;
}

}  // namespace herald::http
