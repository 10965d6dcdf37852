import { useState } from 'preact/hooks';
import { Choice, Field } from '../controls/field';
import { say, words } from '../language';
import { type SessionState, signIn } from '../session';
import { DemoBanner } from './banners';
import { EmergencyNumbers } from './more';
import { LanguageSwitch } from './top-bar';

/** The page before anybody is signed in. */
export function SignInPage({ state }: { state: SessionState }) {
  const [way, setWay] = useState<'key' | 'code'>('key');
  const [value, setValue] = useState('');
  const [sending, setSending] = useState(false);
  const [empty, setEmpty] = useState(false);
  const failed = state.kind === 'signed-out' ? state.failed : undefined;
  const message =
    failed === 'key'
      ? say(words.shell.keyRefused)
      : failed === 'code'
        ? say(words.shell.codeRefused)
        : failed === 'unreachable'
          ? say(words.problems['network-down'])
          : undefined;

  const submit = async () => {
    const credential = value.trim();
    setEmpty(credential === '');
    if (credential === '') return;
    setSending(true);
    await signIn(way === 'key' ? { key: credential } : { code: credential });
    setSending(false);
  };

  return (
    <main class="sign-in">
      <DemoBanner />
      <div class="sign-in-box">
        <div class="sign-in-language">
          <LanguageSwitch />
        </div>
        <h1>
          Izdeu
          <small>{say(words.shell.signInTitle)}</small>
        </h1>
        {state.kind === 'signed-out' && state.ended && <p class="notice">{say(words.shell.sessionEnded)}</p>}
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <p class="secondary">{say(words.shell.signInHelp)}</p>
          <Choice
            label={say(words.shell.signIn)}
            hiddenLabel
            value={way}
            onValue={setWay}
            options={[
              { value: 'key', label: say(words.shell.withKey) },
              { value: 'code', label: say(words.shell.withCode) },
            ]}
          />
          <Field
            label={say(way === 'key' ? words.shell.keyLabel : words.shell.codeLabel)}
            type={way === 'key' ? 'password' : 'text'}
            value={value}
            onValue={(text) => {
              setValue(text);
              setEmpty(false);
            }}
            autocomplete={way === 'key' ? 'current-password' : 'one-time-code'}
            error={empty ? say(words.shell.fieldEmpty) : undefined}
          />
          {message && (
            <p class="field-error" role="alert">
              {message}
            </p>
          )}
          <button type="submit" class="button button-primary" disabled={sending}>
            {say(words.shell.signIn)}
          </button>
        </form>
        <EmergencyNumbers />
      </div>
    </main>
  );
}
