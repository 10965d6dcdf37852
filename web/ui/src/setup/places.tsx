import { useEffect, useState } from 'preact/hooks';
import { get, type Problem, request } from '../api/client';
import { Field } from '../controls/field';
import { ProblemNotice, problemOf } from '../controls/problem';
import { placeDetail } from '../filing/place-field';
import { type FoundPlace, placeName } from '../filing/place-search';
import { language, say, words } from '../language';
import { coordinates, date, parseTime } from '../language/format';

interface OwnPlace extends FoundPlace {
  id: string;
  also?: string[];
  at?: string;
}

interface OwnPlaces {
  places: OwnPlace[];
  total: number;
}

const searchDelay = 200;

/** The places that this installation has of its own: found by name, and removed where one is wrong. */
export function PlacesPage() {
  const [query, setQuery] = useState('');
  const [list, setList] = useState<OwnPlaces>();
  const [removed, setRemoved] = useState<string[]>([]);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      get<OwnPlaces>(`places/own?${new URLSearchParams({ q: query })}`, controller.signal).then(
        (answer) => {
          setList(answer);
          setProblem(undefined);
        },
        (cause: unknown) => {
          if (!controller.signal.aborted) setProblem(problemOf(cause));
        },
      );
    }, searchDelay);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [query]);
  const remove = async (place: OwnPlace) => {
    if (!confirm(say(words.places.removeSure, { name: placeName(place.names, language.value) }))) return;
    try {
      await request('DELETE', `places/${encodeURIComponent(place.id)}`);
      // Kafka has it; the rows follow.
      setRemoved((before) => [...before, place.id]);
      setProblem(undefined);
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  const shown = list?.places.filter(({ id }) => !removed.includes(id)) ?? [];
  return (
    <section class="page form-page places-page">
      <h1>{say(words.places.title)}</h1>
      <p class="secondary">{say(words.places.help)}</p>
      <Field label={say(words.places.search)} value={query} onValue={setQuery} />
      {problem && <ProblemNotice problem={problem} />}
      <p role="status">
        {list && shown.length === 0 && say(query.trim() ? words.places.noneFits : words.places.none)}
        {list && list.total > list.places.length && say(words.places.more, { shown: list.places.length, total: list.total })}
      </p>
      <ul class="places-list">
        {shown.map((place) => (
          <li key={place.id} data-place={place.id}>
            <div>
              <strong>{namesOf(place)}</strong>
              <p class="secondary">{detailOf(place)}</p>
            </div>
            <button type="button" class="button button-small" onClick={() => void remove(place)}>
              {say(words.duty.remove)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Every name that it is found by, that of the person's language first. */
function namesOf({ names, also = [] }: OwnPlace): string {
  const all = [placeName(names, language.value), names.kk, names.ru, names.en, ...also].filter(Boolean);
  return [...new Set(all)].join(' · ');
}

function detailOf(place: OwnPlace): string {
  const at = parseTime(place.at ?? '');
  return [
    placeDetail(place),
    place.origin === 'imported' ? say(words.places.imported) : '',
    coordinates(place.location.coordinates),
    at === undefined ? '' : date(at, language.value),
  ]
    .filter(Boolean)
    .join(' · ');
}
