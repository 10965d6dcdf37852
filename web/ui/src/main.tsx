import '@fontsource-variable/onest';
import './styles/tokens.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/cases.css';
import './styles/detail.css';
import './styles/pages.css';
import { render } from 'preact';
import { App } from './app';
import { startOutbox } from './commands/send';
import { startPreferences } from './preferences';
import { startRoute } from './route';
import { startSession, takeCode } from './session';
import { startConnection } from './shell/connection';
import { startMedia } from './shell/media';
import { startPush } from './waking/push';

startPreferences();
startMedia();
const code = takeCode();
startRoute();
startOutbox();
startConnection();
startPush();
void startSession(code);

const place = document.getElementById('board');
if (place) render(<App />, place);
