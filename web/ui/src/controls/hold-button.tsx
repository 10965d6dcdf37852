import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { say, words } from '../language';

/** Long enough not to happen in a pocket, short enough with cold fingers. */
const holdMilliseconds = 1200;

interface HoldButtonProps {
  label: string;
  onHeld(): void;
  disabled?: boolean;
  quiet?: boolean;
}

/**
 * A button that acts only after it was held: by a finger or the mouse, or with Enter or the space bar.
 * Assistive technology that can only click gets a question instead.
 */
export function HoldButton({ label, onHeld, disabled, quiet }: HoldButtonProps) {
  const [holding, setHolding] = useState(false);
  const [asking, setAsking] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const id = useId();

  const cancel = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHolding(false);
  };
  const start = () => {
    if (disabled || timer.current !== undefined) return;
    setHolding(true);
    timer.current = setTimeout(() => {
      cancel();
      navigator.vibrate?.(60);
      onHeld();
    }, holdMilliseconds);
  };
  useEffect(() => cancel, []);

  if (asking) {
    return (
      <div class="hold-question">
        <button type="button" class="button button-primary" onClick={onHeld}>
          {label}
        </button>
        <button type="button" class="button" onClick={() => setAsking(false)}>
          {say(words.shell.cancel)}
        </button>
      </div>
    );
  }
  return (
    <div class="hold">
      <button
        type="button"
        class={`button button-primary hold-button${quiet ? ' button-quiet' : ''}${holding ? ' is-holding' : ''}`}
        style={{ '--hold': `${holdMilliseconds}ms` }}
        disabled={disabled}
        aria-describedby={id}
        onPointerDown={(event) => {
          if (event.button === 0) start();
        }}
        onPointerUp={cancel}
        onPointerLeave={cancel}
        onPointerCancel={cancel}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          if (!event.repeat) start();
        }}
        onKeyUp={cancel}
        onBlur={cancel}
        onClick={(event) => {
          // A click without pointer or key comes from assistive technology.
          if (event.detail === 0) setAsking(true);
        }}
      >
        <span class="hold-progress" aria-hidden="true" />
        <span class="hold-label">{label}</span>
        <span class="hold-hint">{holding ? say(words.actions.holdProgress) : say(words.actions.holdToConfirm)}</span>
      </button>
      <span id={id} class="visually-hidden">
        {say(words.actions.holdKeyboard)}
      </span>
    </div>
  );
}
