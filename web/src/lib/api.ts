// Talks to the server, as openapi.yaml says. A refusal comes as a `Refusal` with the server's own words; silence or a lost
// connection as `Away`. No request waits longer than its patience.

import type { components } from "../generated/api";
import { language } from "./language.svelte";

export type Schemas = components["schemas"];
export type Answer = Schemas["Answer"];
export type Problem = Schemas["Problem"];
type Method = "GET" | "POST" | "DELETE";

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

export interface Options {
  query?: Record<string, string | number | boolean | undefined>;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  /** In milliseconds. */
  patience?: number;
  signal?: AbortSignal;
}

/** Turns a path with `{name}` into an address. */
export function path(pattern: string, values: Record<string, string>): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

/** Sends a request and returns the response, whatever it is; fails only with `Away`. */
export async function send(method: Method, address: string, options: Options = {}): Promise<Response> {
  const url = new URL(address, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  const headers: Record<string, string> = { "accept-language": language(), ...options.headers };
  let body: BodyInit | undefined = options.form;
  if (options.json !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(options.json);
  }
  const patience = AbortSignal.timeout(options.patience ?? 15_000);
  const signal = options.signal ? AbortSignal.any([patience, options.signal]) : patience;
  try {
    return await fetch(url, {
      method,
      headers,
      body,
      signal,
      credentials: "same-origin",
      referrerPolicy: "no-referrer",
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Away(patience.aborted ? "slow" : "offline");
  }
}

/** What a response says, or why not. */
export async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new Away("offline");
  }
}

/** The refusal that a response is. A proxy in between may answer something else than a problem. */
export async function refusal(response: Response): Promise<Error> {
  const named = Number(response.headers.get("retry-after") ?? Number.NaN);
  const after = Number.isFinite(named) && named >= 0 ? named : undefined;
  try {
    const problem = (await response.json()) as Problem;
    if (typeof problem.slug === "string") return new Refusal(problem, after);
  } catch {
    // Not a problem of ours.
  }
  return response.status === 503 || response.status === 429 ? new Away("busy", after) : new Away("slow");
}

export async function get<T>(address: string, options?: Options): Promise<T> {
  return read<T>(await send("GET", address, options));
}

export async function post<T>(address: string, options?: Options): Promise<T> {
  return read<T>(await send("POST", address, options));
}

/** How a code was read: a symbol that a camera has read is not believed without its seal. */
export type AskedBy = "camera" | "picture" | "scanner" | "typed" | "link";

/** Asks what a code is. In the body, so that no code stands in an address or a log. */
export async function verify(code: string, source: AskedBy, patience = 6_000): Promise<Answer> {
  return post<Answer>("/v1/verify", { json: { code, source }, patience });
}
