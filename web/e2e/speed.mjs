// How soon the scanner can be used on a slow phone with a slow line, and how long aiming takes; prints `name: value` lines.
// Run by `cargo xtask bench web`. Nothing here passes or fails: a machine that has much else to do is slower.
//
// The processor of the page is slowed down fourfold. The line lies between browser and server, so that it holds for the
// page, its workers and its service worker alike: 1.6 Mbit/s towards the phone, shared fairly by all connections, and
// 150 ms there and back.

import { createServer, connect } from "node:net";
import { loadavg } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { chromium } from "playwright-core";

import { device, film, launch, stage, useStage } from "./stage.mjs";

const ROUNDS = Number(process.env.TANBA_ROUNDS ?? 7);
const SLOWER = 4;
const BYTES_A_SECOND = 1_600_000 / 8;
const ONE_WAY = 75;
const SEGMENT = 1_460;

useStage({ video: film });

/** A slow line to a port of this machine. Returns its own port, and what hangs it up. */
async function slowLine(port) {
  const queues = new Set();
  let [free, turn] = [0, 0];
  let timer;
  /** One segment of each connection in turn, as many as the line has carried by now. */
  function carry() {
    timer = undefined;
    for (;;) {
      const [next] = [...queues].filter((queue) => queue.segments.length > 0).sort((a, b) => a.served - b.served);
      if (!next) return;
      const now = performance.now();
      if (free > now) {
        timer = setTimeout(carry, free - now);
        return;
      }
      const segment = next.segments.shift();
      next.served = turn += 1;
      free = Math.max(free, now - 5) + (segment.length / BYTES_A_SECOND) * 1_000;
      setTimeout(() => next.to.writable && next.to.write(segment), ONE_WAY);
      if (next.ended && next.segments.length === 0) setTimeout(() => next.to.end(), ONE_WAY + 1);
    }
  }
  const line = createServer((phone) => {
    // Shaking hands takes a way there and back, of which the first request waits for all.
    const server = connect(port, "127.0.0.1");
    const queue = { to: phone, segments: [], served: 0, ended: false };
    queues.add(queue);
    let met = 2 * ONE_WAY;
    phone.on("data", (bytes) => {
      setTimeout(() => server.writable && server.write(bytes), ONE_WAY + met);
      met = 0;
    });
    phone.on("end", () => setTimeout(() => server.end(), ONE_WAY));
    server.on("data", (bytes) => {
      for (let from = 0; from < bytes.length; from += SEGMENT)
        queue.segments.push(bytes.subarray(from, from + SEGMENT));
      if (!timer) carry();
    });
    const gone = () => {
      queue.ended = true;
      if (queue.segments.length === 0) phone.end();
    };
    server.on("end", gone);
    for (const socket of [phone, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => (queues.delete(queue), phone.destroy(), server.destroy()));
    }
    phone.on("close", () => (queues.delete(queue), server.destroy()));
  });
  await new Promise((resolve) => line.listen(0, "127.0.0.1", resolve));
  return { port: line.address().port, close: () => new Promise((resolve) => line.close(resolve)) };
}

/** Notes in the page when the ways to scan are there and answer, when the camera shows something, when the verdict stands. */
function watcher() {
  const noted = (window.noted = {});
  const note = (name) => (noted[name] ??= performance.now());
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries())
      if (name === "first-contentful-paint") noted.painted ??= startTime;
  }).observe({ type: "paint", buffered: true });
  document.addEventListener("playing", () => note("camera"), { capture: true });
  new MutationObserver(() => {
    // There, painted, and the page's thread free for a finger.
    if (!noted.seen && document.querySelector(".scan .ways button")) {
      noted.seen = performance.now();
      requestAnimationFrame(() => setTimeout(() => note("usable")));
    }
    if (document.querySelector("article.good")) note("verdict");
  }).observe(document, { childList: true, subtree: true });
}

/** Opens the app in a browser that has just been started, with what an earlier visit left in `folder`. */
async function opened(folder, base, then) {
  const context = await chromium.launchPersistentContext(folder, { ...launch, ...device({ language: "kk" }) });
  await context.addInitScript(watcher);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  // The browser itself has to come to rest.
  await page.waitForTimeout(2_000);
  await page.goto(base, { waitUntil: "commit" });
  await page.waitForFunction(() => window.noted?.verdict, undefined, { timeout: 120_000 });
  const noted = await page.evaluate(() => window.noted);
  await then?.(page);
  await context.close();
  return noted;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

test("how soon the scanner can be used", { timeout: 1_800_000 }, async () => {
  const line = await slowLine(Number(new URL(stage.base).port));
  const base = `http://127.0.0.1:${line.port}/`;
  const visits = { first: [], second: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = join(stage.folder, `device-${round}`);
    visits.first.push(
      await opened(folder, base, async (page) => {
        // It closes when everything is kept for the next time.
        await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 });
        await page.waitForTimeout(2_000);
      }),
    );
    visits.second.push(await opened(folder, base));
  }
  for (const [name, all] of Object.entries(visits)) {
    for (const what of ["painted", "usable", "camera", "verdict"]) {
      console.log(`${name}_visit_${what}_ms: ${Math.round(median(all.map((noted) => noted[what])))}`);
    }
    console.log(
      `${name}_visit_aim_to_verdict_ms: ${Math.round(median(all.map((noted) => noted.verdict - noted.camera)))}`,
    );
  }
  console.log(`rounds: ${ROUNDS}\nload_average: ${loadavg()[0].toFixed(2)}`);
  await line.close();
});
