#include "domain/access/admission.hpp"

#include <algorithm>

namespace herald {
namespace {

using Duration = SteadyTime::duration;

constexpr seconds bucket{2};
constexpr std::size_t remembered_at_most = 1'024;  // of full buckets; those in use are as many as there are keys

Duration interval(std::int64_t per_minute) {
    return Duration(std::chrono::minutes(1)) / per_minute;
}

}  // namespace

Quota quota_of(std::int64_t per_minute) {
    const auto at_once = std::max<std::int64_t>(1, per_minute * bucket.count() / 60);
    return {at_once, std::chrono::ceil<seconds>(interval(per_minute) * at_once)};
}

Admitted RequestAdmission::admit(const KeyHash& key, std::int64_t per_minute, SteadyTime now) {
    const auto each = interval(per_minute);
    const auto at_once = quota_of(per_minute).at_once;
    const auto size = each * at_once;
    if (full_at_.size() >= remembered_at_most) forget_full(now);
    auto& full_at = full_at_.try_emplace(key, now).first->second;
    full_at = std::clamp(full_at, now, now + size);
    Admitted out;
    out.let_in = full_at + each <= now + size;
    if (out.let_in) full_at += each;
    const auto missing = full_at - now;
    out.remaining = (size - missing) / each;
    out.full_in = std::chrono::ceil<milliseconds>(missing);
    if (out.remaining == 0) out.next_in = std::chrono::ceil<milliseconds>(missing + each - size);
    return out;
}

void RequestAdmission::forget_full(SteadyTime now) {
    std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace herald
