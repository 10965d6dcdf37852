import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { caseTitle, missedCheckIns } from '../cases/describe';
import { outboxEntries } from '../commands/send';
import { photoEntries } from '../photos/send';
import { Icon } from '../controls/icon';
import { language, say, words } from '../language';
import { duration } from '../language/format';
import {
  announced,
  announcedMissed,
  caseById,
  feedState,
  lastFrameAt,
  offlineSince,
  slowNow,
  teamName,
  teamViews,
  truncated,
} from '../live/store';
import { SharingBanner } from '../position/switch';
import { setsUp } from '../permissions';
import { hashOf, route, selectedCaseId } from '../route';
import { accountOf, info, session } from '../session';
import { alarmText, floodFrom, isNews } from '../waking/alarms';
import { Offers } from '../waking/offers';
import { BackupBanner } from './backup-banner';
import { busy, renew, updateReady } from './update';

export function DemoBanner() {
  if (!info.value.demo) return null;
  return <p class="banner banner-demo">{say(words.shell.demo)}</p>;
}

/** On an empty installation the administrator is led to what it needs. */
function FirstRun() {
  const empty = feedState.value.kind === 'live' && teamViews.value.length === 0 && !info.value.office?.name;
  if (!empty || info.value.demo || !setsUp(session.value) || route.value.page === 'setup') return null;
  return (
    <p class="banner banner-unsent">
      {say(words.setup.firstRun)}{' '}
      <a class="button button-small" href="#/setup">
        {say(words.setup.begin)}
      </a>
    </p>
  );
}

// A connection that is away for a moment needs no alarm.
const patience = 5_000;

/** What must be seen on every page: made-up data, a lost connection with the number to call, what waits. */
export function Banners() {
  const state = feedState.value;
  const since = offlineSince.value;
  void slowNow.value;
  const [patient, setPatient] = useState(true);
  useEffect(() => {
    setPatient(true);
    if (since === undefined) return;
    const timer = setTimeout(() => setPatient(false), Math.max(0, patience - (Date.now() - since)));
    return () => clearTimeout(timer);
  }, [since]);
  const account = session.value ? accountOf(session.value) : undefined;
  const unsent = [...outboxEntries.value, ...photoEntries.value].filter((entry) => entry.account === account && entry.state !== 'refused').length;
  const away = since !== undefined && !patient;
  return (
    <section class="banners" aria-label={say(words.shell.banners)}>
      <DemoBanner />
      <BackupBanner />
      <FirstRun />
      <Offers />
      <SharingBanner />
      {updateReady.value && !busy.value && (
        <p class="banner banner-update" role="status">
          {say(words.offline.update)}
          <button type="button" class="text-button" onClick={renew}>
            {say(words.offline.updateNow)}
          </button>
        </p>
      )}
      {truncated.value && (
        <p class="banner banner-unsent" role="status">
          {say(words.shell.truncated)}
        </p>
      )}
      {state.kind === 'stopped' && (
        <p class="banner banner-away" role="alert">
          <Icon name="alert" size={18} />
          {say(words.shell.stoppedReason, { reason: state.reason })}
        </p>
      )}
      {away && state.kind !== 'stopped' && (
        <p class="banner banner-away" role="alert">
          <Icon name="alert" size={18} />
          <span>
            {say(words.shell.unreachable)}{' '}
            {info.value.duty_phone && (
              <>
                <a href={`tel:${info.value.duty_phone.replace(/[^+\d]/g, '')}`}>{info.value.duty_phone}</a>
                {' · '}
              </>
            )}
            <a href="tel:112">112</a>
            {lastFrameAt.value !== undefined && (
              <span class="kept-age">
                {'. '}
                {say(words.offline.kept, { age: duration(Date.now() - lastFrameAt.value, language.value) })}
              </span>
            )}
          </span>
        </p>
      )}
      {unsent > 0 && away && (
        <p class="banner banner-unsent" role="status">
          <Icon name="clock" size={18} />
          {say(words.shell.unsentCount, { count: unsent })}
        </p>
      )}
    </section>
  );
}

/**
 * Says new life-threatening cases and missed check-ins to screen readers and shows them until they are
 * looked at; a check-in also until the team was heard of.
 */
export function Announcements() {
  const looked = selectedCaseId.value;
  const missed = announcedMissed.value.filter(
    ({ view, teamId }) =>
      view.id !== looked &&
      missedCheckIns(caseById(view.id) ?? view).some((assignment) => assignment.team_id === teamId),
  );
  return (
    <div class="announcements" aria-live="assertive">
      {missed.map(({ view, teamId }) => (
        <Announcement key={`${view.id}/${teamId}`} caseId={view.id} forget={() => forgetMissed(view.id)}>
          {say(words.coordination.newlyMissed, { team: teamName(teamId), title: caseTitle(view) })}
        </Announcement>
      ))}
      <NewCases />
    </div>
  );
}

/** One line for each new case; in a flood one line for all, which leads to what waits. */
function NewCases() {
  const news = announced.value.filter(isNews);
  if (news.length >= floodFrom)
    return (
      <p class="announcement" data-flood={news.length}>
        <Icon name="alert" size={20} />
        <a href={hashOf({ page: 'map' }, 'status=waiting')} onClick={forgetAll}>
          {alarmText(news)}
        </a>
        <button type="button" class="icon-button" aria-label={say(words.shell.dismiss)} onClick={forgetAll}>
          <Icon name="close" size={18} />
        </button>
      </p>
    );
  return (
    <>
      {news.map((view) => (
        <Announcement key={view.id} caseId={view.id} forget={() => forget(view.id)}>
          {alarmText([view])}
        </Announcement>
      ))}
    </>
  );
}

function forgetAll(): void {
  announced.value = [];
}

interface AnnouncementProps {
  caseId: string;
  forget(): void;
  children: ComponentChildren;
}

function Announcement({ caseId, forget, children }: AnnouncementProps) {
  return (
    <p class="announcement">
      <Icon name="alert" size={20} />
      <a href={hashOf({ page: 'map', caseId })} onClick={forget}>
        {children}
      </a>
      <button type="button" class="icon-button" aria-label={say(words.shell.dismiss)} onClick={forget}>
        <Icon name="close" size={18} />
      </button>
    </p>
  );
}

function forget(id: string): void {
  announced.value = announced.value.filter((view) => view.id !== id);
}

function forgetMissed(id: string): void {
  announcedMissed.value = announcedMissed.value.filter(({ view }) => view.id !== id);
}
