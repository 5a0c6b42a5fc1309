// Who is signed in. The access token lives in memory only; the refresh token in a cookie that no script can read and that
// only requests of this site carry. What the device remembers is whose session it is, so that other tabs follow.

import { Away, PATIENCE as USUAL, type Schemas, type Send, api, client, done, got, within } from "./api";
import { isFinal } from "./troubles";

type Tokens = Schemas["SignedInAnswer"];
export type Account = Schemas["Account"];

/** Whether a person has to read or do something about the account before the work begins. */
export const hasNews = (account: Account): boolean =>
  account.must_replace.length > 0 || account.notices.length > 0 || account.failed_sign_ins > 0;

/** Where the device remembers the account that is signed in, as JSON of [`Remembered`]: nothing secret. */
const KEPT = "signed-in";
/** What it remembers instead after a sign-out without a connection: the server has to be notified. */
const LEAVING = "leaving";
/** A token is renewed this long before its end, in milliseconds. */
const MARGIN = 30_000;
/** How long a reloaded page waits for the server before it shows what the remembered account may do, in milliseconds. */
const PATIENCE = 3_000;

/** What the device remembers of an account: enough to show its pages without a connection. Rights are checked by the server. */
type Remembered = Pick<Account, "id" | "login" | "role" | "participant" | "region">;

/** What only the server can tell of an account, until it does. */
const UNTOLD = {
  created_at: "",
  failed_sign_ins: 0,
  notices: [],
  must_replace: [],
  recovery_codes_left: 0,
  idle_minutes: 0,
};

const state = $state<{ account: Account | undefined; known: boolean }>({ account: undefined, known: false });
/** Whether the server has confirmed the account since the page was opened. */
let isConfirmed = false;
let access: { token: string; until: number } | undefined;
let renewing: Promise<void> | undefined;

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(value: string | undefined): void {
  try {
    if (value) localStorage.setItem(KEPT, value);
    else localStorage.removeItem(KEPT);
  } catch {
    // The session lasts as long as the page.
  }
}

function remember(account: Account): void {
  const { id, login, role, participant, region } = account;
  keep(JSON.stringify({ id, login, role, participant, region } satisfies Remembered));
}

/** The remembered account; none when nothing or something else is kept. */
function recall(): Account | undefined {
  try {
    const found = JSON.parse(kept() ?? "null") as Remembered | null;
    return found && typeof found.id === "string" && typeof found.role === "string"
      ? { ...UNTOLD, ...found }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Asks the server whose session it is. */
async function confirm(): Promise<void> {
  const account = await got(own.GET("/v1/auth/me"));
  isConfirmed = true;
  remember(account);
  // The same account stays the same object: pages that follow it do not load twice.
  if (state.account?.id !== account.id || state.account.role !== account.role) state.account = account;
}

function take(tokens: Tokens): void {
  access = { token: tokens.access_token, until: Date.now() + tokens.expires_in_seconds * 1_000 };
}

function leave(): void {
  access = undefined;
  isConfirmed = false;
  state.account = undefined;
}

/** A new pair of tokens. One request at a time over all tabs: a refresh token that is used twice ends the session. */
function renew(): Promise<void> {
  const work = async (): Promise<void> => {
    try {
      take(await got(api.POST("/v1/auth/refresh", { body: {} })));
    } catch (error) {
      if (isFinal(error)) {
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

async function bearer(): Promise<string> {
  if (!access || access.until - MARGIN < Date.now()) await renew();
  return `Bearer ${access?.token ?? ""}`;
}

/** Sends a request as who is signed in; once more with a new token when the old one no longer holds. */
const signed = (patience: number): Send => {
  const send = within(patience);
  return async (request) => {
    const again = request.clone();
    request.headers.set("authorization", await bearer());
    const response = await send(request);
    if (response.status !== 401) return response;
    await renew();
    again.headers.set("authorization", await bearer());
    return send(again);
  };
};

/** The API as it answers to who is signed in. */
const own = client(signed(USUAL));

export const session = {
  /** The API as it answers to who is signed in. */
  api: own,
  /** How a request of `api` waits longer than others, or shorter, in milliseconds. */
  within: signed,

  /** Whose session it is; none without a sign-in. */
  get account(): Account | undefined {
    return state.account;
  },
  /** Whether it is known by now if anybody is. */
  get known(): boolean {
    return state.known;
  },

  /** Takes up the session of before a reload. Without a connection the remembered account keeps its pages: what is on the
   * device can be worked with, and the server confirms the account as soon as it answers. */
  async resume(): Promise<void> {
    const fallBack = () => {
      if (!state.account && kept() !== LEAVING) state.account = recall();
      state.known = true;
    };
    const late = setTimeout(fallBack, navigator.onLine ? PATIENCE : 0);
    try {
      if (kept() === LEAVING) await this.signOut();
      else if (kept() !== null) await confirm();
    } catch {
      // A session that ended has cleared what was kept; without a connection the account is still remembered.
      fallBack();
    } finally {
      clearTimeout(late);
      state.known = true;
    }
  },

  /** Asks the server for the account once more: what it says of it has changed. */
  async reload(): Promise<void> {
    state.account = await got(own.GET("/v1/auth/me"));
  },

  /** Signs in; fails with the server's refusal, `second-factor-needed` among them. */
  async signIn(login: string, password: string, code: { totp?: string; recovery_code?: string }): Promise<Account> {
    take(await got(api.POST("/v1/auth/sign-in", { body: { login, password, ...code, cookie: true } })));
    const account = await got(own.GET("/v1/auth/me"));
    isConfirmed = true;
    remember(account);
    state.account = account;
    state.known = true;
    return account;
  },

  /** Ends the session here, and on the server as soon as that can be reached. */
  async signOut(): Promise<void> {
    let isEnded = true;
    try {
      await done(own.POST("/v1/auth/sign-out"));
    } catch (error) {
      isEnded = isFinal(error);
    }
    leave();
    keep(isEnded ? undefined : LEAVING);
  },
};

// Another tab has signed in or out: the cookie is another's now.
window.addEventListener("storage", (event) => {
  if (event.key !== KEPT) return;
  leave();
  if (event.newValue !== null && event.newValue !== LEAVING) void session.resume();
});

// The connection is back: whose session it is can be confirmed now.
window.addEventListener("online", () => {
  if (!isConfirmed && kept() !== null) void session.resume();
});
