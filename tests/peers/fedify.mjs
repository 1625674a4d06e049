// A real other server: one Fedify actor, `fenna`, on loopback http, driven by a small JSON control API on a port of its own.
// Fedify itself verifies every signature it receives and signs every request it sends; nothing is kept after it stops.
// fedify.mjs [PORT] [CONTROL_PORT] [cavage]: port 0 is any free one; `cavage` signs the older way first, for peers that know no other.
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer } from "node:http";
import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import {
  Accept, Activity, Announce, Create, Delete, Endpoints, Follow, Like, Mention, Note, Person, PUBLIC_COLLECTION,
  Tombstone, Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { describe } from "./describe.mjs";

const HANDLE = "fenna";
const PATIENCE = 15_000;
const FIRST_KNOCK = process.argv[4] === "cavage" ? "draft-cavage-http-signatures-12" : "rfc9421";

const received = [];
const followers = new Map();
const notes = new Map();
const readers = new Map();
const deleted = new Set();
const sent = new Map();
const arriving = new AsyncLocalStorage();
const keyPairs = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];

reachLoopbackOverHttp();
const web = await listen(serveFederation, Number(process.argv[2] ?? 0));
const origin = `http://127.0.0.1:${web.address().port}`;
const federation = buildFederation();
const context = federation.createContext(new URL(origin));
const control = await listen(serveControl, Number(process.argv[3] ?? 0));
console.log(`ready ${origin} control http://127.0.0.1:${control.address().port}`);
process.on("SIGTERM", () => process.exit(0));
process.stdin.on("end", () => process.exit(0)).resume();

// Fedify looks a handle up over https only; on loopback there is no certificate, so the same request goes over http.
function reachLoopbackOverHttp() {
  const fetchAnywhere = globalThis.fetch;
  globalThis.fetch = (input, init = {}) => {
    const signal = init.signal ?? AbortSignal.timeout(PATIENCE);
    if (input instanceof Request) return fetchAnywhere(input, { ...init, signal });
    const url = new URL(input);
    if (url.protocol === "https:" && ["127.0.0.1", "localhost"].includes(url.hostname)) url.protocol = "http:";
    return fetchAnywhere(url, { ...init, signal });
  };
}

function listen(handle, port) {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => answer(handle, request, response));
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve(server));
  });
}

async function answer(handle, incoming, outgoing) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const hasBody = !["GET", "HEAD"].includes(incoming.method);
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: incoming.headers,
    body: hasBody ? Buffer.concat(chunks) : undefined,
  });
  const response = await handle(request, Buffer.concat(chunks).toString("utf8"));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

function serveFederation(request, body) {
  if (deleted.has(request.url)) return new Response("Gone", { status: 410 });
  const arrival = { body, signature: signatureKind(request.headers) };
  return arriving.run(arrival, () => federation.fetch(request, { contextData: undefined }));
}

function signatureKind(headers) {
  if (headers.has("signature-input")) return "rfc9421";
  return headers.has("signature") ? "cavage" : "none";
}

function buildFederation() {
  const built = createFederation({ kv: new MemoryKvStore(), origin, allowPrivateAddress: true, firstKnock: FIRST_KNOCK });
  built.setActorDispatcher("/users/{identifier}", describeFenna).setKeyPairsDispatcher(() => keyPairs);
  built.setObjectDispatcher(Note, "/notes/{id}", (_, { id }) => notes.get(`${origin}/notes/${id}`) ?? null);
  built.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [...sent.values()].map((sending) => sending.activity) }))
    .setCounter(() => sent.size);
  built.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }))
    .setCounter(() => followers.size);
  built.setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Activity, receive)
    .onError((_, error) => console.error("inbox:", error));
  return built;
}

async function describeFenna(ctx, identifier) {
  if (identifier !== HANDLE) return null;
  const keys = await ctx.getActorKeyPairs(identifier);
  return new Person({
    id: ctx.getActorUri(identifier),
    preferredUsername: HANDLE,
    name: "Fenna of the other shore",
    summary: "Reads what laboratories learn.",
    url: ctx.getActorUri(identifier),
    inbox: ctx.getInboxUri(identifier),
    outbox: ctx.getOutboxUri(identifier),
    followers: ctx.getFollowersUri(identifier),
    endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
    publicKey: keys[0].cryptographicKey,
    assertionMethods: keys.map((key) => key.multikey),
  });
}

// Runs only for activities whose signature Fedify has verified.
async function receive(ctx, activity) {
  const { body, signature } = arriving.getStore();
  const json = JSON.parse(body);
  received.push({ type: json.type, id: json.id, actor: json.actor, signature, json });
  if (activity instanceof Follow) await acceptFollow(ctx, activity);
  if (activity instanceof Undo && followers.get(json.actor)?.follow === activity.objectId?.href) followers.delete(json.actor);
}

async function acceptFollow(ctx, follow) {
  const follower = await follow.getActor(await loaders());
  const { id, inboxId, endpoints } = follower;
  followers.set(id.href, { id, inboxId, endpoints, follow: follow.id.href });
  const accept = new Accept({ id: newId("accepts"), actor: fenna(), to: id, object: follow });
  await context.sendActivity({ identifier: HANDLE }, follower, accept);
}

async function serveControl(request, body) {
  const url = new URL(request.url);
  const verb = VERBS[`${request.method} ${url.pathname}`];
  if (!verb) return Response.json({ error: "unknown control verb" }, { status: 404 });
  try {
    return Response.json(await verb(body ? JSON.parse(body) : Object.fromEntries(url.searchParams)));
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 502 });
  }
}

const VERBS = {
  "GET /control/received": () => received,
  "GET /control/followers": () => [...followers.keys()],
  "GET /control/lookup": async ({ q }) => describe(context, q, await loaders()),
  "GET /control/sent": () => Promise.all([...sent.values()].map(({ activity }) => activity.toJsonLd(context))),
  "POST /control/follow": async ({ handle, url }) => {
    const actor = await find(handle ?? url);
    return send(new Follow({ id: newId("follows"), actor: fenna(), object: actor.id, to: actor.id }), [actor]);
  },
  "POST /control/like": async ({ object }) => {
    const author = await authorOf(await find(object));
    return send(new Like({ id: newId("likes"), actor: fenna(), object: new URL(object), to: author.id }), [author]);
  },
  "POST /control/announce": async ({ object }) => {
    const author = await authorOf(await find(object));
    const audience = { to: PUBLIC_COLLECTION, ccs: [author.id, followersUri()], published: Temporal.Now.instant() };
    const announce = new Announce({ id: newId("announces"), actor: fenna(), object: new URL(object), ...audience });
    return send(announce, [author, ...followers.values()]);
  },
  "POST /control/reply": async ({ object, content }) => {
    const author = await authorOf(await find(object));
    return publish(writeNote(content, { replyTarget: new URL(object), author }), [author]);
  },
  "POST /control/publish": ({ content }) => publish(writeNote(content, {}), []),
  "POST /control/update": ({ object, content }) => {
    const note = notes.get(object).clone({ content, updated: Temporal.Now.instant() });
    notes.set(object, note);
    return send(new Update({ ...audienceOf(note), id: newId("updates"), actor: fenna(), object: note }), readers.get(object));
  },
  "POST /control/delete": ({ object }) => {
    const note = notes.get(object);
    const tombstone = new Tombstone({ id: note.id });
    deleted.add(object);
    return send(new Delete({ ...audienceOf(note), id: newId("deletes"), actor: fenna(), object: tombstone }), readers.get(object));
  },
  "POST /control/undo": ({ activity }) => {
    const { activity: undone, recipients } = sent.get(activity);
    return send(new Undo({ id: newId("undos"), actor: fenna(), object: undone, tos: undone.toIds }), recipients);
  },
};

// Documents are asked for in fenna's name; contexts may lie on loopback too.
async function loaders() {
  return { documentLoader: await context.getDocumentLoader({ identifier: HANDLE }), contextLoader: context.contextLoader };
}

async function find(q) {
  const found = await context.lookupObject(q, await loaders());
  if (!found) throw new Error(`nothing found at ${q}`);
  return found;
}

async function authorOf(object) {
  const author = await object.getAttribution(await loaders());
  if (!author) throw new Error(`${object.id} names no author that can be read`);
  return author;
}

function writeNote(content, { replyTarget, author }) {
  const mentions = author ? [new Mention({ href: author.id, name: `@${author.preferredUsername}@${author.id.host}` })] : [];
  const note = new Note({
    id: newId("notes"),
    attribution: fenna(),
    content,
    replyTarget,
    tags: mentions,
    to: PUBLIC_COLLECTION,
    ccs: [followersUri(), ...(author ? [author.id] : [])],
    published: Temporal.Now.instant(),
  });
  notes.set(note.id.href, note);
  return note;
}

async function publish(note, addressed) {
  readers.set(note.id.href, [...addressed, ...followers.values()]);
  const create = new Create({ ...audienceOf(note), id: newId("creates"), actor: fenna(), object: note });
  return { object: note.id.href, ...(await send(create, readers.get(note.id.href))) };
}

async function send(activity, recipients) {
  sent.set(activity.id.href, { activity, recipients });
  await context.sendActivity({ identifier: HANDLE }, recipients, activity);
  return { activity: activity.id.href };
}

function audienceOf(note) {
  return { tos: note.toIds, ccs: note.ccIds };
}

function fenna() {
  return context.getActorUri(HANDLE);
}

function followersUri() {
  return context.getFollowersUri(HANDLE);
}

function newId(kind) {
  return new URL(`${origin}/${kind}/${crypto.randomUUID()}`);
}
