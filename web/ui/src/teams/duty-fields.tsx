import { Choice, Field } from '../controls/field';
import { Icon } from '../controls/icon';
import { say, words } from '../language';
import { type DutyDraft, type ExceptionDraft, endsNextDay, type ShiftDraft, weekdays } from './duty';

interface DutyFieldsProps {
  draft: DutyDraft;
  change(draft: DutyDraft): void;
  error(pointer: string): string | undefined;
}

const mostShifts = 21;

/** When a team is on duty: shifts of the week, and times in which they do not count. */
export function DutyFields({ draft, change, error }: DutyFieldsProps) {
  const shift = (index: number, fields: Partial<ShiftDraft>) =>
    change({ ...draft, weekly: draft.weekly.map((one, at) => (at === index ? { ...one, ...fields } : one)) });
  const exception = (index: number, fields: Partial<ExceptionDraft>) =>
    change({ ...draft, exceptions: draft.exceptions.map((one, at) => (at === index ? { ...one, ...fields } : one)) });
  return (
    <fieldset class="group duty">
      <legend>{say(words.duty.title)}</legend>
      {draft.weekly.length === 0 && draft.exceptions.length === 0 && <p class="secondary">{say(words.duty.always)}</p>}
      {draft.weekly.map((one, index) => (
        // Shifts have no names; the place in the list is one.
        <div key={index} class="duty-part">
          <PartHead
            title={say(words.duty.shift, { n: index + 1 })}
            onRemove={() => change({ ...draft, weekly: draft.weekly.filter((_, at) => at !== index) })}
          />
          <Days days={one.days} onDays={(days) => shift(index, { days })} error={error(`/duty/weekly/${index}/days`)} />
          <div class="field-row">
            <Field
              label={say(words.duty.from)}
              value={one.from}
              onValue={(from) => shift(index, { from })}
              error={error(`/duty/weekly/${index}/from`)}
            />
            <Field
              label={say(words.duty.to)}
              value={one.to}
              onValue={(to) => shift(index, { to })}
              error={error(`/duty/weekly/${index}/to`)}
            />
          </div>
          {endsNextDay(one) && <p class="field-help">{say(words.duty.nextDay)}</p>}
        </div>
      ))}
      {draft.exceptions.map((one, index) => (
        <div key={index} class="duty-part">
          <PartHead
            title={say(words.duty.exception, { n: index + 1 })}
            onRemove={() => change({ ...draft, exceptions: draft.exceptions.filter((_, at) => at !== index) })}
          />
          <Choice
            label={say(words.duty.exception, { n: index + 1 })}
            hiddenLabel
            value={one.on}
            onValue={(on) => exception(index, { on })}
            options={[
              { value: 'off', label: say(words.duty.off) },
              { value: 'on', label: say(words.duty.on) },
            ]}
          />
          <div class="field-row">
            <Field
              label={say(words.duty.from)}
              type="datetime-local"
              value={one.from}
              onValue={(from) => exception(index, { from })}
              error={error(`/duty/exceptions/${index}/from`)}
            />
            <Field
              label={say(words.duty.to)}
              type="datetime-local"
              value={one.to}
              onValue={(to) => exception(index, { to })}
              error={error(`/duty/exceptions/${index}/to`)}
            />
          </div>
        </div>
      ))}
      <div class="duty-add">
        {draft.weekly.length < mostShifts && (
          <button
            type="button"
            class="button button-small"
            onClick={() =>
              change({ ...draft, weekly: [...draft.weekly, { days: [...weekdays], from: '20:00', to: '08:00' }] })
            }
          >
            <Icon name="file" size={16} />
            {say(words.duty.addShift)}
          </button>
        )}
        <button
          type="button"
          class="button button-small"
          onClick={() => change({ ...draft, exceptions: [...draft.exceptions, { from: '', to: '', on: 'off' }] })}
        >
          <Icon name="file" size={16} />
          {say(words.duty.addException)}
        </button>
      </div>
    </fieldset>
  );
}

function PartHead({ title, onRemove }: { title: string; onRemove(): void }) {
  return (
    <p class="subject-form-head">
      <strong>{title}</strong>
      <button type="button" class="text-button" onClick={onRemove}>
        {say(words.duty.remove)}
      </button>
    </p>
  );
}

interface DaysProps {
  days: ShiftDraft['days'];
  onDays(days: ShiftDraft['days']): void;
  error: string | undefined;
}

function Days({ days, onDays, error }: DaysProps) {
  return (
    <fieldset class="choice choice-days">
      <legend>{say(words.duty.days)}</legend>
      <div class="choice-options">
        {weekdays.map((day) => (
          <label key={day} class="choice-option">
            <input
              type="checkbox"
              checked={days.includes(day)}
              aria-invalid={error ? 'true' : undefined}
              onChange={(event) =>
                onDays(weekdays.filter((one) => (one === day ? event.currentTarget.checked : days.includes(one))))
              }
            />
            <span>{say(words.weekday[day])}</span>
          </label>
        ))}
      </div>
      {error && <p class="field-error">{error}</p>}
    </fieldset>
  );
}
