// What Fedify makes of an address: its WebFinger answer, the document behind it, and the counts a reader is shown.

export async function describe(context, q, loaders) {
  const webfinger = await context.lookupWebFinger(asResource(q));
  const object = await context.lookupObject(q, loaders);
  if (!object) return { webfinger, found: false };
  return {
    webfinger,
    found: true,
    type: object.constructor.name,
    id: object.id?.href,
    handle: object.preferredUsername?.toString(),
    name: object.name?.toString(),
    summary: object.summary?.toString(),
    content: object.content?.toString(),
    attributedTo: object.attributionId?.href,
    icon: await addressOfIcon(object, loaders),
    followers: await count(object, "getFollowers", loaders),
    following: await count(object, "getFollowing", loaders),
    outbox: await count(object, "getOutbox", loaders),
    posts: await firstPosts(object, context, loaders),
    json: await object.toJsonLd(context),
  };
}

function asResource(q) {
  return /^https?:/.test(q) ? q : `acct:${q.replace(/^@/, "")}`;
}

async function addressOfIcon(object, loaders) {
  const icon = await object.getIcon?.(loaders);
  return icon?.url?.href?.toString();
}

async function count(object, collection, loaders) {
  const found = await object[collection]?.(loaders);
  return found?.totalItems ?? null;
}

async function firstPosts(object, context, loaders) {
  const outbox = await object.getOutbox?.(loaders);
  const posts = [];
  if (!outbox) return posts;
  for await (const item of context.traverseCollection(outbox, loaders)) {
    posts.push({ type: item.constructor.name, id: item.id?.href, object: item.objectId?.href });
    if (posts.length === 20) break;
  }
  return posts;
}
