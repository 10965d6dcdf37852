import { useEffect } from 'preact/hooks';
import type { AssignmentView, CaseView } from '../api/views';
import { command } from '../commands/send';
import { Icon } from '../controls/icon';
import { type Phrase, say, words } from '../language';
import { teamName } from '../live/store';
import { coordinates as mayCoordinate, markablePoints, noteAudiences, reportsOutcome } from '../permissions';
import { session } from '../session';
import { closeAction, type FormName, openAction, openedAction, wantedAction } from './action-state';
import { isLive, isOver, isUnconfirmed, sexOf } from './describe';
import { ByHandForm, HandOverForm, MergeForm, PointForm, SizeForm, UrgencyForm } from './coordination-forms';
import { GroupTextForm, MemberForm } from './roster-forms';
import { AcceptForm, DeclineForm } from './answer-forms';
import { AssignForm, NoteForm, PeopleForm } from './team-forms';
import { MendForm } from './mend-form';
import { CloseForm, DeceasedForm, FamilyToldForm, FoundForm, MissingForm } from './outcome-forms';
import { stepsFor } from './steps';

interface Action {
  label: Phrase;
  form?: FormName;
  /** Given at once when there is no form. */
  type?: string;
  fields?: Record<string, unknown>;
  teamId?: string;
}

/** What this person may do now: one main action, at most one beside it, the rest behind a button. */
export function CaseActions({ view }: { view: CaseView }) {
  useEffect(() => closeAction, []);
  const wanted = wantedAction.value;
  useEffect(() => {
    if (wanted?.caseId !== view.id) return;
    wantedAction.value = undefined;
    openAction(wanted.action);
  }, [wanted, view.id]);
  const opened = openedAction.value;
  if (opened && opened.name !== 'other') {
    return (
      <footer class="detail-actions detail-form">
        <ActionForm view={view} name={opened.name} teamId={opened.teamId} otherId={opened.otherId} />
      </footer>
    );
  }
  const own = ownAssignment(view);
  const [main, ...others] = actionsFor(view, own);
  if (!main) return null;
  // Yes and no belong side by side; everything else waits behind one button.
  // So do the way there and the text that calls the members.
  const second = others[0]?.form === 'decline' || others[0]?.form === 'group-text' ? others[0] : undefined;
  const rest = second ? others.slice(1) : others;
  const showRest = opened?.name === 'other';
  return (
    <footer class="detail-actions">
      {own && <p class="acting-for">{say(words.actions.forTeam, { team: teamName(own.team_id) })}</p>}
      {showRest && (
        <div class="other-actions">
          {rest.map((action) => (
            <ActionButton key={say(action.label)} view={view} action={action} />
          ))}
        </div>
      )}
      <div class="main-actions">
        <ActionButton view={view} action={main} main />
        {second && <ActionButton view={view} action={second} />}
        {rest.length > 0 && (
          <button
            type="button"
            class="button button-others"
            aria-expanded={showRest}
            aria-label={say(words.actions.others)}
            title={say(words.actions.others)}
            onClick={() => (showRest ? closeAction() : openAction({ name: 'other' }))}
          >
            <Icon name={showRest ? 'down' : 'dots'} size={22} />
          </button>
        )}
      </div>
    </footer>
  );
}

// A death is spoken of quietly.
const quietForms: ReadonlySet<FormName | undefined> = new Set(['deceased', 'family-told']);

function ActionButton({ view, action, main }: { view: CaseView; action: Action; main?: boolean }) {
  const sex = sexOf(view);
  return (
    <button
      type="button"
      class={`button${main ? ' button-primary' : ''}${main && quietForms.has(action.form) ? ' button-quiet' : ''}`}
      data-action={action.form ?? action.type}
      onClick={() => {
        if (action.form) openAction({ name: action.form, ...(action.teamId ? { teamId: action.teamId } : {}) });
        else if (action.type) {
          command(view.id, action.type, { ...action.fields, ...(action.teamId ? { team_id: action.teamId } : {}) });
          closeAction();
        }
      }}
    >
      {say(action.label, sex ? { sex } : {})}
    </button>
  );
}

/** The assignment that the signed-in team member stands in; the one that is further along, if several. */
export function ownAssignment(view: CaseView): AssignmentView | undefined {
  const teams = session.value?.roles.includes('team') ? (session.value.teams ?? []) : [];
  const own = (view.assignments ?? []).filter((assignment) => teams.includes(assignment.team_id));
  return own.find(isLive) ?? own.find((assignment) => assignment.status === 'no_answer');
}

function actionsFor(view: CaseView, own: AssignmentView | undefined): Action[] {
  const result: Action[] = [];
  const coordinator = mayCoordinate(session.value, view.region);
  const reports = reportsOutcome(session.value, view);
  const running = !isOver(view.status) && view.status !== 'ended';
  const outcome = outcomeActions(view, reports, coordinator, running);

  if (own) {
    for (const step of stepsFor(own, view, false)) {
      result.push({
        label: step.label,
        teamId: own.team_id,
        ...(step.form ? { form: step.form } : { type: step.type }),
      });
    }
    // Once a team has said yes, its members have to hear of it.
    if (own.status === 'accepted' || own.status === 'en_route') result.splice(1, 0, groupText(own));
    // On the scene the next thing to report is how it ended.
    if (own.status === 'on_scene') result.unshift(...outcome, groupText(own));
    else result.push(...outcome);
    if (!coordinator && markablePoints(session.value, view).length > 0)
      result.push({ label: words.coordination.markPoint, form: 'point' });
    if (own.check_in_missed_at) result.unshift(checkIn(own));
    else if (own.check_in_by) result.push(checkIn(own));
  }
  if (coordinator) {
    const unanswered = view.status === 'waiting';
    const calls: Action[] = [];
    const mend: Action = { label: words.actions.mend, form: 'mend' };
    // Nobody can be called to a place that is not known: that comes first.
    const holds = view.needs_review?.some((item) => item.holds) ?? false;
    if (holds) calls.push(mend);
    if (view.status === 'review' && !(holds && view.call_out === 'now'))
      calls.push({ label: words.actions.callNow, type: 'case.call_out', fields: { call_out: 'now' } });
    if (running) calls.push({ label: words.actions.assign, form: 'assign' });
    if (view.status === 'ended') calls.push(...endedActions(view));
    if (own) result.push(...calls);
    else if (unanswered || view.status === 'review' || view.status === 'ended') result.push(...calls, ...outcome);
    else result.push(...outcome, ...calls);
    if (running && view.status === 'waiting' && view.call_out !== 'hold') {
      result.push({ label: words.actions.hold, type: 'case.call_out', fields: { call_out: 'hold' } });
    }
    if (running && !holds) result.push(mend);
    if (running) {
      result.push({ label: words.coordination.size, form: 'size' });
      result.push({ label: words.assessment.set, form: 'urgency' });
    }
    if (!isOver(view.status)) result.push({ label: words.coordination.markPoint, form: 'point' });
    if (!running) result.push({ label: words.actions.reopen, type: 'case.reopen' });
  } else if (!own) {
    result.push(...outcome);
  }
  if (noteAudiences(session.value, view).length > 0) result.push({ label: words.actions.note, form: 'note' });
  return result;
}

function groupText(own: AssignmentView): Action {
  return { label: words.coordination.groupText, form: 'group-text', teamId: own.team_id };
}

function checkIn(own: AssignmentView): Action {
  return { label: words.coordination.checkIn, type: 'assignment.check_in', teamId: own.team_id };
}

function outcomeActions(view: CaseView, reports: boolean, coordinator: boolean, running: boolean): Action[] {
  if (!reports || !(running || view.status === 'missing')) return [];
  if (view.kind !== 'missing_person') return running ? [{ label: words.actions.close, form: 'close' }] : [];
  const result: Action[] = [{ label: words.actions.foundPerson, form: 'found' }];
  if (coordinator) {
    if (running) result.push({ label: words.actions.missing, form: 'missing' });
    result.push({ label: words.actions.deceased, form: 'deceased' });
    if (running) result.push({ label: words.actions.close, form: 'close' });
  }
  return result;
}

function endedActions(view: CaseView): Action[] {
  const told: Action = { label: words.actions.familyTold, form: 'family-told' };
  const death: Action = { label: words.actions.deceased, form: 'deceased' };
  // A report of no signs of life must be confirmed before anybody is told.
  return isUnconfirmed(view) ? [death, told] : [told, death];
}

interface ActionFormProps {
  view: CaseView;
  name: FormName;
  teamId: string | undefined;
  otherId: string | undefined;
}

function ActionForm({ view, name, teamId, otherId }: ActionFormProps) {
  switch (name) {
    case 'urgency':
      return <UrgencyForm view={view} />;
    case 'hand-over':
      return <HandOverForm view={view} />;
    case 'size':
      return <SizeForm view={view} />;
    case 'point':
      return <PointForm view={view} />;
    case 'merge':
      return otherId ? <MergeForm view={view} otherId={otherId} /> : null;
    case 'stand-down':
      return teamId ? (
        <ByHandForm view={view} teamId={teamId} type="assignment.stand_down" title={words.coordination.standDown} />
      ) : null;
    case 'lead':
      return teamId ? (
        <ByHandForm view={view} teamId={teamId} type="case.lead" title={words.coordination.makeLead} />
      ) : null;
    case 'group-text':
      return teamId ? <GroupTextForm view={view} teamId={teamId} /> : null;
    case 'member':
      return teamId ? <MemberForm view={view} teamId={teamId} /> : null;
    case 'accept':
      return teamId ? <AcceptForm view={view} teamId={teamId} /> : null;
    case 'decline':
      return teamId ? <DeclineForm view={view} teamId={teamId} /> : null;
    case 'on-scene':
      return teamId ? (
        <PeopleForm
          view={view}
          teamId={teamId}
          type="assignment.on_scene"
          title={words.actions.onScene}
          label={words.actions.peopleOnScene}
        />
      ) : null;
    case 'returned':
      return teamId ? (
        <PeopleForm
          view={view}
          teamId={teamId}
          type="assignment.returned"
          title={words.actions.returned}
          label={words.actions.peopleReturned}
        />
      ) : null;
    case 'assign':
      return <AssignForm view={view} />;
    case 'note':
      return <NoteForm view={view} />;
    case 'mend':
      return <MendForm view={view} />;
    case 'found':
      return <FoundForm view={view} />;
    case 'missing':
      return <MissingForm view={view} />;
    case 'deceased':
      return <DeceasedForm view={view} />;
    case 'family-told':
      return <FamilyToldForm view={view} />;
    case 'close':
      return <CloseForm view={view} />;
    default:
      return null;
  }
}
