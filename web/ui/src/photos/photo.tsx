import { useEffect, useRef, useState } from 'preact/hooks';
import { download } from '../api/client';
import { Icon } from '../controls/icon';
import { say, words } from '../language';
import { photoEntries, waitingPhoto } from './send';

// A photo may come minutes after its point: asked for again after so long, the last time again and again.
const askAgain = [2_000, 4_000, 8_000, 20_000];
/** Pictures that are held for as long as the page lives; the oldest goes first. */
const heldPictures = 60;
const held = new Map<string, string>();

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

/** Forgets what was shown, when somebody signs out. */
export function forgetPictures(): void {
  for (const address of held.values()) URL.revokeObjectURL(address);
  held.clear();
}

/** The address of a picture in this page: of one that waits to be sent, else as the server has it. */
function usePicture(caseId: string, id: string, size: 'small' | 'full', wanted = true): string | undefined {
  const key = `${caseId}/${id}/${size}`;
  const [address, setAddress] = useState(held.get(key));
  const waiting = photoEntries.value.some((entry) => entry.id === id);
  useEffect(() => {
    if (!wanted || held.has(key)) {
      setAddress(held.get(key));
      return;
    }
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
      ask().catch(() => {
        if (controller.signal.aborted) return;
        timer = setTimeout(again, askAgain[Math.min(asked, askAgain.length - 1)]);
        asked += 1;
      });
    };
    again();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, wanted, waiting]);
  return address;
}

/** The photo of a point: small in the list, large at a tap. */
export function Photo({ caseId, id, label }: { caseId: string; id: string; label: string }) {
  const [open, setOpen] = useState(false);
  const small = usePicture(caseId, id, 'small');
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
      <img src={full ?? small} alt={label} />
      <button type="button" class="button" onClick={() => dialog.current?.close()}>
        {say(words.shell.back)}
      </button>
    </dialog>
  );
}
