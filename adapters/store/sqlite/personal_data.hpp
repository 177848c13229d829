#pragma once
// Finds and erases what is held about one person. See domain/ports/personal_data.hpp.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/personal_data.hpp"

namespace herald::sqlite {

class SqlitePersonalData final : public PersonalData {
 public:
    explicit SqlitePersonalData(Database& database) : database_(database) {}

    Task<Result<Erased>> erase(Caller caller, std::vector<ContactRef> names, std::string instead,
                               WallTime now) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
