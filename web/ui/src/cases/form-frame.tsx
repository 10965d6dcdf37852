import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../controls/icon';
import { say, words } from '../language';
import { closeAction } from './action-state';

interface FormFrameProps {
  title: string;
  children: ComponentChildren;
  /** The button that sends; a form that is held to confirm brings its own instead. */
  submit?: string;
  onSubmit?(): void;
  disabled?: boolean;
  quiet?: boolean;
  own?: ComponentChildren;
}

/** The frame of a form at the bottom of the detail: a title, a way out, the fields, one button. */
export function FormFrame({ title, children, submit, onSubmit, disabled, quiet, own }: FormFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <form
      class="action-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabled) onSubmit?.();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') closeAction();
      }}
    >
      <div class="action-form-head">
        <h3 tabIndex={-1} ref={heading}>
          {title}
        </h3>
        <button type="button" class="icon-button" aria-label={say(words.shell.cancel)} onClick={closeAction}>
          <Icon name="close" />
        </button>
      </div>
      <div class="action-form-body">{children}</div>
      {own}
      {submit && (
        <button type="submit" class={`button button-primary${quiet ? ' button-quiet' : ''}`} disabled={disabled}>
          {submit}
        </button>
      )}
    </form>
  );
}
