// What consumers met: overload, the way back, links, the keyboard, readers of the screen, large letters, the history, the
// shelf and the list of recalls.

import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, codeOf, film, stage, type, until, useStage, visit, withCore } from "./stage.mjs";

useStage({ video: film });

/** Counts the requests of a page to a path. */
function asked(page, path) {
  const seen = [];
  page.on("request", (request) => new URL(request.url()).pathname === path && seen.push(request));
  return seen;
}

test(
  "U2: a service that has too much to do is asked once, answered by the device, and asked again when it said",
  withCore,
  async () => {
    for (const status of [503, 429]) {
      const { context, page, faults } = await visit({ language: "ru" });
      const questions = asked(page, "/v1/verify");
      let busy = true;
      await page.route("**/v1/verify", (route) =>
        busy
          ? route.fulfill({
              status,
              headers: { "content-type": "application/problem+json", "retry-after": "4" },
              body: JSON.stringify({ type: "about:blank", title: "!", detail: "!", slug: "overloaded", status }),
            })
          : route.continue(),
      );
      await page.goto("/");
      await page.waitForSelector("article");
      await page.getByText("Сервис сейчас перегружен").waitFor();
      assert.equal(questions.length, 1, `${status}`);
      busy = false;
      await page.locator("article .title", { hasText: "введён в оборот" }).waitFor();
      assert.equal(questions.length, 2, `${status}`);
      assert.deepEqual(faults, []);
      await context.close();
    }
  },
);

test(
  "U3: the way back leads to the scanner though the label is in view, and a repeated scan is one scan",
  withCore,
  async () => {
    const { context, page } = await visit({ language: "en" });
    await page.goto("/app/settings");
    await page.waitForSelector("h1");
    await page.locator("input[value=none][type=radio]").first().check();
    const sent = asked(page, "/v1/scans");
    await page.locator(".ways a").first().click();
    await page.waitForSelector("article");
    const verdict = page.url();
    await page.goBack();
    await page.getByText("This code was just checked").waitFor();
    // The label stays in the picture for seconds of the film.
    const shown = await page.evaluate(() => document.querySelector("video").currentTime);
    await page.waitForFunction((shown) => document.querySelector("video")?.currentTime > shown + 2.5, shown);
    assert.equal(new URL(page.url()).pathname, "/");
    await page.getByRole("link", { name: "Show the result" }).click();
    await page.waitForSelector("article");
    await page.getByRole("link", { name: "Scan the next one" }).click();
    await page.getByText("This code was just checked").waitFor();
    // The label that is in view is meant after all: typed, it is the same scan.
    await page.goto("/app/history");
    await page.waitForSelector("li");
    assert.equal(await page.locator("ul.stack > li").count(), 1);
    await until(() => sent.length > 0, "the scan is sent");
    assert.equal(sent.flatMap((request) => JSON.parse(request.postData()).items).length, 1);
    assert.ok(verdict.includes("/app/scans/"));
    await context.close();
  },
);

test("U10: a label's link is one scan, whatever its language and however often its page is opened again", async () => {
  const { context, page } = await visit({ language: "ru", camera: false });
  const link = new URL(
    stage.codes.find((code) => code.expected === "in-circulation" && code.text.includes("/s/")).text,
  );
  const scans = [];
  page.on(
    "request",
    (request) => request.url().endsWith("/v1/scans") && scans.push(...JSON.parse(request.postData()).items),
  );
  await page.goto(`${link.pathname}?lang=ru`);
  await page.waitForSelector("article.good, article.mild, article.grave, article.quiet");
  for (const [language, tag] of [
    ["Қаз", "kk"],
    ["Eng", "en"],
    ["Рус", "ru"],
  ]) {
    await page.getByRole("button", { name: language }).click();
    await page.waitForFunction((tag) => document.documentElement.lang === tag, tag);
  }
  await page.reload();
  await page.waitForSelector("article h1");
  await page.locator(".ways a").nth(1).click();
  await page.waitForSelector("ul.stack > li");
  assert.equal(await page.locator("ul.stack > li").count(), 1);
  await page.goBack();
  await page.waitForSelector("article h1");
  await until(() => scans.length > 0, "the scan is sent");
  assert.equal(new Set(scans.map((scan) => scan.id)).size, 1);
  assert.equal(scans[0].source, undefined);
  assert.ok(!scans[0].code.includes("lang="), scans[0].code);
  await context.close();
});

test("U26: typing begins in the field, Enter sends, Esc leads back to the button", async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  await page.goto("/");
  const button = page.getByRole("button", { name: "Type the code" });
  await button.click();
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Type the code"));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.keyboard.insertText(codeOf("in-circulation").replaceAll("\u001d", ""));
  await page.keyboard.press("Enter");
  await page.waitForSelector("article");
  await context.close();
});

test("U27: a verdict is the heading that has the focus, the tab's title, and told in a region that was there before", async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  await page.goto("/");
  await page.waitForSelector(".ways a");
  const before = await page.evaluate(() => {
    window.told = [];
    const region = document.querySelector("[aria-live=polite]");
    new MutationObserver(() => window.told.push(region.textContent)).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    return region !== null;
  });
  assert.ok(before);
  await page.getByRole("button", { name: "Type the code" }).click();
  await page.locator("dialog textarea").fill(codeOf("recalled"));
  await page.locator("dialog button[type=submit]").click();
  await page.waitForSelector("article h1");
  assert.match(await page.title(), /recalled/);
  await page.waitForFunction(
    () => document.activeElement?.tagName === "H1" && /recalled/.test(document.activeElement.textContent),
  );
  await page.waitForFunction(() => window.told.some((text) => /recalled/.test(text)));
  assert.equal(await page.locator("h1").count(), 1);
  await context.close();
});

test("U28: with letters twice as large nothing is cut off, moved off the screen or scrolled sideways", async () => {
  for (const language of ["kk", "ru"]) {
    const { context, page } = await visit({ language, camera: false });
    await page.addInitScript(() => document.documentElement && (document.documentElement.style.fontSize = "200%"));
    await type(page, codeOf("in-circulation"));
    const verdict = new URL(page.url()).pathname;
    for (const path of ["/", verdict, "/app/history", "/app/shelf", "/app/recalls", "/app/settings", "/app/report"]) {
      await page.goto(path);
      await page.waitForSelector("h1");
      await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
      const look = await page.evaluate(() => {
        const inside = (element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return (
            left >= -1 &&
            right <= innerWidth + 1 &&
            (top >= -1 || scrollY > 0) &&
            bottom <= Math.max(innerHeight, document.body.scrollHeight) + 1
          );
        };
        return {
          sideways:
            document.documentElement.scrollWidth > innerWidth
              ? [...document.querySelectorAll("body *")]
                  .filter((element) => !inside(element))
                  .map((element) => element.outerHTML.slice(0, 100))
              : [],
          languages: [...document.querySelectorAll(".languages button")].every(inside),
          ways: [...document.querySelectorAll(".ways a")].every(inside),
          cut: [...document.querySelectorAll(".ways span")]
            .filter((way) => way.scrollWidth > way.clientWidth + 1)
            .map((way) => way.textContent),
        };
      });
      assert.deepEqual(look, { sideways: [], languages: true, ways: true, cut: [] }, `${language} ${path}`);
    }
    await context.close();
  }
});

test("U30: the question about places comes with the second scan, in one line, after what can be done next", async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  await type(page, codeOf("in-circulation"));
  assert.equal(await page.locator("#place-question").count(), 0);
  assert.equal(await page.getByText("Why", { exact: true }).count(), 0, "a reason that repeats the title is left out");
  await type(page, codeOf("sold"));
  await page.locator("#place-question").waitFor();
  const [question, next] = await Promise.all(
    ["#place-question", ".lead"].map((part) => page.locator(part).boundingBox()),
  );
  assert.ok(next.y < question.y && next.y < 844, `${next.y} ${question.y}`);
  await page.getByRole("button", { name: "Yes, roughly" }).click();
  await page.waitForFunction(() => !document.querySelector("#place-question"));
  await context.close();
});

test("U31: on goods that must not be on sale reporting comes first, with how to return them", async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  for (const [verdict, first, help] of [
    ["in-circulation", "Scan the next one", 0],
    ["forged-seal", "Report a violation", 0],
    ["recalled", "Report a violation", 1],
    ["withdrawn", "Report a violation", 1],
    ["expired", "Report a violation", 1],
  ]) {
    await type(page, codeOf(verdict));
    assert.equal((await page.locator(".lead").innerText()).trim(), first, verdict);
    assert.equal(await page.getByText("How to return the goods").count(), help, verdict);
  }
  await accessible(page, "goods past their date");
  await context.close();
});

test("U37: the history is searched and filtered, one scan is removed and brought back", async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  for (const verdict of ["in-circulation", "recalled", "sold"]) await type(page, codeOf(verdict));
  await page.goto("/app/history");
  const lines = page.locator("ul.stack > li");
  await page.waitForFunction(() => document.querySelectorAll("ul.stack > li").length === 3);
  await page.getByLabel("Search the history").fill("recalled");
  await page.waitForFunction(() => document.querySelectorAll("ul.stack > li").length === 1);
  await page.getByLabel("Search the history").fill("");
  await page.getByLabel("Result").selectOption("good");
  await page.waitForFunction(() => document.querySelectorAll("ul.stack > li").length === 1);
  await page.getByLabel("Result").selectOption("all");
  await accessible(page, "a history");
  await lines.first().getByRole("button").click();
  await page.waitForFunction(() => document.querySelectorAll("ul.stack > li").length === 2);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction(() => document.querySelectorAll("ul.stack > li").length === 3);
  await context.close();
});

/** U33, wish 9 */
test(
  "a report about a scan begins with its photo and its place, both can be removed, and no browser fills in who reports",
  withCore,
  async () => {
    for (const consent of ["coarse", "none"]) {
      const { context, page, faults } = await visit({ language: "en" });
      await page.addInitScript((consent) => localStorage.setItem("consent", consent), consent);
      const sent = asked(page, "/v1/scans");
      await page.goto("/");
      await page.waitForSelector("article");
      await until(() => sent.length > 0, "the scan is sent");
      await page.getByRole("button", { name: "Report a violation" }).click();
      await page.locator("form li img").waitFor();
      // As roughly as the place of the scan was sent.
      const place = page.getByText(/^Place: 51\.1250, 71\.4350/);
      if (consent === "coarse") {
        await place.waitFor();
        await page.getByText("The photo and the place of the scan have been added").waitFor();
        await accessible(page, "a report about a scan");
        await page.locator(".place").getByRole("button", { name: "Remove" }).click();
      } else await page.getByText("The photo of the scan has been added").waitFor();
      assert.equal(await place.count(), 0);
      await page.getByRole("button", { name: "Remove photo 1" }).click();
      assert.equal(await page.locator("form li img").count(), 0);
      const filled = await page.evaluate(() =>
        [...document.querySelectorAll("form :is(input:not([type=file], [type=radio]), textarea)")].map(
          (field) => field.autocomplete,
        ),
      );
      assert.deepEqual(new Set(filled), new Set(["off"]));
      assert.deepEqual(faults, []);
      await context.close();
    }
  },
);

test("wish 4: goods on the shelf tell when they expire, and warn when they are recalled", async () => {
  const { context, page } = await visit({ language: "en", camera: false });
  await type(page, codeOf("in-circulation"));
  await page.getByRole("button", { name: "Put on my shelf" }).click();
  await page.getByRole("link", { name: "On my shelf" }).click();
  await page.waitForSelector("ul li strong");
  await accessible(page, "a shelf");
  // A day later the register says that the goods were recalled.
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("tanba");
        opening.onsuccess = () => {
          const store = opening.result.transaction("shelf", "readwrite").objectStore("shelf");
          store.getAll().onsuccess = ({ target }) => {
            const [item] = target.result;
            store.put({ ...item, checked: new Date(Date.now() - 86_400_000).toISOString() }, item.id).onsuccess =
              () => (opening.result.close(), resolve());
          };
        };
      }),
  );
  await page.route("**/v1/verify", async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, verdict: "recalled", may_be_sold: false } });
  });
  await page.goto("/app/settings");
  await page.getByRole("link", { name: "1 item on your shelf must not be used" }).click();
  await page.getByText("How to return the goods").waitFor();
  await accessible(page, "a shelf with recalled goods");
  await context.close();
});

test("wish 5: recalls are listed and searched by everybody", async () => {
  const { context, page, faults } = await visit({ language: "ru", camera: false });
  await page.goto("/app/recalls");
  await page.waitForSelector("li.card h2");
  await accessible(page, "recalls");
  const first = (await page.locator("li.card h2").first().innerText()).split(" ")[0];
  await page.getByLabel("Наименование товара, производитель или GTIN").fill(first);
  await page.waitForFunction(
    (first) => [...document.querySelectorAll("li.card h2")].every((title) => title.textContent.includes(first)),
    first,
  );
  await page.getByLabel("Наименование товара, производитель или GTIN").fill("такого нет");
  await page.getByText("Отозванных товаров не найдено").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
