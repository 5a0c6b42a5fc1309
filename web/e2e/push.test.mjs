// Answers to reports as the author's device announces them: asked for, subscribed, shown by the service worker, ended. No
// push service is asked: a headless browser has none, so the page is given an address, and the message by the browser's tools.

import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, stage, until, useStage, visit } from "./stage.mjs";

useStage();

/** What a browser with a push service would give: an address there and keys of its own. */
function withPushService() {
  let given;
  const subscription = (options) => ({
    options: { applicationServerKey: options.applicationServerKey.buffer ?? options.applicationServerKey },
    toJSON: () => ({
      endpoint: "https://updates.push.services.mozilla.com/wpush/v2/e2e",
      expirationTime: null,
      keys: {
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth: "BTBZMqHH6r4Tts7J_aSIgg",
      },
    }),
    unsubscribe: async () => ((given = undefined), true),
  });
  PushManager.prototype.getSubscription = async () => given;
  PushManager.prototype.subscribe = async (options) => {
    if (options.applicationServerKey.length !== 65 || options.userVisibleOnly !== true)
      throw new Error("not as services want it");
    return (given = subscription(options));
  };
  window.isSubscribed = () => given !== undefined;
}

/** Wish 6 */
test("the author of a report is asked for leave, told of an answer by the service worker, and can end it", async () => {
  const { context, page, faults } = await visit({ language: "ru", height: 2_400, serviceWorkers: "allow" });
  await context.grantPermissions(["notifications"], { origin: stage.base });
  await page.addInitScript(withPushService);
  await page.goto("/app/report");
  await page.locator("input[type=radio]").nth(1).check();
  await page.locator("textarea").fill("Просроченное молоко.");
  await page.locator("form button[type=submit]").click();
  await page.waitForURL(/\/app\/reports\/TB-/);
  const number = page.url().match(/TB-[\d-]+/)[0];
  // What it tells whom is said before the press.
  await page.getByText("Google, Apple, Mozilla или Microsoft").waitFor();
  await accessible(page, "a report whose answer can be announced");
  const subscribed = page.waitForResponse((answer) => answer.url().endsWith(`/v1/reports/${number}/subscriptions`));
  await page.getByRole("button", { name: "Уведомить об ответе" }).click();
  assert.equal((await subscribed).status(), 201);
  await page.getByText("Готово. Когда придёт ответ").waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Отключить уведомления" }).waitFor();

  // The service worker shows what the server would send.
  const tools = await context.newCDPSession(page);
  let registration;
  tools.on(
    "ServiceWorker.workerRegistrationUpdated",
    ({ registrations }) => (registration = registrations.find((one) => !one.isDeleted)?.registrationId),
  );
  await tools.send("ServiceWorker.enable");
  await until(() => registration !== undefined, "the service worker is there");
  const message = {
    report: number,
    title: "Ответ на обращение",
    body: `По обращению № ${number} есть ответ`,
    lang: "ru",
  };
  const deliver = (data) =>
    tools.send("ServiceWorker.deliverPushMessage", { origin: stage.base, registrationId: registration, data });
  for (const data of [JSON.stringify(message), JSON.stringify(message), "no message at all"]) await deliver(data);
  const shown = () =>
    page.evaluate(async () =>
      (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag, data }) => ({
        title,
        body,
        tag,
        data,
      })),
    );
  await until(async () => (await shown()).length > 0, "a notice is shown");
  assert.deepEqual(
    await shown(),
    [{ title: message.title, body: message.body, tag: number, data: number }],
    "one, however often it comes",
  );

  await page.getByRole("button", { name: "Отключить уведомления" }).click();
  await page.getByText("На это устройство уведомления больше не придут").waitFor();
  await page.getByRole("button", { name: "Уведомить об ответе" }).waitFor();
  assert.equal(
    await page.evaluate(() => window.isSubscribed()),
    false,
    "the browser's own subscription has ended, too",
  );
  assert.deepEqual(faults, []);
  await context.close();
});
