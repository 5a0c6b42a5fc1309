import { expect, test } from "vitest";

import { newsOf, pages } from "./reports";

test("news of the stream is what names a report and what happened to it", () => {
  expect(newsOf('{"number":"TB-26-0000123","what":"replied","at":"now"}')).toEqual({
    number: "TB-26-0000123",
    what: "replied",
  });
  for (const data of ["", "{", "null", "[]", '{"number":1,"what":"replied"}', '{"number":"TB-26-0000123"}'])
    expect(newsOf(data)).toBeUndefined();
});

test("a list is read to its end, or as many pages as are wanted", async () => {
  const read = (cursor: string | undefined) => {
    const page = Number(cursor ?? 0);
    return Promise.resolve({ items: [page], next_cursor: page < 4 ? String(page + 1) : null });
  };
  expect(await pages(read, 10)).toEqual([0, 1, 2, 3, 4]);
  expect(await pages(read, 2)).toEqual([0, 1]);
});
