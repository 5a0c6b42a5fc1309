// The dates of goods at home, for the device's own calendar.

import type { Kept } from "../lib/shelf.svelte";

/** When goods expire, as a calendar (RFC 5545): a whole day each, with a reminder three days before. */
export function calendar(items: Kept[], words: (item: Kept) => string, now = new Date()): string {
  const plain = (text: string) => text.replace(/[\\;,]/g, (letter) => `\\${letter}`).replace(/\r?\n/g, "\\n");
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const events = items
    .filter((item) => item.expires_on)
    .flatMap((item) => [
      "BEGIN:VEVENT",
      `UID:${item.id}@tanba`,
      `DTSTAMP:${stamp}`,
      `DTSTART;VALUE=DATE:${item.expires_on?.replaceAll("-", "")}`,
      `SUMMARY:${plain(words(item))}`,
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `DESCRIPTION:${plain(words(item))}`,
      "TRIGGER:-P3D",
      "END:VALARM",
      "END:VEVENT",
    ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tanba//Shelf//KK", ...events, "END:VCALENDAR", ""].join("\r\n");
}
