// As bare_sender.cpp, with undici: node undici_sender.mjs PORT FILE CONNECTIONS
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Pool } from "undici";

const [port, file, connections] = process.argv.slice(2);
const bodies = readFileSync(file, "utf8").trimEnd().split("\n");
const pool = new Pool(`http://127.0.0.1:${port}`, { connections: Number(connections), pipelining: 1 });
const headers = {
  authorization: "Bearer test-token",
  "intercom-version": "2.16",
  accept: "application/json",
  "content-type": "application/json",
};
let next = 0;
let accepted = 0;
let failed = 0;

async function sendSome() {
  while (next < bodies.length) {
    const body = bodies[next++];
    const answer = await pool.request({ path: "/messages", method: "POST", headers, body });
    await answer.body.text();
    if (answer.statusCode === 200) accepted++;
    else failed++;
  }
}

console.log("ready");
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
await lines.next();
await Promise.all(Array.from({ length: Number(connections) }, sendSome));
console.log(JSON.stringify({ accepted, failed }));
await lines.next();
process.exit(0);
