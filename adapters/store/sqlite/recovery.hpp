#pragma once
// What happens between two processes: rows in flight become unknown, counters are checked, and a service that only ever
// crashes stops sending.

#include <cstdint>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

// Counts consecutive starts that claimed something and then committed no outcome at all: any settlement that the
// process lived to commit is one, what recovery does for it later is not. A start without work counts for
// nothing. On the writer's thread.
class CrashGuard {
 public:
    static constexpr std::int64_t limit = 3;

    void claimed(Write& write);
    void settled(Write& write);
    // At a start: whether the limit is reached, and then the count begins again.
    bool tripped(Write& write);

 private:
    std::int64_t earlier_{};  // fruitless starts before this one
    bool counted_{};
    bool settled_{};
};

Recovery recover(Write& write, WallTime now, CrashGuard& guard);

}  // namespace herald::sqlite
