#pragma once
// Calls to URLs that customers have named, which is to say: to anywhere. One connection a call, to an address that was
// looked at before, so that no name leads inside, not even one that changes its mind.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>

#include "adapters/http/client.hpp"
#include "adapters/webhook/names.hpp"
#include "adapters/webhook/signature.hpp"
#include "adapters/webhook/turns.hpp"
#include "adapters/webhook/url_policy.hpp"
#include "domain/ports/webhooks.hpp"

namespace herald::webhook {

struct WebhookOptions {
    std::vector<SigningKey> keys;  // none: nothing is signed, and what must be is refused
    UrlPolicy policy;
    TurnLimits turns;
    milliseconds connect{3'000};  // each of: to resolve, to connect, to shake hands
    milliseconds total{15'000};   // from the turn to the end of the answer
    std::string ca_file;          // PEM; empty: the system's certificates
};

class WebhookClient final : public Webhooks {
 public:
    // `names` and `clock` must outlive it, and it every call. Throws when `ca_file` cannot be read.
    WebhookClient(boost::asio::any_io_executor loop, Clock& clock, Names& names, WebhookOptions options);

    std::optional<std::string> refusal(const std::string& url) const override;
    bool can_sign() const override { return !options_.keys.empty(); }
    Task<Result<void>> post(WebhookCall call, Deadline deadline) override;

    // Whoever waits for a turn or comes from now on gets shutting_down. What is on the wire goes on to its end.
    void stop() { turns_.stop(); }
    // On the wire, or waiting for a turn.
    std::size_t calling() const { return turns_.taken() + turns_.waiting(); }

 private:
    Result<Target> accept(const WebhookCall& call) const;
    Task<Result<void>> attempt(const WebhookCall& call, const Target& target, Deadline deadline);
    Task<Result<std::vector<Address>>> checked_addresses(const Target& target, Deadline deadline);
    http::Call request(const WebhookCall& call, const Target& target) const;

    boost::asio::any_io_executor loop_;
    Clock& clock_;
    Names& names_;
    WebhookOptions options_;
    http::ClientOptions wire_;
    boost::asio::ssl::context tls_;
    Turns turns_;
};

}  // namespace herald::webhook
