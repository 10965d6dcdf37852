import { useEffect, useId, useState } from 'preact/hooks';
import { Icon } from '../controls/icon';
import { say, words } from '../language';
import { reduce } from './reduce';

/** Takes or chooses a photo, makes it small and shows it. */
export function PhotoField({ photo, onPhoto }: { photo: Blob | undefined; onPhoto(photo: Blob | undefined): void }) {
  const id = useId();
  const [state, setState] = useState<'ready' | 'reading' | 'failed'>('ready');
  const [shown, setShown] = useState<string>();
  useEffect(() => {
    if (!photo) {
      setShown(undefined);
      return;
    }
    const address = URL.createObjectURL(photo);
    setShown(address);
    return () => URL.revokeObjectURL(address);
  }, [photo]);
  return (
    <div class="photo-field">
      {shown && <img src={shown} alt={say(words.lead.photo)} />}
      <div class="photo-field-buttons">
        <input
          id={id}
          class="visually-hidden"
          type="file"
          accept="image/*"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (!file) return;
            setState('reading');
            reduce(file).then(
              (small) => {
                setState('ready');
                onPhoto(small);
              },
              () => setState('failed'),
            );
          }}
        />
        <label for={id} class="button">
          <Icon name="camera" size={20} />
          {say(photo ? words.lead.photoOther : words.lead.photoAdd)}
        </label>
        {photo && (
          <button type="button" class="button" onClick={() => onPhoto(undefined)}>
            {say(words.lead.photoRemove)}
          </button>
        )}
      </div>
      <p class={state === 'failed' ? 'field-error' : 'secondary'} role="status">
        {state === 'reading' && say(words.lead.photoReading)}
        {state === 'failed' && say(words.lead.photoFailed)}
      </p>
    </div>
  );
}
