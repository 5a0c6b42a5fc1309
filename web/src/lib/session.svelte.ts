// Who is signed in. The access token lives in memory only; the refresh token in this tab's session storage, so that a reload
// keeps the work, and closing the tab ends it here. Neither ever stands in an address.

import { Away, type Options, Refusal, type Schemas, post, read, send } from "./api";

type Tokens = Schemas["SignedInAnswer"];
export type Account = Schemas["Account"];

const KEPT = "refresh";
/** A token is renewed this long before its end, in milliseconds. */
const MARGIN = 30_000;

const state = $state<{ account: Account | undefined; known: boolean }>({ account: undefined, known: false });
let access: { token: string; until: number } | undefined;
let renewing: Promise<void> | undefined;

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(tokens: Tokens | undefined): void {
  access = tokens && { token: tokens.access_token, until: Date.now() + tokens.expires_in_seconds * 1_000 };
  try {
    if (tokens) sessionStorage.setItem(KEPT, tokens.refresh_token);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // The session lasts as long as the page.
  }
}

/** A new pair of tokens. One request at a time: a refresh token that is used twice ends the session. */
function renew(): Promise<void> {
  renewing ??= (async () => {
    const token = kept();
    if (token === null) throw new Away("offline");
    try {
      keep(await post<Tokens>("/v1/auth/refresh", { json: { refresh_token: token } }));
    } catch (error) {
      if (error instanceof Refusal && !error.mayPass) {
        keep(undefined);
        state.account = undefined;
      }
      throw error;
    }
  })().finally(() => (renewing = undefined));
  return renewing;
}

async function bearer(): Promise<Record<string, string>> {
  if (!access || access.until - MARGIN < Date.now()) await renew();
  return { authorization: `Bearer ${access?.token ?? ""}` };
}

/** A request as who is signed in; once more with a new token when the old one no longer holds. */
async function call(method: "GET" | "POST" | "DELETE", address: string, options: Options = {}): Promise<Response> {
  const response = await send(method, address, { ...options, headers: { ...options.headers, ...(await bearer()) } });
  if (response.status !== 401) return response;
  await renew();
  return send(method, address, { ...options, headers: { ...options.headers, ...(await bearer()) } });
}

export const session = {
  /** Whose session it is; none when nobody is signed in. */
  get account(): Account | undefined {
    return state.account;
  },
  /** Whether it is known by now if anybody is. */
  get known(): boolean {
    return state.known;
  },

  /** Takes up the session of before a reload. */
  async resume(): Promise<void> {
    try {
      if (kept() !== null) state.account = await this.get<Account>("/v1/auth/me");
    } catch {
      // Signed out meanwhile, or no connection: the pages say so.
    } finally {
      state.known = true;
    }
  },

  /** Signs in; fails with the server's refusal, `second-factor-needed` among them. */
  async signIn(login: string, password: string, totp: string | undefined): Promise<Account> {
    keep(await post<Tokens>("/v1/auth/sign-in", { json: { login, password, ...(totp && { totp }) } }));
    const account = await this.get<Account>("/v1/auth/me");
    state.account = account;
    state.known = true;
    return account;
  },

  /** Ends the session here and, if it can be reached, on the server. */
  async signOut(): Promise<void> {
    try {
      await this.post("/v1/auth/sign-out");
    } catch {
      // Its tokens run out by themselves.
    }
    keep(undefined);
    state.account = undefined;
  },

  async get<T>(address: string, options?: Options): Promise<T> {
    return read<T>(await call("GET", address, options));
  },

  async post<T>(address: string, options?: Options): Promise<T> {
    return read<T>(await call("POST", address, options));
  },

  /** A file or a stream. */
  async fetch(address: string, options?: Options): Promise<Response> {
    const response = await call("GET", address, options);
    if (!response.ok) await read(response);
    return response;
  },
};
