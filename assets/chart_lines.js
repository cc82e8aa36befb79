// Lines of a chart that can be dragged. A handle is an element of our own above the drawing, so that it moves one way
// only, is wide enough for a finger, and answers to the arrow keys.

let dragged = null; // name of the line under the pointer

// Where a shape lies ----------------------------------------------------------------------------------------------------

// The pixel of a place along an axis: of the paper, of an axis' domain, or of its data.
function pixel(letter, ref, value) {
  const { _size: size } = plot._fullLayout;
  const part = (start, length) => start + length * (letter === 'x' ? value : 1 - value);
  if (ref === 'paper') return letter === 'x' ? part(size.l, size.w) : part(size.t, size.h);
  const axis = axisOf(ref);
  return ref.endsWith(' domain') ? part(axis._offset, axis._length) : axis._offset + axis.d2p(value);
}

function axisOf(ref) {
  return plot._fullLayout[ref.replace(' domain', '').replace(/^([xy])/, '$1axis')];
}

// The letter of the axis along which a line moves; null for any other shape.
function wayOf(shape) {
  if (shape.type !== 'line') return null;
  return shape.x0 === shape.x1 ? 'x' : shape.y0 === shape.y1 ? 'y' : null;
}

const other = (way) => (way === 'x' ? 'y' : 'x');
const axisAlong = (shape) => axisOf(shape[`${wayOf(shape)}ref`]);
const placeOf = (shape) => shape[`${wayOf(shape)}0`];

function limitsOf(shape) {
  return [...axisAlong(shape).range].map(Number).sort((a, b) => a - b);
}

function shapesNamed(name) {
  return (plot._fullLayout?.shapes ?? []).map((shape, index) => ({ shape, index })).filter(({ shape }) => shape.name === name);
}

// Handles ---------------------------------------------------------------------------------------------------------------

function placeHandles() {
  if (!figure || dragged) return;
  const labels = figure.layout.meta?.handles ?? {};
  const focused = handles.querySelector(':focus-visible')?.dataset.shape; // by keyboard, which goes on after a redraw
  const shapes = (plot._fullLayout.shapes ?? []).map((shape, index) => ({ shape, index }));
  const shown = shapes.filter(({ shape }) => labels[shape.name] && wayOf(shape) && inView(shape));
  handles.replaceChildren(...shown.map(({ shape, index }) => makeHandle(shape, index, labels[shape.name])));
  if (focused) handles.querySelector(`[data-shape="${focused}"]`)?.focus({ preventScroll: true });
}

function inView(shape) {
  const [low, high] = limitsOf(shape);
  return placeOf(shape) >= low && placeOf(shape) <= high;
}

function makeHandle(shape, index, label) {
  const way = wayOf(shape);
  const across = other(way);
  const ends = [0, 1].map((end) => pixel(across, shape[`${across}ref`], shape[`${across}${end}`]));
  const handle = document.createElement('div');
  handle.className = `chart-handle along-${way}`;
  handle.tabIndex = 0;
  Object.assign(handle.dataset, { shape: index, name: shape.name });
  handle.style[way === 'x' ? 'top' : 'left'] = `${Math.min(...ends)}px`;
  handle.style[way === 'x' ? 'height' : 'width'] = `${Math.abs(ends[1] - ends[0])}px`;
  handle.style.setProperty('--line', shape.line.color);
  handle.setAttribute('role', 'slider');
  handle.setAttribute('aria-orientation', way === 'x' ? 'horizontal' : 'vertical');
  handle.setAttribute('aria-label', label);
  handle.append(document.createElement('span'));
  handle.firstChild.append('');
  put(handle, shape, placeOf(shape));
  handle.addEventListener('pointerdown', (event) => drag(event, handle));
  handle.addEventListener('keydown', (event) => nudge(event, handle));
  return handle;
}

// Puts a handle at a value and says so.
function put(handle, shape, value) {
  const way = wayOf(shape);
  const axis = axisAlong(shape);
  const [low, high] = limitsOf(shape);
  handle.style[way === 'x' ? 'left' : 'top'] = `${axis._offset + axis.d2p(value)}px`;
  handle.setAttribute('aria-valuemin', low);
  handle.setAttribute('aria-valuemax', high);
  handle.setAttribute('aria-valuenow', value);
  handle.setAttribute('aria-valuetext', `${value.toFixed(3)} nats`);
  // the text of a node, not a new node, for which the browser would work out the styles of the whole page
  handle.firstChild.firstChild.data = value.toFixed(3).replace('-', '−');
}

// Moves every line of a name (a pool that is ranked as one has it in each panel), its handle and plotly's own drawing.
function moveLines(name, value, { held = false } = {}) {
  for (const { shape, index } of shapesNamed(name)) {
    if (!wayOf(shape)) continue;
    const axis = axisAlong(shape);
    const shift = axis.d2p(value) - axis.d2p(placeOf(shape));
    for (const path of plot.querySelectorAll(`.shapelayer path[data-index="${index}"]`)) {
      path.style.transform = wayOf(shape) === 'x' ? `translateX(${shift}px)` : `translateY(${shift}px)`;
      path.style.visibility = held || axis.d2p(value) < 0 || axis.d2p(value) > axis._length ? 'hidden' : '';
    }
    const handle = handles.querySelector(`[data-shape="${index}"]`);
    if (!handle) continue;
    handle.classList.toggle('moved', held);
    put(handle, shape, value);
  }
  movedTo.set(name, value);
}

const movedTo = new Map(); // lines that stand elsewhere than in the figure, by name

function linesBack() {
  for (const name of [...movedTo.keys()]) {
    const found = shapesNamed(name);
    if (found.length) moveLines(name, placeOf(found[0].shape));
  }
  movedTo.clear();
}

// Makes plotly's own lines stand where they were moved to.
function linesStay() {
  const changes = {};
  for (const [name, value] of movedTo) {
    for (const { shape, index } of shapesNamed(name)) {
      for (const end of [0, 1]) changes[`shapes[${index}].${wayOf(shape)}${end}`] = value;
    }
  }
  movedTo.clear();
  return Object.keys(changes).length ? window.Plotly.relayout(plot, changes) : null;
}

// Dragging --------------------------------------------------------------------------------------------------------------

function grasp(name) {
  dragged = name;
  page.dragging = true;
  return { name, value: null, live: startLive(figure.layout.meta?.rule) };
}

function carry(held, value) {
  held.value = value;
  moveLines(held.name, value, { held: true });
  goLive(held.live, held.name, signOf(held.name) * value);
}

function letGo({ name, value, live }, { cancelled = false } = {}) {
  dragged = null;
  page.dragging = false;
  if (cancelled || value === null) {
    cancelLive(live);
    follower.back();
  } else {
    endLive(live);
    trigger('release', { name, value });
    for (const chart of page.charts) chart.stay();
  }
  for (const chart of page.charts) chart.catchUp();
}

function drag(event, handle) {
  rest();
  if (event.button || dragged) return;
  event.preventDefault();
  handle.focus({ preventScroll: true });
  const { shape } = shapesNamed(handle.dataset.name)[0];
  const [way, axis] = [wayOf(shape), axisAlong(shape)];
  const held = grasp(shape.name);
  let corner = plot.getBoundingClientRect(); // asked for at every move, it would have all styles worked out each time
  handle.setPointerCapture(event.pointerId);
  const stop = new AbortController();
  const finish = (cancelled) => {
    stop.abort();
    if (handle.hasPointerCapture(event.pointerId)) handle.releasePointerCapture(event.pointerId);
    letGo(held, { cancelled });
  };
  const on = (target, type, heard) => target.addEventListener(type, heard, { signal: stop.signal, capture: true });
  on(handle, 'pointermove', (moved) => {
    const pixels = (way === 'x' ? moved.clientX - corner.left : moved.clientY - corner.top) - axis._offset;
    carry(held, axis.p2d(Math.min(axis._length, Math.max(0, pixels))));
  });
  on(window, 'scroll', () => { corner = plot.getBoundingClientRect(); });
  on(handle, 'lostpointercapture', () => finish(false));
  on(handle, 'pointercancel', () => finish(true));
  on(document, 'keydown', (pressed) => {
    if (pressed.key !== 'Escape') return;
    pressed.preventDefault();
    pressed.stopPropagation();
    finish(true);
  });
}

let keyed = null; // a line that the arrow keys move, until they rest
let resting = 0;

function rest({ cancelled = false } = {}) {
  clearTimeout(resting);
  const held = keyed;
  keyed = null;
  if (held) letGo(held, { cancelled });
}

function nudge(event, handle) {
  if (event.key === 'Escape' && keyed) {
    event.preventDefault();
    return rest({ cancelled: true });
  }
  const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  if (keyed && keyed.name !== handle.dataset.name) rest();
  if (dragged && !keyed) return; // a pointer holds a line
  const { shape } = shapesNamed(handle.dataset.name)[0];
  const [low, high] = limitsOf(shape);
  const by = (step * (high - low) * (event.shiftKey ? 10 : 1)) / 200;
  keyed ??= grasp(shape.name);
  carry(keyed, Math.min(high, Math.max(low, Number(handle.getAttribute('aria-valuenow')) + by)));
  clearTimeout(resting); // one event when the keys rest, not one per press
  resting = setTimeout(rest, 400);
}
