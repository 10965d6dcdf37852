import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { download } from '../api/client';
import { problemOf } from '../controls/problem';
import { Icon } from '../controls/icon';
import { say, words } from '../language';
import { photoEntries, waitingPhoto } from './send';

// A photo may come minutes after its point: asked for again after so long, the last time again and again.
const askAgain = [2_000, 4_000, 8_000, 20_000];
/** Pictures that are held for as long as the page lives; the oldest goes first. */
const heldPictures = 60;
const held = new Map<string, string>();
const erased = Symbol('erased');
/** So often were photos of a case forgotten: who shows one asks again. */
const forgotten = signal(0);

function hold(key: string, photo: Blob): string {
  const address = URL.createObjectURL(photo);
  held.set(key, address);
  const [oldest] = held.keys();
  if (held.size > heldPictures && oldest !== undefined) {
    URL.revokeObjectURL(held.get(oldest) ?? '');
    held.delete(oldest);
  }
  return address;
}

/** Forgets what was shown: of a case whose photos were erased, or all of it, when somebody signs out. */
export function forgetPictures(caseId?: string): void {
  for (const [key, address] of held) {
    if (caseId !== undefined && !key.startsWith(`${caseId}/`)) continue;
    URL.revokeObjectURL(address);
    held.delete(key);
  }
  if (caseId !== undefined) forgotten.value += 1;
}

/** The address of a picture in this page, of one that waits to be sent, else as the server has it; or that it was erased. */
function usePicture(caseId: string, id: string, size: 'small' | 'full'): string | typeof erased | undefined {
  const key = `${caseId}/${id}/${size}`;
  const [address, setAddress] = useState<string | typeof erased | undefined>(held.get(key));
  const waiting = photoEntries.value.some((entry) => entry.id === id);
  useEffect(() => {
    setAddress(held.get(key));
    if (held.has(key)) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asked = 0;
    const ask = async (): Promise<void> => {
      const own = waiting ? await waitingPhoto(id) : undefined;
      const path = `cases/${encodeURIComponent(caseId)}/photos/${encodeURIComponent(id)}${size === 'small' ? '?size=small' : ''}`;
      const photo = own ?? (await download(path, controller.signal));
      if (!controller.signal.aborted) setAddress(hold(key, photo));
    };
    const again = (): void => {
      ask().catch((error: unknown) => {
        if (controller.signal.aborted) return;
        if (problemOf(error).code === 'photo-erased') {
          setAddress(erased);
          return;
        }
        timer = setTimeout(again, askAgain[Math.min(asked, askAgain.length - 1)]);
        asked += 1;
      });
    };
    again();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, waiting, forgotten.value]);
  return address;
}

/** The photo of a point: small in the list, large at a tap. */
export function Photo({ caseId, id, label }: { caseId: string; id: string; label: string }) {
  const [open, setOpen] = useState(false);
  const small = usePicture(caseId, id, 'small');
  if (small === erased)
    return (
      <span class="photo-coming" data-photo={id}>
        {say(words.lead.photoErased)}
      </span>
    );
  if (!small)
    return (
      <span class="photo-coming" data-photo={id}>
        <Icon name="clock" size={16} />
        {say(words.lead.photoOnItsWay)}
      </span>
    );
  return (
    <>
      <button
        type="button"
        class="photo"
        data-photo={id}
        aria-label={`${say(words.lead.photoOpen)}: ${label}`}
        onClick={() => setOpen(true)}
      >
        <img src={small} alt="" />
      </button>
      {open && <Large caseId={caseId} id={id} small={small} label={label} onClose={() => setOpen(false)} />}
    </>
  );
}

interface LargeProps {
  caseId: string;
  id: string;
  small: string;
  label: string;
  onClose(): void;
}

function Large({ caseId, id, small, label, onClose }: LargeProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const full = usePicture(caseId, id, 'full');
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="photo-large" ref={dialog} aria-label={label} onClose={onClose}>
      <img src={typeof full === 'string' ? full : small} alt={label} />
      <button type="button" class="button" onClick={() => dialog.current?.close()}>
        {say(words.shell.back)}
      </button>
    </dialog>
  );
}
