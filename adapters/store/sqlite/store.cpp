#include "adapters/store/sqlite/store.hpp"

#include <stdexcept>

namespace herald::sqlite {

Recovery SqliteStore::recover(WallTime now) {
    auto recovery = deliveries_.recover(now);
    if (!recovery) throw std::runtime_error("the store could not be recovered: " + recovery.error().detail);
    return *recovery;
}

}  // namespace herald::sqlite
