import { signal } from '@preact/signals';

const keptAt = 'izdeu.sound';

/** Whether this device may sound for a call; kept on it. */
export const soundOn = signal(readChoice());

function readChoice(): boolean {
  try {
    return localStorage.getItem(keptAt) !== 'off';
  } catch {
    return true;
  }
}

export function chooseSound(on: boolean): void {
  soundOn.value = on;
  try {
    localStorage.setItem(keptAt, on ? 'on' : 'off');
  } catch {
    // The choice lasts until the page is closed.
  }
}

let context: AudioContext | undefined;

/** Browsers let a page sound only after somebody has touched it. Called once, at start. */
export function startSound(): void {
  const unlock = (): void => {
    if (typeof AudioContext === 'undefined') return;
    context ??= new AudioContext();
    void context.resume();
  };
  addEventListener('pointerdown', unlock, { passive: true });
  addEventListener('keydown', unlock);
}

// Two falling pairs, like a phone; made here, so that nothing has to be fetched.
const tones: readonly { hertz: number; from: number }[] = [
  { hertz: 988, from: 0 },
  { hertz: 784, from: 0.22 },
  { hertz: 988, from: 0.6 },
  { hertz: 784, from: 0.82 },
];
const toneSeconds = 0.2;

/** Sounds once and shakes the phone, where the person has not turned it off. */
export function ring(): void {
  if (!soundOn.peek()) return;
  // Without a touch before, browsers refuse both; the page shows the call anyway.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 100, 300]);
  if (context?.state !== 'running') return;
  for (const { hertz, from } of tones) {
    const start = context.currentTime + from;
    const tone = new OscillatorNode(context, { frequency: hertz, type: 'square' });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setTargetAtTime(0.25, start, 0.01);
    volume.gain.setTargetAtTime(0, start + toneSeconds - 0.04, 0.015);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + toneSeconds);
  }
}
