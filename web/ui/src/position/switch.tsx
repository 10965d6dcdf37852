import type { CaseView } from '../api/views';
import { ownAssignment } from '../cases/actions';
import { Switch } from '../controls/field';
import { Icon } from '../controls/icon';
import { problemText } from '../controls/problem';
import { say, words } from '../language';
import { clock } from '../language/format';
import { teamName } from '../live/store';
import { canShare, sentAt, share, shared, sharingProblem, stopSharing, teamsOut, waitingFixes } from './sharing';

/** Lets the team's own lead show where the team is, while it is on the case. */
export function ShareSwitch({ view }: { view: CaseView }) {
  const own = ownAssignment(view);
  if (!own || !teamsOut.value.has(own.team_id) || !canShare()) return null;
  const on = shared.value?.teamId === own.team_id;
  return (
    <section class="section share-position">
      <Switch
        label={say(words.lead.share)}
        checked={on}
        onChecked={(wanted) => (wanted ? share(own.team_id) : stopSharing())}
      />
      <p class="secondary" role="status">
        {on ? <SharingState /> : say(words.lead.shareHelp)}
      </p>
    </section>
  );
}

function SharingState() {
  const problem = sharingProblem.value;
  const waiting = waitingFixes.value.length;
  if (problem === 'blocked') return <span class="field-error">{say(words.lead.shareBlocked)}</span>;
  if (problem) return <span class="field-error">{say(words.lead.shareRefused, { reason: problemText(problem) })}</span>;
  const parts = [
    sentAt.value !== undefined && say(words.lead.shareOn, { time: clock(sentAt.value) }),
    waiting > 0 && say(words.lead.shareWaiting, { count: waiting }),
  ].filter(Boolean);
  return <>{parts.length > 0 ? parts.join(' · ') : say(words.lead.shareSearching)}</>;
}

/** Nobody shares a position without seeing it, whatever page is open. */
export function SharingBanner() {
  const on = shared.value;
  if (!on) return null;
  return (
    <p class="banner banner-sharing">
      <Icon name="target" size={18} />
      <span>
        {say(words.lead.share)} · {teamName(on.teamId)}
      </span>
      <button type="button" class="text-button" onClick={stopSharing}>
        {say(words.shell.wakingTurnOff)}
      </button>
    </p>
  );
}
