// A plotly chart on gr.HTML. Runs once per chart as the body of a function with `element`, `trigger`, `props`, `watch`,
// after live.js, live_page.js, chart_lines.js, chart_follow.js and chart_tools.js, whose functions it shares.
//
// `valueOf()` is a plotly figure (data, layout) or null. Data is never put into HTML: plotly draws it, and everything
// else is set with textContent or setAttribute.

const plot = element.querySelector('.chart-plot');
const handles = element.querySelector('.chart-handles');
const tools = element.querySelector('.chart-tools');
const empty = element.querySelector('.chart-empty');
const coarse = window.matchMedia('(pointer: coarse)').matches;
let figure = null; // what is drawn: the value with its colours resolved
let drawing = Promise.resolve();

// plotly is one big file: it is fetched once per page, by the first chart.
function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.plotlyLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    const root = (window.gradio_config?.root ?? '').replace(/\/$/, '');
    script.src = `${root}${window.gradio_config?.api_prefix ?? '/gradio_api'}/file=${PLOTLY}`;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error('plotly.js could not be loaded'));
    document.head.append(script);
  });
  return window.plotlyLoading;
}

// Colours ------------------------------------------------------------------------------------------------------------

// The browser resolves a CSS colour, nested variables and all, on an element that is never seen.
function rgba(css) {
  const probe = document.createElement('span');
  probe.style.color = css;
  element.append(probe);
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  canvas.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}

function luminance([r, g, b]) {
  const linear = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

// A colour moved towards the text colour until it stands out from the panel as text must (WCAG: 4.5).
function ink(colour) {
  const [from, to, panel] = [colour, 'var(--body-text-color)', 'var(--block-background-fill)'].map(rgba);
  for (let t = 0; t < 1; t += 0.1) {
    const mixed = from.slice(0, 3).map((c, i) => Math.round(c + (to[i] - c) * t));
    if (contrast(mixed, panel) >= 4.5) return `rgb(${mixed.join(',')})`;
  }
  return `rgb(${to.slice(0, 3).join(',')})`;
}

// A copy of the value (never plotly's to change) whose colour tokens are colours of the present theme.
function resolved(value) {
  const known = new Map();
  const colour = (token) => {
    const readable = /^ink\((.*)\)$/.exec(token);
    return readable ? ink(readable[1]) : `rgba(${rgba(token).join(',')})`;
  };
  const copy = JSON.parse(JSON.stringify(value), (key, item) => {
    if (!/color$/.test(key) || typeof item !== 'string' || !/^(var|ink)\(/.test(item)) return item;
    if (!known.has(item)) known.set(item, colour(item));
    return known.get(item);
  });
  copy.data.forEach(spellOut);
  return copy;
}

// Points that are equally far apart are sent as the first and the distance; everything here reads a list.
function spellOut(trace) {
  if (trace.x || trace.dx === undefined || !trace.y) return;
  trace.x = trace.y.map((_, i) => Number((trace.x0 + i * trace.dx).toPrecision(10)));
  delete trace.x0;
  delete trace.dx;
}

// Drawing ------------------------------------------------------------------------------------------------------------

function draw() {
  late = Boolean(page.dragging);
  if (late) return drawing; // a line that is held must not be drawn away
  drawing = drawing.then(redraw).catch((error) => {
    show(null, 'The chart could not be drawn. Reload the page to try again.');
    console.error(error);
  });
  return drawing;
}

async function redraw() {
  const value = valueOf();
  if (!value?.data?.length) return show(null, NOTHING);
  if (!element.clientWidth) return; // in a tab that is not open: the observer draws when it is
  if (!window.Plotly) skeleton(value);
  const Plotly = await plotly();
  figure = resolved(value);
  show(figure);
  const { meta: _, ...layout } = figure.layout; // plotly would drop empty objects from meta
  const drawn = { data: figure.data, layout: { ...layout, width: element.clientWidth, dragmode: dragmode() } };
  withRegion(drawn);
  fit(drawn.layout);
  drawn.layout.selectionrevision = ++revision; // a selection is an event, never a state of plotly's
  barsBack();
  movedTo.clear();
  refer();
  await Plotly.react(plot, drawn.data, drawn.layout, { displayModeBar: false, doubleClick: 'reset' });
  for (const [type, heard] of Object.entries(HEARD)) {
    plot.removeAllListeners(type);
    plot.on(type, heard);
  }
  placeHandles();
  placeTools();
}

const HEARD = { plotly_afterplot: placeHandles, plotly_selected: onSelected, plotly_click: onClick };
let revision = 0;

// The place of a chart before plotly is there to draw it.
function skeleton(value) {
  if (figure) return;
  empty.hidden = false;
  empty.className = 'chart-empty loading';
  empty.style.height = `${value.layout?.height ?? 240}px`;
  empty.textContent = 'Loading the chart…';
}

function show(drawn, text) {
  plot.hidden = handles.hidden = tools.hidden = !drawn;
  empty.hidden = Boolean(drawn);
  empty.className = 'chart-empty';
  empty.style.height = '';
  empty.textContent = drawn ? '' : text;
  plot.setAttribute('aria-label', drawn?.layout.meta?.summary ?? '');
  if (!drawn) {
    handles.replaceChildren();
    if (figure) window.Plotly?.purge(plot);
    figure = null;
  }
}

// A narrow screen has no room for names beside the panels: they move inside, and the unit to a line of its own.
function fit(layout) {
  if (layout.width >= 520) return;
  const title = layout.xaxis?.title;
  const text = (title?.text ?? '').replace(' (', '<br>(');
  layout.xaxis = { ...layout.xaxis, nticks: 5, title: { ...title, text, font: { size: 11 } } };
  layout.legend = { ...layout.legend, font: { size: 10 } };
  if (!layout.annotations?.some((note) => note.name === 'panel')) return;
  layout.margin = { ...layout.margin, l: 6, r: 6 };
  layout.annotations = layout.annotations.map((note) =>
    note.name === 'panel' ? { ...note, xanchor: 'left', xshift: 0, y: 1, yanchor: 'top' } : note,
  );
}

// Life ---------------------------------------------------------------------------------------------------------------

let width = 0;
const resized = new ResizeObserver(() => {
  if (element.clientWidth === width) return;
  width = element.clientWidth;
  if (width) draw();
});
resized.observe(element);

// Hatches are references by address (the page has a <base>, so plotly writes them out), and a link changes the address.
function refer() {
  if (!element.isConnected) return window.removeEventListener('address', refer);
  if (!plot._context) return;
  const here = window.location.href.split('#')[0];
  plot._context._baseUrl = here;
  for (const name of ['style', 'clip-path']) {
    for (const node of plot.querySelectorAll(`[${name}*="url("]`)) {
      node.setAttribute(name, node.getAttribute(name).replace(/url\((["']?)[^#)]*#/g, `url($1${here}#`));
    }
  }
}
window.addEventListener('address', refer);

// Gradio marks the dark theme with a class on the body.
const themed = new MutationObserver(() => {
  if (element.isConnected) draw();
  else themed.disconnect();
});
themed.observe(document.body, { attributes: true, attributeFilter: ['class'] });

page.charts.add(follower);
watch('value', () => {
  marked = undefined;
  draw();
  answered();
});
draw();
