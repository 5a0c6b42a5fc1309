// A verdict as sound, when the settings ask for it: a tone for its gravity, or its words by the device's own voice.

import { type Language, language } from "./language.svelte";
import { settings } from "./settings.svelte";
import type { Tone } from "./tone";

/** One clear tone is good, two level ones ask to look, three that fall warn, a soft one says nothing of the goods. */
const TONES: Record<Tone, [hertz: number, start: number, length: number][]> = {
  good: [[1_175, 0, 0.18]],
  mild: [
    [660, 0, 0.12],
    [660, 0.2, 0.12],
  ],
  grave: [
    [440, 0, 0.16],
    [330, 0.22, 0.16],
    [247, 0.44, 0.32],
  ],
  quiet: [[520, 0, 0.12]],
};

let audio: AudioContext | undefined;

/** Browsers allow sound only after the page was touched: called when that happens. */
export function ready(): void {
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") void audio.resume();
  } catch {
    // No sound here: the screen says it.
  }
}

function beep(tone: Tone): void {
  ready();
  if (!audio) return;
  for (const [hertz, start, length] of TONES[tone]) {
    const at = audio.currentTime + start;
    const [source, loudness] = [audio.createOscillator(), audio.createGain()];
    source.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.0001, at);
    loudness.gain.exponentialRampToValueAtTime(0.25, at + 0.01);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + length);
    source.connect(loudness).connect(audio.destination);
    source.start(at);
    source.stop(at + length + 0.02);
  }
}

/** A voice of the language, if the device has one. */
function voiceOf(tag: Language): SpeechSynthesisVoice | undefined {
  return globalThis.speechSynthesis?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(tag));
}

/** Tells a verdict as its owner chose: by its words where the device can speak the language, else by a tone. */
export function tell(tone: Tone, words: string): void {
  if (settings.sound === "none") return;
  const voice = settings.sound === "voice" ? voiceOf(language()) : undefined;
  if (!voice) return beep(tone);
  const speech = new SpeechSynthesisUtterance(words);
  speech.voice = voice;
  speech.lang = voice.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(speech);
}
