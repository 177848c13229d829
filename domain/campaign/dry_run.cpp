#include "domain/campaign/dry_run.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace herald {
namespace {

constexpr std::int64_t source_page_size = 150;  // as the loader reads them

// Shared with the worker, whose work runs to its end even when the request is given up.
struct Job {
    Job(Campaign c, MessageContent m, PlanRules rules, WallTime now, std::size_t messages)
        : campaign(std::move(c)),
          content(std::move(m)),
          samples(messages),
          known(campaign, content, rules, now),
          sample(campaign, content, rules, now),
          found(campaign, content, rules, now) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    Campaign campaign;
    MessageContent content;
    SampleMessages samples;
    AudienceTally known;
    AudienceTally sample;
    AudienceTally found;  // in segments and filters
    SourceTally sources;
    std::vector<AudienceMember> members;  // the slice that is being counted
    std::vector<std::optional<Contact>> contacts;
    std::optional<Error> stopped;  // Intercom
};
using JobPtr = std::shared_ptr<Job>;

std::vector<ContactRef> references(const std::vector<AudienceMember>& members) {
    std::vector<ContactRef> refs;
    refs.reserve(members.size());
    for (const auto& member : members) refs.push_back(normalized(member.ref));
    return refs;
}

void count_slice(Job& job) {
    for (std::size_t i = 0; i < job.members.size(); ++i) {
        std::optional<Answered> person;
        if (job.contacts[i]) person = Answered{{std::move(job.contacts[i]), {}}, false};
        job.known.add(job.members[i], person, job.samples);
    }
}

// Where slices begin, and how many members each has: all of them, or as many parts as are looked at.
std::vector<std::int64_t> slices(std::int64_t audience, const DryRunBounds& bounds) {
    const auto size = static_cast<std::int64_t>(bounds.slice);
    if (audience <= bounds.all_up_to) {
        std::vector<std::int64_t> starts;
        for (std::int64_t start = 0; start < audience; start += size) starts.push_back(start);
        return starts;
    }
    return spread(audience, static_cast<std::size_t>(bounds.all_up_to / size));
}

Task<Result<void>> count_known(DryRunPorts ports, JobPtr job, PlanRules rules, DryRunBounds bounds, Deadline deadline) {
    const auto& campaign = job->campaign;
    for (const auto start : slices(campaign.counts.audience(), bounds)) {
        if (deadline.passed(ports.clock.now())) break;
        auto members = co_await ports.audiences.slice(campaign.workspace, campaign.id, start, bounds.slice);
        if (!members) co_return members.error();
        auto contacts = co_await ports.memory.recall(campaign.workspace, references(*members),
                                                     ports.clock.wall_now() - rules.contact_fresh);
        if (!contacts) co_return contacts.error();
        job->members = std::move(*members);
        job->contacts = std::move(*contacts);
        co_await ports.worker.run([job] { count_slice(*job); });
    }
    co_return Result<void>{};
}

// As the sending loop asks: one reference that Intercom cannot answer for must not hide the others.
Task<Result<void>> ask(DryRunPorts ports, JobPtr job, std::vector<AudienceMember> some, Deadline deadline) {
    auto found = co_await ports.directory.find(references(some), deadline);
    if (found) {
        for (std::size_t i = 0; i < some.size(); ++i)
            job->sample.add(some[i], Answered{std::move((*found)[i]), false}, job->samples);
        co_return Result<void>{};
    }
    if (!is_about_a_reference(found.error())) co_return found.error();
    if (some.size() == 1) {
        job->sample.add(some[0], Answered{{}, true}, job->samples);
        co_return Result<void>{};
    }
    const auto half = some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2);
    std::vector<AudienceMember> first(some.begin(), half);
    std::vector<AudienceMember> second(half, some.end());
    const auto asked = co_await ask(ports, job, std::move(first), deadline);
    if (!asked) co_return asked.error();
    co_return co_await ask(ports, job, std::move(second), deadline);
}

// That Intercom cannot be asked is an answer too; only the store's errors are errors here.
Task<Result<void>> look_into_intercom(DryRunPorts ports, JobPtr job, DryRunBounds bounds, Deadline deadline) {
    const auto& campaign = job->campaign;
    auto members = co_await ports.audiences.at(campaign.workspace, campaign.id,
                                               spread(campaign.counts.audience(), bounds.sampled));
    if (!members) co_return members.error();
    for (std::size_t start = 0; start < members->size(); start += bounds.lookup_batch) {
        const auto end = std::min(members->size(), start + bounds.lookup_batch);
        std::vector<AudienceMember> some(members->begin() + static_cast<std::ptrdiff_t>(start),
                                         members->begin() + static_cast<std::ptrdiff_t>(end));
        const auto asked = co_await ask(ports, job, std::move(some), deadline);
        if (asked) continue;
        job->stopped = asked.error();
        break;
    }
    co_return Result<void>{};
}

// The first page of each says how many there are. That Intercom cannot be asked, or refuses the search, is an answer.
Task<void> look_into_sources(DryRunPorts ports, JobPtr job, DryRunBounds bounds, Deadline deadline) {
    for (const auto& source : job->campaign.sources) {
        const auto page = co_await ports.searching.members(source.query, {}, bounds.source_page, deadline);
        if (!page) {
            job->stopped = page.error();
            co_return;
        }
        for (const auto& contact : page->contacts) {
            AudienceMember member;
            member.ref = {ContactRef::Kind::id, contact.id.value};
            job->found.add(member, Answered{{contact, {}}, false}, job->samples);
        }
        if (!page->total) continue;
        auto& sources = job->sources;
        ++sources.counted;
        sources.people += *page->total;
        sources.largest = std::max(sources.largest, *page->total);
        sources.pages += (*page->total + source_page_size - 1) / source_page_size;
    }
}

}  // namespace

Task<Result<DryRun>> dry_run(DryRunPorts ports, Campaign campaign, PlanRules rules, DryRunBounds bounds,
                             Deadline deadline) {
    auto content = MessageContent::compile(campaign);
    if (!content) co_return Error{Errc::content_rejected, "the template of the campaign cannot be read"};
    const auto audience = campaign.counts.audience();
    const auto job =
        std::make_shared<Job>(std::move(campaign), std::move(*content), rules, ports.clock.wall_now(), bounds.messages);
    // First, so that the messages shown are spread over the audience.
    const auto patience = deadline.capped(ports.clock.now(), bounds.intercom_patience);
    const auto looked = co_await look_into_intercom(ports, job, bounds, patience);
    if (!looked) co_return looked.error();
    if (!job->stopped) co_await look_into_sources(ports, job, bounds, patience);
    const auto counted = co_await count_known(ports, job, rules, bounds, deadline);
    if (!counted) co_return counted.error();
    DryRun out;
    out.known = job->known.counted();
    out.exact = out.known.looked_at == audience;
    out.sample = job->sample.counted();
    out.stopped = std::move(job->stopped);
    out.sources = std::move(job->sources);
    out.sources.sample = job->found.counted();
    out.messages = job->samples.take();
    co_return out;
}

}  // namespace herald
