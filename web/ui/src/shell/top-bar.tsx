import { say, words } from '../language';
import { alphabetical } from '../language/alphabet';
import { clock, duration } from '../language/format';
import { regionNames } from '../language/regions';
import { language } from '../language';
import { counts } from '../cases/selection';
import { deadLetterCount, feedState, lastFrameAt, now, offlineSince, slowNow } from '../live/store';
import { StatusGlyph } from '../map';
import { chooseLanguage, chooseRegion, chooseTheme, region, theme } from '../preferences';
import { session } from '../session';
import { filesApplications } from '../permissions';
import { go } from '../route';
import { Icon } from '../controls/icon';
import { filters } from '../cases/selection';
import type { StatusGroup } from '../cases/order';
import type { CaseStatus } from '../api/views';
import type { Language, Phrase } from '../language';
import { compact } from './media';

const languageNames: readonly { value: Language; short: string; name: string }[] = [
  { value: 'kk', short: 'Қаз', name: 'Қазақша' },
  { value: 'ru', short: 'Рус', name: 'Русский' },
  { value: 'en', short: 'Eng', name: 'English' },
];

/** The bar over everything: where, how many, and whether what is shown is the present. */
export function TopBar() {
  const small = compact.value;
  return (
    <header class="top-bar">
      <a class="brand" href="#/map" aria-label={`Izdeu, ${say(words.shell.board)}`}>
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
          <g fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round">
            <circle cx="16" cy="16" r="8.5" />
            <path d="M16 3v7M16 22v7M3 16h7M22 16h7" />
          </g>
          <circle cx="16" cy="16" r="2.2" fill="currentColor" />
        </svg>
        {!small && <span>Izdeu</span>}
      </a>
      {!small && <RegionSelect />}
      <Counts />
      {counts.value.missed > 0 && (
        <button
          type="button"
          class="alarm"
          title={say(words.coordination.alarms, { count: counts.value.missed })}
          onClick={() => {
            filters.value = { ...filters.value, group: filters.value.group === 'alarm' ? 'active' : 'alarm' };
            go({ page: compact.value ? 'cases' : 'map' });
          }}
        >
          <Icon name="alert" size={18} />
          <span class="number">{counts.value.missed}</span>
          <span class="visually-hidden">{say(words.coordination.alarms, { count: counts.value.missed })}</span>
        </button>
      )}
      {deadLetterCount.value > 0 && (
        <a
          class="alarm"
          href="#/dead-letters"
          title={say(words.shell.deadLettersCount, { count: deadLetterCount.value })}
        >
          <Icon name="letters" size={18} />
          <span class="number">{deadLetterCount.value}</span>
          <span class="visually-hidden">{say(words.shell.deadLetters)}</span>
        </a>
      )}
      <span class="bar-space" />
      <Connection />
      {!small && <Clock />}
      {!small && <LanguageSwitch />}
      {!small && <ThemeButton />}
      {small && filesApplications(session.value) && (
        <a class="icon-button" href="#/new" aria-label={say(words.form.title)}>
          <Icon name="file" size={24} />
        </a>
      )}
    </header>
  );
}

export function RegionSelect() {
  const allowed = session.value?.regions;
  const codes = Object.keys(regionNames).filter((code) => !allowed || allowed.includes(code));
  void language.value;
  const names = codes
    .map((code) => ({ code, name: say(regionNames[code] as Phrase) }))
    .sort((a, b) => alphabetical(a.name, b.name));
  return (
    <select
      class="region-select"
      aria-label={say(words.shell.region)}
      value={region.value ?? ''}
      onChange={(event) => chooseRegion(event.currentTarget.value || undefined)}
    >
      <option value="" selected={region.value === undefined}>
        {say(words.shell.country)}
      </option>
      {names.map(({ code, name }) => (
        <option key={code} value={code} selected={region.value === code}>
          {name}
        </option>
      ))}
    </select>
  );
}

const shownCounts: readonly { status: CaseStatus; group: StatusGroup; name: 'waiting' | 'review' | 'searching' }[] = [
  { status: 'waiting', group: 'waiting', name: 'waiting' },
  { status: 'review', group: 'review', name: 'review' },
  { status: 'searching', group: 'searching', name: 'searching' },
];

function Counts() {
  return (
    <div class="counts">
      {shownCounts.map(({ status, group, name }) => {
        const count = counts.value[name];
        const word = say(words.caseStatusShort[status as 'waiting' | 'review' | 'searching']);
        return (
          <button
            key={status}
            type="button"
            class={`count${count === 0 ? ' count-none' : ''}${name === 'waiting' && counts.value.alarming > 0 ? ' count-alarming' : ''}`}
            title={word}
            onClick={() => {
              filters.value = { ...filters.value, group: filters.value.group === group ? 'active' : group };
              go({ page: compact.value ? 'cases' : 'map' });
            }}
          >
            <StatusGlyph status={status} size={20} />
            <span class="count-number">{count}</span>
            <span class="count-word">{word}</span>
          </button>
        );
      })}
    </div>
  );
}

function Connection() {
  const state = feedState.value;
  if (state.kind === 'live') {
    return (
      <span class="connection connection-live" role="status">
        <span class="dot" aria-hidden="true" />
        <span class="connection-word">{say(words.shell.live)}</span>
      </span>
    );
  }
  const since = offlineSince.value;
  if (state.kind === 'connecting' && since === undefined) {
    return (
      <span class="connection connection-waiting" role="status">
        <span class="dot" aria-hidden="true" />
        <span class="connection-word">{say(words.shell.connecting)}</span>
      </span>
    );
  }
  const last = lastFrameAt.value;
  const age = last === undefined ? undefined : duration(slowNow.value - last, language.value);
  const text =
    state.kind === 'stopped'
      ? say(words.shell.stopped)
      : say(words.shell.offlineSince, { time: since === undefined ? '' : clock(since) });
  return (
    <span class="connection connection-off" role="status">
      <span class="dot" aria-hidden="true" />
      <span class="connection-word-always">{text}</span>
      {age && <span class="connection-age">{say(words.shell.dataAge, { age })}</span>}
    </span>
  );
}

function Clock() {
  return (
    <time class="clock" title={say(words.shell.astanaTime)}>
      {clock(now.value, true)}
    </time>
  );
}

export function LanguageSwitch() {
  return (
    <div class="segments" role="group" aria-label={say(words.shell.language)}>
      {languageNames.map(({ value, short, name }) => (
        <button
          key={value}
          type="button"
          lang={value}
          aria-pressed={language.value === value}
          title={name}
          onClick={() => chooseLanguage(value)}
        >
          {short}
        </button>
      ))}
    </div>
  );
}

function ThemeButton() {
  // From light to dark to night and back.
  const next = ({ light: 'dark', dark: 'night', night: 'light' } as const)[theme.value];
  const label = say(
    { light: words.shell.switchToLight, dark: words.shell.switchToDark, night: words.shell.switchToNight }[next],
  );
  return (
    <button
      type="button"
      class="icon-button"
      data-next={next}
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(next)}
    >
      <Icon name={({ light: 'sun', dark: 'moon', night: 'night' } as const)[next]} />
    </button>
  );
}
