import { filters, searchInput, shownCases } from '../cases/selection';
import { Icon } from '../controls/icon';
import { language, say, words } from '../language';
import { region } from '../preferences';
import { selectedCaseId } from '../route';
import { session } from '../session';
import { exportAddress, formats } from './export-query';

const names = { geojson: 'GeoJSON', gpx: 'GPX', kml: 'KML' } as const;

/** The map's button that gives what is shown as a file, for a receiver or another map. */
export function ExportMenu() {
  const shown = {
    cases: shownCases.value,
    filters: filters.value,
    text: searchInput.value.trim(),
    region: region.value,
    chosen: selectedCaseId.value,
    language: language.value,
    me: session.value?.id,
  };
  const label = say(words.mapping.download);
  return (
    <details class="map-export">
      <summary class="board-map-button" aria-label={label} title={label}>
        <Icon name="download" />
      </summary>
      <div class="map-export-list">
        {formats.map((format) => (
          <a key={format} class="button" href={exportAddress(format, shown)} download={`izdeu.${format}`}>
            <span class="number">{names[format]}</span>
          </a>
        ))}
      </div>
    </details>
  );
}
