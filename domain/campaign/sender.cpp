#include "domain/campaign/sender.hpp"

#include <algorithm>

namespace herald {

const Admin* find_admin(std::span<const Admin> admins, const Sender& sender) {
    const auto email = [](const std::string& text) { return normalized({ContactRef::Kind::email, text}); };
    const auto found = std::ranges::find_if(admins, [&](const Admin& admin) {
        if (sender.admin_id) return admin.id == *sender.admin_id;
        return sender.email && email(admin.email) == email(*sender.email);
    });
    return found == admins.end() ? nullptr : &*found;
}

}  // namespace herald
