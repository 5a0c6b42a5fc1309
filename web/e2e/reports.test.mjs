// Reports and pictures as people meet them: a busy server, a key to keep, photos in a reply, colleagues, several codes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ALMATY, accessible, codeOf, signIn, stage, useStage, visit, withCore } from "./stage.mjs";

useStage();

/** A window that is tall enough for whole pages. */
const TALL = { height: 2_400 };

/** A report that was sent; its number and its secret link. */
async function sent(page, words) {
  await page.goto("/app/report");
  await page.locator("input[type=radio]").nth(1).check();
  await page.locator("textarea").fill(words);
  await page.locator("form button[type=submit]").click();
  await page.waitForURL(/\/app\/reports\/TB-/);
  const link = await page.locator(".link").first().innerText();
  return { number: page.url().match(/TB-[\d-]+/)[0], link };
}

/** U1 */
test("a report that meets a busy server says so and goes out by itself", async () => {
  const { context, page, faults } = await visit({ language: "en" });
  let posts = 0;
  await page.route("**/v1/reports", (route) => {
    if (route.request().method() !== "POST") return route.continue();
    posts += 1;
    if (posts > 1) return route.continue();
    const problem = { type: "about:blank", slug: "overloaded", title: "Busy", status: 503, detail: "Come back" };
    return route.fulfill({
      status: 503,
      headers: { "retry-after": "2" },
      contentType: "application/problem+json",
      body: JSON.stringify(problem),
    });
  });
  await page.goto("/app/report");
  await page.locator("input[type=radio]").nth(1).check();
  await page.locator("textarea").fill("The seam came apart.");
  await page.locator("form button[type=submit]").click();
  await page.getByText("The server is busy").waitFor();
  assert.equal(await page.getByText("Will be sent once there is a connection").count(), 0);
  assert.equal(new URL(page.url()).search, "", "nothing in the address keeps the notice alive");
  await accessible(page, "reports that wait for a busy server");
  await page.getByText(/^Report TB-.* has been sent$/).waitFor();
  assert.equal(await page.getByText("The server is busy").count(), 0);
  assert.equal(posts, 2);
  assert.deepEqual(faults, []);
  await context.close();
});

/** U11, U32 */
test("the secret link is offered to be kept, as a QR code too, and no old notice stands after a deletion", async () => {
  const { context, page, faults } = await visit({ language: "en", ...TALL });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { number, link } = await sent(page, "Past its date.");
  assert.match(link, new RegExp(`/app/reports/${number}#.{40,}`));
  assert.equal(new URL(page.url()).search, "");
  await page.getByText("Keep the secret link").waitFor();
  await page.getByRole("button", { name: "Copy" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  await page.getByRole("button", { name: "QR code" }).click();
  await page.locator("figure svg path").waitFor({ state: "attached" });
  await accessible(page, "a report that was just sent");
  await page.getByRole("button", { name: "Delete my data" }).click();
  await page.locator("dialog").getByRole("button", { name: "Delete my data" }).click();
  await page.getByText("Data deleted").first().waitFor();
  assert.equal(await page.getByText("Keep the secret link").count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

/** U17, U18, X66 */
test("a reply with a photo appears at the inspector's, whose report a colleague takes with a reason only", async () => {
  const author = await visit({ language: "en", geolocation: ALMATY, ...TALL });
  const { number } = await sent(author.page, "The price is another one.");
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "inspector");
  await page.goto("/app/work");
  await page.getByLabel("Search by number").fill(number.toLowerCase());
  await page.locator("ul.list a", { hasText: number }).click();
  await page.locator("textarea").first().fill("Please send the price tag.");
  await page.locator("form button[type=submit]").first().click();
  await page.getByText("Please send the price tag.").waitFor();

  await author.page.reload();
  await author.page
    .locator("input[type=file]")
    .setInputFiles({ name: "tag.png", mimeType: "image/png", buffer: await drawn(author.page) });
  await author.page.waitForSelector("form li img");
  await author.page.locator("form button[type=submit]").click();
  await author.page.locator("section li img").first().waitFor();
  await accessible(author.page, "a report with a reply");
  // Without a reload.
  await page.locator("ul li img").first().waitFor();
  await accessible(page, "a report with a photo from a reply");
  await page.getByRole("button", { name: "Hand over" }).first().click();
  await page.locator("dialog select").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
  await author.context.close();
});

/** A small picture, as a file. */
async function drawn(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(300, 200);
    const context = canvas.getContext("2d");
    context.fillStyle = "#c33";
    context.fillRect(0, 0, 300, 200);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  return Buffer.from(bytes);
}

/** Labels of the demo on one picture of this size; nothing but clear pixels without labels. */
async function labels(page, codes, width, height) {
  const urls = codes.map((code) => stage.base + stage.codes.find(({ text }) => text === code).label_url);
  const bytes = await page.evaluate(
    async ({ urls, width, height }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      if (urls.length > 0) {
        context.fillStyle = "#ddd";
        context.fillRect(0, 0, width, height);
      }
      for (const [index, url] of urls.entries()) {
        const picture = await createImageBitmap(await (await fetch(url)).blob());
        // Whole pixels for each module: how well worse pictures are read is tested with the reader.
        const room = Math.min(width / urls.length, height) * 0.8;
        const scale = Math.max(1, Math.floor(room / Math.max(picture.width, picture.height)));
        context.imageSmoothingEnabled = false;
        context.drawImage(
          picture,
          Math.round((index + 0.1) * (width / urls.length)),
          Math.round(height * 0.1),
          picture.width * scale,
          picture.height * scale,
        );
      }
      const blob = await canvas.convertToBlob({ type: "image/png" });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    { urls, width, height },
  );
  return Buffer.from(bytes);
}

const choose = (page, buffer) =>
  page.locator("input[type=file]").setInputFiles({ name: "photo.png", mimeType: "image/png", buffer });

/** B25 */
test("a transparent picture shows nothing of the picture before it", withCore, async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  await page.goto("/");
  const first = await labels(page, [codeOf("in-circulation")], 928, 800);
  const empty = await labels(page, [], 928, 800);
  await choose(page, first);
  await page.waitForSelector("article");
  await page.goBack();
  await choose(page, empty);
  await page.getByText("No code was found").waitFor();
  await context.close();
});

/** B29, wish 3 */
test("a photo with several codes shows them all", withCore, async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  await page.goto("/");
  const both = await labels(page, [codeOf("in-circulation"), codeOf("recalled")], 1_600, 900);
  await choose(page, both);
  await page.getByText("2 codes in the photo").waitFor();
  await page.locator("dialog li a").nth(1).waitFor();
  await accessible(page, "several codes");
  await page.locator("dialog li a").first().click();
  await page.waitForURL(/\/app\/scans\//);
  await context.close();
});

/** B60 */
test("a HEIC photo that the browser cannot open is told with the way out", async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  await page.goto("/app/report");
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypheic"), Buffer.alloc(64)]);
  await page.locator("input[type=file]").setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer: heic });
  await page.getByText("This is a HEIC photo").waitFor();
  await context.close();
});
