// Why there is no picture of the camera, in words.

import { say } from "../lib/language.svelte";

/** The person or the browser refused it, there is none, another program has it, or the connection is not secure. */
export type CameraTrouble = "refused" | "none" | "busy" | "insecure";

const WORDS: Record<CameraTrouble, () => string> = {
  refused: () => say("web-camera-refused"),
  none: () => say("web-camera-none"),
  busy: () => say("web-camera-busy"),
  insecure: () => say("web-camera-insecure"),
};

export const cameraWords = (trouble: CameraTrouble): string => WORDS[trouble]();

/** What a failure to open the camera means. */
export function cameraTrouble(error: unknown): CameraTrouble {
  if (!isSecureContext || !("mediaDevices" in navigator)) return "insecure";
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "none";
  }
}
