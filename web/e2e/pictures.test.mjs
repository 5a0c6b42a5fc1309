// Pictures of the app for the README and for whoever looks it over, in three languages, narrow and wide, by day and by
// night. They land in e2e/out; the README shows copies of three.

import { mkdirSync } from "node:fs";
import { test } from "node:test";

import { ALMATY, codeOf, copied, reopen, settled, signIn, stage, type, useStage, visit } from "./stage.mjs";

useStage();

const OUT = new URL("./out/", import.meta.url).pathname;
const LOOKS = [
  { language: "kk", width: 390, dark: false },
  { language: "ru", width: 390, dark: true },
  { language: "en", width: 1280, dark: false },
  { language: "kk", width: 1280, dark: true },
];

test("pictures of what the public sees", async () => {
  mkdirSync(OUT, { recursive: true });
  for (const look of LOOKS) {
    const { context, page } = await visit(look);
    const name = `${look.language}-${look.width}-${look.dark ? "dark" : "light"}`;
    const take = (what) => page.screenshot({ path: `${OUT}${what}-${name}.jpg`, type: "jpeg", quality: 72 });
    for (const verdict of ["in-circulation", "recalled", "forged-seal", "misread"]) {
      await type(page, codeOf(verdict));
      await settled(page);
      await take(verdict);
    }
    for (const path of ["/", "/app/report", "/app/history", "/app/settings"]) {
      await page.goto(path);
      await settled(page);
      await take(path === "/" ? "scan" : path.split("/").pop());
    }
    await context.close();
  }
});

test("pictures of a clerk's delivery", async () => {
  const { context, page } = await visit({ language: "ru", width: 1280, height: 860 });
  await signIn(page, "dala");
  await page.goto("/app/deliveries");
  await page.getByRole("button", { name: "Новая проверка" }).click();
  await page.locator("dialog button[type=submit]").click();
  for (const { text } of stage.codes.slice(0, 6)) {
    await page.locator("input.code").fill(text);
    await page.keyboard.press("Enter");
    await settled(page);
  }
  await page.getByRole("button", { name: "Сканер вместо камеры" }).click();
  await settled(page);
  await page.screenshot({ path: `${OUT}delivery-ru-1280-light.jpg`, type: "jpeg", quality: 72 });
  await context.close();
});

const WHOLE = [
  { language: "kk", width: 320, dark: false },
  { language: "ru", width: 390, dark: true },
  { language: "ru", width: 1280, dark: false },
  { language: "kk", width: 1280, dark: true },
];

/** Photographs pages from top to bottom, in each look. `ready` waits for more than the page itself; `go` opens a page. */
async function portray(page, pages, go = (page, path) => page.goto(path)) {
  mkdirSync(OUT, { recursive: true });
  for (const { language, width, dark } of WHOLE) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 860 });
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
    for (const { name, path, ready } of pages) {
      await go(page, `${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
      await page.waitForSelector("h1");
      await ready?.(page);
      await settled(page);
      const file = `${OUT}${name}-${language}-${width}-${dark ? "dark" : "light"}.jpg`;
      await page.screenshot({ path: file, type: "jpeg", quality: 72, fullPage: true });
    }
  }
}

/** The browser pretends to have no WebGL. */
function withoutGl() {
  const original = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return /webgl/.test(kind) ? null : original.call(this, kind, ...rest);
  };
}

/** Sends a report from Almaty; returns the path at which it is followed. */
async function reported(page) {
  await page.goto("/app/report");
  await page.locator("input[type=radio]").first().check();
  await page.locator("textarea").fill("Қораптардың мерзімі өтіп кеткен, сонда да сатылып жатыр.");
  await page.getByRole("button", { name: "Use my location" }).click();
  await page.locator(".place").waitFor();
  await page.locator("form button[type=submit]").click();
  await page.waitForURL(/\/app\/reports\/TB-/);
  return new URL(page.url()).pathname;
}

const onMap = async (page) => {
  await page.locator(".row button[aria-expanded]").click();
  await page.locator("select").selectOption("Almaty");
};

test("pictures of the parts of the look, of writing a report and of following one", async () => {
  for (const withGl of [true, false]) {
    const { context, page } = await visit({ geolocation: ALMATY });
    if (!withGl) await page.addInitScript(withoutGl);
    const picker = { name: withGl ? "place" : "place-svg", path: "/app/report", ready: onMap };
    if (!withGl) {
      await portray(page, [picker]);
    } else {
      const follow = await reported(page);
      await portray(page, [
        picker,
        { name: "design", path: "/app/design" },
        { name: "follow", path: follow },
        { name: "reports", path: "/app/reports" },
        { name: "settings", path: "/app/settings" },
        { name: "scan", path: "/" },
        { name: "history", path: "/app/history" },
        { name: "compare", path: "/app/compare" },
        { name: "sign-in", path: "/app/sign-in" },
      ]);
    }
    await context.close();
  }
});

test("pictures of the register", async () => {
  const { context, page } = await visit();
  await signIn(page, "operator");
  const shows = (show) => ({
    name: show,
    path: `/app/register?show=${show}`,
    ready: (page) => page.waitForSelector("main li, main tr"),
  });
  await portray(
    page,
    [
      ...["orders", "products", "participants", "accounts", "keys"].map(shows),
      {
        name: "account-new",
        path: "/app/register?show=accounts",
        ready: async (page) => {
          await page.locator("main .list li").first().waitFor();
          await page.locator("main .button.main").click();
        },
      },
      {
        name: "key-revoke",
        path: "/app/register?show=keys",
        ready: (page) => page.locator("main .button.danger").first().click(),
      },
      { name: "account", path: "/app/account" },
      {
        name: "order",
        path: "/app/register",
        ready: async (page) => {
          await page.locator("ul.list a").first().click();
          await page.waitForSelector("progress");
        },
      },
    ],
    reopen,
  );
  await context.close();
});

test("pictures of an inspector's work", async () => {
  await copied();
  const author = await visit({ geolocation: ALMATY });
  await reported(author.page);
  await author.context.close();
  for (const withGl of [true, false]) {
    const { context, page } = await visit();
    if (!withGl) await page.addInitScript(withoutGl);
    await signIn(page, "inspector");
    await reopen(page, "/app/work?show=alerts");
    await page.locator("ul.list a").first().waitFor();
    const map = {
      name: withGl ? "map" : "map-svg",
      path: "/app/work/map",
      ready: async (page) => {
        await page.locator(".layers input").first().waitFor();
        for (const box of await page.locator(".layers input").all()) await box.check();
        await page.waitForSelector("section ul li a");
      },
    };
    const first = (name, path) => ({
      name,
      path,
      ready: async (page) => {
        await page.locator("ul.list a").first().click();
        await page.waitForSelector("h1");
      },
    });
    await portray(
      page,
      withGl
        ? [
            map,
            { name: "work", path: "/app/work" },
            { name: "alerts", path: "/app/work?show=alerts" },
            first("alert", "/app/work?show=alerts"),
            first("inspect-report", "/app/work"),
          ]
        : [map],
      reopen,
    );
    await context.close();
  }
});
