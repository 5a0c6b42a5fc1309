// Whether the device has a connection, as far as it knows.

const state = $state({ online: navigator.onLine });
addEventListener("online", () => (state.online = true));
addEventListener("offline", () => (state.online = false));

export function online(): boolean {
  return state.online;
}
