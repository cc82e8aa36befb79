// The row of tools above a chart: marking a region, and downloads that are made in the browser.

let mode = null; // what dragging over the chart does; null: what fits the pointer
let marked; // the region that was marked here, until the server sends a figure; undefined: the figure's own

// Buttons ---------------------------------------------------------------------------------------------------------------

const MODES = [ // name, text, plotly's dragmode, label
  ['box', 'Box', 'select', 'Mark a box'],
  ['lasso', 'Lasso', 'lasso', 'Mark with a lasso'],
  ['zoom', 'Zoom', 'zoom', 'Zoom into the chart'],
];

function toolButton(text, label, act, attributes = {}) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.setAttribute('aria-label', label);
  for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
  button.addEventListener('click', act);
  return button;
}

function placeTools() {
  const meta = figure?.layout.meta ?? {};
  const focused = tools.contains(document.activeElement) ? document.activeElement.textContent : null;
  const made = [];
  if (meta.region) {
    for (const [name, text, , label] of MODES) {
      made.push(toolButton(text, label, () => choose(name), { 'aria-pressed': String(modeNow() === name) }));
    }
    made.push(toolButton('Clear', 'Clear the marked region', clearRegion));
    made.push(document.createElement('i'));
  }
  made.push(toolButton('PNG', 'Download the chart as PNG', () => downloadImage('png')));
  made.push(toolButton('SVG', 'Download the chart as SVG', () => downloadImage('svg')));
  made.push(toolButton('CSV', 'Download the data as CSV', downloadTable));
  tools.replaceChildren(...made);
  if (focused) [...tools.children].find((button) => button.textContent === focused)?.focus({ preventScroll: true });
}

// A finger scrolls the page until a mode is chosen; with a mouse, dragging over the chart zooms.
const modeNow = () => mode ?? (coarse ? null : 'zoom');
const dragmode = () => MODES.find(([name]) => name === modeNow())?.[2] ?? false;

function choose(name) {
  mode = modeNow() === name ? null : name;
  window.Plotly.relayout(plot, { dragmode: dragmode() });
  placeTools();
}

// Regions ---------------------------------------------------------------------------------------------------------------

// The figure's traces and shapes with the region's outline; points that are only there to be picked stay unseen.
function withRegion(drawn) {
  const region = figure.layout.meta?.region && (marked ?? figure.layout.meta.region);
  if (!region) return;
  drawn.layout.shapes = [...(drawn.layout.shapes ?? []), ...outline(region)];
  drawn.layout.selections = [];
  const unseen = { marker: { opacity: 0 } };
  drawn.data = drawn.data.map((trace) => (trace.meta?.pick ? { ...trace, selected: unseen, unselected: unseen } : trace));
}

function outline({ box, lasso }) {
  const line = { color: ink('var(--body-text-color)'), width: 1.5, dash: 'dash' };
  const look = { line, layer: 'above', xref: 'x', yref: 'y', name: 'marked region' };
  if (box) return [{ type: 'rect', x0: box[0], x1: box[1], y0: box[2], y1: box[3], ...look }];
  if (lasso?.length) return [{ type: 'path', path: `M${lasso.map((point) => point.map(Number).join(',')).join('L')}Z`, ...look }];
  return [];
}

// plotly's own selection goes as soon as it is made; the outline that stays is ours.
function onSelected(event) {
  const region = event?.range ? { box: rangeBox(event.range) } : event?.lassoPoints ? { lasso: lassoPath(event.lassoPoints) } : null;
  if (region) mark(region, region);
}

function clearRegion() {
  mark({}, { clear: true });
}

function mark(region, said) {
  marked = region;
  trigger('select', said);
  draw();
}

function sides(picked) {
  return ['x', 'y'].map((letter) => picked[Object.keys(picked).find((name) => name.startsWith(letter))]);
}

function rangeBox(range) {
  return sides(range).flatMap((ends) => ends.map(Number).sort((a, b) => a - b));
}

function lassoPath(picked) {
  const [x, y] = sides(picked);
  const axes = [plot._fullLayout.xaxis, plot._fullLayout.yaxis];
  const points = x.map((value, i) => [value, y[i]]);
  const pixels = points.map((point) => point.map((value, k) => axes[k].d2p(value)));
  for (let tolerance = 0.5; ; tolerance *= 2) {
    const kept = simplified(pixels, tolerance);
    if (kept.length <= 100) return kept.map((i) => points[i]);
  }
}

// Ramer–Douglas–Peucker: the indices of the points without which the line would move by more than the tolerance.
function simplified(points, tolerance) {
  const kept = new Set([0, points.length - 1]);
  const open = [[0, points.length - 1]];
  while (open.length) {
    const [first, last] = open.pop();
    const apart = distanceTo(points[first], points[last]);
    let [farthest, most] = [0, tolerance];
    for (let i = first + 1; i < last; i++) {
      const distance = apart(points[i]);
      if (distance > most) [farthest, most] = [i, distance];
    }
    if (!farthest) continue;
    kept.add(farthest);
    open.push([first, farthest], [farthest, last]);
  }
  return [...kept].sort((a, b) => a - b);
}

function distanceTo([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length === 0) return ([x, y]) => Math.hypot(x - x0, y - y0);
  return ([x, y]) => Math.abs((y1 - y0) * x - (x1 - x0) * y + x1 * y0 - y1 * x0) / length;
}

function onClick({ points }) {
  if (!figure.layout.meta?.clicks || !points?.length) return;
  const { customdata, x, y } = points[0];
  trigger('select', { point: customdata ?? { x, y } });
}

// Downloads -------------------------------------------------------------------------------------------------------------

function fileName() {
  const name = String(figure.layout.meta?.name ?? element.closest('[id]')?.id ?? 'chart');
  return name.normalize().replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 80) || 'chart';
}

const escaped = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const unescaped = (text) => text.replace(/%&#123;/g, '%{').replace(/&gt;/g, '>').replace(/&lt;/g, '<').replace(/&amp;/g, '&');

async function downloadImage(format) {
  const layout = JSON.parse(JSON.stringify(plot.layout));
  const background = `rgb(${rgba('var(--block-background-fill)').slice(0, 3).join(',')})`;
  const { title } = figure.layout.meta ?? {};
  let { height, width } = plot._fullLayout;
  if (title) {
    height += 30;
    layout.margin = { ...layout.margin, t: (layout.margin?.t ?? 30) + 30 };
    const font = { size: 15, color: `rgb(${rgba('var(--body-text-color)').slice(0, 3).join(',')})` };
    layout.title = { text: escaped(title), font, x: 0.5, xanchor: 'center', y: 1, yref: 'container', yanchor: 'top', pad: { t: 10 } };
  }
  Object.assign(layout, { height, width, paper_bgcolor: background, plot_bgcolor: background, selections: [] });
  const made = { data: plot.data, layout };
  await window.Plotly.downloadImage(made, { format, filename: fileName(), width, height, scale: 2 });
}

function downloadTable() {
  const { columns, rows } = figure.layout.meta?.table ?? pointTable();
  const csv = [columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`\ufeff${csv}\r\n`], { type: 'text/csv;charset=utf-8' }));
  link.download = `${fileName()}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// RFC 4180; a text that a spreadsheet would take for a formula is marked as text.
function csvCell(value) {
  if (value === null || value === undefined) return '';
  let text = String(value);
  const plain = text.trim() !== '' && Number.isFinite(Number(text));
  if (/^[=+\-@\t\r]/.test(text) && !plain) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

// A line per point of every trace that shows data.
function pointTable() {
  const traces = figure.data.filter((trace) => !trace.meta?.aside && !trace.meta?.pick);
  const deep = traces.some((trace) => Array.isArray(trace.z));
  const plain = (value) => (typeof value === 'string' ? unescaped(value) : value);
  const rows = traces.flatMap((trace) => {
    const series = seriesName(trace);
    return pointsOf(trace).map(([x, y, z]) => [series, plain(x), plain(y), ...(deep ? [z] : [])]);
  });
  return { columns: ['series', 'x', 'y', ...(deep ? ['z'] : [])], rows };
}

function seriesName({ name, meta }) {
  const said = unescaped(String(name ?? ''));
  const domain = meta?.domain ?? '';
  return domain && domain !== said ? `${domain}: ${said}` : said;
}

function pointsOf({ x, y, z }) {
  if (Array.isArray(z)) return z.flatMap((line, i) => line.map((value, j) => [x?.[j] ?? j, y?.[i] ?? i, value]));
  const many = Math.max(x?.length ?? 0, y?.length ?? 0);
  const points = Array.from({ length: many }, (_, i) => [x?.[i] ?? (x ? null : i), y?.[i] ?? (y ? null : i)]);
  return points.filter((point) => !point.includes(null));
}
