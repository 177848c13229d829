// portman makes a contract test of every operation, and newman runs them against a live service.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import newman from 'newman';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/schema';
import { linesOf, people, start, type Live } from './live';

type NewCampaign = components['schemas']['NewCampaign'];
type NewAutomation = components['schemas']['NewAutomation'];
const here = join(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'herald-portman-'));

let live: Live;
before(async () => { live = await start(200); });
after(() => {
  live.stop();
  rmSync(folder, { recursive: true });
});

/** Asks until there is an answer. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + 20_000; Date.now() < until; await new Promise((later) => setTimeout(later, 50))) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error('it has not come');
}

/** The same for the operations of automations. */
async function seedAutomations(): Promise<Record<string, string>> {
  const api = createClient<paths>({ baseUrl: live.url, headers: { Authorization: `Bearer ${live.key}` } });
  const create = async (fields: Partial<NewAutomation>) => {
    const { data } = await api.POST('/v1/automations', { body: {
      name: 'Seed', trigger: { type: 'event_based', event: 'seeded' }, steps: [{ type: 'delay', duration: '1h' }],
      is_active: true, ...fields } });
    return data!.id;
  };
  const automation = await create({});
  for (const external_id of people(2))
    await api.POST('/v1/events', { body: { contact: { external_id }, event_name: 'seeded', track: false } });
  const [run, cancelled] = await eventually(async () => {
    const { data } = await api.GET('/v1/automations/{id}/runs', { params: { path: { id: automation } } });
    return data!.data.length === 2 ? data!.data : undefined;
  });
  const confirmed = await create({ trigger: {
    type: 'time_based', schedule: new Date(Date.now() + 1000).toISOString(), time_zone: 'Europe/Berlin',
    audience: { contacts: people(2).map((external_id) => ({ external_id })) } } });
  const firing = await eventually(async () => {
    const { data } = await api.GET('/v1/automations/{id}', { params: { path: { id: confirmed } } });
    return data!.waiting_for_confirmation?.firing;
  });
  return { automation, deleted_automation: await create({ is_active: false }), run: run!.id,
    cancelled_run: cancelled!.id, event: run!.event!.id, confirmed, firing };
}

/** What has to be there for every operation to succeed once: the variables of portman.json. */
async function seed(): Promise<Record<string, string>> {
  const api = createClient<paths>({ baseUrl: live.url, headers: { Authorization: `Bearer ${live.key}` } });
  const create = async (fields: Partial<NewCampaign>) => {
    const { data } = await api.POST('/v1/campaigns', { body: {
      name: 'Seed', channel: 'email', template_type: 'custom', subject: 'Hello', body_text: 'Hello', track_event: false,
      audience: { contacts: people(50).map((external_id) => ({ external_id })) }, ...fields } });
    return data!.id;
  };
  const slow = () => create({ launch: true, max_per_minute: 1 });
  const ended = async (id: string) => {
    const { response } = await api.GET('/v1/campaigns/{id}/events', { params: { path: { id } }, parseAs: 'stream' });
    for await (const _ of linesOf(response.body));
    return id;
  };
  const paused = await slow();
  await api.POST('/v1/campaigns/{id}/pause', { params: { path: { id: paused } } });
  const completed = await ended(await create({ launch: true }));

  await live.fault({ match: 'POST /messages', count: 1, do: 'commit_then_502' });
  const lossy = await ended(await create({ launch: true }));
  const unknown = await api.GET('/v1/campaigns/{id}/recipients', {
    params: { path: { id: lossy }, query: { state: 'unknown' } } });
  assert.ok(unknown.data && typeof unknown.data !== 'string' && unknown.data.data[0]);

  const message = await api.POST('/v1/messages', {
    body: { contact: { external_id: 'client_1' }, channel: 'in_app', body_text: 'Hello' } });
  return {
    completed, paused, message: message.data!.id, delivery: unknown.data.data[0].id, running: await slow(),
    cancelled: await slow(), edited: await create({}), deleted: await create({}), launched: await create({}),
    uploaded: await create({}), bearerToken: live.key, ...await seedAutomations(),
  };
}

test('every operation answers its example as the contract says', async () => {
  const collection = join(folder, 'collection.json');
  await promisify(execFile)(join(here, 'node_modules/.bin/portman'), [
    '--local', join(here, '../../openapi.yaml'), '--baseUrl', live.url, '--portmanConfigFile', join(here, 'portman.json'),
    '--output', collection], { cwd: folder });
  const envVar = Object.entries(await seed()).map(([key, value]) => ({ key, value }));
  const { run } = await promisify(newman.run)({ collection: JSON.parse(readFileSync(collection, 'utf8')), envVar });
  assert.deepEqual(run.failures.map(({ source, error }) => `${source.name}: ${error.message}`), []);
  const operations = readFileSync(join(here, '../../openapi.yaml'), 'utf8').match(/^ +operationId:/gm)!.length;
  assert.equal(run.stats.requests.total, operations);
  assert.ok(run.stats.assertions.total > 4 * operations);
});
