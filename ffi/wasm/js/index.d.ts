export { default } from "./tanba.js";
export * from "./tanba.js";
export * from "./outbox.js";
