// What every test in a browser stands on: a real server with demo goods, Debian's Chromium, and a page that notes whatever
// it should not do: a violation of its policy, an error in a script.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before } from "node:test";

import { chromium } from "playwright-core";

const SERVER = process.env.TANBA_SERVER ?? "../target/debug/tanba";
const CHROMIUM = process.env.TANBA_CHROMIUM ?? "/usr/bin/chromium";
const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** Rules of accessibility: WCAG 2.2 A and AA, and good practice beyond. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** How long anything is waited for, in milliseconds; a busy machine needs much, work on a single test little. */
const PATIENCE = Number(process.env.TANBA_PATIENCE ?? 600_000);

const ASSETS = new URL("../dist/assets/", import.meta.url);
/** For a test that reads pictures or judges offline: passed over, and said so, where the app was built without the core. */
export const withCore = {
  skip:
    existsSync(ASSETS) && readdirSync(ASSETS).some((name) => name.endsWith(".wasm"))
      ? false
      : "the core was not built: cargo xtask wasm",
};

/** Astana. */
export const HERE = { latitude: 51.128, longitude: 71.43, accuracy: 20 };
/** Almaty, where the demo's inspector works. */
export const ALMATY = { latitude: 43.2389, longitude: 76.8897, accuracy: 25 };

export const stage = {
  /** The server's address. */
  base: "",
  /** Demo codes as /demo/codes.json lists them. */
  codes: [],
  /** Login to password and secret of the second factor. */
  accounts: new Map(),
  folder: "",
  browser: undefined,
};

/** How Chromium is started. */
export const launch = {
  executablePath: CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
  ],
};

let server;

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A camera that looks at the label of goods that are on sale: a film made of the label's picture. */
export async function film({ base, codes, folder }) {
  const { label_url } = codes.find((code) => code.expected === "in-circulation");
  const picture = join(folder, "label.png");
  writeFileSync(picture, Buffer.from(await (await fetch(base + label_url)).arrayBuffer()));
  const made = join(folder, "camera.mjpeg");
  const look = "scale=520:-1:flags=neighbor,pad=1280:720:(ow-iw)/2:(oh-ih)/2:color=#c9c4b8,fps=15";
  const encode = ["-t", "2", "-q:v", "3", "-pix_fmt", "yuvj420p", made];
  execFileSync("ffmpeg", ["-y", "-loglevel", "error", "-loop", "1", "-i", picture, "-vf", look, ...encode]);
  return made;
}

/** Starts the server once for a file of tests, and stops what was started after them. */
export function useStage({ video, settings = {} } = {}) {
  before(async () => {
    stage.folder = mkdtempSync(join(tmpdir(), "tanba-e2e-"));
    const port = await freePort();
    stage.base = `http://127.0.0.1:${port}`;
    server = spawn(SERVER, ["serve", "--demo", "--private-stores"], {
      env: {
        ...process.env,
        TANBA_LISTEN: `127.0.0.1:${port}`,
        TANBA_DATA_DIR: join(stage.folder, "data"),
        TANBA_LANG: "en",
        TANBA_TRUSTED_PROXIES: "127.0.0.0/8",
        ...settings,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [server.stdout, server.stderr]) stream.on("data", (bytes) => (printed += bytes));
    const until = Date.now() + PATIENCE;
    for (;;) {
      const answer = await fetch(`${stage.base}/demo/codes.json`).catch(() => undefined);
      if (answer?.ok) {
        stage.codes = await answer.json();
        if (stage.codes.length > 0) break;
      }
      assert.ok(Date.now() < until && server.exitCode === null, `the server did not start:\n${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const listed = readFileSync(join(stage.folder, "data/demo-accounts.txt"), "utf8");
    for (const line of listed.split("\n")) {
      const found = /^(\S+)\s+\S+\s+password (\S+)\s+TOTP (\S+)/.exec(line);
      if (found) stage.accounts.set(found[1], { password: found[2], secret: found[3] });
    }
    const made = await video?.(stage);
    if (made) launch.args.push(`--use-file-for-fake-video-capture=${made}`);
    stage.browser = await chromium.launch(launch);
  });
  // A test that failed leaves its pages open: what they show is printed, and the next test begins without them.
  afterEach(async () => {
    for (const context of stage.browser?.contexts() ?? []) {
      for (const page of context.pages()) console.error(`${page.url()}\n${await shown(page)}\n`);
      await context.close();
    }
  });
  after(async () => {
    await stage.browser?.close();
    if (server && server.exitCode === null) {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
    }
    rmSync(stage.folder, { recursive: true, force: true });
  });
}

/** The text of a page and of the dialog on it. */
async function shown(page) {
  const read = () => [...document.querySelectorAll("main, dialog")].map((part) => part.innerText).join("\n");
  return page.evaluate(read).catch((error) => error.message);
}

/** Waits until something is so. */
export async function until(holds, what) {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A code of the demo with this verdict. */
export function codeOf(verdict, note = "") {
  const found = stage.codes.find((code) => code.expected === verdict && code.note.includes(note));
  assert.ok(found, `the demo has a code that is ${verdict}`);
  return found.text;
}

/** What a visitor holds in hand: a phone or a wide screen, in a place, with leave to use its camera. */
export const device = ({ language = "en", width = 390, height = 844, dark = false } = {}) => ({
  locale: language,
  viewport: { width, height },
  colorScheme: dark ? "dark" : "light",
  permissions: ["camera", "geolocation"],
  geolocation: HERE,
});

/** A new visitor with an empty device, with or without a camera. `faults` fills with what the page should not do. */
export async function visit({ language, width, height, dark, camera = true, ...rest } = {}) {
  const context = await stage.browser.newContext({
    ...device({ language, width, height, dark }),
    baseURL: stage.base,
    serviceWorkers: "block",
    ...rest,
  });
  context.setDefaultTimeout(PATIENCE);
  if (!camera) {
    await context.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("there is none", "NotFoundError"));
    });
  }
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/content security policy|refused to/i.test(message.text())) faults.push(message.text());
  });
  return { context, page, faults };
}

/** Waits until a page shows all that it is going to show: data, pictures, maps. */
export async function settled(page) {
  await page.waitForFunction(() => {
    // The page of the look's parts shows one that is busy for ever.
    const isBusy =
      location.pathname !== "/app/design" &&
      document.querySelector(".progress .track, [aria-busy=true], .maplibregl-map:not([data-drawn])") !== null;
    return !isBusy && [...document.images].every(({ complete }) => complete) && document.fonts.status === "loaded";
  });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Fails with every finding of axe on the page as it is now. */
export async function accessible(page, name) {
  // Colours that are still changing are no colours to measure.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
        .map(({ finished }) => finished),
    ),
  );
  await page.evaluate(AXE);
  const found = await page.evaluate(async (rules) => {
    const { violations } = await window.axe.run(document, { runOnly: rules });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  }, RULES);
  assert.deepEqual(found, [], name);
}

/** Types a code on the scanner's page and waits for its verdict. */
export async function type(page, code) {
  await page.goto("/");
  await page.locator(".ways button").nth(1).click();
  await page.locator("dialog textarea").fill(code);
  await page.locator("dialog button[type=submit]").click();
  await page.waitForSelector("article");
}

/** Sends scans of one code that only copies of it explain. */
export async function copied() {
  const code = codeOf("in-circulation");
  const towns = [ALMATY, { latitude: 51.1282, longitude: 71.4306 }, { latitude: 43.65, longitude: 51.17 }];
  // Ten devices in three towns over weeks, the last of them in Almaty: only copies explain that.
  // Each from a network of its own: one network is one witness a day.
  for (let number = 0; number < 10; number += 1) {
    const scan = {
      id: crypto.randomUUID(),
      code,
      taken_at: new Date(Date.now() - (27 - 3 * number) * 86_400_000).toISOString(),
      consent: "exact",
      source: "camera",
      device: crypto.randomUUID(),
      verdict: "in-circulation",
      place: { latitude: towns[number % 3].latitude, longitude: towns[number % 3].longitude, accuracy_metres: 30 },
    };
    const sent = await fetch(`${stage.base}/v1/scans`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": `${150 + number}.7.7.9` },
      body: JSON.stringify({ sent_at: new Date().toISOString(), items: [scan] }),
    });
    assert.equal(sent.status, 201);
  }
}

/** The six digits of a second factor now (RFC 6238). */
export function digits(secret, at = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Opens a page as who is signed in, and waits until their session is taken up: to leave before that would end it. */
export async function reopen(page, path) {
  await Promise.all([page.waitForResponse((response) => response.url().endsWith("/v1/auth/me")), page.goto(path)]);
}

const used = new Map();

/** Signs in on the app's own page. The digits of a second factor hold once: who signs in again waits for the next. */
export async function signIn(page, login) {
  const { password, secret } = stage.accounts.get(login);
  while (used.get(login) === digits(secret)) await new Promise((resolve) => setTimeout(resolve, 1_000));
  await page.goto("/app/sign-in");
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill(password);
  await page.locator("form button[type=submit]").click();
  const code = page.locator("input[name=totp]");
  await code.waitFor();
  const now = digits(secret);
  used.set(login, now);
  await code.fill(now);
  await page.locator("form button[type=submit]").click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
}
