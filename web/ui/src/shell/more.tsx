import { outboxEntries } from '../commands/send';
import { Choice } from '../controls/field';
import { Icon, type IconName } from '../controls/icon';
import { type Phrase, say, words } from '../language';
import { deadLetterCount } from '../live/store';
import { chooseTheme, themeChoice } from '../preferences';
import type { Page } from '../route';
import { accountOf, info, session, signOut } from '../session';
import { mayOpen } from './navigation';
import { isWoken } from '../permissions';
import { WakingSwitch } from '../waking/switch';
import { LanguageSwitch, RegionSelect } from './top-bar';

const numbers: readonly { number: string; name: Phrase }[] = [
  { number: '112', name: words.shell.number112 },
  { number: '101', name: words.shell.number101 },
  { number: '102', name: words.shell.number102 },
  { number: '103', name: words.shell.number103 },
];

const roleNames: Record<string, Phrase> = {
  admin: words.shell.roleAdmin,
  coordinator: words.shell.roleCoordinator,
  team: words.shell.roleTeam,
  service: words.shell.roleService,
  office: words.shell.roleOffice,
  observer: words.shell.roleObserver,
};

const links: readonly { page: Page; icon: IconName; name: Phrase }[] = [
  { page: 'new', icon: 'file', name: words.form.title },
  { page: 'teams', icon: 'teams', name: words.teams.title },
  { page: 'dead-letters', icon: 'letters', name: words.deadLetters.title },
  { page: 'places', icon: 'pin', name: words.places.title },
  { page: 'setup', icon: 'more', name: words.setup.title },
];

/** Everything that is needed now and then: settings, the emergency numbers, who is signed in. */
export function MorePage() {
  const present = session.value;
  return (
    <section class="page more-page">
      <h1>{say(words.shell.more)}</h1>
      <ul class="more-links">
        {links
          .filter((link) => mayOpen(link.page))
          .map((link) => (
            <li key={link.page}>
              <a class="button" href={`#/${link.page}`}>
                <Icon name={link.icon} />
                {say(link.name)}
                {link.page === 'dead-letters' && deadLetterCount.value > 0 && (
                  <span class="mark mark-danger">{deadLetterCount.value}</span>
                )}
              </a>
            </li>
          ))}
      </ul>
      <section class="section">
        <h2>{say(words.shell.emergencyNumbers)}</h2>
        <p class="secondary">{say(words.shell.emergencyNumbersHelp)}</p>
        <EmergencyNumbers />
      </section>
      {isWoken(present) && <WakingSwitch />}
      <section class="section settings">
        <h2>{say(words.shell.language)}</h2>
        <LanguageSwitch />
        <Choice
          label={say(words.shell.theme)}
          value={themeChoice.value}
          onValue={chooseTheme}
          options={[
            { value: 'auto', label: say(words.shell.themeAuto) },
            { value: 'light', label: say(words.shell.themeLight) },
            { value: 'dark', label: say(words.shell.themeDark) },
            { value: 'night', label: say(words.shell.themeNight) },
          ]}
        />
        <h2>{say(words.shell.region)}</h2>
        <RegionSelect />
      </section>
      {present && (
        <section class="section">
          <h2>{say(words.shell.signedInAs)}</h2>
          <p>
            {present.name && <strong class="number">{present.name} · </strong>}
            {present.roles.map((role) => (roleNames[role] ? say(roleNames[role] as Phrase) : role)).join(', ')}
          </p>
          <button
            type="button"
            class="button"
            onClick={() => {
              const unsent = outboxEntries.value.filter(
                (entry) => entry.account === accountOf(present) && entry.state !== 'refused',
              ).length;
              if (unsent === 0 || confirm(say(words.shell.signOutUnsent, { count: unsent }))) void signOut();
            }}
          >
            {say(words.shell.signOut)}
          </button>
        </section>
      )}
      <section class="section">
        <h2>{say(words.shell.about)}</h2>
        <p class="secondary">
          Izdeu
          {info.value.version && (
            <>
              {' · '}
              {say(words.shell.version)} <span class="number">{info.value.version}</span>
            </>
          )}
          {info.value.installation && (
            <>
              {' · '}
              {say(words.shell.installation)} <span class="number">{info.value.installation}</span>
            </>
          )}
        </p>
      </section>
    </section>
  );
}

export function EmergencyNumbers() {
  return (
    <ul class="numbers">
      {numbers.map(({ number, name }) => (
        <li key={number}>
          <a href={`tel:${number}`}>
            <span class="numbers-number">{number}</span>
            <span>{say(name)}</span>
          </a>
        </li>
      ))}
      {info.value.duty_phone && (
        <li>
          <a href={`tel:${info.value.duty_phone.replace(/[^+\d]/g, '')}`}>
            <span class="numbers-number">{info.value.duty_phone}</span>
            <span>{say(words.shell.dutyPhone)}</span>
          </a>
        </li>
      )}
    </ul>
  );
}
