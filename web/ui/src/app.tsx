import { useState } from 'preact/hooks';
import { openedAction } from './cases/action-state';
import { CaseDetail } from './cases/detail';
import { CaseList } from './cases/list';
import { FiledPage } from './filing/filed';
import { FilingPage } from './filing/page';
import { Icon } from './controls/icon';
import { say, words } from './language';
import { go, route } from './route';
import { sessionState } from './session';
import { Announcements, Banners } from './shell/banners';
import { DeskPage } from './desk/page';
import { DeadLettersPage } from './shell/dead-letters';
import { KeysDialog } from './shell/keys';
import { MapPane, mapBeside } from './shell/map-pane';
import { compact } from './shell/media';
import { MorePage } from './shell/more';
import { mayOpen, Navigation } from './shell/navigation';
import { mapForPicking } from './shell/picking';
import { PrintPage } from './shell/print';
import { SetupPage } from './setup/page';
import { PlacesPage } from './setup/places';
import { SignInPage } from './shell/sign-in';
import { TopBar } from './shell/top-bar';
import { StatisticsPage } from './statistics/page';
import { TeamsPage } from './teams/page';

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
  switch (page) {
    case 'new':
      return <FilingPage />;
    case 'application':
      return <FiledPage key={route.value.applicationId} />;
    case 'setup':
      return <SetupPage />;
    case 'places':
      return <PlacesPage />;
    case 'teams':
      return <TeamsPage />;
    case 'statistics':
      return <StatisticsPage />;
    case 'desk':
      return <DeskPage />;
    case 'dead-letters':
      return <DeadLettersPage />;
    case 'more':
      return <MorePage />;
    default:
      return <CaseList />;
  }
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
        <div class="stage-side">
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
        <div class="phone-sheet" hidden={pointing}>
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
