// How forms send what they hold.

import { session } from "../lib/session.svelte";

/** The header that makes a second try the same deed. */
export const keyed = (key: string) => ({ header: { "Idempotency-Key": key } });

/** Documents about many units take their time. */
export const patient = session.within(60_000);
