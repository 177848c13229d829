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
const here = join(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'herald-portman-'));

let live: Live;
before(async () => { live = await start(200); });
after(() => {
  live.stop();
  rmSync(folder, { recursive: true });
});

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
    uploaded: await create({}), bearerToken: live.key,
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
