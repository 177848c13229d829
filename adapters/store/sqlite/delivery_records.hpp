#pragma once
// One recipient's record with its history, and its resolution by a person.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/delivery_records.hpp"

namespace herald::sqlite {

class SqliteDeliveryRecords final : public DeliveryRecords {
 public:
    explicit SqliteDeliveryRecords(Database& database) : database_(database) {}

    Task<Result<DeliveryDetails>> get(WorkspaceId workspace, std::int64_t number) override;
    Task<Result<ResolvedDelivery>> resolve(Caller caller, ResolveRequest request, Idempotency idempotency,
                                           Render render) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
