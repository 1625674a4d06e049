// Lets Fedify and snac2 talk to each other, no Archipel involved, and writes what each really sent into a folder:
// record.mjs FOLDER makes FOLDER/fedify/*.json and FOLDER/snac/*.json. Hosts become examples; keys and signatures are left out.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const HERE = dirname(new URL(import.meta.url).pathname);
const PATIENCE = 20_000;
const PORTS = { fedify: 4811, control: 4812, snac: 4813 };
const SECRET = new Set(["publicKey", "assertionMethod", "signature", "proof"]);

const folder = process.argv[2] ?? join(HERE, "..", "wire");
const home = join(mkdtempSync(join(tmpdir(), "archipel-peers-")), "snac");
const children = [];
try {
  await Promise.all([startFedify(), startSnac()]);
  await tellTheStory();
  record("snac", await control("GET", "received"), nameOf);
  record("fedify", archivedBySnac(), nameOf);
  await recordActors();
} finally {
  for (const child of children) child.stdin.end();
  rmSync(dirname(home), { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

function startFedify() {
  return start(join(HERE, "node"), [join(HERE, "fedify.mjs"), PORTS.fedify, PORTS.control, "cavage"]);
}

function startSnac() {
  return start(join(HERE, "snac.sh"), ["start", home, PORTS.snac]);
}

function start(program, words) {
  const child = spawn(program, words.map(String), { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    setTimeout(reject, PATIENCE, new Error(`${program} was not ready in time`)).unref();
    child.stdout.on("data", (text) => String(text).includes("ready") && resolve());
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
  });
}

async function tellTheStory() {
  snac("follow", `@fenna@127.0.0.1:${PORTS.fedify}`);
  await until("Fedify hears the follow", () => heard("Follow"));
  await until("snac sees its follow accepted", () => snacLog(/confirmed follow/));
  const follow = await control("POST", "follow", { handle: `@sanne@127.0.0.1:${PORTS.snac}` });
  await until("Fedify hears the accept", () => heard("Accept"));
  const note = await control("POST", "publish", { content: "<p>We counted reed beds from a canoe.</p>" });
  await until("Fedify counts its follower", async () => (await control("GET", "followers")).length === 1);
  await until("snac shows Fedify's note", () => snac("timeline").includes("counted reed beds"));
  const reply = await snacAnswers(note.object);
  await fedifyAnswers(reply);
  await partWays(reply, follow);
}

async function snacAnswers(note) {
  snac("reply", note, "How many did you find?");
  for (const verb of ["like", "boost", "unlike", "unboost"]) snac(verb, note);
  snac("note", "A day at the shore.");
  await until("Fedify hears both posts and both regrets", async () => (await heard("Create")) > 1 && (await heard("Undo")) > 1);
  await until("Fedify still has its follower", async () => (await control("GET", "followers")).length === 1);
  const create = (await control("GET", "received")).find(({ type }) => type === "Create");
  return create.json.object.id;
}

async function fedifyAnswers(object) {
  const like = await control("POST", "like", { object });
  const boost = await control("POST", "announce", { object });
  const answer = await control("POST", "reply", { object, content: "<p>Eleven, and a twelfth in doubt.</p>" });
  await until("snac shows Fedify's answer", () => snac("timeline").includes("twelfth in doubt"));
  await control("POST", "update", { object: answer.object, content: "<p>Twelve after all.</p>" });
  await until("snac shows the correction", () => snac("timeline").includes("Twelve after all"));
  await control("POST", "delete", { object: answer.object });
  await until("snac forgets the deleted answer", () => !snac("timeline").includes("Twelve after all"));
  for (const { activity } of [like, boost]) await control("POST", "undo", { activity });
}

async function partWays(reply, follow) {
  snac("edit", reply, "How many reed beds did you find?");
  snac("delete", reply);
  snac("unfollow", `http://127.0.0.1:${PORTS.fedify}/users/fenna`);
  await until("Fedify hears update and delete", async () => (await heard("Update")) && (await heard("Delete")));
  await until("Fedify loses its follower", async () => (await control("GET", "followers")).length === 0);
  await control("POST", "undo", { activity: follow.activity });
  await until("snac loses its follower", () => snacLog(/no longer following us/));
}

function snac(verb, ...words) {
  return execFileSync(join(HERE, "snac.sh"), [verb, home, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function snacLog(pattern) {
  return pattern.test(readFileSync(join(home, "log"), "utf8"));
}

async function control(method, verb, body) {
  const url = `http://127.0.0.1:${PORTS.control}/control/${verb}`;
  const response = await fetch(url, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${verb}: ${answer.error}`);
  return answer;
}

async function heard(type) {
  return (await control("GET", "received")).filter((activity) => activity.type === type).length;
}

async function until(fact, holds) {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    if (await holds()) return console.log(`ok ${fact}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not in time: ${fact}`);
}

// snac keeps every request it answered; the posts to its inboxes are what Fedify sent.
function archivedBySnac() {
  const archive = join(home, "archive");
  const requests = readdirSync(archive).filter((name) => name.endsWith("_RECV")).sort();
  return requests.flatMap((name) => {
    try {
      return [{ json: JSON.parse(readFileSync(join(archive, name, "payload.json"), "utf8")) }];
    } catch {
      return [];
    }
  }).filter(({ json }) => json.actor?.includes("/users/fenna"));
}

function record(peer, activities, name) {
  for (const { json } of activities) write(peer, name(json), json);
}

function nameOf({ type, object }) {
  const inner = object?.inReplyTo || type === "Delete" ? "reply" : object?.type;
  return [type, inner].filter(Boolean).join("_").toLowerCase();
}

async function recordActors() {
  const actors = { snac: `http://127.0.0.1:${PORTS.snac}/sanne`, fedify: `http://127.0.0.1:${PORTS.fedify}/users/fenna` };
  for (const [peer, actor] of Object.entries(actors)) {
    write(peer, "person", await read(actor));
    write(peer, "webfinger", await read(`${new URL(actor).origin}/.well-known/webfinger?resource=${encodeURIComponent(actor)}`));
  }
}

async function read(url) {
  const response = await fetch(url, { headers: { accept: "application/activity+json" }, signal: AbortSignal.timeout(PATIENCE) });
  return response.json();
}

function write(peer, name, json) {
  const withoutKeys = JSON.stringify(json, (key, value) => (SECRET.has(key) ? undefined : value), 2);
  const text = withoutKeys
    .replaceAll(`http://127.0.0.1:${PORTS.snac}`, "https://snac.example").replaceAll(`127.0.0.1:${PORTS.snac}`, "snac.example")
    .replaceAll(`http://127.0.0.1:${PORTS.fedify}`, "https://fedify.example").replaceAll(`127.0.0.1:${PORTS.fedify}`, "fedify.example");
  mkdirSync(join(folder, peer), { recursive: true });
  writeFileSync(join(folder, peer, `${name}.json`), `${text}\n`);
}
