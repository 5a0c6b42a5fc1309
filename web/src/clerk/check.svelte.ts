// A delivery that is being checked: each code is signalled at once and kept on the device; the server looks at the whole list
// when the scanning pauses. Works without a connection and catches up.

import { core } from "../core/core";
import { Away, Refusal } from "../lib/api";
import { language, say } from "../lib/language.svelte";
import { online } from "../lib/online.svelte";
import { isFinal } from "../lib/troubles";
import { type Delivery, MOST, check, reasons, save, title, toneOf } from "./deliveries";
import type { Outcome } from "./outcome";
import { signal } from "./signal";

/** A label that stays before the camera is one scan: so long it has to be gone, in milliseconds. */
const GONE = 2_500;
/** How long the scanning pauses before the whole is counted, in milliseconds. */
const PAUSE = 900;

export class Check {
  delivery = $state.raw<Delivery | undefined>();
  last = $state.raw<Outcome | undefined>();
  /** The codes as they were before the last scan or removal. */
  before = $state.raw<Delivery["scanned"] | undefined>();
  counting = $state(false);
  refusal = $state<string | undefined>();
  waiting = $derived(this.delivery ? this.delivery.scanned.length - this.delivery.answered : 0);
  /** What was read last, and when. */
  #read = { code: "", at: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;

  async #keep(changed: Delivery): Promise<void> {
    this.delivery = changed;
    await save(changed);
  }

  /** A code was read or typed. */
  async found(code: string): Promise<void> {
    const now = Date.now();
    if (!this.delivery || code.trim() === "" || (code === this.#read.code && now - this.#read.at < GONE)) {
      if (code === this.#read.code) this.#read.at = now;
      return;
    }
    this.#read = { code, at: now };
    const { scanned } = this.delivery;
    if (scanned.length >= MOST) {
      signal("bad");
      this.last = { tone: "mild", title: () => say("web-clerk-full", { max: MOST }) };
      return;
    }
    const doubled = scanned.some((scanned) => scanned.code === code);
    this.before = scanned;
    await this.#keep({ ...this.delivery, scanned: [...scanned, { code, at: new Date().toISOString() }] });
    if (doubled) {
      signal("double");
      this.last = { tone: "mild", title: () => say("stock-doubled") };
    } else {
      this.last = { tone: "quiet", title: () => say("web-checking") };
      await this.#judge(code);
    }
    this.soon();
  }

  /** What to signal for one code, at once. */
  async #judge(code: string): Promise<void> {
    try {
      const line = (await check([code])).lines[0];
      if (!line) return;
      signal(line.may_be_sold === "yes" ? "good" : line.may_be_sold === "no" ? "bad" : "later");
      const text = () => [line.name, ...reasons(line)].filter(Boolean).join(" · ");
      this.last = { tone: toneOf(line), title: () => title(line), text };
    } catch (error) {
      if (isFinal(error)) {
        signal("bad");
        const { title, detail } = error.problem;
        this.last = { tone: "grave", title: () => title, text: () => detail };
      } else if (error instanceof Away || error instanceof Refusal) await this.#judgeAlone(code);
    }
  }

  /** Without the server only a wrong seal or a misread can be recognized; no offline answer is a yes. */
  async #judgeAlone(code: string): Promise<void> {
    const card = await core.judgeOffline(code, language()).catch(() => undefined);
    const bad = card?.verdict === "forged-seal" || card?.verdict === "misread";
    signal(bad ? "bad" : "later");
    const words = () => say(card?.verdict === "misread" ? "stock-misread" : "stock-forged-seal");
    this.last = bad ? { tone: "grave", title: words } : { tone: "quiet", title: () => say("web-clerk-later") };
  }

  /** Counts the whole delivery when the scanning pauses. */
  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.count(), PAUSE);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async count(): Promise<void> {
    if (!this.delivery || this.delivery.scanned.length === 0 || this.counting) return;
    this.counting = true;
    this.refusal = undefined;
    const codes = this.delivery.scanned.map((scanned) => scanned.code);
    try {
      const answer = await check(codes, this.delivery.expected);
      const now = this.delivery;
      // A code that was removed meanwhile makes the answer one of another list.
      if (codes.every((code, index) => now.scanned[index]?.code === code))
        await this.#keep({ ...now, answer, answered: codes.length });
    } catch (error) {
      if (error instanceof Refusal)
        this.refusal = `${error.problem.title}. ${error.problem.fields?.[0]?.message ?? error.problem.detail}`;
    } finally {
      this.counting = false;
      // More came meanwhile.
      if (this.waiting > 0 && this.refusal === undefined && online()) this.soon();
    }
  }

  /** The server's words are of another language now. */
  reword(): void {
    this.refusal = undefined;
    this.soon();
  }

  /** Replaces the codes; what the server said of the others no longer holds for their places. */
  #replace(scanned: Delivery["scanned"]): void {
    if (!this.delivery) return;
    void this.#keep({ ...this.delivery, scanned, answer: undefined, answered: 0 });
    this.soon();
  }

  drop(index: number): void {
    if (!this.delivery) return;
    this.before = this.delivery.scanned;
    this.#replace(this.delivery.scanned.filter((_, other) => other !== index));
  }

  undo(): void {
    if (this.before) this.#replace(this.before);
    this.before = undefined;
    this.last = { tone: "quiet", title: () => say("web-clerk-undone") };
    this.#read = { code: "", at: 0 };
  }
}
