import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../controls/icon';
import { language, say, sayValue, words } from '../language';
import { coordinates, distance } from '../language/format';
import { regionNames } from '../language/regions';
import { filesApplications } from '../permissions';
import { session } from '../session';
import { compact } from '../shell/media';
import { mapForPicking, pickedPlace, picking } from '../shell/picking';
import { readPlace } from './coordinates';
import { type FoundPlace, isName, placeName, searchPlaces } from './place-search';

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
  /** A settlement was chosen by its name; its coordinates stand in the field then. */
  onPlace?(name: string): void;
  error?: string | undefined;
  pointer: string;
  /** The form needs a place. */
  required?: boolean;
}

const searchDelay = 150;

/**
 * A place by its name, as coordinates or as a map's link, with what was understood written under it. Names
 * are searched while they are typed (the combobox pattern of ARIA): up and down choose, Enter takes.
 */
export function PlaceField({ label, value, onValue, onPlace, error, pointer, required = false }: PlaceFieldProps) {
  const id = useId();
  const [found, setFound] = useState<FoundPlace[]>();
  const [chosen, setChosen] = useState(0);
  const [taken, setTaken] = useState<{ at: string; place: FoundPlace }>();
  const read = readPlace(value);
  const searches = read.kind === 'unreadable' && isName(value) && filesApplications(session.value);

  useEffect(() => {
    if (!searches) {
      setFound(undefined);
      return;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      searchPlaces(value, controller.signal)
        .then((places) => {
          setFound(places);
          setChosen(0);
        })
        .catch(() => setFound(undefined));
    }, searchDelay);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [value, searches]);

  const take = (place: FoundPlace) => {
    const at = coordinates(place.location.coordinates);
    setTaken({ at, place });
    setFound(undefined);
    onValue(at);
    onPlace?.(placeName(place.names, language.value));
  };
  const open = found !== undefined && found.length > 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    const last = found.length - 1;
    if (event.key === 'ArrowDown') setChosen(chosen === last ? 0 : chosen + 1);
    else if (event.key === 'ArrowUp') setChosen(chosen === 0 ? last : chosen - 1);
    else if (event.key === 'Escape') setFound(undefined);
    else if (event.key === 'Enter') take(found[chosen] as FoundPlace);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const help = helpText(value, found, taken?.at === value ? taken.place : undefined);
  const swapped = read.kind === 'place' && read.swapped;
  return (
    <div class={`place-field${swapped ? ' place-swapped' : ''}`}>
      <div class="field">
        <label for={id}>
          {label}
          {required && <span class="required"> · {say(words.form.required)}</span>}
        </label>
        <div class="combobox">
          <input
            id={id}
            type="text"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={open}
            aria-controls={`${id}-list`}
            aria-activedescendant={open ? `${id}-${chosen}` : undefined}
            aria-invalid={error ? 'true' : undefined}
            aria-describedby={`${id}-help${error ? ` ${id}-error` : ''}`}
            autocomplete="off"
            spellcheck={false}
            required={required}
            value={value}
            data-pointer={pointer}
            onInput={(event) => onValue(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={() => setFound(undefined)}
          />
          <div id={`${id}-list`} role="listbox" aria-label={say(words.filing.places)} class="combobox-list" hidden={!open}>
            {(found ?? []).map((place, index) => (
              <div
                key={place.id ?? String(place.location.coordinates)}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === chosen}
                onMouseDown={(event) => {
                  event.preventDefault(); // the field keeps the focus
                  take(place);
                }}
              >
                <strong>{placeName(place.names, language.value)}</strong> <span>{placeDetail(place)}</span>
              </div>
            ))}
          </div>
        </div>
        <p class="field-help" id={`${id}-help`} role="status">
          {help}
        </p>
        {error && (
          <p class="field-error" id={`${id}-error`}>
            {error}
          </p>
        )}
      </div>
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

/** What tells a place from others of its name: region, the nearest town, where it is known from. */
export function placeDetail(place: FoundPlace): string {
  const parts = [place.region ? sayValue(regionNames, place.region) : undefined];
  if (place.near_town) {
    parts.push(
      say(words.filing.fromTown, {
        distance: distance(place.near_town.distance_m, language.value),
        town: placeName(place.near_town.names, language.value),
      }),
    );
  }
  if (place.origin === 'learnt') parts.push(say(words.filing.learnt));
  return parts.filter(Boolean).join(' · ');
}

function helpText(value: string, found: FoundPlace[] | undefined, taken: FoundPlace | undefined): string {
  const read = readPlace(value);
  switch (read.kind) {
    case 'place': {
      const [lon, lat] = read.lonLat.map((one) => one.toFixed(4));
      const text = say(read.swapped ? words.form.swapped : words.form.readAs, { lat, lon });
      return taken ? [placeName(taken.names, language.value), placeDetail(taken), text].filter(Boolean).join(' · ') : text;
    }
    case 'short-link':
      return say(words.form.shortLink);
    case 'link':
      return say(words.filing.linkWithoutPlace);
    case 'outside':
      return say(words.form.coordinatesOutside);
    default:
      if (found?.length === 0) return say(words.filing.noPlace);
      if (found) return say(words.filing.placesFound, { count: found.length });
      return say(words.form.coordinatesHelp);
  }
}
