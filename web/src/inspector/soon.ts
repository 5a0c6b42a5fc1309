// Changes that come in bursts, as one.

/** How long it is waited for more of them, in milliseconds. */
const PAUSE = 300;

/** Follows changes until the returned function is called; several at once are reported once. */
export function soon(follow: (signal: AbortSignal, changed: () => void) => void, done: () => void): () => void {
  const leave = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  follow(leave.signal, () => {
    clearTimeout(timer);
    timer = setTimeout(done, PAUSE);
  });
  return () => {
    clearTimeout(timer);
    leave.abort();
  };
}
