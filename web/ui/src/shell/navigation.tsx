import { say, words } from '../language';
import type { Phrase } from '../language';
import { Icon, type IconName } from '../controls/icon';
import { changesTeams, filesApplications, seesDeadLetters, seesDesk, seesStatistics, seesTeams } from '../permissions';
import { route, type Page } from '../route';
import { session } from '../session';

interface Item {
  page: Page;
  icon: IconName;
  name: Phrase;
  /** Pages that belong to it. */
  also?: readonly Page[];
}

const railItems: readonly Item[] = [
  { page: 'map', icon: 'board', name: words.shell.board, also: ['cases'] },
  { page: 'desk', icon: 'desk', name: words.desk.title, also: ['dead-letters'] },
  { page: 'new', icon: 'file', name: words.shell.file, also: ['application'] },
  { page: 'teams', icon: 'teams', name: words.shell.teams },
  { page: 'statistics', icon: 'statistics', name: words.shell.statistics },
  { page: 'more', icon: 'more', name: words.shell.more, also: ['setup', 'places'] },
];

const tabItems: readonly Item[] = [
  { page: 'map', icon: 'map', name: words.shell.map },
  { page: 'cases', icon: 'cases', name: words.shell.cases },
  { page: 'desk', icon: 'desk', name: words.desk.title },
  { page: 'statistics', icon: 'statistics', name: words.shell.statistics },
  { page: 'more', icon: 'more', name: words.shell.more, also: ['teams', 'new', 'dead-letters', 'setup', 'places'] },
];

/** Pages that the person's roles have no use for are not offered. */
export function mayOpen(page: Page): boolean {
  switch (page) {
    case 'new':
    case 'application':
      return filesApplications(session.value);
    case 'setup':
    case 'places':
      return changesTeams(session.value);
    case 'teams':
      return seesTeams(session.value);
    case 'statistics':
      return seesStatistics(session.value);
    case 'desk':
      return seesDesk(session.value);
    case 'dead-letters':
      return seesDeadLetters(session.value);
    default:
      return true;
  }
}

/** The main menu: a rail on a desk, tabs under the thumb on a phone. */
export function Navigation({ tabs }: { tabs: boolean }) {
  const items = (tabs ? tabItems : railItems).filter((item) => mayOpen(item.page));
  return (
    <nav class={tabs ? 'tabs' : 'rail'} aria-label={say(words.shell.menu)}>
      {items.map((item) => {
        const current = route.value.page === item.page || item.also?.includes(route.value.page);
        return (
          <a
            key={item.page}
            href={`#/${item.page}`}
            aria-current={current ? 'page' : undefined}
            class={item.page === 'new' ? 'rail-file' : undefined}
          >
            <span class="nav-icon">
              <Icon name={item.icon} size={22} />
            </span>
            <span class="nav-word">{say(item.name)}</span>
          </a>
        );
      })}
    </nav>
  );
}
