import { describe, expect, test } from "vitest";

import { answering } from "../../build/testing";
import { Away, Refusal, api, done, got, refusal, within } from "./api";

const problem = (more: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ slug: "too-many", title: "Too many", detail: "Wait.", status: 429, ...more }), {
    status: 429,
    headers: { "content-type": "application/problem+json", ...headers },
  });

describe("an answer", () => {
  test("is asked for in the language of now, without a referrer", async () => {
    const asked = answering(() => Response.json({ items: [] }));
    await expect(
      got(api.GET("/v1/recalls", { params: { query: { q: "молоко", cursor: undefined } } })),
    ).resolves.toEqual({ items: [] });
    expect(asked[0]?.url).toBe("https://tanba.test/v1/recalls?q=%D0%BC%D0%BE%D0%BB%D0%BE%D0%BA%D0%BE");
    expect(asked[0]?.headers.get("accept-language")).toBe("en");
    expect(asked[0]?.referrerPolicy).toBe("no-referrer");
  });

  test("that broke off on the way is none", async () => {
    answering(() => new Response('{"items": [', { headers: { "content-type": "application/json" } }));
    await expect(got(api.GET("/v1/recalls"))).rejects.toMatchObject({ why: "offline" });
  });

  test("without content is none where content is due, and enough where none is", async () => {
    answering(() => new Response(null, { status: 204 }));
    await expect(got(api.GET("/v1/recalls"))).rejects.toBeInstanceOf(Away);
    await expect(done(api.POST("/v1/auth/sign-out"))).resolves.toBeUndefined();
  });
});

describe("a refusal", () => {
  test("has the server's words, the faults of its fields, and when to try again", async () => {
    answering(() => problem({ fields: [{ field: "text", message: "Too long" }] }, { "retry-after": "7" }));
    const refused: unknown = await got(api.GET("/v1/recalls")).catch((error: unknown) => error);
    if (!(refused instanceof Refusal)) throw new Error("no refusal");
    expect(refused.problem.detail).toBe("Wait.");
    expect(refused.field("text")).toBe("Too long");
    expect(refused.retryAfter).toBe(7);
    expect(refused.mayPass).toBe(true);
  });

  test("that comes from something in between says only that the server was not heard", async () => {
    const busy = await refusal(new Response("<h1>busy</h1>", { status: 503, headers: { "retry-after": "3" } }));
    expect(busy).toMatchObject({ why: "busy", retryAfter: 3 });
    expect(await refusal(new Response("<h1>bad gateway</h1>", { status: 502 }))).toMatchObject({ why: "slow" });
    expect(await refusal(new Response("{}", { status: 404 }))).toBeInstanceOf(Away);
  });

  test("names no time to try again where the header is none", async () => {
    expect(await refusal(problem({}, { "retry-after": "Wed, 21 Oct" }))).toMatchObject({ retryAfter: undefined });
  });
});

describe("a request", () => {
  test("without a connection fails as one that is offline", async () => {
    answering(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(got(api.GET("/v1/recalls"))).rejects.toMatchObject({ why: "offline" });
  });

  test("that its caller ended fails with the caller's reason", async () => {
    answering(() => Promise.reject(new DOMException("ended", "AbortError")));
    const end = new AbortController();
    end.abort();
    const request = new Request("https://tanba.test/", { signal: end.signal });
    await expect(within(1_000)(request)).rejects.toMatchObject({ name: "AbortError" });
  });
});
