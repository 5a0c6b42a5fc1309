// Streams of events (text/event-stream): followed until a signal ends it, resumed after a break at the last event.

import { EventSourceParserStream } from "eventsource-parser/stream";

/** One event: its kind, and what it says as JSON. */
export interface Happening {
  kind: string;
  data: string;
}

interface Following {
  /** Ends the following. */
  signal: AbortSignal;
  /** Opens the stream after the event of this number. */
  open: (after: number | undefined) => Promise<Response["body"]>;
  heard: (event: Happening) => void;
  /** The stream was opened, and no event holds what happened before. */
  opened?: () => void;
  /** Waits before the stream is opened again. */
  rest?: (milliseconds: number) => Promise<void>;
}

/** The first pause after a break, and the longest, in milliseconds. */
const SOON = 1_000;
const LATE = 60_000;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Follows a stream; comes back by itself after a break, a little later each time that brings nothing. */
export async function follow({ signal, open, heard, opened, rest = sleep }: Following): Promise<void> {
  let last: number | undefined;
  let pause = SOON;
  while (!signal.aborted) {
    try {
      const stream = await open(last);
      // What happened before the first event is in none.
      if (last === undefined) opened?.();
      const events = stream
        ?.pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())
        .getReader();
      for (;;) {
        const piece = await events?.read();
        if (!piece || piece.done) break;
        pause = SOON;
        const { id, event, data } = piece.value;
        if (id !== undefined && /^\d+$/.test(id)) last = Number(id);
        if (!signal.aborted) heard({ kind: event ?? "message", data });
      }
    } catch {
      // Away for a while, or not there at all.
    }
    if (signal.aborted) return;
    await rest(pause);
    pause = Math.min(pause * 2, LATE);
  }
}
