import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { say, words } from '../language';

export interface FieldProps {
  label: string;
  value: string;
  onValue(value: string): void;
  type?: 'text' | 'number' | 'datetime-local' | 'tel' | 'password' | 'date';
  required?: boolean;
  help?: string;
  error?: string | undefined;
  /** JSON pointer of the field, by which the server's complaints find it. */
  pointer?: string;
  rows?: number;
  min?: number;
  max?: number;
  autocomplete?: string;
  disabled?: boolean;
  wide?: boolean;
}

/** A labelled input with its help and its error; a textarea when `rows` is given. */
export function Field(props: FieldProps) {
  const id = useId();
  const described = [props.help && `${id}-help`, props.error && `${id}-error`].filter(Boolean).join(' ');
  const shared = {
    id,
    value: props.value,
    required: props.required,
    disabled: props.disabled,
    autocomplete: props.autocomplete ?? 'off',
    'aria-invalid': props.error ? ('true' as const) : undefined,
    'aria-describedby': described || undefined,
    'data-pointer': props.pointer,
  };
  return (
    <div class={`field${props.wide ? ' field-wide' : ''}`}>
      <label for={id}>
        {props.label}
        {props.required && <span class="required"> · {say(words.form.required)}</span>}
      </label>
      {props.rows ? (
        <textarea {...shared} rows={props.rows} onInput={(event) => props.onValue(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          // Number inputs drop what they cannot read; a text can be shown with what is wrong with it.
          type={(props.type === 'number' ? 'text' : (props.type ?? 'text')) as 'text'}
          inputMode={props.type === 'number' ? 'numeric' : undefined}
          onInput={(event) => props.onValue(event.currentTarget.value)}
        />
      )}
      {props.help && (
        <p class="field-help" id={`${id}-help`}>
          {props.help}
        </p>
      )}
      {props.error && (
        <p class="field-error" id={`${id}-error`}>
          {props.error}
        </p>
      )}
    </div>
  );
}

export interface SelectFieldProps {
  label: string;
  value: string;
  onValue(value: string): void;
  options: readonly { value: string; label: string }[];
  error?: string | undefined;
  pointer?: string;
  hiddenLabel?: boolean;
}

export function SelectField({ label, value, onValue, options, error, pointer, hiddenLabel }: SelectFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={hiddenLabel ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        data-pointer={pointer}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        onChange={(event) => onValue(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export interface ChoiceProps<V extends string> {
  label: string;
  value: NoInfer<V> | undefined;
  onValue(value: NoInfer<V>): void;
  options: readonly { value: V; label: string }[];
  hiddenLabel?: boolean;
  /** One below the other: for long texts. */
  stacked?: boolean;
  pointer?: string;
}

/** One of a few, each as a button of finger size: radio buttons to the keyboard and to screen readers. */
export function Choice<V extends string>(props: ChoiceProps<V>) {
  const name = useId();
  return (
    <fieldset class={`choice${props.stacked ? ' choice-stacked' : ''}`} data-pointer={props.pointer}>
      <legend class={props.hiddenLabel ? 'visually-hidden' : undefined}>{props.label}</legend>
      <div class="choice-options">
        {props.options.map((option) => (
          <label key={option.value} class="choice-option">
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={props.value === option.value}
              onChange={() => props.onValue(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Switch({
  label,
  checked,
  onChecked,
  disabled,
}: {
  label: ComponentChildren;
  checked: boolean;
  onChecked(value: boolean): void;
  disabled?: boolean;
}) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        aria-checked={checked}
        disabled={disabled}
        onChange={(event) => onChecked(event.currentTarget.checked)}
      />
      <span class="switch-track" aria-hidden="true" />
      <span>{label}</span>
    </label>
  );
}
