import { expect, test } from "vitest";

import { type Happening, follow } from "./follow";

/** A stream of these pieces. */
function streamOf(...pieces: string[]) {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const writer = writable.getWriter();
  void (async () => {
    for (const piece of pieces) await writer.write(new TextEncoder().encode(piece));
    await writer.close();
  })();
  return readable;
}

/** Follows streams until there are no more; returns what was heard, from where each was opened, and the pauses between. */
async function followed(...streams: (() => Response["body"])[]) {
  const end = new AbortController();
  const [heard, after, pauses]: [Happening[], (number | undefined)[], number[]] = [[], [], []];
  let opened = 0;
  await follow({
    signal: end.signal,
    open(last) {
      after.push(last);
      const next = streams.shift();
      if (streams.length === 0) end.abort();
      return next ? Promise.resolve(next()) : Promise.reject(new Error("no more"));
    },
    heard: (event) => heard.push(event),
    opened: () => (opened += 1),
    rest(milliseconds) {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
  return { heard, after, pauses, opened };
}
const fails = (): Response["body"] => {
  throw new Error("away");
};

test("events are heard whole, wherever the stream is cut", async () => {
  const { heard } = await followed(
    () => streamOf("id: 7\nevent: al", 'ert\ndata: {"a":', "1}\n", "\n: still there\n\ndata: x\n\n"),
    () => null,
  );
  expect(heard).toEqual([
    { kind: "alert", data: '{"a":1}' },
    { kind: "message", data: "x" },
  ]);
});

test("a stream that broke is taken up after its last event", async () => {
  const { after, opened } = await followed(
    () => streamOf("id: 41\ndata: a\n\nid: 42\ndata: b\n\n"),
    () => streamOf("data: c\n\n"),
    () => null,
  );
  expect(after).toEqual([undefined, 42, 42]);
  // From then on events tell everything.
  expect(opened).toBe(1);
});

test("pauses grow while nothing comes, and start anew when something did", async () => {
  const { pauses } = await followed(
    fails,
    fails,
    () => streamOf("id: 1\ndata: a\n\n"),
    fails,
    () => null,
  );
  expect(pauses).toEqual([1_000, 2_000, 1_000, 2_000]);
});

test("without an event each opening is reported: no event holds what happened before", async () => {
  const { opened } = await followed(
    () => streamOf(),
    () => streamOf(),
    () => null,
  );
  expect(opened).toBe(3);
});
