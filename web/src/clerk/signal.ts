// Sound and vibration for a clerk who looks at boxes, not at the screen: one high tone is good, two low ones are not, two
// quick ones mean that it was scanned before, a soft one that it is not known yet.

type Signal = "good" | "bad" | "double" | "later";

const TONES: Record<Signal, [hertz: number, start: number, length: number][]> = {
  good: [[1_320, 0, 0.12]],
  bad: [
    [260, 0, 0.2],
    [220, 0.25, 0.3],
  ],
  double: [
    [700, 0, 0.07],
    [700, 0.12, 0.07],
  ],
  later: [[520, 0, 0.1]],
};
const SHAKES: Record<Signal, number[]> = { good: [40], bad: [180, 80, 180], double: [50, 60, 50], later: [25] };

let audio: AudioContext | undefined;

export function signal(kind: Signal): void {
  navigator.vibrate?.(SHAKES[kind]);
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") void audio.resume();
    for (const [hertz, start, length] of TONES[kind]) {
      const at = audio.currentTime + start;
      const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0.0001, at);
      loudness.gain.exponentialRampToValueAtTime(0.25, at + 0.01);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + length);
      tone.connect(loudness).connect(audio.destination);
      tone.start(at);
      tone.stop(at + length + 0.02);
    }
  } catch {
    // No sound here: the screen says it.
  }
}
