// Who is signed in. The access token lives in memory only; the refresh token in a cookie that no script can read and that
// only requests of this site carry. What the device remembers is whose session it is, so that other tabs follow.

import { Away, type Options, Refusal, type Schemas, post, read, send } from "./api";

type Tokens = Schemas["SignedInAnswer"];
export type Account = Schemas["Account"];

/** Where the device remembers the account that is signed in: nothing secret. */
const KEPT = "signed-in";
/** What it remembers instead when somebody left without a connection: the server has to be told. */
const LEAVING = "leaving";
/** A token is renewed this long before its end, in milliseconds. */
const MARGIN = 30_000;

const state = $state<{ account: Account | undefined; known: boolean }>({ account: undefined, known: false });
let access: { token: string; until: number } | undefined;
let renewing: Promise<void> | undefined;

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(account: string | undefined): void {
  try {
    if (account) localStorage.setItem(KEPT, account);
    else localStorage.removeItem(KEPT);
  } catch {
    // The session lasts as long as the page.
  }
}

function take(tokens: Tokens): void {
  access = { token: tokens.access_token, until: Date.now() + tokens.expires_in_seconds * 1_000 };
}

function leave(): void {
  access = undefined;
  state.account = undefined;
}

/** A new pair of tokens. One request at a time over all tabs: a refresh token that is used twice ends the session. */
function renew(): Promise<void> {
  const work = async (): Promise<void> => {
    try {
      take(await post<Tokens>("/v1/auth/refresh", { json: {} }));
    } catch (error) {
      if (error instanceof Refusal && !error.mayPass) {
        leave();
        keep(undefined);
      }
      throw error;
    }
  };
  renewing ??= (async () => {
    if (kept() === null && !access) throw new Away("offline");
    await (navigator.locks ? navigator.locks.request("session", work) : work());
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
      if (kept() === LEAVING) await this.signOut();
      else if (kept() !== null) state.account = await this.get<Account>("/v1/auth/me");
    } catch {
      // Signed out meanwhile, or no connection: the pages say so.
    } finally {
      state.known = true;
    }
  },

  /** Signs in; fails with the server's refusal, `second-factor-needed` among them. */
  async signIn(login: string, password: string, totp: string | undefined): Promise<Account> {
    const credentials = { login, password, ...(totp && { totp }), cookie: true };
    take(await post<Tokens>("/v1/auth/sign-in", { json: credentials }));
    const account = await this.get<Account>("/v1/auth/me");
    keep(account.id);
    state.account = account;
    state.known = true;
    return account;
  },

  /** Ends the session here, and on the server as soon as that can be reached. */
  async signOut(): Promise<void> {
    let told = true;
    try {
      await this.post("/v1/auth/sign-out");
    } catch (error) {
      told = error instanceof Refusal && !error.mayPass;
    }
    leave();
    keep(told ? undefined : LEAVING);
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

// Another tab has signed in or out: the cookie is another's now.
window.addEventListener("storage", (event) => {
  if (event.key !== KEPT) return;
  leave();
  if (event.newValue !== null && event.newValue !== LEAVING) void session.resume();
});
