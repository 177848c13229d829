// @hey-api/openapi-ts's client against a live service.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as api from './generated/hey-api';
import { client } from './generated/hey-api/client.gen';
import { linesOf, ndjson, people, start, type Live } from './live';

const draft: api.NewCampaign = {
  name: 'Welcome', channel: 'in_app', template_type: 'onboarding', body_text: 'Hi {{ first_name }}',
};

let live: Live;
before(async () => {
  live = await start(300);
  client.setConfig({ baseUrl: live.url, auth: live.key });
});
after(() => live.stop());

async function created(body: api.NewCampaign): Promise<api.Campaign> {
  return (await api.createCampaign({ body, throwOnError: true })).data;
}

/** The last snapshot of the event stream. */
async function followed(id: string): Promise<api.Progress> {
  const { stream } = await api.streamCampaignEvents({ path: { id } });
  let last: unknown;
  for await (const progress of stream) last = progress; // the client has parsed it
  return last as api.Progress;
}

test('a campaign from its file to everybody’s outcome', async () => {
  const { id } = await created(draft);
  const path = { id };
  const upload = await api.uploadCampaignRecipients({
    path, body: ndjson([...people(300), 'nobody', 'client_7']) as unknown as string, bodySerializer: null, duplex: 'half',
  } as api.Options<api.UploadCampaignRecipientsData>);
  assert.deepEqual([upload.data?.accepted, upload.data?.duplicates, upload.data?.errors], [301, 1, []]);

  const dryRun = await api.launchCampaign({ path, query: { dry_run: true } });
  assert.ok(dryRun.data && 'intercom_sample' in dryRun.data);
  assert.equal(dryRun.data.messages[0]?.body, 'Hi client_1');
  assert.equal(live.effects('message').length, 0);

  assert.equal((await api.launchCampaign({ path })).response.status, 202);
  const last = await followed(id);
  assert.deepEqual([last.state, last.counts.accepted, last.counts.skipped], ['completed', 300, 1]);

  const recipients: api.Recipient[] = [];
  for (let cursor: string | undefined; ;) {
    const { data } = await api.listCampaignRecipients({ path, query: { limit: 100, cursor } });
    assert.ok(data && typeof data !== 'string');
    recipients.push(...data.data);
    if (data.next_cursor === null) break;
    cursor = data.next_cursor;
  }
  const exported = await api.listCampaignRecipients({ path, query: { format: 'ndjson' }, parseAs: 'stream' });
  const lines: api.Recipient[] = [];
  for await (const line of linesOf(exported.data as unknown as ReadableStream<Uint8Array>)) lines.push(JSON.parse(line));
  assert.deepEqual(lines, recipients);

  const accepted = recipients.filter((recipient) => recipient.state === 'accepted');
  const messages = live.effects('message');
  assert.deepEqual(messages.map((m) => m.external_id).sort(), accepted.map((r) => r.contact.external_id).sort());
  assert.deepEqual(messages.map((m) => m.body).sort(), people(300).map((p) => `Hi ${p}`).sort());

  const delivery = await api.getDelivery({ path: { id: accepted[0]!.id } });
  assert.deepEqual(delivery.data?.attempts.map((attempt) => attempt.outcome), ['accepted']);
  const limits = await api.getLimits();
  assert.ok(limits.data && limits.data.used_by_lane.campaign >= 300 && limits.data.credential.state === 'ok');

  const audit = await api.listAuditEntries({ query: { resource: `campaign:${id}`, order: 'asc' } });
  assert.deepEqual(audit.data?.data.map((entry) => entry.action),
    ['in_app_campaign_created', 'recipients_uploaded', 'campaign_launched', 'campaign_completed']);
  assert.equal((await api.verifyAuditEntries()).data?.intact, true);
});

test('a campaign is paused, resumed and cancelled', async () => {
  const path = { id: (await created({ ...draft, launch: true, max_per_minute: 60, variables: { first_name: 'Ann' },
    audience: { contacts: people(200).map((external_id) => ({ external_id })) } })).id };
  const paused = await api.pauseCampaign({ path, query: { wait: 'drained' } });
  assert.deepEqual([paused.data?.state, paused.data?.pause_reason, paused.data?.counts.inflight], ['paused', 'operator', 0]);
  assert.equal((await api.resumeCampaign({ path })).data?.state, 'running');
  assert.equal((await api.cancelCampaign({ path, query: { wait: 'drained' } })).data?.state, 'cancelled');
  const last = await followed(path.id);
  assert.equal(last.counts.cancelled + last.counts.accepted, 200);
});

test('every refusal is a problem with a code', async () => {
  const wrong = await api.createCampaign({ body: { ...draft, body_text: '', channel: 'pigeon' as 'email' } });
  const invalid: api.Problem | undefined = wrong.error;
  assert.equal(invalid?.code, 'validation_failed');
  assert.deepEqual(invalid?.errors?.map((error) => error.pointer).sort(), ['/body_text', '/channel']);

  const absent = await api.getCampaign({ path: { id: 'cmp_00000000000000000000000000' } });
  assert.deepEqual([absent.response.status, absent.error?.code], [404, 'not_found']);

  const path = { id: (await created(draft)).id };
  const tooEarly = await api.pauseCampaign({ path });
  assert.deepEqual([tooEarly.response.status, tooEarly.error?.code], [409, 'state_conflict']);

  const read = await api.getCampaign({ path });
  const headers = { 'If-Match': read.response.headers.get('ETag')! };
  assert.equal((await api.editCampaign({ path, headers, body: { name: 'Hello' } })).data?.name, 'Hello');
  const late = await api.editCampaign({ path, headers, body: { name: 'Good morning' } });
  assert.deepEqual([late.response.status, late.error?.code], [412, 'precondition_failed']);
});

test('a key opens what its scopes say', async () => {
  const wrong = await api.listCampaigns({ auth: 'hk_wrong' });
  assert.deepEqual([wrong.response.status, wrong.error?.code], [401, 'key_unknown']);
  const read = await api.listCampaigns({ auth: live.readingKey });
  assert.ok(read.data && read.response.headers.has('RateLimit'));
  const written = await api.createCampaign({ auth: live.readingKey, body: draft });
  assert.deepEqual([written.response.status, written.error?.code], [403, 'scope_missing']);
  assert.match(written.error!.detail, /campaigns:write/);
});

test('a repeated request is answered again and done once', async () => {
  const headers = { 'Idempotency-Key': 'hey-api-1' };
  const send = (name: string) => api.createCampaign({ headers, body: { ...draft, name } });
  const [first, again, other] = [await send('One'), await send('One'), await send('Two')];
  assert.equal(again.data?.id, first.data?.id);
  assert.equal(again.response.headers.get('Idempotent-Replayed'), 'true');
  assert.equal(other.error?.code, 'key_reused');
});

test('the operations on one contact', async () => {
  const path = { contact: 'external_id:client_1' };
  const sent = await api.sendMessage({
    body: { contact: { external_id: 'client_1' }, channel: 'email', subject: 'Hello', body_text: 'Hello' } });
  assert.deepEqual([sent.response.status, sent.data?.state, sent.data?.possible_duplicate], [201, 'accepted', false]);
  assert.deepEqual((await api.getMessage({ path: { id: sent.data!.id } })).data, sent.data);

  assert.equal((await api.createNote({ path, body: { body: 'Call' } })).response.status, 201);
  const event = await api.trackEvent({
    body: { contact: { external_id: 'client_1' }, event_name: 'feature_used', metadata: { records: 3 } } });
  assert.deepEqual(event.data?.metadata, { records: 3 });

  const changed = await api.putContact({ path, body: { custom_attributes: { tier: 'gold' } } });
  assert.equal(changed.response.status, 200);
  const read = await api.getContact({ path });
  assert.deepEqual([read.data?.external_id, read.data?.custom_attributes['tier']], ['client_1', 'gold']);
  const tag = { path: { ...path, tag: 'very important' } };
  assert.equal((await api.addTag(tag)).data?.attached, true);
  assert.equal((await api.removeTag(tag)).data?.attached, false);

  const erased = await api.eraseContactData({ path });
  assert.ok(erased.data && erased.data.messages === 1 && erased.data.deliveries > 0);
  assert.equal((await api.getMessage({ path: { id: sent.data!.id } })).data?.contact.erased, true);

  const nobody = await api.getContact({ path: { contact: 'external_id:nobody' } });
  assert.equal(nobody.error?.code, 'contact_not_found');
  const done = ['note', 'event', 'contact_update', 'tag', 'untag'].map((kind) => live.effects(kind).length);
  assert.deepEqual(done, [1, 1, 1, 1, 1]);
});
