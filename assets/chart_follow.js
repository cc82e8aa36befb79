// How a chart follows a line that moves, its own or another chart's: its bars are recounted and its other lines move along.
// The paths that plotly drew are changed in place: to let it draw twenty panels would take longer than a frame.

let frozen = null; // the bars as they stand in the figure, while they are recounted
let late = false; // whether a value came while a line was held

// This chart as the page's live recount sees it.
const follower = {
  element,
  begin() {
    if (!figure?.layout.meta?.rule || !element.clientWidth) return false;
    frozen ??= freezeBars();
    return true;
  },
  follow(now, from, held) {
    for (const [group, lines] of now.groups) {
      for (const [kind, value] of Object.entries(lines)) followLine(`${kind}:${group}`, value, from.groups.get(group)[kind], held);
    }
    frozen?.forEach((stack) => recount(stack, now, from));
  },
  back() {
    linesBack();
    barsBack();
  },
  stay: linesStay,
  settle() {
    if (frozen || movedTo.size) draw();
  },
  // Draws a value that came while a line was held.
  catchUp() {
    if (late) draw();
  },
};

// Moves a line by how far its value moved, so that one whose rule did not change stays to the pixel.
function followLine(name, value, before, held) {
  const found = shapesNamed(name);
  if (!found.length || value === null || dragged === name) return;
  const flip = signOf(name);
  const start = placeOf(found[0].shape);
  const moved = before === null ? start : start + flip * (value - before);
  const to = name === held.line ? flip * held.value : moved;
  if (to !== (movedTo.get(name) ?? start)) moveLines(name, to);
}

// −1 where ΔNLL is shown in the other sign than the scores have.
function signOf(name) {
  const turned = figure.layout.meta?.rule?.sign === 'base-calibrated';
  return turned && !name.startsWith('beta') && !name.startsWith('delta_entropy') ? -1 : 1;
}

// The stacks of bars whose traces say which domain, part and column they count: their values, and where they stand.
function freezeBars() {
  const nodes = new Map();
  for (const node of plot.querySelectorAll('.barlayer .trace')) nodes.set(node.__data__?.[0]?.trace.index, node);
  const stacks = new Map();
  plot._fullData.forEach((trace, index) => {
    const { domain, part, column } = trace.meta ?? {};
    const axis = axisOf(trace.yaxis ?? 'y');
    if (trace.type !== 'bar' || !column || !nodes.has(index) || axis.type !== 'linear') return;
    const key = `${column} ${trace.yaxis} ${domain}`;
    if (!stacks.has(key)) stacks.set(key, { domain, column, axis, bins: binsOf(trace, column), sides: [], parts: [] });
    const stack = stacks.get(key);
    stack.parts.push(frozenPart(stack, part, trace, nodes.get(index)));
  });
  return [...stacks.values()];
}

// The value limits of each bar, in the sign of the scores; rows beyond the edges count in the end bins.
function binsOf(trace, column) {
  const middles = Array.from(trace.x, (x) => signOf(column) * x);
  const half = Math.abs(middles[1] - middles[0]) / 2 || 0.5;
  const [least, most] = [Math.min(...middles), Math.max(...middles)];
  return middles.map((x) => [x === least ? -Infinity : x - half, x === most ? Infinity : x + half]);
}

// One path stands in for all bars of a part: thousands of elements would not follow at frame rate.
function frozenPart(stack, part, trace, node) {
  const points = [...node.querySelectorAll('.point')];
  for (const point of points) {
    const edges = /^M(-?[\d.]+),-?[\d.]+V-?[\d.]+H(-?[\d.]+)/.exec(point.querySelector('path').getAttribute('d'));
    if (edges && edges[1] !== edges[2]) stack.sides[point.__data__.i] = [edges[1], edges[2]];
  }
  return { part, rows: Array.from(trace.y, (rows) => Number(rows) || 0), bars: points[0]?.parentNode, path: null };
}

function standIn(frozenBars) {
  const { bars } = frozenBars;
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('style', bars?.querySelector('path')?.getAttribute('style') ?? '');
  if (bars) bars.style.display = 'none';
  bars?.after(path);
  return (frozenBars.path = path);
}

// Draws a stack as `now` splits it: the figure's exact counts, moved by the difference that the line makes.
function recount(stack, now, from) {
  const domain = page.cube?.domains.find((one) => one.name === stack.domain);
  if (!domain || !now.domains.has(domain.name)) return;
  const [after, before] = [now.domains.get(domain.name), from.domains.get(domain.name)];
  const drawn = JSON.stringify([after.ranks, after.bounds]);
  if (drawn === (stack.drawn ?? JSON.stringify([before.ranks, before.bounds]))) return;
  stack.drawn = drawn;
  const outlines = stack.parts.map(() => []);
  stack.bins.forEach(([low, high], i) => {
    if (!stack.sides[i]) return;
    const [is, was] = [after, before].map((one) => splitBin(page.cube, domain, one, stack.column, low, high));
    stackUp(stack, i, newParts(stack, i, is, was), outlines);
  });
  stack.parts.forEach((part, k) => (part.path ?? standIn(part)).setAttribute('d', outlines[k].join('')));
}

// Rows by part: excluded rows stay, and the parts of all others add up to what they did.
function newParts(stack, i, is, was) {
  const rows = Object.fromEntries(stack.parts.map(({ part, rows }) => [part, rows[i]]));
  const open = (rows.selected ?? 0) + (rows.rank ?? 0) + (rows.filter ?? 0);
  const filter = Math.min(open, Math.max(0, (rows.filter ?? 0) + open * (is.filter - was.filter)));
  const selected = Math.min(open - filter, Math.max(0, (rows.selected ?? 0) + open * (is.selected - was.selected)));
  return { ...rows, filter, selected, rank: open - filter - selected };
}

function stackUp({ axis, sides, parts }, i, rows, outlines) {
  const at = (value) => Math.round(10 * axis.c2p(value)) / 10;
  const [left, right] = sides[i];
  let below = 0;
  parts.forEach(({ part }, k) => {
    if (rows[part] > 0) outlines[k].push(`M${left},${at(below)}V${at(below + rows[part])}H${right}V${at(below)}Z`);
    below += rows[part];
  });
}

function barsBack() {
  for (const { bars, path } of frozen?.flatMap(({ parts }) => parts) ?? []) {
    path?.remove();
    if (path && bars) bars.style.display = '';
  }
  frozen = null;
}
