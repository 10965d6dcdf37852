import { useState } from 'preact/hooks';
import { Icon } from './icon';

/** Copies a text, where the browser allows it: on HTTPS and localhost only. */
export function CopyButton({ label, done, text }: { label: string; done: string; text(): string }) {
  const [copied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      class="text-button"
      onClick={() => {
        navigator.clipboard.writeText(text()).then(
          () => setCopied(true),
          () => setCopied(false),
        );
      }}
    >
      <Icon name={copied ? 'check' : 'link'} size={16} />
      <span role="status">{copied ? done : label}</span>
    </button>
  );
}
