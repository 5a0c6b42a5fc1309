// What operators do in the app, accounts and keys, and how whoever is signed in stays so.

import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, digits, signIn, stage, useStage, visit } from "./stage.mjs";

useStage();

/** A screen so tall that nothing lies beneath the bar at its foot. */
const TALL = { height: 5_000 };

/** The value beside a name in the list of secrets. */
const told = (page, name) => page.locator("dialog dl div", { hasText: name }).locator("dd").innerText();

/** Signs in with secrets that the register told. */
async function enter(page, login, password, secret) {
  await page.goto("/app/sign-in");
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill(password);
  await page.locator("form button[type=submit]").click();
  await page.locator("input[name=totp]").fill(digits(secret));
  await page.locator("form button[type=submit]").click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
}

test("an operator makes an account, its person signs in, and is signed out when the account is blocked", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "operator");
  await page.goto("/app/register?show=accounts");
  await page.locator("li", { hasText: "inspector" }).first().waitFor();
  await accessible(page, "accounts");
  await page.getByRole("button", { name: "New account" }).click();
  await page.locator("dialog").getByLabel("Login").fill("marat");
  await page.locator("dialog").getByLabel("Role").selectOption("inspector");
  await page.locator("dialog").getByLabel("Region").selectOption("750000000");
  await accessible(page, "a new account");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("They are shown once").waitFor();
  const [password, secret] = [await told(page, "Password"), await told(page, "Second factor")];
  await accessible(page, "the secrets of an account");
  await page.getByRole("button", { name: "I have handed them over" }).click();
  await page.locator("li", { hasText: "marat" }).waitFor();
  assert.ok(!(await page.content()).includes(password), "told once");

  const person = await visit({ language: "en", ...TALL });
  await enter(person.page, "marat", password, secret);
  await person.page.getByRole("tab", { name: "Reports" }).waitFor();

  // Their own account and the auditor's are not theirs to change.
  await page.getByRole("button", { name: "Manage auditor", exact: true }).click();
  await page.getByText("changed at the command line").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Manage marat" }).click();
  await page.getByRole("button", { name: "Block" }).click();
  await accessible(page, "before an account is blocked");
  await page.getByRole("button", { name: "Block" }).click();
  await page.locator("li", { hasText: "marat" }).getByText("Blocked").waitFor();
  await person.page.goto("/app/work");
  await person.page.getByText("Sign in required").first().waitFor();
  assert.deepEqual([...faults, ...person.faults], []);
  await person.context.close();
  await context.close();
});

test("an operator follows up a key, and revokes one only by typing its name", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "operator");
  await page.goto("/app/register?show=keys");
  const water = () => page.locator("li.card", { hasText: "Seals codes: Packed water" });
  await water().first().waitFor();
  await accessible(page, "keys");
  const id = await water().first().locator("strong").innerText();
  await water().first().getByRole("button", { name: "New key" }).click();
  await page.locator("dialog").getByRole("button", { name: "New key" }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("li.card")].filter((card) => card.textContent.includes("Seals codes: Packed water")).length === 2);
  await page.getByRole("button", { name: `Revoke ${id}` }).click();
  await page.getByText("will not be believed any more").waitFor();
  await accessible(page, "before a key is revoked");
  await page.locator("dialog button[type=submit]").click();
  await page.getByText("exactly as it is written").first().waitFor();
  await page.locator("dialog input").fill(id);
  await page.locator("dialog button[type=submit]").click();
  await page.locator("li.card", { hasText: id }).getByText("Revoked", { exact: true }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("a session outlives a reload, is shared by tabs, and no script can read what renews it", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "auditor");
  const [cookie] = await context.cookies(stage.base);
  assert.deepEqual([cookie.name.slice(0, 7), cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], ["__Host-", true, true, "Strict", "/"]);
  const readable = await page.evaluate(() => document.cookie + JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.ok(!readable.includes(cookie.value) && !readable.includes("eyJ"), "no token is where a script finds it");
  // Several tabs come back at the same moment: each gets a token of its own, none is taken for a thief.
  const tabs = [page, await context.newPage(), await context.newPage()];
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(tabs.map((tab) => tab.goto("/app/register")));
    await Promise.all(tabs.map((tab) => tab.locator("table tbody tr").first().waitFor()));
  }
  await accessible(page, "the audit");
  await page.goto("/app/account");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(stage.base + "/");
  await tabs[1].getByText("Sign in required").first().waitFor();
  assert.deepEqual(await context.cookies(stage.base), []);
  assert.deepEqual(faults, []);
  await context.close();
});
