import { useEffect, useState } from 'preact/hooks';
import { distance } from '../language/format';
import { bearing, compassPoint, decimal, dms, metresBetween } from './place';
import type { Language, LonLat } from './types';
import { words } from './words';

/** "12,4 км · 245° ЮЗ" */
export function wayText(from: LonLat, to: LonLat, language: Language): string {
  const degrees = Math.round(bearing(from, to)) % 360;
  return `${distance(metresBetween(from, to), language)} · ${degrees}° ${words[language].compass[compassPoint(degrees)]}`;
}

interface PlaceProps {
  place: LonLat;
  /** The chosen case's place; distance and bearing count from there. */
  from: LonLat | undefined;
  language: Language;
  hide(): void;
}

/** The coordinates of a tapped place in both notations, to be read out or copied. */
export function PlacePanel({ place, from, language, hide }: PlaceProps) {
  const said = words[language];
  return (
    <Panel label={said.coordinates} hideLabel={said.hidePlace} hide={hide}>
      <Copied text={decimal(place)} language={language} />
      <Copied text={dms(place)} language={language} />
      {from && (
        <p class="board-map-way">
          {said.fromCase}: <strong>{wayText(from, place, language)}</strong>
        </p>
      )}
    </Panel>
  );
}

interface MeasureProps {
  places: readonly LonLat[];
  language: Language;
  addCentre(): void;
  undo(): void;
  hide(): void;
}

/** What the measured line comes to: its length, and the last leg with its bearing. */
export function MeasurePanel({ places, language, addCentre, undo, hide }: MeasureProps) {
  const said = words[language];
  const total = places.slice(1).reduce((sum, place, i) => sum + metresBetween(places[i] as LonLat, place), 0);
  const [last, end] = places.slice(-2);
  return (
    <Panel label={said.measure} hideLabel={said.hideMeasure} hide={hide}>
      <p class="board-map-way" role="status">
        {last && end ? (
          <>
            <strong>{wayText(last, end, language)}</strong>
            {places.length > 2 && (
              <>
                {' · '}
                {said.total}: <strong>{distance(total, language)}</strong>
              </>
            )}
          </>
        ) : (
          said.measureHint
        )}
      </p>
      <div class="board-map-panel-buttons">
        <button type="button" class="board-map-text-button" onClick={addCentre}>
          {said.addCentre}
        </button>
        <button type="button" class="board-map-text-button" disabled={places.length === 0} onClick={undo}>
          {said.undo}
        </button>
      </div>
    </Panel>
  );
}

interface PanelProps {
  label: string;
  hideLabel: string;
  hide(): void;
  children: preact.ComponentChildren;
}

function Panel({ label, hideLabel, hide, children }: PanelProps) {
  return (
    <section
      class="board-map-panel"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Escape') hide();
      }}
    >
      <button type="button" class="board-map-choice-hide" aria-label={hideLabel} title={hideLabel} onClick={hide}>
        ✕
      </button>
      {children}
    </section>
  );
}

/** A text that a tap copies, where the browser allows it: on HTTPS and localhost only. */
function Copied({ text, language }: { text: string; language: Language }) {
  const said = words[language];
  const [copied, setCopied] = useState(false);
  useEffect(() => setCopied(false), [text]);
  if (!navigator.clipboard) return <p class="board-map-coordinates">{text}</p>;
  return (
    <button
      type="button"
      class="board-map-coordinates"
      title={said.copy}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        );
      }}
    >
      <span>{text}</span>
      <span class="board-map-copied" role="status">
        {copied ? said.copied : said.copy}
      </span>
    </button>
  );
}
