#pragma once
// The tags of the workspace: a name exists once, whatever its case.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sim {

class Tags {
 public:
    using Number = std::uint32_t;  // position; the public id is an offset of it

    Number ensure(std::string_view name);
    std::optional<Number> by_id(std::string_view id) const;  // deleted ones are not found
    bool alive(Number number) const { return !all_[number].deleted; }
    const std::string& name(Number number) const { return all_[number].name; }
    std::size_t size() const { return all_.size(); }
    void remove(Number number);
    static std::string id(Number number) { return std::to_string(first_id + number); }

 private:
    static constexpr std::uint32_t first_id = 101;
    struct Tag {
        std::string name;
        bool deleted{};
    };
    std::vector<Tag> all_;
    std::unordered_map<std::string, Number> by_name_;  // lower case
};

}  // namespace sim
