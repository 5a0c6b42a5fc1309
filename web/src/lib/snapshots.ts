// Pictures of the last scans, kept in memory until the page is closed: a report about a scan begins with its picture. Nothing
// of them is stored, and nothing is sent before the person sends a report.

/** How many pictures are kept. */
const MOST = 4;

const pictures = new Map<string, Blob>();

/** Keeps the picture of a look. */
export function keepPicture(look: string, picture: Blob | undefined): void {
  if (!picture) return;
  pictures.delete(look);
  pictures.set(look, picture);
  for (const [oldest] of pictures) {
    if (pictures.size <= MOST) break;
    pictures.delete(oldest);
  }
}

/** The picture of a look, if it is one of the last. */
export const pictureOf = (look: string): Blob | undefined => pictures.get(look);
