// Pictures of the app for the README and for whoever looks it over, in three languages, narrow and wide, by day and by
// night. They land in e2e/out; the README shows copies of three.

import { mkdirSync } from "node:fs";
import { test } from "node:test";

import { codeOf, signIn, stage, type, useStage, visit } from "./stage.mjs";

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
      await page.waitForTimeout(300);
      await take(verdict);
    }
    for (const path of ["/", "/app/report", "/app/history", "/app/settings"]) {
      await page.goto(path);
      await page.waitForTimeout(1_200);
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
    await page.locator(".typed input").fill(text);
    await page.locator(".typed button").click();
    await page.waitForTimeout(500);
  }
  await page.getByRole("button", { name: "Выключить камеру" }).click();
  await page.waitForTimeout(2_500);
  await page.screenshot({ path: `${OUT}delivery-ru-1280-light.jpg`, type: "jpeg", quality: 72 });
  await context.close();
});
