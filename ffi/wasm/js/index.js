// The phone core for browsers. `await init()` first.

export { default } from "./tanba.js";
export * from "./tanba.js";
export * from "./outbox.js";
