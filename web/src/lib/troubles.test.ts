import { expect, test } from "vitest";

import { Away, Refusal, type Schemas } from "./api";
import { isFinal, isGone, why, whyExactly } from "./troubles";

const refused = (status: number, fields: Schemas["FieldFault"][] = []) =>
  new Refusal({ type: "/problems/x", slug: "x", title: "No", detail: "Because.", status, fields }, undefined);

test("a refusal has the server's words, silence the app's own", () => {
  expect(why(refused(409))).toBe("Because.");
  expect(why(new Away("offline"))).toBe("web-work-away");
  expect(why(new Error("anything"), "web-failed")).toBe("web-failed");
});

test("a fault of a field says more than the whole", () => {
  expect(whyExactly(refused(422, [{ slug: "not-a-day", field: "from", message: "Not a day" }]))).toBe("Not a day");
  expect(whyExactly(refused(422))).toBe("Because.");
});

test("only a refusal that time does not heal is final", () => {
  expect(isFinal(refused(422))).toBe(true);
  for (const error of [refused(429), refused(503), new Away("busy")]) expect(isFinal(error)).toBe(false);
});

test("only 404 says that a thing is gone", () => {
  expect(isGone(refused(404))).toBe(true);
  expect(isGone(refused(403))).toBe(false);
  expect(isGone(new Away("offline"))).toBe(false);
});
