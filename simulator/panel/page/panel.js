// The page of the panel: it shows what the API says, and does what the API can.
'use strict';

const $ = (id) => document.getElementById(id);
const PHASES = ['l1', 'l2', 'l3'];
const KEPT = 600; // points of a chart
const LOGGED = 400; // lines of the log
let token = sessionStorage.getItem('token') || '';
let meter = null; // what /meter said last
let phases = 3;
let run = { now: '', items: [] };
let lastText = [];
let held = false;
let socket = null;
const points = [];
const logLines = [];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'class') made.className = value;
    else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function drawn(name, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const say = (text) => { $('said').textContent = text; };
const setText = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };

function refuse(text) {
  $('refusal').textContent = text;
  $('refusal').hidden = !text;
}

class Lost extends Error {}

async function ask(method, path, body) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Lost();
  }
  $('token-form').hidden = response.status !== 401;
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

/// Asks for a change, and says what came of it.
async function change(method, path, body, done) {
  try {
    const answer = await ask(method, path, body);
    refuse('');
    say(done);
    await look();
    return answer;
  } catch (error) {
    if (!(error instanceof Lost)) refuse(error.message);
    return null;
  }
}

const happen = (done, ...changes) => change('POST', '/api/v1/events', changes, done);

// --- the meter's face ------------------------------------------------------------------------
let shownAt = 0;

function showFace() {
  if (!meter) return;
  const shown = meter.quantities.filter((row) => row.obis.length && typeof row.value === 'number');
  if (!shown.length) return;
  const row = shown[shownAt % shown.length];
  setText('lcd-code', row.obis[0]);
  setText('lcd-value', Number.isInteger(row.value) && !row.unit ? String(row.value) : row.value.toFixed(3));
  setText('lcd-unit', row.unit);
  setText('lcd-name', row.meaning);
}
setInterval(() => { ++shownAt; showFace(); }, 4000);

const watts = (value) => `${Math.round(value)} W`;

function pairs(id, list) {
  const text = JSON.stringify(list);
  if ($(id).dataset.shown === text) return;
  $(id).dataset.shown = text;
  $(id).replaceChildren(...list.map(([name, value, kind]) => (kind
    ? element('div', { class: kind }, element('dt', {}, name), element('dd', {}, value))
    : [element('dt', {}, name), element('dd', {}, value)])).flat());
}

function showMeter() {
  setText('title', meter.title || meter.profile);
  setText('subtitle', `${meter.profile} · ${meter.dialect}`);
  document.title = `${meter.profile} · p1rig panel`;
  setText('clock', meter.local_time.slice(11, 19));
  setText('date', `${meter.local_time.slice(0, 10)}, ${meter.zone}`);
  phases = meter.phases;
  pairs('powers', Object.entries(meter.power_w).map(([name, value]) => [
    name === 'total' ? 'total' : name.toUpperCase(), watts(value), name]));
  const value = (name) => meter.quantities.find((row) => row.name === name)?.value ?? '';
  pairs('facts', [
    ['imported', `${value('energy.import')} kWh`],
    ['exported', `${value('energy.export')} kWh`],
    ['tariff', String(meter.tariff)],
    ['power failures', `${value('failures.short')}, ${value('failures.long')} of them long`],
    ['message', value('message.text') || 'none'],
    ...meter.devices.map((device) => [`${device.medium}, channel ${device.channel}`,
      `${device.reading} ${device.unit}${device.captured ? '' : ', not captured yet'}`]),
  ]);
  showFace();
  showLoads();
  const last = points.at(-1);
  if (last && last.time === meter.time) return;
  if (last && last.time > meter.time) points.length = 0;
  points.push({ time: meter.time, power: meter.power_w,
    voltage: Object.fromEntries(PHASES.slice(0, phases).map((phase) => [phase, value(`voltage.${phase}`)])),
    energy: { import: value('energy.import') * 1000, export: value('energy.export') * 1000 } });
  if (points.length > KEPT) points.shift();
  showCharts();
}

// --- charts ----------------------------------------------------------------------------------
function chart(id, label, series, classes) {
  const width = 640, height = 180, left = 52, bottom = 20;
  const all = series.flatMap((line) => line.values);
  let low = Math.min(...all), high = Math.max(...all);
  const margin = Math.max((high - low) * 0.1, 1);
  low -= margin;
  high += margin;
  const x = (at) => left + (points.length < 2 ? 0 : at / (points.length - 1) * (width - left));
  const y = (value) => 6 + (high - value) / (high - low) * (height - bottom - 12);
  const now = series.map((line) => `${line.name} ${Math.round(line.values.at(-1) * 10) / 10}`).join(', ');
  const svg = drawn('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', preserveAspectRatio: 'none', 'aria-label': `${label}: now ${now}` });
  for (const share of [0, 0.5, 1]) {
    const value = low + (high - low) * share;
    svg.append(drawn('line', { class: 'grid', x1: left, x2: width, y1: y(value), y2: y(value) }));
    svg.append(drawn('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, Math.round(value)));
  }
  svg.append(drawn('text', { x: left, y: height - 4 }, points[0].time.slice(11, 19)));
  svg.append(drawn('text', { x: width, y: height - 4, 'text-anchor': 'end' }, `${points.at(-1).time.slice(11, 19)} UTC`));
  series.forEach((line, i) => svg.append(drawn('polyline', { class: classes[i],
    points: line.values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ') })));
  $(`${id}-chart`).replaceChildren(svg);
  $(`${id}-key`).replaceChildren(...series.map((line, i) => element('span', { class: classes[i] }, line.name)));
}

function showCharts() {
  const names = PHASES.slice(0, phases);
  const series = (of) => names.map((name) => ({ name: name.toUpperCase(), values: points.map((point) => point[of][name] || 0) }));
  chart('power', 'Power in watts', [...series('power'), { name: 'total', values: points.map((point) => point.power.total) }], [...names, 'total']);
  chart('voltage', 'Voltage in volts', series('voltage'), names);
  chart('energy', 'Energy in watt hours', ['import', 'export'].map((way) => ({ name: way,
    values: points.map((point) => point.energy[way] - points[0].energy[way]) })), ['l2', 'l1']);
}

// --- what happens to it ----------------------------------------------------------------------
function slider(id, label, unit, limits, send) {
  const [min, max, step] = limits;
  const output = element('output', { for: id }, `0 ${unit}`);
  const input = element('input', { id, type: 'range', min, max, step, value: 0,
    oninput: () => { output.textContent = `${input.value} ${unit}`; },
    onchange: () => send(Number(input.value)) });
  return element('div', { class: 'slider' }, element('label', { for: id }, label), input, output);
}

function showLoads() {
  if ($('loads').childElementCount) return;
  const names = PHASES.slice(0, phases);
  $('loads').append(
    ...names.map((name) => slider(`load-${name}`, `Load on ${name.toUpperCase()}`, 'W', [-8000, 12000, 100],
      (value) => happen(`Load on ${name.toUpperCase()}: ${value} W`, { kind: 'fixed', name: `panel-${name}`, [name]: `${value} W` }))),
    slider('sun', 'Sun, peak', 'kW', [0, 10, 0.5],
      (value) => happen(`Sun: ${value} kW peak`, { kind: 'sun', name: 'panel-sun', peak: `${value} kW` })),
    slider('car', 'EV charger', 'A', [0, 32, 1],
      (value) => happen(`EV charger: ${value} A`, { kind: 'car', name: 'panel-car', current: `${value} A` })));
}

$('fail').addEventListener('click', () => happen('The power fails', { kind: 'power-failure', duration: $('failure').value }));
$('sag').addEventListener('click', () => happen('Sag on L1', { kind: 'sag', phase: 'l1', duration: '40s' }));
$('swell').addEventListener('click', () => happen('Swell on L1', { kind: 'swell', phase: 'l1', duration: '40s' }));
$('exchange').addEventListener('click', () => {
  const gas = meter?.devices.find((device) => device.medium === 'gas');
  if (!gas) return refuse('there is no gas meter to exchange');
  const id = `NEW${String(Date.now()).slice(-8)}`;
  return happen('The gas meter is exchanged', { kind: 'exchange', channel: gas.channel, medium: 'gas', id, reading: '0 m3', old_stays: false });
});
$('message-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('message').value;
  happen(text ? 'The message is shown' : 'The message is cleared', text ? { kind: 'message', text } : { kind: 'message' });
});
$('pause').addEventListener('click', () => {
  const paused = $('pause').getAttribute('aria-pressed') !== 'true';
  change('PUT', '/api/v1/pause', { paused }, paused ? 'Paused' : 'It goes on');
});
$('speed').addEventListener('change', () => change('PUT', '/api/v1/speed', { speed: Number($('speed').value) }, 'The speed is changed'));
$('request').addEventListener('change', (event) => change('PUT', '/api/v1/request', { mode: event.target.value }, 'Data Request is changed'));

let active = [];
const setFaults = (list, done) => change('PUT', '/api/v1/faults', list, done).then((answer) => answer && showFaults(answer.active));
$('fault-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const every = Number($('every').value);
  setFaults([...active, $('fault').value + (every > 1 ? `,every=${every}` : '')], 'The fault is added');
});
$('no-faults').addEventListener('click', () => setFaults([], 'There are no faults any more'));

function showFaults(list) {
  active = list;
  setText('active-faults', list.length ? `Active: ${list.join(' · ')}` : 'No faults.');
}

// --- the line --------------------------------------------------------------------------------
function showLine(line) {
  const { active: on, mode, raised_by: by } = line.request;
  $('lamp').classList.toggle('on', on);
  $('lamp').setAttribute('aria-label', `Data Request: ${on ? 'active' : 'not active'}`);
  setText('request-text', `Data Request is ${on ? 'active' : 'not active'}${mode === 'line' ? (by.length ? `, raised by ${by.join(', ')}` : '') : ', by the scenario'}`);
  for (const choice of document.querySelectorAll('#request input')) {
    if (document.activeElement !== choice) choice.checked = choice.value === mode;
  }
  const text = JSON.stringify(line.lines);
  if ($('lines').dataset.shown !== text) {
    $('lines').dataset.shown = text;
    $('lines').replaceChildren(...line.lines.map((one) => element('div', { class: 'line' },
      element('strong', {}, one.name), element('br'),
      `${one.present ? 'a reader is there' : 'no reader'}${one.settings ? `, set to ${one.settings}` : ''}; `
        + `${counted(one.sent, 'byte')} sent, ${one.dropped} dropped`,
      ...(one.warning ? [element('p', { class: 'warning' }, one.warning)] : []),
      ...(one.note ? [element('p', { class: 'warning' }, one.note)] : []))));
  }
  const late = line.lateness_us;
  setText('lateness', `${line.settings}, ${counted(line.telegrams, 'telegram')}; pieces were late by ${Math.round(late.p50)} µs (p50), ${Math.round(late.p99)} µs (p99), ${Math.round(late.max)} µs at most`);
  $('pause').setAttribute('aria-pressed', line.paused);
  const speed = String(line.speed);
  if (document.activeElement !== $('speed') && $('speed').value !== speed) {
    if (![...$('speed').options].some((option) => option.value === speed)) $('speed').append(element('option', { value: speed }, `${speed}×`));
    $('speed').value = speed;
  }
}

// --- telegrams, the run, the log -------------------------------------------------------------
function showTelegram(told) {
  setText('telegram-time', `Sent at ${told.time}${told.sealed ? ', sealed' : ''}. What changed is marked.`);
  const before = new Set(lastText);
  const rows = told.lines.filter((line) => line.text !== '').map((line) => {
    const row = element('tr', before.size && !before.has(line.text) ? { class: 'changed' } : {},
      element('td', {}, line.text),
      element('td', {}, line.meaning + (line.values?.length ? `: ${line.values.join(', ')}` : '')));
    return row;
  });
  lastText = told.lines.map((line) => line.text);
  $('telegram').tBodies[0].replaceChildren(...rows);
}

function showRun() {
  const words = ({ kind, ...rest }) => `${kind} ${Object.entries(rest).filter(([key]) => !['at', 'from'].includes(key))
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ')}`;
  const text = JSON.stringify(run.items.map((item) => [item.id, item.state]));
  if ($('events').dataset.shown !== text) {
    $('events').dataset.shown = text;
    $('events').replaceChildren(...run.items.slice(-100).reverse().map((item) => element('li', { class: item.state },
      element('span', {}, item.at.slice(0, 19).replace('T', ' ')), element('span', {}, words(item.what)),
      ...(item.state === 'planned' ? [element('button', { type: 'button', 'aria-label': `Take back ${words(item.what)}`,
        onclick: () => change('DELETE', `/api/v1/events/${item.id}`, undefined, 'It is taken back') }, 'Take back')] : []))));
  }
  // The day, with what is to come.
  const day = run.now.slice(0, 10);
  const at = (time) => (Date.parse(time) - Date.parse(`${day}T00:00:00Z`)) / 864e5 * 1000;
  const today = run.items.filter((item) => item.at.startsWith(day));
  const svg = drawn('svg', { viewBox: '0 0 1000 40', preserveAspectRatio: 'none', role: 'img',
    'aria-label': `${day}: ${today.filter((item) => item.state === 'planned').length} still to come, ${today.length} in all` });
  svg.append(drawn('rect', { x: 0, y: 14, width: 1000, height: 12 }));
  svg.append(drawn('rect', { class: 'past', x: 0, y: 14, width: at(run.now), height: 12 }));
  for (const item of today) svg.append(drawn('rect', { class: 'mark', x: at(item.at) - 2, y: 4, width: 4, height: 32 }));
  svg.append(drawn('rect', { class: 'now', x: at(run.now) - 1, y: 0, width: 3, height: 40 }));
  $('day').replaceChildren(svg);
}

function log(text) {
  logLines.push(text);
  if (logLines.length > LOGGED) logLines.shift();
  if (held) return;
  $('log').prepend(element('li', {}, text));
  while ($('log').childElementCount > LOGGED) $('log').lastChild.remove();
}
$('hold').addEventListener('click', () => {
  held = !held;
  $('hold').setAttribute('aria-pressed', held);
  if (!held) $('log').replaceChildren(...[...logLines].reverse().map((text) => element('li', {}, text)));
});
$('save-log').addEventListener('click', () => {
  const file = URL.createObjectURL(new Blob([logLines.join('\n') + '\n'], { type: 'text/plain' }));
  element('a', { href: file, download: 'wire-log.txt' }).click();
  URL.revokeObjectURL(file);
});
$('save').addEventListener('click', async (event) => {
  if (!token) return;
  event.preventDefault();
  const response = await fetch('/api/v1/scenario', { headers: { Authorization: `Bearer ${token}` } });
  const file = URL.createObjectURL(await response.blob());
  element('a', { href: file, download: 'run.toml' }).click();
  URL.revokeObjectURL(file);
});

const TAKES = {
  telegram: (message) => { showTelegram(message); log(`${message.time} telegram, ${counted(message.text.length, 'byte')}${message.lines.some((line) => line.meaning.startsWith('is not what')) ? ', changed by a fault' : ''}`); },
  events: (message) => { log(`${run.now} ${message.added ? `added ${message.added.map((item) => item.what.kind).join(', ')}` : `taken back ${message.removed}`}`); },
  faults: (message) => { showFaults(message.active); log(`${run.now} faults: ${message.active.join(', ') || 'none'}`); },
  speed: (message) => log(`${message.time} speed ${message.speed}${message.paused ? ', paused' : ''}`),
  line: (message) => log(`${run.now} ${message.line}: ${message.what}${message.bytes ? ` ${counted(message.bytes, 'byte')}` : ''}${message.note ? ` ${message.note}` : ''}`),
  missed: (message) => log(`missed, as this page is too slow: ${counted(message.count, 'message')}`),
};

function listen() {
  const secret = token ? `?token=${encodeURIComponent(token)}` : '';
  socket = new WebSocket(`ws://${location.host}/api/v1/stream${secret}`);
  socket.addEventListener('message', (event) => {
    const message = JSON.parse(event.data);
    TAKES[message.type]?.(message);
  });
  socket.addEventListener('close', () => { socket = null; });
}

async function look() {
  try {
    const [now, line, events] = await Promise.all(['meter', 'line', 'events'].map((what) => ask('GET', `/api/v1/${what}`)));
    $('lost').hidden = true;
    meter = now;
    run = events;
    showMeter();
    showLine(line);
    showRun();
    if (!socket) {
      listen();
      const known = await ask('GET', '/api/v1/faults');
      $('fault').replaceChildren(...known.available.map((fault) => element('option', { value: fault.id }, `${fault.id}: ${fault.summary}`)));
      showFaults(known.active);
    }
  } catch (error) {
    if (error instanceof Lost) $('lost').hidden = false;
  }
}

$('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  token = $('token').value.trim();
  sessionStorage.setItem('token', token);
  socket?.close();
  look();
});

async function keepLooking() {
  await look();
  setTimeout(keepLooking, 1000);
}
keepLooking();
