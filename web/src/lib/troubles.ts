// What went wrong, in words: one place for what a refused or unanswered request says to people.

import type { Key } from "../generated/words";
import { Refusal } from "./api";
import { say } from "./language.svelte";

/** Why something could not be had or done: the server's own words, or that it was not heard. */
export function why(error: unknown, away: Key = "web-work-away"): string {
  return error instanceof Refusal ? error.problem.detail : say(away);
}

/** The same, more exactly where the server names a fault of a field. */
export function whyExactly(error: unknown): string {
  return (error instanceof Refusal && error.problem.fields?.[0]?.message) || why(error);
}

/** Whether the thing that was asked for does not exist, or not for who asks. */
export const isGone = (error: unknown): boolean => error instanceof Refusal && error.problem.status === 404;

/** Whether the server said no for good: the same would be refused again. */
export const isFinal = (error: unknown): error is Refusal => error instanceof Refusal && !error.mayPass;
