// One drag of a cut-off line as the whole page sees it: every chart with a rule is recounted, and elements with a
// `data-live` tell the numbers, marked ≈, until the server's exact answer draws them anew.

const page = (window.instructdiff ??= {});
page.charts ??= new Set(); // the `follower` of every mounted chart
page.touched ??= new Map(); // element → what it said before, and what it says now
const ANSWER = 6000; // ms after which no answer means that nothing changed

const shortNumber = (value) => {
  const [size, unit] = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']].find(([one]) => value >= one) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))}${unit}`;
};
const wholeNumber = (value) => Math.round(value).toLocaleString('en-US');
const percentNumber = (share) => String(Number((100 * share).toPrecision(3)));
const natsNumber = (value) => (value === null || value === undefined ? '–' : value.toFixed(3).replace('-', '−'));

// Starts following a line of a chart with this rule; null where the page has no cube for it.
function startLive(rule) {
  const { cube } = page;
  const from = cube && rule ? preview(cube, rule) : null;
  for (const chart of page.charts) if (!chart.element.isConnected) page.charts.delete(chart);
  const charts = from ? [...page.charts].filter((chart) => chart.begin(from)) : [];
  clearTimeout(page.settling);
  page.settling = 0;
  return { cube, rule, from, charts, frame: 0, next: null };
}

// Shows the line at a value, at most once per frame.
function goLive(live, line, value) {
  if (!live.from) return;
  live.next = { line, value };
  live.frame ||= requestAnimationFrame(() => {
    live.frame = 0;
    showLive(live);
  });
}

function showLive({ cube, rule, from, charts, next }) {
  const now = preview(cube, movedRule(cube, rule, next.line, next.value));
  for (const chart of charts) chart.follow(now, from, next);
  tellPage(cube, now);
}

// The line was let go: the server answers with new values, or with none if nothing changed by what it counts.
function endLive(live) {
  cancelAnimationFrame(live.frame);
  if (live.from && live.next) showLive(live);
  page.settling = setTimeout(settlePage, ANSWER);
}

function cancelLive(live) {
  cancelAnimationFrame(live.frame);
  for (const chart of live.charts) chart.back();
  restorePage();
}

function settlePage() {
  page.settling = 0;
  restorePage();
  for (const chart of page.charts) chart.settle();
}

// A new value of any chart is the answer: what is still marked ≈ a moment later has not changed.
function answered() {
  if (page.dragging || !page.settling) return;
  clearTimeout(page.settling);
  page.settling = setTimeout(settlePage, 500);
}

function tellPage(cube, now) {
  for (const element of document.querySelectorAll('[data-live]')) {
    const said = liveText(cube, now, element);
    if (said === null) continue;
    const mix = element.dataset.live.startsWith('mix:');
    const field = element instanceof HTMLInputElement ? 'value' : 'textContent';
    const before = page.touched.get(element)?.before ?? (mix ? element.style.width : element[field]);
    if (mix) element.style.width = said;
    else element[field] = said;
    page.touched.set(element, { before, now: mix ? element.style.width : said });
  }
}

// Only what still says what the drag wrote: an element that was drawn anew has its exact number.
function restorePage() {
  for (const [element, { before, now }] of page.touched) {
    const mix = element.dataset.live?.startsWith('mix:');
    const field = element instanceof HTMLInputElement ? 'value' : 'textContent';
    if (mix && element.style.width === now) element.style.width = before;
    else if (!mix && element[field] === now) element[field] = before;
  }
  page.touched.clear();
}

// What an element says; null leaves it alone.
function liveText(cube, now, element) {
  const key = element.dataset.live;
  const at = key.indexOf(':');
  const [what, name] = at < 0 ? [key, null] : [key.slice(0, at), key.slice(at + 1)];
  if (element instanceof HTMLInputElement) return inputText(cube, now.rule, what, name);
  if (what === 'cut') return now.groups.has(name) ? `≈${natsNumber(now.groups.get(name).beta)}` : null;
  const one = name === null ? now : now.domains.get(name);
  if (!one) return null;
  if (what === 'kept') return `≈${wholeNumber(one.kept)}`;
  if (what === 'tokens') return `≈${shortNumber(one.tokens)}`;
  if (what === 'mix') return `${((100 * one.kept) / (now.kept || 1)).toFixed(2)}%`;
  if (what === 'kept_share') return `≈${percentNumber(one.kept / (cube.allRows || 1))} %`;
  if (what === 'tokens_share') return `≈${percentNumber(one.tokens / (cube.allTokens || 1))} %`;
  return null;
}

// A share in percent: of a domain, or of the pool if all its domains have the same.
function inputText(cube, rule, what, name) {
  const shares = { ratio: rule.ratio, gamma: rule.low, gamma_high: rule.high }[what];
  if (!shares) return null;
  if (name !== null) return name in shares ? percentNumber(shares[name]) : null;
  const all = rule.scope === 'global' ? [shareOf(shares, groupsOf(cube, rule)[0])] : cube.domains.map((d) => shares[d.name]);
  return all.length && all.every((share) => share === all[0]) ? percentNumber(all[0] ?? 0) : null;
}
