'use strict';
// Shows the report contained in the page. Everything is inserted as text, never as markup.
const report = JSON.parse(document.getElementById('report').textContent);
const byId = (id) => document.getElementById(id);
const signs = {
  pass: '✓', fail: '✗', crash: '!', hang: '∞', xpass: '⊕', 'non-strict': '~',
  inconclusive: '?', info: 'i', xfail: '×', skip: '–',
};

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === 'outcome') {
      element.style.setProperty('--of', `var(--${value})`);
      element.dataset.outcome = value;
    } else if (value !== false) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== undefined && child !== ''));
  return element;
}

const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const cases = new Map(report.cases.map((one) => [one.id, one]));
const columnOf = (result) => `${result.profile}@${result.endpoint}`;
const columns = [...new Set(report.results.map(columnOf))];

// The matrix shows the worst of several runs of one case at one place.
const order = Object.keys(report.sums);
const cells = new Map();
for (const result of report.results) {
  const key = result.case + '\n' + columnOf(result);
  if (!cells.has(key)) cells.set(key, []);
  cells.get(key).push(result);
}
for (const runs of cells.values()) {
  runs.sort((a, b) => (b.counts - a.counts) || order.indexOf(a.outcome) - order.indexOf(b.outcome));
}

// ---- the details of a result

/// Marks escapes such as \r\n, and breaks the line after a line end.
function bytes(text) {
  const parts = [];
  for (const part of text.split(/(\\r\\n|\\n|\\r|\\t|\\x[0-9A-F]{2}|\\u\{[0-9A-F]+\})/)) {
    if (part === '') continue;
    if (part.startsWith('\\') && part.length > 1 && /^\\(r\\n|n|r|t|x..|u\{)/.test(part)) {
      parts.push(make('span', {class: 'escape'}, part));
      if (part.endsWith('\\n')) parts.push('\n');
    } else {
      parts.push(part);
    }
  }
  if (parts[parts.length - 1] === '\n') parts.pop();
  return parts;
}

function wireLog(result) {
  const words = {sent: '→ to the reader', said: '← from the reader', note: '·'};
  const rows = result.wire.map((moment) => make('tr', {class: moment.kind},
    make('td', null, (moment.at_us / 1000).toFixed(1)),
    make('td', null, words[moment.kind] + (moment.name ? ` (${moment.name})` : '')),
    make('td', null, moment.kind === 'note' ? '' : String(moment.size)),
    make('td', null, make('div', {class: 'bytes', tabindex: moment.text.length > 400 ? '0' : false},
      ...bytes(moment.text)))));
  return make('table', {class: 'wire'},
    make('caption', {class: 'hidden-text'}, 'What went over the line'),
    make('thead', null, make('tr', null, make('th', {scope: 'col'}, 'ms'), make('th', {scope: 'col'}, 'what'),
      make('th', {scope: 'col'}, 'bytes'), make('th', {scope: 'col'}, ''))),
    make('tbody', null, ...rows));
}

function list(lines) {
  if (lines.length === 1) return make('dd', null, lines[0]);
  return make('dd', null, make('ul', null, ...lines.map((line) => make('li', null, line))));
}

function story(result) {
  const one = cases.get(result.case);
  const facts = make('dl');
  const add = (name, ...lines) => {
    if (lines.length > 0 && lines[0] !== '') facts.append(make('dt', null, name), list(lines));
  };
  add('outcome', result.outcome + (result.counts ? ', counts against the reader' : ''));
  add('waived', result.waiver);
  add('expected', ...one.expected);
  add(result.outcome === 'skip' ? 'why' : 'got', ...result.messages);
  add('clause', one.clause);
  add('requirement', `${one.requirement} · ${one.level} · ${one.basis}`);
  if (one.argues) add('what the clause says', one.argues);
  add('why asked', one.why);
  if (result.lost > 0) add('lost', counted(result.lost, 'good telegram'));
  add('took', `${(result.duration_us / 1000).toFixed(1)} ms`);
  const parts = [facts];
  if (result.wire.length > 0) parts.push(wireLog(result));
  if (result.smallest) {
    parts.push(make('p', {class: 'soft'}, 'The smallest case that still fails:'),
      make('pre', null, result.smallest));
  }
  const copy = make('button', {type: 'button'}, 'Copy');
  copy.addEventListener('click', () => {
    const line = result.reproduction;
    const done = () => { copy.textContent = 'Copied'; };
    if (navigator.clipboard) {
      navigator.clipboard.writeText(line).then(done, () => {});
    }
  });
  parts.push(make('p', {class: 'soft'}, 'Again:'),
    make('div', {class: 'again'}, make('pre', null, result.reproduction), copy));
  return make('div', null, ...parts);
}

// ---- the head

function head() {
  const name = [report.reader.name, report.reader.version].filter(Boolean).join(' ');
  document.title = `${name}: P1 conformance`;
  byId('title').textContent = name;
  byId('facts').append(...[counted(report.results.length, 'result'),
                           `level ${report.level}`,
                           `suite ${report.suite}`,
                           `seed ${report.seed}`,
                           `${(report.duration_ms / 1000).toFixed(1)} s`,
                           report.began,
  ].map((fact) => make('span', null, fact)));
  byId('verdict').textContent = report.verdict;
  if (report.exit_code === 0) byId('verdict').classList.add('good');
  if (report.exit_code === 75 || report.exit_code === 130) byId('verdict').classList.add('unclear');
  for (const [outcome, sum] of Object.entries(report.sums)) {
    if (sum > 0) byId('bar').append(make('span', {outcome, style: `flex-grow: ${sum}`}));
  }
  for (const span of byId('bar').children) span.style.setProperty('--of', `var(--${span.dataset.outcome})`);
  const note = (text, mild) => byId('notes').append(make('li', {class: mild ? 'mild' : ''}, text));
  if (report.interrupted) note('The run was interrupted.');
  if (report.environment) note(`Could not be run: ${report.environment}`);
  report.refused.forEach((line) => note(`Reader contract: ${line}`));
  report.breaches.forEach((line) => note(`Reader contract: ${line}`));
  report.unused_waivers.forEach((waiver) => note(
    `Unused waiver ${waiver.case} (${waiver.where}): ${waiver.message}`, !waiver.counts));
  if (report.newer_cases.length > 0)
    note(`Left out: ${counted(report.newer_cases.length, 'newer case')}.`, true);
  byId('made').textContent = `p1rig ${report.p1rig}, report format ${report.format}`;
}

const explained = new Map(report.causes.flatMap((cause) => cause.results.map((place) => [place, cause])));

function causeStory(cause) {
  const shown = report.results[cause.shown];
  const parts = [];
  const facts = make('dl');
  const add = (name, ...lines) => {
    if (lines.length > 0 && lines[0] !== '') facts.append(make('dt', null, name), list(lines));
  };
  add('in code', cause.code);
  if (cause.expected > 0) add('fits', `${cause.fitting} of the ${counted(cause.expected, 'result')} that it fails`);
  if (cause.alike.length > 0) add('same failures as', cause.alike.join(', '));
  if (cause.also.length > 0) add('besides', `${counted(cause.also.length, 'other result')} could not be judged because of it, or show it as well`);
  parts.push(facts);
  if (cause.words) parts.push(make('p', {class: 'soft'}, 'Its last words:'), make('pre', null, ...bytes(cause.words)));
  if (cause.stimulus.size > 0) {
    const {size, sent, as_sent: why} = cause.stimulus;
    const note = why !== '' ? `, as it was sent: ${why}` : size < sent ? `, made smaller from ${counted(sent, 'byte')}` : '';
    parts.push(make('p', {class: 'soft'}, `The shortest stimulus, ${counted(size, 'byte')}${note}:`),
      make('pre', null, ...bytes(cause.stimulus.text)), list(cause.messages));
  }
  parts.push(make('p', {class: 'soft'}, `${shown.case} at ${shown.profile} on ${shown.endpoint}:`), story(shown));
  const others = cause.results.filter((place) => place !== cause.shown).map((place) => report.results[place]);
  if (others.length > 0) {
    parts.push(make('p', {class: 'soft'}, 'It also explains:'),
      make('ul', null, ...others.map((result) => make('li', null, `${result.case} at ${result.profile} on ${result.endpoint}`))));
  }
  return make('div', null, ...parts);
}

function causes() {
  byId('causes').hidden = report.causes.length === 0;
  const sum = explained.size;
  byId('causes-line').textContent = `${counted(report.causes.length, 'cause')} ` +
    `${report.causes.length === 1 ? 'explains' : 'explain'} ${sum} of ${counted(sum + report.unexplained.length, 'failure')}`;
  report.causes.forEach((cause, index) => {
    const outcome = report.results[cause.shown].outcome;
    const details = make('details', {class: 'failure', outcome},
      make('summary', null, make('span', {class: 'tag'}, String(index + 1)), cause.summary,
        make('span', {class: 'soft'}, ` · ${counted(cause.results.length, 'failure')}`)));
    details.addEventListener('toggle', () => {
      if (details.open && details.children.length === 1) details.append(causeStory(cause));
    });
    byId('cause-list').append(details);
  });
}

function failures() {
  const most = 200;
  const against = report.results.filter((result, place) => result.counts && !explained.has(place));
  byId('failures-title').textContent = report.causes.length > 0 ? 'Without a known cause' : 'Not as expected';
  byId('failures').hidden = against.length === 0;
  for (const result of against.slice(0, most)) {
    const details = make('details', {class: 'failure', outcome: result.outcome},
      make('summary', null, make('span', {class: 'tag'}, result.outcome), cases.get(result.case).title,
        make('span', {class: 'soft'}, ` · ${result.case} · ${result.profile} on ${result.endpoint}`)));
    details.addEventListener('toggle', () => {
      if (details.open && details.children.length === 1) details.append(story(result));
    });
    byId('failure-list').append(details);
  }
  if (against.length > most) {
    byId('failure-list').append(make('p', {class: 'soft'}, `… and ${against.length - most} more, in the matrix.`));
  }
}

// ---- the matrix

const body = byId('matrix').tBodies[0];
const rows = [];

function cell(one, column) {
  const runs = cells.get(one.id + '\n' + column);
  if (!runs) return make('td', null, make('span', {class: 'hidden-text'}, 'does not apply'));
  const result = runs[0];
  const label = `${result.outcome}: ${one.id} at ${column}` +
      (runs.length > 1 ? `, ${counted(runs.length, 'run')}` : '');
  const button = make('button', {type: 'button', class: 'cell', outcome: result.outcome, title: label, 'aria-label': label,
    'aria-expanded': 'false', tabindex: '-1'}, signs[result.outcome]);
  button.runs = runs;
  const causeOf = (run) => (explained.get(report.results.indexOf(run)) || {summary: ''}).summary;
  button.words = runs.flatMap((run) => [run.profile, run.dialect, run.endpoint, run.outcome, run.waiver, causeOf(run), ...run.messages])
    .join('\n').toLowerCase();
  button.addEventListener('click', () => toggle(button));
  return make('td', null, button);
}

function matrix() {
  const upright = columns.length > 3;
  byId('matrix').tHead.append(make('tr', null, make('th', {scope: 'col'}, 'case'),
    ...columns.map((column) => make('th', {scope: 'col', class: upright ? 'upright' : ''}, make('span', null, column)))));
  let group = '';
  for (const one of report.cases) {
    const chapter = one.id.split('/').slice(0, -1).join('/');
    if (chapter !== group) {
      group = chapter;
      const row = make('tr', {class: 'group'}, make('th', {colspan: columns.length + 1, scope: 'rowgroup'}, chapter));
      body.append(row);
      rows.push({group: true, row});
    }
    const row = make('tr', {class: 'case'},
      make('th', {scope: 'row'}, one.title, make('span', {class: 'id'}, `${one.id} · ${one.level} · ${one.clause}`)),
      ...columns.map((column) => cell(one, column)));
    body.append(row);
    rows.push({row, one, buttons: [...row.querySelectorAll('.cell')],
      words: [one.id, one.title, one.clause, one.requirement, one.basis, one.why].join('\n').toLowerCase()});
  }
  const first = body.querySelector('.cell');
  if (first) first.tabIndex = 0;
}

function toggle(button) {
  const row = button.closest('tr');
  const below = row.nextElementSibling;
  const open = button.getAttribute('aria-expanded') === 'true';
  if (below && below.classList.contains('unfolded')) {
    below.remove();
    row.querySelectorAll('.cell').forEach((other) => other.setAttribute('aria-expanded', 'false'));
  }
  if (open) return;
  button.setAttribute('aria-expanded', 'true');
  const parts = button.runs.flatMap((result) => [
    make('p', null, make('span', {class: 'tag', outcome: result.outcome}, result.outcome),
      `${result.case} at ${result.profile} (${result.dialect}) on ${result.endpoint}`), story(result)]);
  const box = make('div', null, ...parts);
  box.style.setProperty('--wide', `${byId('matrix').parentElement.clientWidth}px`);
  row.after(make('tr', {class: 'unfolded'}, make('td', {class: 'story', colspan: columns.length + 1}, box)));
}

// ---- the filter

function chips() {
  for (const [outcome, sum] of Object.entries(report.sums)) {
    if (sum === 0) continue;
    byId('chips').append(make('label', {outcome},
      make('input', {type: 'checkbox', value: outcome, checked: true}),
      make('i', {'aria-hidden': 'true'}, signs[outcome]), `${outcome} ${sum}`));
  }
}

function apply() {
  const words = byId('text').value.toLowerCase().split(/\s+/).filter(Boolean);
  const level = byId('level').value;
  const outcomes = new Set([...byId('chips').querySelectorAll('input:checked')].map((input) => input.value));
  let shown = 0;
  let group;
  for (const entry of rows) {
    if (entry.group) {
      group = entry.row;
      group.hidden = true;
      continue;
    }
    let any = false;
    for (const button of entry.buttons) {
      const match = button.runs.some((run) => outcomes.has(run.outcome)) && (!level || entry.one.level === level) &&
        words.every((word) => entry.words.includes(word) || button.words.includes(word));
      button.classList.toggle('off', !match);
      if (match) ++shown;
      any = any || match;
    }
    entry.row.hidden = !any;
    if (any) group.hidden = false;
    const below = entry.row.nextElementSibling;
    if (below && below.classList.contains('unfolded')) below.hidden = !any;
  }
  byId('empty').hidden = shown > 0;
  byId('count').textContent = `${shown} of ${cells.size} shown`;
}

// ---- the keyboard

function step(button, rowwise, columnwise) {
  const td = button.closest('td');
  if (columnwise !== 0) {
    for (let next = td; next;) {
      next = columnwise > 0 ? next.nextElementSibling : next.previousElementSibling;
      const found = next && next.querySelector('.cell');
      if (found) return found;
    }
    return null;
  }
  for (let row = td.parentElement; row;) {
    row = rowwise > 0 ? row.nextElementSibling : row.previousElementSibling;
    const found = row && row.classList.contains('case') && !row.hidden && row.cells[td.cellIndex].querySelector('.cell');
    if (found) return found;
  }
  return null;
}

document.addEventListener('keydown', (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    byId('text').focus();
    return;
  }
  const button = event.target.closest && event.target.closest('.cell');
  if (!button) return;
  const moves = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
  if (moves[event.key]) {
    event.preventDefault();
    const next = step(button, ...moves[event.key]);
    if (!next) return;
    body.querySelectorAll('.cell[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
    next.tabIndex = 0;
    next.focus();
  } else if (event.key === 'Escape' && button.getAttribute('aria-expanded') === 'true') {
    toggle(button);
  }
});

head();
causes();
failures();
chips();
matrix();
apply();
byId('filter').addEventListener('input', apply);
byId('filter').addEventListener('submit', (event) => event.preventDefault());
