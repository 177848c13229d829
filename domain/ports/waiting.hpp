#pragma once
// Why running campaigns are not sending at the moment, for people who ask.

#include <optional>

#include "domain/core/time.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald {

struct Waiting {
    WaitReason reason{WaitReason::none};
    std::optional<WallTime> until;  // when it is looked at again, if that is known

    friend bool operator==(const Waiting&, const Waiting&) = default;
};

class WaitingSource {
 public:
    virtual ~WaitingSource() = default;
    virtual Waiting waiting() const = 0;
};

}  // namespace herald
