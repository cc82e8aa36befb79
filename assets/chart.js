// A plotly chart on gr.HTML. Runs once per chart as the body of a function with `element`, `trigger`, `props`, `watch`.
//
// `props.value` is a plotly figure (data, layout) or null. Data is never put into HTML: plotly draws it, and everything
// else is set with textContent or setAttribute. Lines that can be dragged are buttons of our own above the drawing, so
// that they move sideways only, are wide enough for a finger, and answer to the arrow keys.

const plot = element.querySelector('.chart-plot');
const handles = element.querySelector('.chart-handles');
const empty = element.querySelector('.chart-empty');
const coarse = window.matchMedia('(pointer: coarse)').matches;
let figure = null; // what is drawn: the value with its colours resolved
let drawing = Promise.resolve();
let dragged = null; // name of the line under the pointer

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
  return JSON.parse(JSON.stringify(value), (key, item) => {
    if (!/color$/.test(key) || typeof item !== 'string' || !/^(var|ink)\(/.test(item)) return item;
    if (!known.has(item)) known.set(item, colour(item));
    return known.get(item);
  });
}

// Drawing ------------------------------------------------------------------------------------------------------------

function draw() {
  drawing = drawing.then(redraw).catch((error) => {
    show(null, 'The chart could not be drawn. Reload the page to try again.');
    console.error(error);
  });
  return drawing;
}

async function redraw() {
  const value = props.value;
  if (!value?.data?.length) return show(null, NOTHING);
  if (!element.clientWidth) return; // in a tab that is not open: the observer draws when it is
  const Plotly = await plotly();
  figure = resolved(value);
  show(figure);
  const layout = { ...figure.layout, width: element.clientWidth };
  // A finger scrolls the page; with a mouse, dragging over the chart zooms.
  layout.dragmode = coarse ? false : 'zoom';
  fit(layout);
  await Plotly.react(plot, figure.data, layout, { displayModeBar: false, doubleClick: 'reset' });
  plot.removeAllListeners?.('plotly_afterplot');
  plot.on('plotly_afterplot', placeHandles);
  placeHandles();
}

function show(drawn, text) {
  plot.hidden = handles.hidden = !drawn;
  empty.hidden = Boolean(drawn);
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
  const { title } = layout.xaxis;
  const text = (title?.text ?? '').replace(' (', '<br>(');
  layout.xaxis = { ...layout.xaxis, nticks: 5, title: { ...title, text, font: { size: 11 } } };
  layout.legend = { ...layout.legend, font: { size: 10 } };
  if (!layout.annotations?.some((note) => note.name === 'panel')) return;
  layout.margin = { ...layout.margin, l: 6, r: 6 };
  layout.annotations = layout.annotations.map((note) =>
    note.name === 'panel' ? { ...note, xanchor: 'left', xshift: 0, y: 1, yanchor: 'top' } : note,
  );
}

// Lines that can be dragged ------------------------------------------------------------------------------------------

function placeHandles() {
  if (!figure || dragged) return;
  const labels = figure.layout.meta?.handles ?? {};
  const focused = handles.querySelector(':focus-visible')?.dataset.shape; // by keyboard, which goes on after a redraw
  const shapes = (plot._fullLayout.shapes ?? []).map((shape, index) => ({ shape, index }));
  const shown = shapes.filter(({ shape }) => labels[shape.name] && inView(shape.x0));
  handles.replaceChildren(...shown.map(({ shape, index }) => makeHandle(shape, index, labels[shape.name])));
  if (focused) handles.querySelector(`[data-shape="${focused}"]`)?.focus({ preventScroll: true });
}

function inView(x) {
  const [low, high] = plot._fullLayout.xaxis.range;
  return x >= low && x <= high;
}

function makeHandle(shape, index, label) {
  const { xaxis, _size: size } = plot._fullLayout;
  const panel = shape.yref.endsWith(' domain') ? plot._fullLayout[shape.yref.replace(' domain', '').replace('y', 'yaxis')] : null;
  const handle = document.createElement('div');
  handle.className = 'chart-handle';
  handle.tabIndex = 0;
  handle.dataset.shape = index;
  handle.dataset.name = shape.name;
  handle.style.left = `${xaxis._offset + xaxis.d2p(shape.x0)}px`;
  handle.style.top = `${panel ? panel._offset : size.t}px`;
  handle.style.height = `${panel ? panel._length : size.h}px`;
  handle.style.setProperty('--line', shape.line.color);
  handle.setAttribute('role', 'slider');
  handle.setAttribute('aria-label', label);
  const place = document.createElement('span');
  handle.append(place);
  tell(handle, shape.x0);
  handle.addEventListener('pointerdown', (event) => drag(event, handle));
  handle.addEventListener('keydown', (event) => nudge(event, handle));
  return handle;
}

function tell(handle, x) {
  const [low, high] = plot._fullLayout.xaxis.range;
  handle.setAttribute('aria-valuemin', low);
  handle.setAttribute('aria-valuemax', high);
  handle.setAttribute('aria-valuenow', x);
  handle.setAttribute('aria-valuetext', `${x.toFixed(3)} nats`);
  handle.firstChild.textContent = x.toFixed(3).replace('-', '−');
}

// Moves every line of that name (a pool that is ranked as one has it in each panel). While it moves, the handle draws
// the line and plotly's own is hidden: to redraw twenty panels would take longer than a frame.
function moveTo(name, x) {
  const { xaxis } = plot._fullLayout;
  for (const handle of handles.children) {
    if (handle.dataset.name !== name) continue;
    handle.classList.add('moved');
    handle.style.left = `${xaxis._offset + xaxis.d2p(x)}px`;
    tell(handle, x);
    plot.querySelectorAll(`.shapelayer path[data-index="${handle.dataset.shape}"]`).forEach((path) => {
      path.style.visibility = 'hidden';
    });
  }
}

// Puts plotly's lines where the handles are, and tells the server.
function release(name, x) {
  const changes = {};
  plot._fullLayout.shapes.forEach((shape, index) => {
    if (shape.name === name) Object.assign(changes, { [`shapes[${index}].x0`]: x, [`shapes[${index}].x1`]: x });
  });
  trigger('release', { name, value: x });
  window.Plotly.relayout(plot, changes);
}

function drag(event, handle) {
  if (event.button) return;
  event.preventDefault();
  handle.focus({ preventScroll: true });
  const { name } = handle.dataset;
  const { xaxis } = plot._fullLayout;
  let x = null;
  dragged = name;
  handle.setPointerCapture(event.pointerId);
  const move = (moved) => {
    const pixels = moved.clientX - plot.getBoundingClientRect().left - xaxis._offset;
    x = xaxis.p2d(Math.min(xaxis._length, Math.max(0, pixels)));
    moveTo(name, x);
  };
  const end = () => {
    handle.removeEventListener('pointermove', move);
    dragged = null;
    if (x !== null) release(name, x);
  };
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', end, { once: true });
}

let settled = 0;
function nudge(event, handle) {
  const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (!way) return;
  event.preventDefault();
  const { name } = handle.dataset;
  const [low, high] = plot._fullLayout.xaxis.range;
  const step = ((high - low) / 200) * (event.shiftKey ? 10 : 1);
  const x = Math.min(high, Math.max(low, Number(handle.getAttribute('aria-valuenow')) + way * step));
  moveTo(name, x);
  clearTimeout(settled); // one event when the keys rest, not one per press
  settled = setTimeout(() => release(name, x), 400);
}

// Life ---------------------------------------------------------------------------------------------------------------

let width = 0;
const resized = new ResizeObserver(() => {
  if (element.clientWidth === width) return;
  width = element.clientWidth;
  if (width) draw();
});
resized.observe(element);

// Gradio marks the dark theme with a class on the body.
const themed = new MutationObserver(() => {
  if (element.isConnected) draw();
  else themed.disconnect();
});
themed.observe(document.body, { attributes: true, attributeFilter: ['class'] });

watch('value', draw);
draw();
