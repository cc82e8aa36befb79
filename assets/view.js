// Builds the elements of a `view` from its value, a tree of [tag, attributes, ...children]. Text only ever becomes text
// nodes, and only harmless tags and attributes are made. Runs as the body of gr.HTML's js_on_load: `element`, `props`,
// `trigger`, `watch` and `label` are given.

const TAGS = new Set(("div span p b i em small strong h2 h3 h4 pre code ul ol li table thead tbody tr th td button " +
  "input label details summary progress mark a dl dt dd").split(" "));
const ATTRIBUTES = new Set(("class title type value min max step colspan scope role disabled placeholder open for id " +
  "tabindex href target rel style").split(" "));
const STYLE = /^((--[a-z-]+|width|color|background):[#a-zA-Z0-9(),.% -]+;?)+$/;

function allowed(name, value) {
  if (name === "style") return STYLE.test(value);
  if (name === "href") return /^(https:\/\/|\?|#)/.test(value);
  return ATTRIBUTES.has(name) || name.startsWith("data-") || name.startsWith("aria-");
}

function build(node) {
  if (!Array.isArray(node)) return document.createTextNode(String(node));
  const [tag, attributes, ...children] = node;
  const made = document.createElement(TAGS.has(tag) ? tag : "span");
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== false && allowed(name, String(value))) made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) made.append(build(child));
  return made;
}

// Which Gradio event a click is: select, unless the element names another (see view.py).
const EVENTS = new Set(["select", "submit", "clear"]);

function report(target) {
  const kind = EVENTS.has(target.dataset.trigger) ? target.dataset.trigger : "select";
  trigger(kind, {event: target.dataset.event, key: target.dataset.key ?? null, value: target.value ?? null});
}

// A redraw keeps the keyboard where it was; one that would take away a number that is being typed waits for its end.
let waiting = false;

function draw() {
  const root = element.querySelector(".view");
  const value = valueOf();
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  waiting = focused?.tagName === "INPUT" && focused.value !== focused.defaultValue;
  if (waiting) return;
  const scrolled = [...root.querySelectorAll("[data-scroll]")].map((e) => [e.dataset.scroll, e.scrollTop, e.scrollLeft]);
  const mark = focused && [focused.dataset.event, focused.dataset.key];
  const open = new Set([...root.querySelectorAll("details[open]")].map((e) => e.dataset.key));
  root.replaceChildren(...(Array.isArray(value) && value.length ? [build(value)] : []));
  root.querySelectorAll("details").forEach((e) => { if (open.has(e.dataset.key)) e.open = true; });
  for (const [key, top, left] of scrolled) {
    const same = root.querySelector(`[data-scroll="${CSS.escape(key)}"]`);
    if (same) { same.scrollTop = top; same.scrollLeft = left; }
  }
  if (mark && mark[0]) {
    const same = [...root.querySelectorAll("[data-event]")].find((e) => e.dataset.event === mark[0] && (e.dataset.key ?? undefined) === mark[1]);
    if (same) same.focus({preventScroll: true});
  }
}

const host = element.querySelector(".view");
host.setAttribute("aria-label", label);
host.setAttribute("role", "region");
element.addEventListener("click", (event) => {
  const target = event.target.closest("[data-event]");
  if (target && target.tagName !== "INPUT" && !target.disabled) report(target);
});
element.addEventListener("change", (event) => {
  const target = event.target.closest("input[data-event]");
  if (!target) return;
  if (target.value !== "" && !target.reportValidity()) {  // the browser says what is allowed
    target.value = target.defaultValue;
    return;
  }
  target.defaultValue = target.value;
  report(target);
});
element.addEventListener("focusout", () => { if (waiting) setTimeout(draw); });
element.addEventListener("keydown", (event) => {
  const target = event.target.closest("tr[data-event]");
  if (target && event.target === target && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    report(target);
  }
});
watch("value", draw);
draw();
