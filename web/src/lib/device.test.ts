import { expect, test } from "vitest";

import { deviceName } from "./device";

test("a browser and its system are named as people know them", () => {
  const chrome =
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36";
  expect(deviceName(chrome)).toBe("Chrome · Android");
  expect(deviceName(chrome.replace("Chrome/126.0", "Chrome/126.0 YaBrowser/24.6"))).toBe("Yandex Browser · Android");
  expect(deviceName("curl/8.5.0")).toBe("curl/8.5.0");
});
