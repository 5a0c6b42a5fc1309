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

/** Another operator approves what waits for a subject. The page is left open on what came of it. */
async function approve(show, subject) {
  const visitor = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(visitor.page, "operator2");
  await visitor.page.goto(`/app/register?show=${show}`);
  await visitor.page.getByRole("button", { name: `Approve and do it ${subject}` }).click();
  await accessible(visitor.page, "before something is approved");
  await visitor.page.locator("dialog button[type=submit]").click();
  return visitor;
}

/** Replaces the secrets that somebody else chose, as the first sign-in asks for. */
async function replaceSecrets(page, given, own) {
  await page.locator("input[name=current]").fill(given);
  await page.locator("input[name=new]").fill(own);
  await page.locator("input[name=again]").fill("something-else-entirely");
  await page.locator("form button[type=submit]").click();
  await page.getByText("The two passwords differ").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "again");
  await accessible(page, "a password that is replaced");
  await page.locator("input[name=again]").fill(own);
  await page.locator("form button[type=submit]").click();
  await page.locator("input[name=password]").fill(own);
  await page.locator("form button[type=submit]").click();
  await page.getByAltText("QR code for the authenticator").waitFor();
  await accessible(page, "a second factor that is set up");
  const secret = (await page.locator("dd.code").innerText()).replace(/\s/g, "");
  await page.locator("input[name=code]").fill(digits(secret));
  await page.locator("form button[type=submit]").click();
  await page.locator("ol li").nth(9).waitFor();
  assert.equal(await page.locator("ol li").count(), 10);
  await accessible(page, "recovery codes");
  await page.getByRole("button", { name: "I have kept them" }).click();
}

/** U25 */
test("an operator makes an account, its person signs in, and is signed out when the account is blocked", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "operator");
  await page.goto("/app/register?show=accounts");
  await page.locator("li", { hasText: "inspector" }).first().waitFor();
  await accessible(page, "accounts");
  await page.getByRole("button", { name: "New account" }).click();
  // The cursor is in the first field, not on the cross.
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "INPUT");
  await page.locator("dialog").getByLabel("Login").fill("marat");
  await page.locator("dialog").getByLabel("Role").selectOption("inspector");
  await page.locator("dialog").getByLabel("Region").selectOption("750000000");
  await accessible(page, "a new account");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Another operator has to approve this").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Your request").waitFor();
  await accessible(page, "a request that waits");

  const second = await approve("accounts", "marat");
  await second.page.getByText("They are shown once").waitFor();
  const [password, secret] = [await told(second.page, "Password"), await told(second.page, "Second factor")];
  await accessible(second.page, "the secrets of an account");
  await second.page.getByRole("button", { name: "I have handed them over" }).click();
  await second.page.locator("li", { hasText: "marat" }).waitFor();
  assert.ok(!(await second.page.content()).includes(password), "told once");
  await second.context.close();

  const person = await visit({ language: "en", ...TALL });
  await enter(person.page, "marat", password, secret);
  await replaceSecrets(person.page, password, "harness-of-nine-horses");
  await person.page.getByRole("tab", { name: "Reports" }).waitFor();
  await person.page.goto("/app/account");
  await person.page.getByText("This session").waitFor();
  await accessible(person.page, "the own account");

  // Their own account and the auditor's are not theirs to change.
  await page.reload();
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
  assert.deepEqual([...faults, ...second.faults, ...person.faults], []);
  await person.context.close();
  await context.close();
});

/** U23 */
test("an empty sign-in is not sent: its fields are marked, and the cursor is in the first", async () => {
  const { context, page, faults } = await visit({ language: "en", ...TALL });
  await page.goto("/app/sign-in");
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.url().endsWith("/v1/auth/sign-in"))));
  await page.locator("form button[type=submit]").click();
  assert.equal(await page.locator("[aria-invalid]").count(), 2);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "login");
  assert.equal(sent, 0);
  await accessible(page, "an empty sign-in");
  const { password } = stage.accounts.get("clerk");
  await page.locator("input[name=login]").fill("clerk");
  await page.locator("input[name=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "totp");
  await accessible(page, "the second factor is asked for");
  assert.deepEqual(faults, []);
  await context.close();
});

/** U40 */
test("an operator follows up a key, and revokes one only by typing its name", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "operator");
  await page.goto("/app/register?show=keys");
  const water = () => page.locator("li.card", { hasText: "Signs codes: Packed water" });
  await water().first().waitFor();
  const contact = page.locator("li.card", { hasText: "Encrypts contacts and second factors" });
  await contact.getByText("In use", { exact: true }).waitFor();
  assert.ok(!(await contact.innerText()).includes("Signs"), "a key that encrypts is not said to sign");
  await accessible(page, "keys");
  const id = await water().first().locator("strong").innerText();
  await water().first().getByRole("button", { name: "New key" }).click();
  await page.locator("dialog").getByRole("button", { name: "New key" }).click();
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll("li.card")].filter((card) => card.textContent.includes("Signs codes: Packed water"))
        .length === 2,
  );
  await page.getByRole("button", { name: `Revoke ${id}` }).click();
  await page.getByText("will no longer be accepted").waitFor();
  await accessible(page, "before a key is revoked");
  await page.locator("dialog button[type=submit]").click();
  await page.getByText("exactly as it is written").first().waitFor();
  await page.locator("dialog input").fill(id);
  await page.locator("dialog button[type=submit]").click();
  await page.getByText("Another operator has to approve this").waitFor();
  await page.keyboard.press("Escape");
  const second = await approve("keys", id);
  await second.page.getByText("Approved and done").waitFor();
  await second.context.close();
  await page.reload();
  await page.locator("li.card", { hasText: id }).getByText("Revoked", { exact: true }).waitFor();
  assert.deepEqual([...faults, ...second.faults], []);
  await context.close();
});

test("a session outlives a reload, is shared by tabs, and no script can read what renews it", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "auditor");
  const [cookie] = await context.cookies(stage.base);
  assert.deepEqual(
    [cookie.name.slice(0, 7), cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path],
    ["__Host-", true, true, "Strict", "/"],
  );
  const readable = await page.evaluate(
    () => document.cookie + JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
  );
  assert.ok(!readable.includes(cookie.value) && !readable.includes("eyJ"), "no token is where a script finds it");
  // Several tabs come back at the same moment: each gets a token of its own, none is taken for a thief.
  const tabs = [page, await context.newPage(), await context.newPage()];
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(tabs.map((tab) => tab.goto("/app/register")));
    await Promise.all(tabs.map((tab) => tab.locator(".list li").first().waitFor()));
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
