import { useSignal } from '@preact/signals';
import type { Problem } from '../api/client';
import { Switch } from '../controls/field';
import { Icon } from '../controls/icon';
import { ProblemNotice, problemOf } from '../controls/problem';
import { say, words } from '../language';
import { alarmsOn, chooseAlarms } from './alarms';
import { chooseSound, ring, soundOn } from './sound';
import { pushState, switchOff, switchOn } from './push';

/** Lets a person be woken by this device, also while the board is closed. */
export function WakingSwitch() {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const state = pushState.value;
  const turn = async () => {
    busy.value = true;
    problem.value = undefined;
    try {
      await (state === 'on' ? switchOff() : switchOn());
    } catch (error) {
      problem.value = problemOf(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <section class="section">
      <h2>{say(words.shell.waking)}</h2>
      <p class="secondary">{say(explanation(state))}</p>
      {(state === 'on' || state === 'off') && (
        <button type="button" class="button" disabled={busy.value} onClick={() => void turn()}>
          {say(state === 'on' ? words.shell.wakingTurnOff : words.shell.wakingTurnOn)}
        </button>
      )}
      <Switch label={say(words.alarms.title)} checked={alarmsOn.value} onChecked={chooseAlarms} />
      <p class="secondary">{say(words.alarms.help)}</p>
      <Switch label={say(words.lead.sound)} checked={soundOn.value} onChecked={chooseSound} />
      {soundOn.value && (
        <button type="button" class="button" onClick={ring}>
          <Icon name="sound" size={20} />
          {say(words.lead.soundTry)}
        </button>
      )}
      {problem.value && <ProblemNotice problem={problem.value} />}
    </section>
  );
}

function explanation(state: typeof pushState.value) {
  switch (state) {
    case 'on':
      return words.shell.wakingOn;
    case 'blocked':
      return words.shell.wakingBlocked;
    case 'unsupported':
      return words.shell.wakingUnsupported;
    default:
      return words.shell.wakingOff;
  }
}
