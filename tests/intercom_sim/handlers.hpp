#pragma once
// The operations of the API; router.cpp says which request each of them answers.

#include "tests/intercom_sim/call.hpp"

namespace sim {

// directory_api.cpp
Reply get_me(World&, Call&);
Reply list_admins(World&, Call&);
Reply get_admin(World&, Call&);
Reply list_segments(World&, Call&);
Reply get_segment(World&, Call&);
Reply list_contact_segments(World&, Call&);
Reply list_data_attributes(World&, Call&);
Reply create_data_attribute(World&, Call&);

// contact_api.cpp
Reply create_contact(World&, Call&);
Reply update_contact(World&, Call&);
Reply get_contact(World&, Call&);
Reply find_by_external_id(World&, Call&);
Reply list_contacts(World&, Call&);
Reply search_contacts(World&, Call&);

// contact_state_api.cpp
Reply delete_contact(World&, Call&);
Reply archive_contact(World&, Call&);
Reply unarchive_contact(World&, Call&);
Reply block_contact(World&, Call&);
Reply merge_contacts(World&, Call&);

// message_api.cpp
Reply create_message(World&, Call&);

// event_api.cpp
Reply create_event(World&, Call&);
Reply list_events(World&, Call&);

// tag_api.cpp
Reply list_tags(World&, Call&);
Reply create_tag(World&, Call&);
Reply get_tag(World&, Call&);
Reply delete_tag(World&, Call&);
Reply attach_tag(World&, Call&);
Reply detach_tag(World&, Call&);
Reply list_contact_tags(World&, Call&);

// note_api.cpp
Reply create_note(World&, Call&);
Reply list_notes(World&, Call&);
Reply get_note(World&, Call&);

// subscription_api.cpp
Reply list_subscription_types(World&, Call&);
Reply list_contact_subscriptions(World&, Call&);
Reply attach_subscription(World&, Call&);
Reply detach_subscription(World&, Call&);

// conversation_api.cpp
Reply create_conversation(World&, Call&);
Reply get_conversation(World&, Call&);
Reply list_conversations(World&, Call&);
Reply search_conversations(World&, Call&);
Reply reply_conversation(World&, Call&);
Reply manage_conversation(World&, Call&);

}  // namespace sim
