// Talks to the server, as openapi.yaml says: addresses, questions and answers have the types of the contract. A refusal comes
// as a `Refusal` with the server's own words; silence or a lost connection as `Away`. No request waits longer than its
// patience.

import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "../generated/api";
import { language } from "./language.svelte";

export type Schemas = components["schemas"];
export type Answer = Schemas["Answer"];
export type Problem = Schemas["Problem"];

/** The server said no, and why. */
export class Refusal extends Error {
  constructor(
    readonly problem: Problem,
    /** When it may be tried again, in seconds. */
    readonly retryAfter: number | undefined,
  ) {
    super(problem.title);
  }

  /** What is wrong with a field, if it is named. */
  field(name: string): string | undefined {
    return this.problem.fields?.find((fault) => fault.field === name)?.message;
  }

  /** Whether the same could work later without a change. */
  get mayPass(): boolean {
    return this.problem.status === 429 || this.problem.status >= 500;
  }
}

/** No answer came: no connection, none in time, or a server that has too much to do. */
export class Away extends Error {
  constructor(
    readonly why: "offline" | "slow" | "busy",
    /** When it may be tried again, in seconds, if the server said so. */
    readonly retryAfter?: number,
  ) {
    super(why);
  }
}

/** How long a request waits that says nothing else, in milliseconds. */
export const PATIENCE = 15_000;

/** How a request of the client is sent. */
export type Send = (request: Request) => Promise<Response>;

/** Sends a request that waits so long at most, in milliseconds. Fails with `Away`, or as its caller wants it to end. */
export const within =
  (patience: number): Send =>
  async (request) => {
    const late = AbortSignal.timeout(patience);
    // Not `AbortSignal.any`: browsers of 2022 have no such thing.
    const end = new AbortController();
    for (const signal of [late, request.signal]) {
      if (signal.aborted) end.abort(signal.reason);
      signal.addEventListener("abort", () => end.abort(signal.reason));
    }
    try {
      // A request that is changed loses its own policy of referrers.
      return await fetch(request, { signal: end.signal, referrerPolicy: "no-referrer" });
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw new Away(late.aborted ? "slow" : "offline");
    }
  };

/** Asks in the language of now, and turns what is no answer into a `Refusal` or `Away`. */
const spoken: Middleware = {
  onRequest({ request }) {
    request.headers.set("accept-language", language());
  },
  async onResponse({ response }) {
    if (!response.ok) throw await refusal(response);
  },
};

/** A client of the API that sends its requests this way. */
export function client(send: Send) {
  const made = createClient<paths>({ baseUrl: location.origin, fetch: send });
  made.use(spoken);
  return made;
}

/** The API as it answers to everybody. */
export const api = client(within(PATIENCE));

/** What an answer holds. Fails with `Refusal` or `Away`. */
export async function got<T>(asked: Promise<{ data?: T }>): Promise<T> {
  const { data } = await heard(asked);
  if (data === undefined) throw new Away("offline");
  return data;
}

/** Waits for an answer that holds nothing. Fails with `Refusal` or `Away`. */
export async function done(asked: Promise<unknown>): Promise<void> {
  await heard(asked);
}

/** An answer that broke off on the way is none. */
async function heard<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const broken = error instanceof SyntaxError || error instanceof TypeError || error instanceof DOMException;
    throw broken ? new Away("offline") : error;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "slug" in value && typeof value.slug === "string";
}

/** The refusal that a response is. A proxy in between may answer something else than a problem. */
export async function refusal(response: Response): Promise<Refusal | Away> {
  const named = Number(response.headers.get("retry-after") ?? Number.NaN);
  const after = Number.isFinite(named) && named >= 0 ? named : undefined;
  const problem: unknown = await response.json().catch(() => undefined);
  if (isProblem(problem)) return new Refusal(problem, after);
  return response.status === 503 || response.status === 429 ? new Away("busy", after) : new Away("slow");
}

/** One page of a list. */
export interface Listed<T> {
  items: T[];
  next_cursor?: string | null;
}

/** How a code was read: a symbol that a camera has read is not believed without its seal. */
export type AskedBy = NonNullable<Schemas["CodeToVerify"]["source"]>;

/** Asks what a code is. In the body, so that no code is in an address or a log. */
export function verify(code: string, source: AskedBy, patience = 6_000): Promise<Answer> {
  return got(api.POST("/v1/verify", { body: { code, source }, fetch: within(patience) }));
}
