// A service with an API key, and the stand-in Intercom it talks to, on ports the system chooses.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = process.env.HERALD_BIN_DIR ?? join(__dirname, '../../../build/release/bin');

export interface Effect {
  kind: string;
  contact_id: string;
  external_id: string | null;
  subject?: string;
  body?: string;
}

export interface Live {
  url: string;
  /** A key for everything. */
  key: string;
  /** A key that only reads campaigns. */
  readingKey: string;
  /** What really happened at Intercom, in order. */
  effects(kind: string): Effect[];
  /** A fault of the stand-in, as tests/intercom_sim/README.md has it. */
  fault(rule: Record<string, unknown>): Promise<unknown>;
  stop(): void;
}

type Settings = Record<string, string>;

const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(HERALD|INTERCOM)_/.test(key)));

async function run(name: string, args: string[], log: string, settings: Settings): Promise<[ChildProcess, string]> {
  const child = spawn(join(bin, name), args, {
    env: { ...inherited, ...settings },
    stdio: ['ignore', 'pipe', openSync(log, 'a')],
  });
  for await (const line of child.stdout!) {
    child.stdout!.resume();
    return [child, `http://127.0.0.1:${JSON.parse(String(line)).port}`];
  }
  throw new Error(`${name} did not start: ${readFileSync(log, 'utf8')}`);
}

function createKey(name: string, scopes: string, settings: Settings): string {
  const args = ['keys', 'create', '--name', name, '--scopes', scopes];
  return execFileSync(join(bin, 'herald'), args, { env: { ...inherited, ...settings }, stdio: ['ignore', 'pipe', 'ignore'] })
    .toString().trim();
}

export async function start(people: number): Promise<Live> {
  const folder = mkdtempSync(join(tmpdir(), 'herald-clients-'));
  const ledger = join(folder, 'ledger.ndjson');
  const [intercom, intercomUrl] = await run(
    'intercom-sim', ['--listen', '127.0.0.1:0', '--ledger', ledger, '--seed', `${people}`], join(folder, 'intercom.log'), {});
  const settings = {
    HERALD_LISTEN: '127.0.0.1:0',
    HERALD_DATA_DIR: join(folder, 'data'),
    HERALD_LIMITER_LIMIT_PER_WINDOW: '16670',
    HERALD_AUTOMATION_CONFIRM_ABOVE: '1',
    INTERCOM_BASE_URL: intercomUrl,
    INTERCOM_ACCESS_TOKEN: 'test-token',
    INTERCOM_SENDER_ADMIN_ID: '394051',
  };
  const key = createKey('clients', 'admin', settings);
  const readingKey = createKey('reader', 'campaigns:read', settings);
  const [herald, url] = await run('herald', ['serve'], join(folder, 'herald.log'), settings);
  return {
    url,
    key,
    readingKey,
    effects: (kind) =>
      readFileSync(ledger, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Effect)
        .filter((effect) => effect.kind === kind),
    fault: (rule) => fetch(`${intercomUrl}/_sim/faults`, { method: 'POST', body: JSON.stringify([rule]) }),
    stop() {
      for (const child of [herald, intercom]) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The lines of `external_id`s, sent as they are made. */
export function ndjson(externalIds: string[]): ReadableStream<Uint8Array> {
  const lines = externalIds.map((external_id) => JSON.stringify({ external_id, variables: { first_name: external_id } }) + '\n');
  return new ReadableStream({
    pull(controller) {
      const line = lines.shift();
      if (line === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(line));
    },
  });
}

/** The lines of a body, as they come. */
export async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest) yield rest;
}

export const people = (count: number) => Array.from({ length: count }, (_, i) => `client_${i + 1}`);
