// A steward's walk through the pages, in Debian's Chromium with JavaScript switched off:
// browser.mjs BASE_URL FOLDER [HANDLE PASSWORD [PATH...]]    (or the environment: ARCHIPEL_MEMBER, ARCHIPEL_PASSWORD)
// Prints one line per fact, keeps screenshots at two widths in FOLDER, and ends with 1 at the first fact that does not hold.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [base, folder, handle = process.env.ARCHIPEL_MEMBER, password = process.env.ARCHIPEL_PASSWORD, ...morePaths] = process.argv.slice(2);
const WIDTHS = [320, 1400];
const PATIENCE = 30_000;
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const LAB = `walk${Date.now().toString(36)}`;
const BODY = "## What we saw\n\nThe **tide** came first.\n\n- a list\n\n<script>document.title = 'broken'</script>\n\n"
  + `[A link](https://elsewhere.example/) and one long word: ${"reed".repeat(60)}\n`;

class FactFailed extends Error {}
const strangers = new Set();
let browser;
try {
  mkdirSync(folder, { recursive: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS, timeout: PATIENCE * 3 });
  const page = await openWindow();
  await visitAsStranger(page);
  await signIn(page);
  await createLab(page);
  const share = await writeShare(page);
  await reviseShare(page, share);
  await lookAtEveryPage(page, share);
  await blockAndTakeBack(page);
  await withdrawShare(page, share);
} catch (error) {
  console.log(`not ok ${error instanceof FactFailed ? error.message : error.stack}`);
  process.exitCode = 1;
} finally {
  await browser?.close();
}

async function openWindow() {
  const window = await browser.newContext({ javaScriptEnabled: false, baseURL: base, locale: "en-GB" });
  window.setDefaultTimeout(PATIENCE);
  window.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.host !== new URL(base).host) strangers.add(url.host);
  });
  return window.newPage();
}

async function visitAsStranger(page) {
  for (const path of ["/", "/labs", "/organisation", "/search?q=tide", "/sign-in"]) await visit(page, path, 200);
  await visit(page, "/labs/nosuchlab", 404);
  const cookies = await page.context().cookies();
  check("no cookie before sign-in", cookies.length === 0, cookies.map(({ name }) => name));
}

async function signIn(page) {
  await visit(page, "/sign-in", 200);
  await fill(page, { handle, password: `${password}, but wrong` });
  await submit(page, "password");
  check("a wrong password is refused", (await page.context().cookies()).every(({ name }) => !/session/i.test(name)));
  await visit(page, "/sign-in", 200);
  await fill(page, { handle, password });
  await submit(page, "password");
  check("signing in leads away from the sign-in page", !page.url().endsWith("/sign-in"), page.url());
  const cookies = await page.context().cookies();
  check("signing in sets a cookie that scripts cannot read", cookies.some(({ httpOnly }) => httpOnly), cookies);
}

async function createLab(page) {
  await visit(page, "/labs/new", 200);
  await fill(page, { handle: LAB, name: "Walking Laboratory", summary: "Walks first, then writes.", kind: "lab" });
  await submit(page, "summary");
  await visit(page, `/labs/${LAB}`, 200);
  check("a new lab has a page with its name", (await page.locator("h1").innerText()).includes("Walking Laboratory"));
  check("a lab's page shows its summary", await page.getByText("Walks first, then writes.").first().isVisible());
}

async function writeShare(page) {
  await visit(page, `/labs/${LAB}/shares/new`, 200);
  const choices = { kind: "result", language: "en", licence: "CC-BY-4.0", voice: "lab" };
  await fill(page, { title: "Eleven beds of reed", body: BODY, ...choices });
  await press(page, "preview");
  check("the preview shows Markdown as HTML", await page.locator("strong", { hasText: "tide" }).first().isVisible());
  check("the preview keeps what was written", (await field(page, "body").inputValue()).includes("The **tide** came first."));
  check("the preview keeps the chosen kind", (await chosen(page, "kind")) === "result", await chosen(page, "kind"));
  await look(page, "preview");
  await press(page, "publish");
  const share = new URL(page.url()).pathname;
  check("publishing leads to the share", /^\/shares\/[a-z0-9]{10}$/.test(share), share);
  await checkShare(page, share, "Eleven beds of reed");
  return share;
}

async function checkShare(page, share, title) {
  await visit(page, share, 200);
  check(`the share is titled "${title}"`, (await page.locator("h1").innerText()).includes(title));
  check("the share's Markdown is HTML", await page.locator("strong", { hasText: "tide" }).first().isVisible());
  check("a script in a share is gone", !(await page.content()).includes("document.title = 'broken'</script>"));
  const document = await page.request.get(share, { headers: { accept: "application/activity+json" } });
  check("the same address answers an ActivityPub document", document.ok() && (await document.json()).type === "Article");
}

async function reviseShare(page, share) {
  await visit(page, `${share}/edit`, 200);
  check("the editor holds the share", (await field(page, "title").inputValue()) === "Eleven beds of reed");
  await fill(page, { title: "Twelve beds of reed" });
  await press(page, "publish");
  await checkShare(page, share, "Twelve beds of reed");
}

async function withdrawShare(page, share) {
  await visit(page, `${share}/withdraw`, 200);
  await look(page, "withdraw");
  await page.locator(`form[action$="${share}/withdraw"]`).locator("button, [type=submit]").first().click();
  await visit(page, share, 410);
  await look(page, "withdrawn");
  const tombstone = await page.request.get(share, { headers: { accept: "application/activity+json" } });
  check("a withdrawn share answers 410 with a Tombstone", tombstone.status() === 410 && (await tombstone.json()).type === "Tombstone");
  await visit(page, `/labs/${LAB}`, 200);
  check("a lab no longer lists a withdrawn share", (await page.getByText("Twelve beds of reed").count()) === 0);
}

async function lookAtEveryPage(page, share) {
  const paths = [
    "/", "/labs", "/organisation", "/sign-in", "/labs/new", `/labs/${LAB}`, `/labs/${LAB}/follow`, `/labs/${LAB}/edit`,
    `/labs/${LAB}/shares/new`, share, `${share}/edit`, ...morePaths,
  ];
  for (const path of paths) {
    await visit(page, path, 200);
    await look(page, path.replace(LAB, "lab").replace(share, "/share").replaceAll(/[/?=]/g, "-").replace(/^-+/, "") || "home");
  }
  await visit(page, "/labs/nosuchlab", 404);
  await look(page, "not-found");
}

async function blockAndTakeBack(page) {
  await visit(page, "/blocks", 200);
  await page.locator("#subject").fill("github.io");
  await page.locator("#reason").press("Enter");
  await page.waitForLoadState();
  check("a block of very many is warned of", await page.getByRole("alert").isVisible());
  await look(page, "block-confirm");
  await page.goto("/blocks");
  await page.locator("#subject").fill("https://walk.example/users/mallory");
  await page.locator("#reason").fill("Walks off with the signs");
  await page.locator("#reason").press("Enter");
  await page.waitForLoadState();
  check("a block is shown before it is made", (await page.locator("h1").innerText()).includes("walk.example"));
  await page.locator('button[name="confirmed"]').click();
  await page.waitForLoadState();
  check("what a block did is said", (await page.getByRole("status").innerText()).includes("walk.example"));
  await look(page, "blocked");
  await page.getByRole("button", { name: "Take back: https://walk.example/users/mallory" }).click();
  await page.waitForLoadState();
  await look(page, "block-remove");
  await submit(page, "subject");
  check("a block that was taken back is gone", (await page.getByRole("button", { name: /walk\.example/ }).count()) === 0);
}

// Every page, whatever its status, keeps these promises.
async function visit(page, path, status) {
  const response = await page.goto(path);
  check(`${path} answers ${status}`, response.status() === status, response.status());
  check(`${path} has one h1`, (await page.locator("h1").count()) === 1, await page.locator("h1").count());
  check(`${path} says its language`, /^(nl|en)\b/.test((await page.locator("html").getAttribute("lang")) ?? ""));
  check(`${path} asks nothing of another host`, strangers.size === 0, [...strangers]);
}

async function look(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const { content, room } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { content: scrollWidth, room: clientWidth };
    });
    await page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true });
    check(`${name} fits in ${width} px`, content <= room, `${content} px wide`);
  }
}

async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) await enter(page, name, value);
}

async function enter(page, name, value) {
  const input = field(page, name).first();
  const kind = await input.evaluate((element) => `${element.tagName} ${element.type}`);
  if (kind.startsWith("SELECT")) return input.selectOption(value);
  if (kind.endsWith(" radio")) return page.locator(`[name="${name}"][value="${value}"]`).check();
  return input.fill(value);
}

function field(page, name) {
  return page.locator(`main [name="${name}"], form [name="${name}"]`);
}

async function chosen(page, name) {
  return page.locator(`select[name="${name}"], [name="${name}"]:checked`).first().inputValue();
}

async function submit(page, name) {
  const form = page.locator("form").filter({ has: page.locator(`[name="${name}"]`) });
  await form.locator("button, input[type=submit]").last().click();
  await page.waitForLoadState();
}

async function press(page, action) {
  await page.locator(`button[name="action"][value="${action}"]`).first().click();
  await page.waitForLoadState();
}

function check(fact, holds, detail) {
  if (!holds) throw new FactFailed(detail === undefined ? fact : `${fact}: ${JSON.stringify(detail)}`);
  console.log(`ok ${fact}`);
}
