#pragma once
// The SQLite store: one data directory behind the ports.

#include <filesystem>

#include "adapters/store/sqlite/audience_reader.hpp"
#include "adapters/store/sqlite/audience_store.hpp"
#include "adapters/store/sqlite/audit_log.hpp"
#include "adapters/store/sqlite/automation_store.hpp"
#include "adapters/store/sqlite/campaign_store.hpp"
#include "adapters/store/sqlite/campaign_upkeep.hpp"
#include "adapters/store/sqlite/contact_memory.hpp"
#include "adapters/store/sqlite/database.hpp"
#include "adapters/store/sqlite/delivery_records.hpp"
#include "adapters/store/sqlite/delivery_store.hpp"
#include "adapters/store/sqlite/key_store.hpp"
#include "adapters/store/sqlite/limiter_memory.hpp"
#include "adapters/store/sqlite/message_store.hpp"
#include "adapters/store/sqlite/personal_data.hpp"
#include "adapters/store/sqlite/request_log.hpp"
#include "adapters/store/sqlite/run_store.hpp"

namespace herald::sqlite {

class SqliteStore {
 public:
    // As Database: throws when the directory is in use, unusable or from a newer version. `loop` is the
    // executor of the one event loop and outlives the store.
    SqliteStore(const std::filesystem::path& directory, boost::asio::any_io_executor loop, Options options = {})
        : database_(directory, std::move(loop), std::move(options)) {}
    ~SqliteStore() { database_.close(); }  // while the members that its threads use are still there
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    // Once, before anything else; blocks. Repairs what the last process left behind. Throws
    // std::runtime_error when the store fails.
    Recovery recover(WallTime now);

    CampaignStore& campaigns() { return campaigns_; }
    CampaignUpkeep& upkeep() { return upkeep_; }
    DeliveryStore& deliveries() { return deliveries_; }
    AudienceStore& sources() { return sources_; }
    DeliveryRecords& records() { return records_; }
    AudienceReader& audiences() { return audiences_; }
    ContactMemory& contacts() { return contacts_; }
    LimiterMemory& limiter() { return limiter_; }
    AuditLog& audit() { return audit_; }
    SqliteKeyStore& keys() { return keys_; }
    MessageStore& messages() { return messages_; }
    RequestLog& requests() { return requests_; }
    PersonalData& people() { return people_; }
    AutomationStore& automations() { return automations_; }
    RunStore& runs() { return runs_; }

    // Finishes what was asked for; later calls answer store_unavailable. See Database::close.
    void close() { database_.close(); }

 private:
    Database database_;
    GroupCommit group_{database_};
    SqliteCampaignStore campaigns_{database_};
    SqliteCampaignUpkeep upkeep_{database_};
    SqliteDeliveryStore deliveries_{database_, group_};
    SqliteAudienceStore sources_{database_};
    SqliteDeliveryRecords records_{database_};
    SqliteAudienceReader audiences_{database_};
    SqliteContactMemory contacts_{database_, group_};
    SqliteLimiterMemory limiter_{database_};
    SqliteAuditLog audit_{database_};
    SqliteKeyStore keys_{database_};
    SqliteMessageStore messages_{database_};
    SqliteRequestLog requests_{database_};
    SqlitePersonalData people_{database_};
    SqliteAutomationStore automations_{database_};
    SqliteRunStore runs_{database_, group_};
};

}  // namespace herald::sqlite
