// What an inspector does on a page, one deed at a time: under way, refused in words, or done.

import { Refusal } from "../lib/api";
import { why } from "../lib/troubles";

export class Deeds<Name extends string> {
  /** The deed that is under way. */
  busy = $state<Name | undefined>();
  /** What is wrong, by the field; `all` is about the whole. */
  wrong = $state<Record<string, string>>({});
  /** What was done last, in words. */
  notice = $state("");
  /** The same deed until it is done: a second try with the same key changes nothing more. */
  #key = crypto.randomUUID();

  /** Forgets what was wrong. Returns whether the given faults are none. */
  check(faults: Record<string, string | false | null | undefined> = {}): boolean {
    this.wrong = {};
    for (const [field, fault] of Object.entries(faults)) if (fault) this.wrong[field] = fault;
    return Object.keys(this.wrong).length === 0;
  }

  /** Does something; returns whether it was done. */
  async do(name: Name, act: (key: string) => Promise<void>, done: string): Promise<boolean> {
    this.busy = name;
    this.wrong = {};
    try {
      await act(this.#key);
      this.#key = crypto.randomUUID();
      this.notice = done;
      return true;
    } catch (error) {
      if (error instanceof Refusal)
        for (const fault of error.problem.fields ?? []) this.wrong[fault.field] = fault.message;
      this.wrong["all"] = why(error);
      return false;
    } finally {
      this.busy = undefined;
    }
  }
}
