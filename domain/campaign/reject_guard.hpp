#pragma once
// Stops a campaign whose content Intercom refuses, before every recipient has been tried. RESILIENCE.md 1.2,
// "Reject guard". One per campaign; a resumed campaign starts with a new one.

#include <bitset>
#include <cstddef>

namespace herald {

class RejectGuard {
 public:
    static constexpr std::size_t most_in_a_row = 50;
    static constexpr std::size_t window = 500;
    static constexpr std::size_t most_in_window = window / 5;

    // One delivery got a definite answer from Intercom: its content refused, or anything else. An attempt
    // that was withdrawn or lost says nothing about the content and is not noted.
    // True: pause the campaign. Once 50 in a row were refused, or 100 of the last 500.
    bool note(bool content_refused);

 private:
    std::bitset<window> last_;
    std::size_t next_{};
    std::size_t seen_{};  // up to `window`
    std::size_t in_a_row_{};
};

}  // namespace herald
