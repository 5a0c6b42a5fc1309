// Photos, made small on the device before they are kept or sent: they travel fast, and whatever the camera wrote beside the
// picture (place, time, device) stays here.

import { openPicture, whiten } from "../../lib/pictures";

/** The longest side, in pixels: enough to read small print. */
const LONGEST = 2_048;
const QUALITY = 0.85;
/** Most photos of a report, as the server takes them. */
export const MOST = 5;

/** A photo as it will be sent. Fails with `NotAPicture`. */
export async function shrink(file: Blob): Promise<Blob> {
  const picture = await openPicture(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  whiten(context);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY),
  );
}
