import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import { Icon } from '../controls/icon';
import { language, say, words } from '../language';
import { moment, parseTime } from '../language/format';
import { slowNow } from '../live/store';
import { coordinates } from '../permissions';
import { session } from '../session';

// A backup is late by hours; asking each minute costs a phone half a megabyte a day.
const every = 300_000;

interface Backups {
  state: string;
  newest_at?: string;
  failed_at?: string;
}

/** Says to those who can do something about it that the newest backup failed or is too old. */
export function BackupBanner() {
  const concerned = coordinates(session.value);
  const [backups, setBackups] = useState<Backups>();
  useEffect(() => {
    if (!concerned) return setBackups(undefined);
    const controller = new AbortController();
    const ask = () =>
      get<Backups>('backups', controller.signal).then(setBackups, () => {
        // A server that is away is told by another banner; what was known of the backups stays.
      });
    void ask();
    const timer = setInterval(ask, every);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [concerned]);
  if (backups?.state !== 'failed' && backups?.state !== 'late') return null;
  const newest = parseTime(backups.newest_at);
  const age =
    newest === undefined
      ? say(words.shell.backupNone)
      : say(words.shell.backupNewest, { time: moment(newest, slowNow.value, language.value) });
  return (
    <p class="banner banner-away" role="alert">
      <Icon name="alert" size={18} />
      <span>
        {say(backups.state === 'failed' ? words.shell.backupFailed : words.shell.backupLate)} {age}
      </span>
    </p>
  );
}
