#pragma once

#include <boost/json/object.hpp>

#include "tests/intercom_sim/world.hpp"

namespace sim {

struct ConversationView {
    bool parts{true};
    bool plain_text{};  // display_as=plaintext
};

boost::json::object conversation_json(const World& world, const Conversation& conversation, ConversationView view);

}  // namespace sim
