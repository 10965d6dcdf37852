import { useState } from 'preact/hooks';
import { openedAction } from './cases/action-state';
import { CaseList } from './cases/list';
import { Icon } from './controls/icon';
import { say, words } from './language';
import { go, type Page, route } from './route';
import { sessionState } from './session';
import { Announcements, Banners } from './shell/banners';
import { KeysDialog } from './shell/keys';
import { type LaterPage, later } from './shell/later';
import { MapPane, mapBeside } from './shell/map-pane';
import { compact } from './shell/media';
import { MorePage } from './shell/more';
import { mayOpen, Navigation } from './shell/navigation';
import { mapForPicking } from './shell/picking';
import { SignInPage } from './shell/sign-in';
import { TopBar } from './shell/top-bar';

const CaseDetail = later(() => import('./cases/detail').then((part) => part.CaseDetail));
const FilingPage = later(() => import('./filing/page').then((page) => page.FilingPage));
const FiledPage = later(() => import('./filing/page').then((page) => page.FiledPage));
const DeskPage = later(() => import('./desk/page').then((page) => page.DeskPage));
const DeadLettersPage = later(() => import('./shell/dead-letters').then((page) => page.DeadLettersPage));
const TeamsPage = later(() => import('./teams/page').then((page) => page.TeamsPage));
const StatisticsPage = later(() => import('./statistics/page').then((page) => page.StatisticsPage));
const SetupPage = later(() => import('./setup/page').then((page) => page.SetupPage));
const PlacesPage = later(() => import('./setup/places').then((page) => page.PlacesPage));
const PrintPage = later(() => import('./shell/print').then((page) => page.PrintPage));

const pages: Partial<Record<Page, LaterPage<object>>> = {
  new: FilingPage,
  setup: SetupPage,
  places: PlacesPage,
  teams: TeamsPage,
  statistics: StatisticsPage,
  desk: DeskPage,
  'dead-letters': DeadLettersPage,
};

/** Called once, at start: the page that is opened is asked for together with the texts, not when they are there. */
export function askForPage(): void {
  const { page, caseId } = route.value;
  if (page === 'print') PrintPage.ask();
  else if (caseId !== undefined) CaseDetail.ask();
  else pages[page]?.ask();
}

export function App() {
  const state = sessionState.value;
  if (state.kind === 'asking') return <p class="starting">{say(words.shell.loading)}</p>;
  if (state.kind === 'signed-out') return <SignInPage state={state} />;
  const { page, caseId } = route.value;
  if (page === 'print' && caseId !== undefined) return <PrintPage id={caseId} />;
  return compact.value ? <Phone /> : <Desk />;
}

function CurrentPage() {
  const { page } = route.value;
  if (!mayOpen(page)) return <p class="page">{say(words.shell.notAllowedPage)}</p>;
  if (page === 'application') return <FiledPage key={route.value.applicationId} />;
  if (page === 'more') return <MorePage />;
  const Current = pages[page] ?? CaseList;
  return <Current />;
}

/** What the page is, for who hears it; the board itself needs no title. */
function BoardHeading() {
  return <h1 class="visually-hidden">{say(words.shell.board)}</h1>;
}

/** A desk: rail, list or page, map, and the chosen case at the right. */
function Desk() {
  const { page, caseId } = route.value;
  const isBoard = page === 'map' || page === 'cases';
  const beside = mapBeside();
  const detail = (isBoard || page === 'desk') && caseId !== undefined;
  return (
    <div class="desk">
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {say(words.shell.skipToContent)}
      </button>
      <TopBar />
      <Banners />
      <KeysDialog />
      <Navigation tabs={false} />
      <main
        id="content"
        tabIndex={-1}
        class={`stage${isBoard ? ' stage-board' : page === 'desk' ? ` stage-tasks${beside ? ' stage-pointing' : ''}` : beside ? ' stage-beside' : ' stage-page'}${detail ? ' stage-detail' : ''}`}
      >
        {isBoard && <BoardHeading />}
        {/* A page begins at its top, however far the one before was scrolled. */}
        <div class="stage-side" key={isBoard ? 'board' : page}>
          <CurrentPage />
        </div>
        <div class="stage-map" hidden={!beside}>
          <MapPane shown={beside} />
        </div>
        {detail && (
          <div class="stage-case">
            <CaseDetail id={caseId} onClose={() => go({ page })} />
          </div>
        )}
      </main>
      <Announcements />
    </div>
  );
}

/** A phone: the map above a sheet, tabs under the thumb. */
function Phone() {
  const { page, caseId } = route.value;
  const [chosenTall, setTall] = useState(false);
  // A form needs the room; the list of other actions does too.
  const tall = chosenTall || openedAction.value !== undefined;
  const pointing = mapForPicking.value;
  const onMap = page === 'map';
  const showMap = (onMap && !tall) || pointing;
  return (
    <div class={`phone${pointing ? ' phone-pointing' : ''}`}>
      <TopBar />
      <Banners />
      <main id="content" tabIndex={-1} class={`phone-main${onMap ? ' phone-map' : ''}`}>
        {(onMap || page === 'cases' || caseId !== undefined) && <BoardHeading />}
        <div class="phone-above" hidden={!showMap}>
          <MapPane shown={showMap} />
        </div>
        {pointing && (
          <button
            type="button"
            class="button button-primary phone-picked"
            onClick={() => {
              mapForPicking.value = false;
            }}
          >
            {say(words.form.pickDone)}
          </button>
        )}
        <div class="phone-sheet" hidden={pointing} key={onMap || page === 'cases' ? 'board' : page}>
          {onMap && (
            <button
              type="button"
              class="sheet-handle"
              aria-expanded={tall}
              aria-label={say(tall ? words.shell.shrinkSheet : words.shell.expandSheet)}
              onClick={() => setTall(!tall)}
            >
              <span aria-hidden="true" />
              <Icon name={tall ? 'down' : 'up'} size={18} />
            </button>
          )}
          {caseId !== undefined && (onMap || page === 'cases' || page === 'desk') ? (
            <CaseDetail id={caseId} onClose={() => go({ page })} />
          ) : (
            <CurrentPage />
          )}
        </div>
      </main>
      <Navigation tabs />
      <Announcements />
    </div>
  );
}
