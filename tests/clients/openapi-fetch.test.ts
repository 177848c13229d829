// openapi-typescript's types and openapi-fetch against a live service.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/schema';
import { linesOf, ndjson, people, start, type Live } from './live';

type Schemas = components['schemas'];
type Problem = Schemas['Problem'];
const draft: Schemas['NewCampaign'] = {
  name: 'Welcome', channel: 'email', template_type: 'onboarding', subject: 'Welcome {{ first_name }}',
  body_html: '<p>Hi {{ first_name }}</p>', track_event: false,
};

let live: Live;
let api: ReturnType<typeof createClient<paths>>;
const clientWith = (key: string) =>
  createClient<paths>({ baseUrl: live.url, headers: { Authorization: `Bearer ${key}` } });
before(async () => {
  live = await start(300);
  api = clientWith(live.key);
});
after(() => live.stop());

async function created(body: Schemas['NewCampaign']): Promise<Schemas['Campaign']> {
  const { data, error } = await api.POST('/v1/campaigns', { body });
  assert.ok(data, error?.detail);
  return data;
}

/** The snapshots of the event stream until it ends. */
async function follow(id: string): Promise<Schemas['Progress'][]> {
  const { response } = await api.GET('/v1/campaigns/{id}/events', { params: { path: { id } }, parseAs: 'stream' });
  const seen: Schemas['Progress'][] = [];
  for await (const line of linesOf(response.body)) {
    if (line.startsWith('data: ')) seen.push(JSON.parse(line.slice('data: '.length)));
  }
  return seen;
}

test('a campaign from its file to everybody’s outcome', async () => {
  const { id } = await created(draft);
  const path = { id };
  const upload = await api.POST('/v1/campaigns/{id}/recipients', {
    params: { path }, headers: { 'Content-Type': 'application/x-ndjson' },
    body: ndjson([...people(300), 'nobody', 'client_7']) as unknown as string,
    bodySerializer: (body) => body, duplex: 'half',
  });
  assert.deepEqual([upload.data?.accepted, upload.data?.duplicates, upload.data?.errors], [301, 1, []]);

  const dryRun = await api.POST('/v1/campaigns/{id}/launch', { params: { path, query: { dry_run: true } } });
  assert.ok(dryRun.data && 'intercom_sample' in dryRun.data);
  assert.equal(dryRun.data.messages[0]?.body, '<p>Hi client_1</p>');
  assert.equal(live.effects('message').length, 0);

  const launch = await api.POST('/v1/campaigns/{id}/launch', { params: { path } });
  assert.equal(launch.response.status, 202);
  const last = (await follow(id)).at(-1);
  assert.deepEqual([last?.state, last?.counts.accepted, last?.counts.skipped], ['completed', 300, 1]);

  const recipients: Schemas['Recipient'][] = [];
  for (let cursor: string | undefined; ;) {
    const { data } = await api.GET('/v1/campaigns/{id}/recipients', { params: { path, query: { limit: 100, cursor } } });
    assert.ok(data && typeof data !== 'string');
    recipients.push(...data.data);
    if (data.next_cursor === null) break;
    cursor = data.next_cursor;
  }
  const exported = await api.GET('/v1/campaigns/{id}/recipients', {
    params: { path, query: { format: 'ndjson' } }, parseAs: 'stream' });
  const lines: Schemas['Recipient'][] = [];
  for await (const line of linesOf(exported.response.body)) lines.push(JSON.parse(line));
  assert.deepEqual(lines, recipients);

  const accepted = recipients.filter((recipient) => recipient.state === 'accepted');
  const messages = live.effects('message');
  assert.deepEqual(messages.map((m) => m.external_id).sort(), accepted.map((r) => r.contact.external_id).sort());
  assert.deepEqual(messages.map((m) => m.subject).sort(), people(300).map((p) => `Welcome ${p}`).sort());

  const delivery = await api.GET('/v1/deliveries/{id}', { params: { path: { id: accepted[0]!.id } } });
  assert.deepEqual(delivery.data?.attempts.map((attempt) => attempt.outcome), ['accepted']);
  const limits = await api.GET('/v1/limits');
  assert.ok(limits.data && limits.data.used_by_lane.campaign >= 300 && limits.data.credential.state === 'ok');

  const audit = await api.GET('/v1/audit_entries', { params: { query: { resource: `campaign:${id}`, order: 'asc' } } });
  assert.deepEqual(audit.data?.data.map((entry) => entry.action),
    ['email_campaign_created', 'recipients_uploaded', 'campaign_launched', 'campaign_completed']);
  const verified = await api.GET('/v1/audit_entries/verify');
  assert.equal(verified.data?.intact, true);
});

test('a campaign is paused, resumed and cancelled', async () => {
  const path = { id: (await created({ ...draft, launch: true, max_per_minute: 60,
    audience: { contacts: people(200).map((external_id) => ({ external_id })) } })).id };
  const paused = await api.POST('/v1/campaigns/{id}/pause', { params: { path, query: { wait: 'drained' } } });
  assert.deepEqual([paused.data?.state, paused.data?.pause_reason, paused.data?.counts.inflight], ['paused', 'operator', 0]);
  const resumed = await api.POST('/v1/campaigns/{id}/resume', { params: { path } });
  assert.equal(resumed.data?.state, 'running');
  const cancelled = await api.POST('/v1/campaigns/{id}/cancel', { params: { path, query: { wait: 'drained' } } });
  assert.equal(cancelled.data?.state, 'cancelled');
  const last = (await follow(path.id)).at(-1);
  assert.equal(last!.counts.cancelled + last!.counts.accepted, 200);
});

test('every refusal is a problem with a code', async () => {
  const wrong = await api.POST('/v1/campaigns', { body: { ...draft, subject: '', channel: 'pigeon' as 'email' } });
  const invalid: Problem | undefined = wrong.error;
  assert.equal(invalid?.code, 'validation_failed');
  assert.deepEqual(invalid?.errors?.map((error) => error.pointer).sort(), ['/channel', '/subject']);

  const absent = await api.GET('/v1/campaigns/{id}', { params: { path: { id: 'cmp_00000000000000000000000000' } } });
  assert.deepEqual([absent.response.status, absent.error?.code], [404, 'not_found']);

  const path = { id: (await created(draft)).id };
  const tooEarly = await api.POST('/v1/campaigns/{id}/pause', { params: { path } });
  assert.deepEqual([tooEarly.response.status, tooEarly.error?.code], [409, 'state_conflict']);

  const read = await api.GET('/v1/campaigns/{id}', { params: { path } });
  const tag = read.response.headers.get('ETag')!;
  const edit = (subject: string) =>
    api.PATCH('/v1/campaigns/{id}', { params: { path, header: { 'If-Match': tag } }, body: { subject } });
  assert.equal((await edit('Hello')).data?.subject, 'Hello');
  const late = await edit('Good morning');
  assert.deepEqual([late.response.status, late.error?.code], [412, 'precondition_failed']);
});

test('a key opens what its scopes say', async () => {
  const wrong = await clientWith('hk_wrong').GET('/v1/campaigns');
  assert.deepEqual([wrong.response.status, wrong.error?.code], [401, 'key_unknown']);
  const reader = clientWith(live.readingKey);
  const read = await reader.GET('/v1/campaigns');
  assert.ok(read.data && read.response.headers.has('RateLimit'));
  const written = await reader.POST('/v1/campaigns', { body: draft });
  assert.deepEqual([written.response.status, written.error?.code], [403, 'scope_missing']);
  assert.match(written.error!.detail, /campaigns:write/);
});

test('a repeated request is answered again and done once', async () => {
  const key = { 'Idempotency-Key': 'openapi-fetch-1' };
  const send = (name: string) => api.POST('/v1/campaigns', { params: { header: key }, body: { ...draft, name } });
  const [first, again, other] = [await send('One'), await send('One'), await send('Two')];
  assert.equal(again.data?.id, first.data?.id);
  assert.equal(again.response.headers.get('Idempotent-Replayed'), 'true');
  assert.equal(other.error?.code, 'key_reused');
});

test('the operations on one contact', async () => {
  const contact = 'external_id:client_1';
  const sent = await api.POST('/v1/messages', {
    body: { contact: { external_id: 'client_1' }, channel: 'in_app', body_text: 'Hello', delivery_policy: 'at_most_once' } });
  assert.deepEqual([sent.response.status, sent.data?.state, sent.data?.attempts], [201, 'accepted', 1]);
  const kept = await api.GET('/v1/messages/{id}', { params: { path: { id: sent.data!.id } } });
  assert.deepEqual(kept.data, sent.data);

  const note = await api.POST('/v1/contacts/{contact}/notes', { params: { path: { contact } }, body: { body: 'Call' } });
  assert.equal(note.response.status, 201);
  const event = await api.POST('/v1/events', {
    body: { contact: { external_id: 'client_1' }, event_name: 'feature_used', metadata: { records: 3 } } });
  assert.deepEqual(event.data?.metadata, { records: 3 });

  const changed = await api.PUT('/v1/contacts/{contact}', {
    params: { path: { contact } }, body: { custom_attributes: { tier: 'gold' } } });
  assert.equal(changed.response.status, 200);
  const read = await api.GET('/v1/contacts/{contact}', { params: { path: { contact } } });
  assert.deepEqual([read.data?.external_id, read.data?.custom_attributes['tier']], ['client_1', 'gold']);
  const tag = { params: { path: { contact, tag: 'very important' } } };
  assert.equal((await api.PUT('/v1/contacts/{contact}/tags/{tag}', tag)).data?.attached, true);
  assert.equal((await api.DELETE('/v1/contacts/{contact}/tags/{tag}', tag)).data?.attached, false);

  const erased = await api.DELETE('/v1/contacts/{contact}/data', { params: { path: { contact } } });
  assert.ok(erased.data && erased.data.messages === 1 && erased.data.deliveries > 0);
  const later = await api.GET('/v1/messages/{id}', { params: { path: { id: sent.data!.id } } });
  assert.equal(later.data?.contact.erased, true);

  const nobody = await api.GET('/v1/contacts/{contact}', { params: { path: { contact: 'external_id:nobody' } } });
  assert.equal(nobody.error?.code, 'contact_not_found');
  const done = ['note', 'event', 'contact_update', 'tag', 'untag'].map((kind) => live.effects(kind).length);
  assert.deepEqual(done, [1, 1, 1, 1, 1]);
});
