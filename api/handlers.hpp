#pragma once
// One function per operation. They read: decode, validate, await, map errors, answer.

#include "api/backend.hpp"

namespace herald::api {

Task<Answer> create_campaign(Backend& backend, const Call& call);
Task<Answer> list_campaigns(Backend& backend, const Call& call);
Task<Answer> get_campaign(Backend& backend, const Call& call);
Task<Answer> edit_campaign(Backend& backend, const Call& call);
Task<Answer> delete_campaign(Backend& backend, const Call& call);

Task<Answer> launch_campaign(Backend& backend, const Call& call);
Task<Answer> pause_campaign(Backend& backend, const Call& call);
Task<Answer> resume_campaign(Backend& backend, const Call& call);
Task<Answer> cancel_campaign(Backend& backend, const Call& call);
Task<Answer> retry_campaign(Backend& backend, const Call& call);

Task<Answer> get_progress(Backend& backend, const Call& call);
Task<Answer> list_recipients(Backend& backend, const Call& call);
Task<Answer> upload_recipients(Backend& backend, const Call& call);
Task<Answer> stream_events(Backend& backend, const Call& call);

// launch?dry_run=true
Task<Answer> dry_run_launch(Backend& backend, const Call& call);

Task<Answer> get_delivery(Backend& backend, const Call& call);
Task<Answer> resolve_delivery(Backend& backend, const Call& call);
Task<Answer> send_message(Backend& backend, const Call& call);
Task<Answer> get_message(Backend& backend, const Call& call);
Task<Answer> get_contact(Backend& backend, const Call& call);
Task<Answer> put_contact(Backend& backend, const Call& call);
Task<Answer> create_note(Backend& backend, const Call& call);
Task<Answer> add_tag(Backend& backend, const Call& call);
Task<Answer> remove_tag(Backend& backend, const Call& call);
Task<Answer> erase_contact(Backend& backend, const Call& call);
Task<Answer> track_event(Backend& backend, const Call& call);
Task<Answer> track_events(Backend& backend, const Call& call);
Task<Answer> get_event(Backend& backend, const Call& call);

Task<Answer> create_automation(Backend& backend, const Call& call);
Task<Answer> list_automations(Backend& backend, const Call& call);
Task<Answer> get_automation(Backend& backend, const Call& call);
Task<Answer> edit_automation(Backend& backend, const Call& call);
Task<Answer> delete_automation(Backend& backend, const Call& call);
Task<Answer> activate_automation(Backend& backend, const Call& call);
Task<Answer> deactivate_automation(Backend& backend, const Call& call);
Task<Answer> confirm_automation(Backend& backend, const Call& call);
Task<Answer> simulate_automation(Backend& backend, const Call& call);
Task<Answer> list_automation_versions(Backend& backend, const Call& call);
Task<Answer> list_runs(Backend& backend, const Call& call);
Task<Answer> get_run(Backend& backend, const Call& call);
Task<Answer> cancel_run(Backend& backend, const Call& call);

Task<Answer> get_limits(Backend& backend, const Call& call);

Task<Answer> list_audit_entries(Backend& backend, const Call& call);
Task<Answer> verify_audit_entries(Backend& backend, const Call& call);

Task<Answer> get_liveness(Backend& backend, const Call& call);
Task<Answer> get_readiness(Backend& backend, const Call& call);
Task<Answer> get_metrics(Backend& backend, const Call& call);
Task<Answer> get_openapi(Backend& backend, const Call& call);
Task<Answer> get_docs(Backend& backend, const Call& call);

}  // namespace herald::api
