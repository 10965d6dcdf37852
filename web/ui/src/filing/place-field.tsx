import { useEffect, useRef } from 'preact/hooks';
import { Field } from '../controls/field';
import { Icon } from '../controls/icon';
import { say, words } from '../language';
import { coordinates } from '../language/format';
import { compact } from '../shell/media';
import { mapForPicking, pickedPlace, picking } from '../shell/picking';
import { readPlace } from './coordinates';

/** Lets the map write into a form's place while the form is open, and shows there what stands in it. */
export function usePicking(value: string | undefined, onValue: (text: string) => void): void {
  const write = useRef(onValue);
  write.current = onValue;
  const open = value !== undefined;
  useEffect(() => {
    if (!open) return;
    picking.value = (lonLat) => write.current(coordinates(lonLat));
    return () => {
      picking.value = undefined;
      pickedPlace.value = undefined;
      mapForPicking.value = false;
    };
  }, [open]);
  useEffect(() => {
    const read = value === undefined ? undefined : readPlace(value);
    pickedPlace.value = read?.kind === 'place' ? read.lonLat : undefined;
  }, [value]);
}

interface PlaceFieldProps {
  label: string;
  value: string;
  onValue(value: string): void;
  error?: string | undefined;
  pointer: string;
  /** The form needs a place. */
  required?: boolean;
}

/** A place as coordinates or a map's link, with what was understood written under it. */
export function PlaceField({ label, value, onValue, error, pointer, required = false }: PlaceFieldProps) {
  const read = readPlace(value);
  const [lon, lat] = read.kind === 'place' ? read.lonLat.map((one) => one.toFixed(4)) : [];
  const help =
    read.kind === 'place'
      ? say(read.swapped ? words.form.swapped : words.form.readAs, { lat, lon })
      : read.kind === 'short-link'
        ? say(words.form.shortLink)
        : value.trim() !== '' && read.kind === 'outside'
          ? say(words.form.coordinatesOutside)
          : say(words.form.coordinatesHelp);
  return (
    <div class={`place-field${read.kind === 'place' && read.swapped ? ' place-swapped' : ''}`}>
      <Field
        label={label}
        value={value}
        onValue={onValue}
        help={help}
        error={error}
        pointer={pointer}
        required={required}
      />
      {compact.value ? (
        <button
          type="button"
          class="button"
          onClick={() => {
            mapForPicking.value = true;
          }}
        >
          <Icon name="pin" size={18} />
          {say(words.form.pickOnMap)}
        </button>
      ) : (
        <p class="pick-hint">
          <Icon name="pin" size={18} />
          {say(words.form.pickHint)}
        </p>
      )}
    </div>
  );
}
