#pragma once
// The addresses of a host, asked anew for every call.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "adapters/webhook/address.hpp"
#include "domain/core/result.hpp"
#include "domain/core/scope.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald::webhook {

class Names {
 public:
    virtual ~Names() = default;

    // Every address of the name, in the order in which they are to be tried; never none. Error: not_executed.
    virtual Task<Result<std::vector<Address>>> addresses(std::string name, Deadline deadline) = 0;
};

// As the system resolves them, on threads of its own: a name whose servers do not answer holds up neither the loop nor
// the look-ups of others. A look-up cannot be cut short; it may go on after its caller has gone.
class SystemNames final : public Names {
 public:
    SystemNames(boost::asio::any_io_executor loop, Clock& clock);

    Task<Result<std::vector<Address>>> addresses(std::string name, Deadline deadline) override;

    std::size_t looking_up() const { return look_ups_.size(); }

 private:
    struct Question;
    Task<void> look_up(std::string name, std::weak_ptr<Question> question);

    Clock& clock_;
    Scope look_ups_;
    boost::asio::thread_pool pool_;
};

}  // namespace herald::webhook
