#include "domain/campaign/audience_source.hpp"

namespace herald {

std::string_view name(SourceState state) {
    switch (state) {
        case SourceState::pending:
            return "pending";
        case SourceState::done:
            return "done";
        case SourceState::refused:
            return "refused";
    }
    return "";
}

}  // namespace herald
