'use strict';
// The page behind a roster's link. It keeps every answer until the server has
// it, and sends it again under the same id: so it is applied once.
const words = /* words */ {};
const token = location.pathname.split('/')[2];
const pollEvery = 30000;
const retryFirst = 3000;
const retryMost = 60000;

// Storage may be forbidden: then all lives as long as the page.
const memory = {};
const kept = {
  get(name, otherwise) {
    try {
      const text = localStorage.getItem(`izdeu.roster.${name}`);
      return text === null ? (memory[name] ?? otherwise) : JSON.parse(text);
    } catch {
      return memory[name] ?? otherwise;
    }
  },
  set(name, value) {
    memory[name] = value;
    try {
      if (value === undefined) localStorage.removeItem(`izdeu.roster.${name}`);
      else localStorage.setItem(`izdeu.roster.${name}`, JSON.stringify(value));
    } catch {}
  },
};

function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

let secret = kept.get('secret');
if (!secret) {
  secret = random();
  kept.set('secret', secret);
}

const languages = Object.keys(words);
let language = kept.get('language') ??
  navigator.languages.map((one) => one.slice(0, 2)).find((one) => languages.includes(one)) ?? languages[0];

function say(name, values = {}) {
  return words[language][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

// What is shown: the state that the server gave last, whether it could be
// reached, what it refused, and answers that it does not have yet.
const stateName = `state.${token}`;
let state = kept.get(stateName);
let away = false;
let refused;
let ended;
let changing = false;
let retry = retryFirst;
let busy = false;
let timer;
const form = { adult: undefined, guardian: false, eta: '30', seats: '0', ...kept.get('person', {}) };
const unsent = () => kept.get('unsent', []).filter((one) => one.token === token);

function keepUnsent(list) {
  kept.set('unsent', [...kept.get('unsent', []).filter((one) => one.token !== token), ...list]);
}

async function ask(path, options = {}) {
  const response = await fetch(`/r/${token}/${path}?lang=${language}`, {
    cache: 'no-store', ...options, headers: { 'Izdeu-Member': secret, ...options.headers }, signal: AbortSignal.timeout(20000),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const problem = new Error(answer.detail);
  problem.status = response.status;
  throw problem;
}

const passes = (problem) => problem.status === undefined || problem.status >= 500 || problem.status === 429 || problem.status === 408;

function take(answer) {
  state = answer;
  kept.set(stateName, answer.phase === 'over' ? undefined : answer);
  away = false;
  ended = undefined;
}

// flush sends what waits, in order, then asks how things stand.
async function flush() {
  clearTimeout(timer);
  if (busy) return;
  busy = true;
  let wait = pollEvery;
  try {
    for (let one = unsent()[0]; one; one = unsent()[0]) {
      try {
        take(await ask('answer', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ id: one.id, secret, age_s: Math.max(0, (Date.now() - one.at) / 1000), member: one.member }),
        }));
      } catch (problem) {
        if (passes(problem)) throw problem;
        refused = problem.message;
        changing = false;
      }
      keepUnsent(unsent().filter((other) => other.id !== one.id));
      render();
    }
    take(await ask('state'));
    retry = retryFirst;
  } catch (problem) {
    if (passes(problem)) {
      away = true;
      wait = retry;
      retry = Math.min(retry * 2, retryMost);
    } else {
      ended = problem.message;
      state = undefined;
      kept.set(stateName, undefined);
    }
  } finally {
    busy = false;
  }
  render();
  timer = setTimeout(flush, wait);
}

function answer(member) {
  refused = undefined;
  changing = false;
  keepUnsent([...unsent(), { token, id: random(), at: Date.now(), member }]);
  retry = retryFirst;
  render();
  flush();
  scrollTo(0, 0);
}

function goes() {
  refused = !form.name?.trim() ? say('needName') : form.adult === undefined ? say('needAdult') : undefined;
  if (!refused && form.adult === false && !(state.event && form.guardian)) refused = state.minor;
  if (refused) {
    render();
    return scrollTo(0, 0);
  }
  kept.set('person', { name: form.name.trim(), phone: form.phone?.trim() });
  answer({
    name: form.name.trim(), phone: form.phone?.trim() || undefined, adult: form.adult, guardian: form.guardian || undefined,
    answer: 'coming', eta_minutes: Number(form.eta), seats: Number(form.seats),
  });
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

function button(text, onclick, className = '') {
  return make('button', { type: 'button', className, onclick }, text);
}

function field(label, name, properties) {
  return make('label', {}, make('span', {}, label),
    make('input', { name, value: form[name] ?? '', oninput: (event) => { form[name] = event.target.value; }, ...properties }));
}

function select(label, name, options) {
  const list = make('select', { name, onchange: (event) => { form[name] = event.target.value; } },
    ...options.map(([value, text]) => make('option', { value, selected: form[name] === value }, text)));
  return make('label', {}, make('span', {}, label), list);
}

function choice(name, value, text) {
  return make('label', { className: 'choice' },
    make('input', { type: 'radio', name, checked: form[name] === value, onchange: () => { form[name] = value; render(); } }), text);
}

function facts() {
  const rows = [];
  const row = (label, value) => rows.push(make('div', {}, make('dt', {}, label), make('dd', {}, value)));
  if (state.place) row(say('place'), state.place);
  if (state.meeting) {
    const [longitude, latitude] = state.meeting;
    const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
    row(say('meeting'), make('span', {}, `${at} `, make('a', { href: `geo:${at.replace(' ', '')}?q=${at.replace(' ', '')}` }, say('map'))));
  } else if (state.what) {
    row(say('meeting'), say('askLead'));
  }
  return make('section', {}, state.mark && make('p', { className: 'mark' }, state.mark), make('h1', {}, state.what), make('dl', {}, ...rows),
    make('p', { className: 'faint' }, state.when));
}

function question() {
  const minutes = [5, 15, 30, 45, 60, 90, 120, 180, 240, 360].map((n) =>
    [String(n), n < 60 ? say('minutes', { n }) : say('hours', { n: String(n / 60).replace('.', ',') })]);
  const seats = [...Array(11).keys(), 15, 20, 40].map((n) => [String(n), String(n)]);
  return make('section', {},
    field(say('name'), 'name', { autocomplete: 'name', maxLength: 100 }),
    field(say('phone'), 'phone', { type: 'tel', autocomplete: 'tel', maxLength: 32 }),
    make('fieldset', {}, make('legend', {}, say('adult'), make('span', { className: 'faint' }, say('law'))),
      make('div', { className: 'pair' }, choice('adult', true, say('yes')), choice('adult', false, say('no')))),
    state.event && form.adult === false && make('label', { className: 'agree' },
      make('input', { type: 'checkbox', checked: form.guardian, onchange: (event) => { form.guardian = event.target.checked; } }), say('guardian')),
    make('div', { className: 'pair' }, select(say('eta'), 'eta', minutes), select(say('seats'), 'seats', seats)),
    button(say('coming'), goes, 'main'),
    button(say('notComing'), () => answer({ answer: 'not_coming', name: form.name?.trim() || undefined })),
    make('p', { className: 'faint' }, say('who')));
}

const titles = { coming: 'isComing', not_coming: 'isNotComing', arrived: 'isArrived', home: 'isHome' };

function standing(now, waits) {
  const me = state.me ?? {};
  const known = !waits && now === 'coming';
  return make('section', { className: 'status', role: 'status' }, make('h1', {}, say(titles[now])),
    known && me.eta && make('p', {}, say('etaAt', { at: me.eta })),
    known && me.seats > 0 && make('p', {}, say('freeSeats', { n: me.seats })));
}

function steps(now) {
  const home = button(say('home'), () => answer({ answer: 'home' }), now === 'arrived' ? 'main' : '');
  const change = (text) => button(text, () => { changing = true; render(); }, 'quiet');
  if (now === 'coming') {
    return make('section', {}, button(say('arrived'), () => answer({ answer: 'arrived' }), 'main'), home,
      change(say('change')));
  }
  if (now === 'arrived') return make('section', {}, home);
  return make('section', {}, change(now === 'home' ? say('again') : say('change')));
}

function content() {
  const parts = [];
  const waiting = unsent();
  const now = waiting.at(-1)?.member.answer ?? state?.me?.answer;
  if (refused) parts.push(make('section', { className: 'alarm', role: 'alert' }, make('p', {}, refused)));
  if (waiting.length > 0) parts.push(make('section', { role: 'status' }, make('p', { className: away ? 'mark' : 'faint' }, say(away ? 'unsent' : 'sending'))));
  else if (away) parts.push(make('section', { role: 'status' }, make('p', { className: 'mark' }, say('away'))));
  if (ended) {
    if (ended !== refused) parts.push(make('section', {}, make('p', {}, ended)));
  } else if (!state) {
    if (!away) parts.push(make('section', {}, make('p', { className: 'faint' }, say('loading'))));
  } else if (state.phase === 'over') {
    parts.push(make('section', { className: 'status' }, make('h1', {}, say(now === 'home' ? 'isHome' : 'over'))));
  } else if (state.phase === 'return' && now !== 'home') {
    parts.push(make('section', { className: 'alarm', role: 'alert' }, make('h1', {}, say('return')), make('p', {}, say('returnWhy')),
      button(say('home'), () => answer({ answer: 'home' }), 'main')));
  } else if (state.phase === 'return') {
    parts.push(standing(now, true));
  } else {
    if (now) parts.push(standing(now, waiting.length > 0));
    if (now && !changing) parts.push(steps(now), facts());
    else parts.push(facts(), question());
  }
  const phone = state?.duty_phone;
  if (phone) parts.push(make('p', { className: 'faint' }, say('danger', { phone: '' }), make('a', { href: `tel:${phone.replace(/[^+\d]/g, '')}` }, phone)));
  return parts;
}

let shown;
let pressed = false;

function render() {
  // A finger keeps what it presses: what came meanwhile is shown when it has been lifted.
  if (pressed) return;
  // A poll that brings nothing new must not take the keyboard away.
  const key = JSON.stringify([state, unsent(), away, refused, ended, changing, language, form.adult]);
  if (key === shown) return;
  shown = key;
  document.documentElement.lang = language;
  document.getElementById('team').textContent = state?.team ?? 'Izdeu';
  document.getElementById('languages').replaceChildren(...languages.map((one) => make('button', {
    type: 'button', lang: one, ariaPressed: String(one === language), title: { kk: 'Қазақша', ru: 'Русский', en: 'English' }[one],
    onclick: () => { language = one; kept.set('language', one); render(); flush(); },
  }, { kk: 'Қаз', ru: 'Рус', en: 'Eng' }[one])));
  const focused = document.activeElement?.name;
  const typing = focused && { start: document.activeElement.selectionStart, end: document.activeElement.selectionEnd };
  document.getElementById('main').replaceChildren(...content());
  const again = focused && document.querySelector(`[name="${focused}"]${focused === 'adult' ? ':checked' : ''}`);
  if (again) {
    again.focus();
    if (typeof typing.start === 'number') again.setSelectionRange?.(typing.start, typing.end);
  }
}

addEventListener('pointerdown', () => { pressed = true; });
for (const lifted of ['pointerup', 'pointercancel']) addEventListener(lifted, () => { pressed = false; setTimeout(render); });
addEventListener('online', flush);
document.addEventListener('visibilitychange', () => { if (!document.hidden) flush(); });
render();
flush();
