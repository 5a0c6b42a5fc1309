// Why a file is not taken as a picture, in words.

import { say } from "./language.svelte";
import { NotAPicture } from "./pictures";

/** The words for what `openPicture` failed with. */
export function unfit(error: unknown): string {
  switch (error instanceof NotAPicture ? error.why : "unreadable") {
    case "heic":
      return say("web-photo-heic");
    case "too-large":
      return say("web-photo-large");
    default:
      return say("web-photo-unreadable");
  }
}
