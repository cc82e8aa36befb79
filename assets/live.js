// What a moved cut-off line would keep, counted from the cube of `selection/cube.py`. Pure functions: no DOM, no state.
//
// Of each domain the cube knows the joint distribution of its rows over rank of ΔH (u, 0 to 1) and rank of ΔNLL (w, 0 to
// 1), linear within a cell, and for both columns the share of rows below a value. A rule keeps, per domain, a rectangle
// of ranks: between the γ bounds in w, and between the cut-offs in u.

// The cube ------------------------------------------------------------------------------------------------------------

function unpackNumbers({ type, scale, data }) {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const kinds = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };
  return Float64Array.from(new kinds[type](bytes.buffer), (v) => v * scale);
}

// The payload with sums from the corner of each domain's cells, so that any rectangle is four look-ups.
function unpackCube(payload) {
  const size = payload.rank_bins;
  const counts = unpackNumbers(payload.counts);
  const means = unpackNumbers(payload.mean_tokens);
  const columns = Object.entries(payload.columns).map(([name, column]) => [
    name,
    { edges: column.edges, shares: unpackNumbers(column.shares), quantiles: unpackNumbers(column.quantiles) },
  ]);
  const many = payload.domains.length;
  const domains = payload.domains.map((domain, d) => {
    const cells = counts.subarray(d * size * size, (d + 1) * size * size);
    const tokens = cells.map((n, i) => n * means[d * size * size + i]);
    const below = { rows: sums(cells, size, domain.rows), tokens: sums(tokens, size, domain.tokens) };
    const values = columns.map(([name, column]) => [name, valuesOf(column, d, many)]);
    return { ...domain, below, ...Object.fromEntries(values) };
  });
  return { size, domains, allRows: payload.all_rows, allTokens: payload.all_tokens };
}

// (size + 1)² sums of the cells up to each corner, scaled so that the last is the exact whole.
function sums(cells, size, whole) {
  const side = size + 1;
  const out = new Float64Array(side * side);
  for (let i = 1; i < side; i++) {
    let row = 0;
    for (let j = 1; j < side; j++) {
      row += cells[(i - 1) * size + j - 1];
      out[i * side + j] = out[(i - 1) * side + j] + row;
    }
  }
  const scale = whole / (out[out.length - 1] || 1);
  return out.map((v) => v * scale);
}

// Values and the share of the domain's rows below each, ascending: the histogram's edges and the quantiles together.
function valuesOf({ edges, shares, quantiles }, d, many) {
  const [b, q] = [edges.length, quantiles.length / many];
  const knots = edges.map((x, i) => [x, shares[d * b + i]]);
  for (let i = 0; i < q; i++) knots.push([quantiles[d * q + i], i / (q - 1)]);
  knots.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const [lowest, highest] = [quantiles[d * q], quantiles[d * q + q - 1]];
  let most = 0;
  const inside = knots.filter(([x]) => x >= lowest && x <= highest);
  return { x: inside.map(([x]) => x), share: inside.map(([, share]) => (most = Math.max(most, share))) };
}

// The share of a domain's rows below a value.
function shareBelow({ x, share }, value) {
  if (!x.length || value < x[0]) return 0;
  let [low, high] = [0, x.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= value) low = middle;
    else high = middle;
  }
  if (low === x.length - 1) return 1;
  return share[low] + ((share[low + 1] - share[low]) * (value - x[low])) / (x[low + 1] - x[low]);
}

// Rows or tokens of a domain with a ΔH rank below u and a ΔNLL rank below w.
function massBelow(below, size, u, w) {
  const [a, b] = [Math.min(1, Math.max(0, u)) * size, Math.min(1, Math.max(0, w)) * size];
  const [i, j] = [Math.min(size - 1, Math.floor(a)), Math.min(size - 1, Math.floor(b))];
  const [s, t] = [a - i, b - j];
  const at = i * (size + 1) + j;
  const near = below[at] * (1 - t) + below[at + 1] * t;
  const far = below[at + size + 1] * (1 - t) + below[at + size + 2] * t;
  return near * (1 - s) + far * s;
}

function mass(domain, what, size, [u0, u1], [w0, w1]) {
  if (u1 <= u0 || w1 <= w0) return 0;
  const below = domain.below[what];
  const at = (u, w) => massBelow(below, size, u, w);
  return Math.max(0, at(u1, w1) - at(u0, w1) - at(u1, w0) + at(u0, w0));
}

// A rule on the cube --------------------------------------------------------------------------------------------------

const POOL_GROUP = 'all';
const KEPT_END = { instructdiff: 'low', instructdiff_mid: 'middle', instructdiff_max: 'high' };

function groupsOf(cube, rule) {
  if (rule.scope === 'global') return [{ name: POOL_GROUP, members: cube.domains }];
  return cube.domains.map((domain) => ({ name: domain.name, members: [domain] }));
}

function shareOf(shares, group) {
  return shares[group.name] ?? shares[group.members[0]?.name] ?? 0;
}

const wholeOf = (members, what) => members.reduce((sum, domain) => sum + domain[what], 0);

// The value of a column at which `amount` of the shares below it reaches a target, and each member's share below it.
// Where many rows share one value, a part of them is taken, as ties are broken by id.
function solve(members, column, target, amount) {
  const rows = members.filter((domain) => domain.rows);
  let low = Math.min(...rows.map((domain) => domain[column].x[0])) - 1e-9;
  let high = Math.max(...rows.map((domain) => domain[column].x.at(-1)));
  const shares = (value) => members.map((domain) => shareBelow(domain[column], value));
  for (let step = 0; step < 44; step++) {
    const middle = (low + high) / 2;
    if (amount(shares(middle)) < target) low = middle;
    else high = middle;
  }
  const [before, after] = [shares(low), shares(high)];
  const [a, b] = [amount(before), amount(after)];
  const part = b > a ? Math.min(1, Math.max(0, (target - a) / (b - a))) : 1;
  return { value: high, shares: after.map((share, k) => before[k] + part * (share - before[k])) };
}

// Both ends of the γ filter: [low, high], each a value and the members' ranks.
function filterOf(group, rule) {
  const rows = wholeOf(group.members, 'rows');
  const amount = (shares) => group.members.reduce((sum, domain, k) => sum + domain.rows * shares[k], 0);
  const targets = [shareOf(rule.low, group) * rows, (1 - shareOf(rule.high, group)) * rows];
  return targets.map((target) => solve(group.members, 'delta_nll', target, amount));
}

// Rows or tokens of a group below given ranks of ΔH, within the filter.
function passing(cube, group, what, filter) {
  const bounds = group.members.map((_, k) => [filter[0].shares[k], filter[1].shares[k]]);
  return (shares) =>
    group.members.reduce((sum, domain, k) => sum + mass(domain, what, cube.size, [0, shares[k]], bounds[k]), 0);
}

// What a rule keeps, by domain: ranks that are kept and ranks that pass the filter, rows, tokens; by group: its lines.
function preview(cube, rule) {
  // Other strategies rank by columns that the cube does not have; tokens from the middle outwards are not a sum of cells.
  if (!KEPT_END[rule.strategy] || (rule.strategy === 'instructdiff_mid' && rule.budget === 'tokens')) return null;
  const found = { domains: new Map(), groups: new Map(), kept: 0, tokens: 0, rule };
  for (const group of groupsOf(cube, rule)) if (wholeOf(group.members, 'rows')) previewGroup(cube, rule, group, found);
  return found;
}

function previewGroup(cube, rule, group, found) {
  const filter = filterOf(group, rule);
  const amount = passing(cube, group, rule.budget, filter);
  const granted = shareOf(rule.ratio, group) * wholeOf(group.members, rule.budget);
  const passed = amount(group.members.map(() => 1));
  const budget = Math.min(passed, rule.budget === 'rows' ? Math.floor(granted + 1e-6) : granted);
  const start = { low: 0, middle: (passed - budget) / 2, high: passed - budget }[KEPT_END[rule.strategy]];
  const to = solve(group.members, 'delta_entropy', start + budget, amount);
  const from = start > 0 ? solve(group.members, 'delta_entropy', start, amount) : null;
  const cut = rule.strategy === 'instructdiff' && budget > 0 ? to.value : null;
  found.groups.set(group.name, { gamma_low: filter[0].value, gamma_high: filter[1].value, beta: cut });
  group.members.forEach((domain, k) => {
    const ranks = budget > 0 ? [from ? from.shares[k] : 0, to.shares[k]] : [0, 0];
    const bounds = [filter[0].shares[k], filter[1].shares[k]];
    const [kept, tokens] = ['rows', 'tokens'].map((what) => mass(domain, what, cube.size, ranks, bounds));
    found.domains.set(domain.name, { ranks, bounds, kept, tokens });
    found.kept += kept;
    found.tokens += tokens;
  });
}

// The rule after a line (`beta:math`, `gamma_low:all`, …) was moved to a ΔH or a ΔNLL, as the server will round it.
function movedRule(cube, rule, line, value) {
  const [kind, name] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)];
  const group = groupsOf(cube, rule).find((one) => one.name === name);
  if (!group || !wholeOf(group.members, 'rows')) return rule;
  const everywhere = rule.linked || rule.scope === 'global';
  const names = everywhere ? [...cube.domains.map((domain) => domain.name), POOL_GROUP] : [name];
  const set = (shares, share) => ({ ...shares, ...Object.fromEntries(names.map((one) => [one, share])) });
  if (kind === 'beta') return { ...rule, ratio: set(rule.ratio, ratioAt(cube, rule, group, value)) };
  const share = gammaAt(group, value, kind);
  const low = rule.ends || kind === 'gamma_low' ? set(rule.low, share) : rule.low;
  const high = rule.ends || kind === 'gamma_high' ? set(rule.high, share) : rule.high;
  return { ...rule, low, high };
}

function ratioAt(cube, rule, group, value) {
  const below = group.members.map((domain) => shareBelow(domain.delta_entropy, value));
  const part = passing(cube, group, rule.budget, filterOf(group, rule))(below);
  const steps = Math.ceil((10_000 * part) / (wholeOf(group.members, rule.budget) || 1) - 1e-6);
  return Math.min(10_000, Math.max(1, steps)) / 10_000;
}

function gammaAt(group, value, kind) {
  const below = group.members.reduce((sum, domain) => sum + domain.rows * shareBelow(domain.delta_nll, value), 0);
  const share = below / wholeOf(group.members, 'rows');
  return Math.min(0.49, Math.round(10_000 * (kind === 'gamma_low' ? share : 1 - share)) / 10_000);
}

// The shares of a bin's rows that are kept and that the filter drops; the rest is dropped by rank.
function splitBin(cube, domain, { ranks, bounds }, column, low, high) {
  let [a, b] = [shareBelow(domain[column], low), shareBelow(domain[column], high)];
  if (b - a < 4e-5) [a, b] = [a - 2e-5, b + 2e-5]; // fewer rows than the shares resolve
  const clip = ([from, to]) => [Math.max(a, from), Math.min(b, to)];
  const area = (u, w) => mass(domain, 'rows', cube.size, u, w);
  const all = [0, 1];
  const [whole, passed, kept] =
    column === 'delta_entropy'
      ? [area([a, b], all), area([a, b], bounds), area(clip(ranks), bounds)]
      : [area(all, [a, b]), area(all, clip(bounds)), area(ranks, clip(bounds))];
  return whole > 0 ? { selected: kept / whole, filter: 1 - passed / whole } : { selected: 0, filter: 0 };
}
