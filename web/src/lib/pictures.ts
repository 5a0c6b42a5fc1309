// Files that people choose as pictures: opened under the server's bounds, and with a reason when they can't be.

/** Most pixels of a picture, as the server has it. */
export const MAX_PIXELS = 67_108_864;
/** The longest side of a picture in pixels, as the server has it. */
export const MAX_SIDE = 16_384;

/** Why a file is no picture here: a HEIC file in a browser that can't open it, more pixels than are taken, or anything else. */
export type Unfit = "heic" | "too-large" | "unreadable";

/** A file that can't be opened as a picture. */
export class NotAPicture extends Error {
  constructor(readonly why: Unfit) {
    super(why);
  }
}

/** Brands of HEIF files, which begin with a box `ftyp`. */
const HEIF = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/** Whether the first bytes of a file are those of a HEIC or HEIF picture, whatever its name says. */
export function isHeic(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(4, 12));
  return text.startsWith("ftyp") && HEIF.includes(text.slice(4));
}

/** Opens a picture, upright. Fails with `NotAPicture`. */
export async function openPicture(file: Blob): Promise<ImageBitmap> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    const head = new Uint8Array(
      await file
        .slice(0, 12)
        .arrayBuffer()
        .catch(() => new ArrayBuffer(0)),
    );
    throw new NotAPicture(isHeic(head) ? "heic" : "unreadable");
  }
  if (picture.width * picture.height > MAX_PIXELS || Math.max(picture.width, picture.height) > MAX_SIDE) {
    picture.close();
    throw new NotAPicture("too-large");
  }
  return picture;
}

/** Lays white over a canvas: what is drawn next shows nothing of what was there, and clear pixels are no black ones. */
export function whiten(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D): void {
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}
