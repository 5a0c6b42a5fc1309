// What participants and operators do in the register: orders that wait for approval, shipments that are accepted,
// recalls that are seen and lifted, forms that name what is wrong with each field.

import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, signIn, useStage, visit } from "./stage.mjs";

useStage();

const TALL = { height: 5_000 };
const open = (login) => async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, login);
  return { context, page, faults };
};

/** U7, U13, U16 */
test("what was shipped in the app is accepted in the app, and goods find their way to deliveries", async () => {
  const { context, page, faults } = await open("koktobe")();
  await page.goto("/app/register?show=shipments");
  const awaited = page.locator("li.card", { hasText: "А-1120" });
  await awaited.waitFor();
  await accessible(page, "shipments");
  assert.ok((await awaited.innerText()).includes("Alatau Foods LLP"), "names and not numbers alone");
  await awaited.getByRole("button", { name: "Accept" }).click();
  await accessible(page, "before a shipment is accepted");
  await page.locator("dialog button[type=submit]").click();
  await awaited.getByText("accepted").waitFor();
  await page.locator("nav").getByText("Deliveries").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

/** U9 */
test("a recall is asked about with its figures, is seen on the order, and is lifted there", async () => {
  const { context, page, faults } = await open("alatau")();
  await page.goto("/app/register");
  await page.getByText("Drinking water «Alatau Spring», still").first().click();
  const form = page.locator("section", { hasText: "File a document" });
  await form.getByLabel("Document type").selectOption("recalls");
  assert.equal(await form.getByLabel("To number").inputValue(), "", "the whole order is nobody's default");
  await form.locator("button[type=submit]").click();
  await form.getByText("Enter a number from 1 to 10").first().waitFor();
  await form.getByLabel("From number").fill("2");
  await form.getByLabel("To number").fill("3");
  await form.getByLabel("In Kazakh").fill("Шыны сынықтары");
  await form.getByLabel("In Russian").fill("Осколки стекла");
  await form.getByLabel("In English").fill("Glass splinters");
  await form.locator("button[type=submit]").click();
  await form.getByText("Total: 2").waitFor();
  await accessible(page, "before a recall");
  await form.getByRole("button", { name: "Yes, confirm" }).click();
  const recall = page.locator("li.card", { hasText: "Glass splinters" });
  await recall.waitFor();
  assert.ok((await recall.innerText()).includes("2–3"));
  await recall.getByRole("button", { name: "Lift the recall" }).click();
  await page.locator("dialog button[type=submit]").click();
  await recall.waitFor({ state: "detached" });
  assert.deepEqual(faults, []);
  await context.close();
});

/** X43 */
test("an order of stamps waits until an operator approves it", async () => {
  const { context, page, faults } = await open("qala")();
  await page.goto("/app/register");
  await page.getByRole("button", { name: "Order codes" }).click();
  await page.locator("dialog").getByLabel("GTIN").fill("04870000770090");
  await page.locator("dialog").getByLabel("Quantity").fill("25");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("li", { hasText: "awaits approval" }).first().waitFor();
  const operator = await open("operator")();
  await operator.page.goto("/app/register");
  await operator.page.getByLabel("State").selectOption("awaiting-approval");
  await operator.page.getByRole("button", { name: "Find" }).click();
  await operator.page.locator("li", { hasText: "awaits approval" }).first().getByRole("link").click();
  await operator.page.getByRole("button", { name: "Approve" }).click();
  await accessible(operator.page, "before an order is approved");
  await operator.page.locator("dialog button[type=submit]").click();
  await operator.page.getByText("approved", { exact: true }).waitFor();
  await operator.page.goto("/app/register?show=sequences");
  await operator.page.getByText("Alcohol stamps, series KZ").waitFor();
  await accessible(operator.page, "sequences");
  assert.deepEqual([...faults, ...operator.faults], []);
  await operator.context.close();
  await context.close();
});

/** X59, U23, U24 */
test("an operator finds a participant, sets its limits and blocks it", async () => {
  const { context, page, faults } = await open("operator")();
  await page.goto("/app/register?show=participants");
  await page.locator("li.card", { hasText: "Dala" }).waitFor();
  await page.getByLabel("Search").fill("joly");
  await page.getByRole("button", { name: "Find" }).click();
  await page.locator("li.card", { hasText: "Dala" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Open Jibek Joly" }).click();
  await page.getByRole("button", { name: "Change the limits" }).click();
  await page.locator("dialog").getByLabel("Orders a day").fill("-1");
  await accessible(page, "limits");
  await page.locator("dialog").getByLabel("Orders a day").fill("7");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog dd", { hasText: /^7$/ }).waitFor();
  await page.getByRole("button", { name: "Block" }).click();
  await page.locator("dialog button[type=submit]").click();
  await page.getByText("Fill in this field").waitFor();
  assert.ok(!(await page.locator("dialog").innerText()).includes("reason:"), "no names of JSON");
  await page.locator("dialog").getByLabel("Reason").fill("Liquidated");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("li.card", { hasText: "blocked" }).first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
