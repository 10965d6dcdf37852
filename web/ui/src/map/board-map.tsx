import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { StatusGlyph, TeamGlyph } from './glyphs';
import { MeasurePanel, PlacePanel } from './place-panel';
import type { Choice, MapView } from './map-view';
import { isStale } from './staleness';
import { nextTask } from './turns';
import type { BoardMapProps, LonLat } from './types';
import { attribution, words } from './words';
import './board-map.css';

type State = 'loading' | 'ready' | 'failed';

/** True where the browser can draw on a canvas at all. */
function canDraw(): boolean {
  try {
    return document.createElement('canvas').getContext('2d') !== null;
  } catch {
    return false;
  }
}

/**
 * The live map. It fills its parent, which must have a height, and nothing opaque may lie over it.
 * OpenLayers is fetched when it is first shown; where that or the canvas fails, a sentence says so.
 */
export function BoardMap(props: BoardMapProps) {
  const said = words[props.language];
  const target = useRef<HTMLDivElement>(null);
  const view = useRef<MapView | undefined>(undefined);
  // The view's callbacks outlive a render; they read the newest properties here.
  const current = useRef(props);
  current.current = props;
  const [state, setState] = useState<State>('loading');
  const [attempt, setAttempt] = useState(0);
  const [scale, setScale] = useState({ metres: 0, pixels: 0 });
  const [choice, setChoice] = useState<Choice>();
  const [message, setMessage] = useState('');
  const [place, setPlace] = useState<LonLat>();
  /** The places of the line that is being measured; undefined while nothing is. */
  const [measured, setMeasured] = useState<LonLat[]>();
  const measuring = useRef(measured);
  measuring.current = measured;
  const tapped = (lonLat: LonLat): void => {
    if (measuring.current) setMeasured([...measuring.current, lonLat]);
    else setPlace(lonLat);
  };
  // Where there is room the sources are named from the start; on a phone at a tap.
  const [wide] = useState(() => globalThis.matchMedia?.('(min-width: 720px)').matches ?? false);

  useEffect(() => {
    let stopped = false;
    let made: MapView | undefined;
    const start = async (): Promise<void> => {
      const { MapView } = await import('./map-view');
      // What was loaded has just been run.
      await nextTask();
      if (stopped || !target.current) return;
      made = new MapView(target.current, {
        selectCase: (id) => current.current.onSelectCase(id),
        selectTeam: (id) => current.current.onSelectTeam?.(id),
        pick: (lonLat) => current.current.onPick?.(lonLat),
        choose: setChoice,
        place: (lonLat) => tapped(lonLat),
        scale: setScale,
        loaded: () => current.current.onLoaded?.(),
        drawn: (how) => {
          if (target.current) target.current.dataset.drawn = how;
        },
        problem: (error) => console.warn('base map', error),
      });
      await made.open(() => current.current);
      if (stopped) return;
      view.current = made;
      // What came in the meantime.
      made.show(current.current);
      setState('ready');
    };
    if (props.wait) return;
    if (canDraw()) {
      setState('loading');
      start().catch((error: unknown) => {
        if (stopped) return;
        console.warn('map', error);
        setState('failed');
        current.current.onLoaded?.();
      });
    } else {
      setState('failed');
      current.current.onLoaded?.();
    }
    return () => {
      stopped = true;
      made?.destroy();
      view.current = undefined;
    };
  }, [attempt, props.wait]);

  useLayoutEffect(() => view.current?.show(props));
  useLayoutEffect(() => view.current?.showPlace(place), [place, state]);
  useLayoutEffect(() => view.current?.measureAlong(measured), [measured, state]);
  // The coordinates were those of another question.
  useEffect(() => setPlace(undefined), [props.selectedCase, props.pickMode]);

  useEffect(() => {
    if (message === '') return;
    const timer = setTimeout(() => setMessage(''), 6000);
    return () => clearTimeout(timer);
  }, [message]);

  const from = props.cases.find((one) => one.id === props.selectedCase)?.location;
  const showMyPosition = (): void => {
    view.current?.showMyPosition().catch(() => setMessage(words[current.current.language].myPositionFailed));
  };

  return (
    <section class="board-map" data-theme={props.theme} data-state={state} aria-label={said.map}>
      {/* OpenLayers moves the map with the arrow keys while this has the focus. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas takes arrow keys, plus and minus */}
      <div class="board-map-canvas" ref={target} tabIndex={0} role="application" aria-label={said.map} />
      {state === 'loading' && <p class="board-map-state">{said.loading}</p>}
      {state === 'failed' && (
        <div class="board-map-state" role="alert">
          <p>{said.failed}</p>
          <button type="button" class="board-map-text-button" onClick={() => setAttempt(attempt + 1)}>
            {said.retry}
          </button>
        </div>
      )}
      {state === 'ready' && (
        <>
          <div class="board-map-buttons">
            <div class="board-map-pair">
              <MapButton label={said.zoomIn} path="M12 5v14M5 12h14" onClick={() => view.current?.zoomBy(1)} />
              <MapButton label={said.zoomOut} path="M5 12h14" onClick={() => view.current?.zoomBy(-1)} />
            </div>
            <MapButton
              label={said.fit}
              path="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"
              onClick={() => view.current?.fit(true)}
            />
            <MapButton
              label={said.myPosition}
              path="M12 2v4M12 18v4M2 12h4M18 12h4M12 7a5 5 0 1 0 0 10a5 5 0 1 0 0-10z"
              onClick={showMyPosition}
            />
            <MapButton
              label={measured ? said.hideMeasure : said.measure}
              pressed={measured !== undefined}
              path="M3 16 16 3l5 5L8 21zM7 12l2 2M10 9l3 3M13 6l2 2"
              onClick={() => {
                setPlace(undefined);
                setMeasured(measured ? undefined : []);
              }}
            />
            {props.tools}
          </div>
          <div class="board-map-foot">
            {scale.metres > 0 && (
              <div class="board-map-scale" style={{ width: `${scale.pixels}px` }}>
                {scale.metres >= 1000 ? `${scale.metres / 1000} ${said.kilometres}` : `${scale.metres} ${said.metres}`}
              </div>
            )}
            <details class="board-map-sources" open={wide}>
              <summary aria-label={said.sources}>
                <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                  <path
                    d="M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17zM12 11v5M12 7.6v.2"
                    fill="none"
                    stroke="currentColor"
                    stroke-width="2"
                    stroke-linecap="round"
                  />
                </svg>
              </summary>
              <span>{[props.tiles?.attribution, attribution].filter(Boolean).join(' · ')}</span>
            </details>
          </div>
          {place && !measured && (
            <PlacePanel place={place} from={from} language={props.language} hide={() => setPlace(undefined)} />
          )}
          {measured && (
            <MeasurePanel
              places={measured}
              language={props.language}
              addCentre={() => view.current && setMeasured([...measured, view.current.centre()])}
              undo={() => setMeasured(measured.slice(0, -1))}
              hide={() => setMeasured(undefined)}
            />
          )}
          {props.pickMode && <p class="board-map-hint">{said.pickHint}</p>}
          <p class="board-map-message" role="status">
            {message}
          </p>
          {choice && <ChoiceList choice={choice} props={props} hide={() => setChoice(undefined)} />}
        </>
      )}
    </section>
  );
}

interface MapButtonProps {
  label: string;
  path: string;
  pressed?: boolean;
  onClick(): void;
}

export function MapButton({ label, path, pressed, onClick }: MapButtonProps) {
  return (
    <button
      type="button"
      class="board-map-button"
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      onClick={onClick}
    >
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path
          d={path}
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
    </button>
  );
}

/** What stands at one place, to choose from; a list, because no zooming takes it apart. */
function ChoiceList({ choice, props, hide }: { choice: Choice; props: BoardMapProps; hide(): void }) {
  const said = words[props.language];
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const now = Date.now();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape hides the list; its buttons are the controls
    <div
      class="board-map-choice"
      onKeyDown={(event) => {
        if (event.key === 'Escape') hide();
      }}
    >
      <div class="board-map-choice-head">
        <strong>
          {said.here}: {choice.cases.length + choice.teams.length}
        </strong>
        <button type="button" class="board-map-choice-hide" aria-label={said.hideHere} onClick={hide}>
          ✕
        </button>
      </div>
      <ul>
        {choice.cases.map((item, index) => (
          <li key={item.id}>
            <button
              type="button"
              ref={index === 0 ? first : undefined}
              onClick={() => {
                hide();
                props.onSelectCase(item.id);
              }}
            >
              <StatusGlyph status={item.status} />
              <span>{item.label}</span>
            </button>
          </li>
        ))}
        {choice.teams.map((team, index) => (
          <li key={team.id}>
            <button
              type="button"
              ref={index === 0 && choice.cases.length === 0 ? first : undefined}
              onClick={() => {
                hide();
                props.onSelectTeam?.(team.id);
              }}
            >
              <TeamGlyph free={team.free} stale={isStale(team, now)} />
              <span>
                {team.name}
                {team.fromBase && <small> {said.atBase}</small>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
