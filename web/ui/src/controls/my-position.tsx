import { useEffect, useRef, useState } from 'preact/hooks';
import { language, say, words } from '../language';
import { distance } from '../language/format';
import type { LonLat } from '../map/types';
import { Icon } from './icon';

/** How long a phone may look for satellites. */
const patience = 20_000;

/** Writes where this device is into a form; with `atOnce` without being asked, while the place is empty. */
export function MyPosition({ onPlace, atOnce = false }: { onPlace(place: LonLat): void; atOnce?: boolean }) {
  const [state, setState] = useState<'ready' | 'searching' | 'failed'>('ready');
  const [accuracy, setAccuracy] = useState<number>();
  const write = useRef<typeof onPlace | undefined>(onPlace);
  write.current = onPlace;
  const ask = (): void => {
    setState('searching');
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setState('ready');
        setAccuracy(coords.accuracy);
        write.current?.([coords.longitude, coords.latitude]);
      },
      () => setState('failed'),
      { enableHighAccuracy: true, timeout: patience, maximumAge: 10_000 },
    );
  };
  useEffect(() => {
    if (atOnce && 'geolocation' in navigator) {
      // A question of the browser that nobody has asked for is turned away.
      navigator.permissions?.query({ name: 'geolocation' }).then(
        ({ state: permission }) => {
          if (permission === 'granted' && write.current) ask();
        },
        () => undefined,
      );
    }
    return () => {
      write.current = undefined;
    };
  }, []);
  if (!('geolocation' in navigator)) return null;
  return (
    <div class="my-position">
      <button type="button" class="button" disabled={state === 'searching'} onClick={ask}>
        <Icon name="target" size={18} />
        {say(words.lead.myPosition)}
      </button>
      <span class={state === 'failed' ? 'field-error' : 'secondary'} role="status">
        {state === 'searching' && say(words.lead.myPositionSearching)}
        {state === 'failed' && say(words.lead.myPositionFailed)}
        {state === 'ready' &&
          accuracy !== undefined &&
          say(words.lead.accuracy, { distance: distance(accuracy, language.value) })}
      </span>
    </div>
  );
}
