// Files for the person: an answer of the server, or something that was made here.

/** How long a file stays at hand for the browser after it was handed over, in milliseconds. */
const KEPT = 60_000;

/** Hands a file to the person. */
export function handOut(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}

/** A name without what file systems refuse. */
export const plainName = (name: string): string => name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
