// What screen readers announce besides what has the focus. The region that holds it is in the page from the start:
// one that comes with its text is not read out.

const state = $state({ text: "" });

export const announced = (): string => state.text;

/** Announces something once; the same words again are announced again. */
export function announce(text: string): void {
  state.text = "";
  setTimeout(() => (state.text = text), 60);
}
