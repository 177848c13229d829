#pragma once
// A store and chance: the same for the same seed.

#include <cstdint>
#include <vector>

#include "tests/store/store_fixture.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald::test {

class RandomStoreTest : public StoreTest, public testing::WithParamInterface<std::uint64_t> {
 protected:
    std::uint64_t below(std::uint64_t n) { return random_.bits() % n; }
    template <class T>
    T take(std::vector<T>& from) {
        const auto at = from.begin() + static_cast<std::ptrdiff_t>(below(from.size()));
        T value = *at;
        from.erase(at);
        return value;
    }

 private:
    SeededRandom random_{GetParam()};
};

}  // namespace herald::test
